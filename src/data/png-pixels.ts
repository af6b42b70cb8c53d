/** Decoded PNG samples to grey or colour: every bit depth, palettes, transparency. */

import type { DecodedPng } from 'fast-png'
import { dataError } from './mistakes.ts'
import { type Channels, LUMA } from './picture.ts'

/** Red, green, blue and opacity of a pixel, from 0 to 1. */
type Pixel = [red: number, green: number, blue: number, opacity: number]
type PixelReader = (pixel: number, into: Pixel) => void

/** `[height, width, channels]` from 0 to 1. @throws NablaError E-DATA for a colour that the palette lacks. */
export function pngPixels(png: DecodedPng, channels: Channels, where: string): Float32Array {
  const count = png.width * png.height
  const pixels = new Float32Array(count * channels)
  const alpha = new Float32Array(count)
  const read = png.palette === undefined ? directReader(png) : paletteReader(png, png.palette, where)
  const isGrey = png.palette === undefined && png.channels < 3
  const values: Pixel = [0, 0, 0, 1]
  for (let pixel = 0; pixel < count; pixel++) {
    read(pixel, values)
    alpha[pixel] = values[3]
    if (channels === 3) for (let k = 0; k < 3; k++) pixels[pixel * 3 + k] = values[k] ?? 0
    else pixels[pixel] = isGrey ? values[0] : lumaOf(values[0], values[1], values[2])
  }
  return compose(pixels, alpha, channels)
}

const lumaOf = (red: number, green: number, blue: number) => red * LUMA[0] + green * LUMA[1] + blue * LUMA[2]

/** Sample `channel` of a pixel as it is stored; samples below 8 bits are packed, each row starting a byte. */
function sampleReader(png: DecodedPng): (pixel: number, channel: number) => number {
  const { data, width, channels, depth } = png
  if (depth >= 8) return (pixel, channel) => data[pixel * channels + channel] ?? 0
  const rowBytes = Math.ceil((width * channels * depth) / 8)
  const mask = 2 ** depth - 1
  return (pixel, channel) => {
    const bit = ((pixel % width) * channels + channel) * depth
    const byte = data[Math.floor(pixel / width) * rowBytes + (bit >> 3)] ?? 0
    return (byte >> (8 - depth - (bit & 7))) & mask
  }
}

function directReader(png: DecodedPng): PixelReader {
  const { channels, transparency } = png
  const sample = sampleReader(png)
  const largest = 2 ** png.depth - 1
  const colours = channels >= 3 ? 3 : 1
  const hasAlpha = channels === 2 || channels === 4
  return (pixel, into) => {
    let isKey = transparency !== undefined && transparency.length >= colours
    for (let k = 0; k < 3; k++) {
      const value = sample(pixel, colours === 1 ? 0 : k)
      into[k] = value / largest
      if (k < colours) isKey = isKey && value === transparency?.[k]
    }
    into[3] = hasAlpha ? sample(pixel, channels - 1) / largest : isKey ? 0 : 1
  }
}

function paletteReader(png: DecodedPng, palette: readonly number[][], where: string): PixelReader {
  const sample = sampleReader(png)
  return (pixel, into) => {
    const index = sample(pixel, 0)
    const colour = palette[index]
    if (colour === undefined) {
      const place = `${where}, pixel ${pixel % png.width}, ${Math.floor(pixel / png.width)}`
      throw dataError(place, `a colour from 0 to ${palette.length - 1}`, String(index), 'save the picture again.')
    }
    const [red = 0, green = 0, blue = 0, opacity = 255] = colour
    into[0] = red / 255
    into[1] = green / 255
    into[2] = blue / 255
    into[3] = opacity / 255
  }
}

/** Puts the picture on black; on white where what is opaque is dark, since it would vanish on black. */
function compose(pixels: Float32Array, alpha: Float32Array, channels: Channels): Float32Array {
  let ink = 0
  let weight = 0
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const at = pixel * channels
    const opacity = alpha[pixel] ?? 0
    const grey = channels === 1 ? pixels[at] : lumaOf(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)
    ink += (grey ?? 0) * opacity
    weight += opacity
  }
  if (weight === alpha.length) return pixels
  const background = weight > 0 && ink / weight < 0.5 ? 1 : 0
  return pixels.map((value, at) => {
    const opacity = alpha[Math.floor(at / channels)] ?? 0
    return value * opacity + background * (1 - opacity)
  })
}
