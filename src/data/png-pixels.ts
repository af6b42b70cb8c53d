/** Decoded PNG samples to grey: every bit depth, palettes, transparency. */

import type { DecodedPng } from 'fast-png'
import { dataError } from './mistakes.ts'

/** Shares of red, green and blue in luma (ITU-R BT.601), as in most tools that turn pictures grey. */
const LUMA = [0.299, 0.587, 0.114] as const

/** `[height, width]` from 0 (black) to 1 (white). @throws NablaError E-DATA for a colour that the palette lacks. */
export function greyPixels(png: DecodedPng, where: string): Float32Array {
  const count = png.width * png.height
  const grey = new Float32Array(count)
  const alpha = new Float32Array(count)
  const read = png.palette === undefined ? directReader(png) : paletteReader(png, png.palette, where)
  for (let pixel = 0; pixel < count; pixel++) read(pixel, grey, alpha)
  return compose(grey, alpha)
}

type PixelReader = (pixel: number, grey: Float32Array, alpha: Float32Array) => void

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
  return (pixel, grey, alpha) => {
    let luma = 0
    let isKey = transparency !== undefined && transparency.length >= colours
    for (let channel = 0; channel < colours; channel++) {
      const value = sample(pixel, channel)
      luma += value * (colours === 1 ? 1 : (LUMA[channel] ?? 0))
      isKey = isKey && value === transparency?.[channel]
    }
    grey[pixel] = luma / largest
    alpha[pixel] = hasAlpha ? sample(pixel, channels - 1) / largest : isKey ? 0 : 1
  }
}

function paletteReader(png: DecodedPng, palette: readonly number[][], where: string): PixelReader {
  const sample = sampleReader(png)
  return (pixel, grey, alpha) => {
    const index = sample(pixel, 0)
    const colour = palette[index]
    if (colour === undefined) {
      const place = `${where}, pixel ${pixel % png.width}, ${Math.floor(pixel / png.width)}`
      throw dataError(place, `a colour from 0 to ${palette.length - 1}`, String(index), 'save the picture again.')
    }
    const [red = 0, green = 0, blue = 0, opacity = 255] = colour
    grey[pixel] = (red * LUMA[0] + green * LUMA[1] + blue * LUMA[2]) / 255
    alpha[pixel] = opacity / 255
  }
}

/** Puts the picture on black; on white where what is opaque is dark, since it would vanish on black. */
function compose(grey: Float32Array, alpha: Float32Array): Float32Array {
  let ink = 0
  let weight = 0
  for (let pixel = 0; pixel < grey.length; pixel++) {
    ink += (grey[pixel] ?? 0) * (alpha[pixel] ?? 0)
    weight += alpha[pixel] ?? 0
  }
  if (weight === grey.length) return grey
  const background = weight > 0 && ink / weight < 0.5 ? 1 : 0
  return grey.map((value, pixel) => {
    const opacity = alpha[pixel] ?? 0
    return value * opacity + background * (1 - opacity)
  })
}
