/** A picture to the sample that a network expects: its size, light ink on dark as in MNIST, numbers from 0 to 1. */

import { formatShape, type Shape } from '../shared/index.ts'
import { dataError } from './mistakes.ts'
import type { GreyImage } from './png.ts'

export interface ImageSampleOptions {
  /** The network's input: `[784]` (a square), `[28, 28]`, `[28, 28, 1]` or `[1, 28, 28]`. */
  shape: Shape
  /** Swap dark and light. 'auto', the default, does so where the picture's border is light. */
  invert?: boolean | 'auto'
}

export interface ImageSample {
  /** As many numbers as `shape` has, from 0 to 1. */
  input: Float32Array
  inverted: boolean
  resized: boolean
}

/**
 * A picture as one input. It keeps its proportions: what it does not fill has the colour of its border. Pixels are
 * averaged over the area that each covers.
 * @throws NablaError E-SHAPE for a shape that is no greyscale picture.
 */
export function imageSample(image: GreyImage, options: ImageSampleOptions): ImageSample {
  const [height, width] = pictureSize(options.shape)
  const border = borderMean(image)
  const inverted = options.invert === undefined || options.invert === 'auto' ? border > 0.5 : options.invert
  const resized = image.width !== width || image.height !== height
  const pixels = resized ? scaleToFit(image, width, height, border) : image.pixels
  return { input: inverted ? pixels.map((value) => 1 - value) : pixels.slice(), inverted, resized }
}

function pictureSize(shape: Shape): [height: number, width: number] {
  const extents = shape.length === 3 ? shape.filter((extent, axis) => extent !== 1 || axis === 1) : [...shape]
  const side = Math.sqrt(extents[0] ?? 0)
  if (extents.length === 1 && Number.isInteger(side) && side > 0) return [side, side]
  const [height, width] = extents
  if (extents.length === 2 && height !== undefined && width !== undefined && height > 0 && width > 0) {
    return [height, width]
  }
  throw dataError(
    'imageSample: shape',
    'a greyscale picture: a square number such as [784], or [height, width]',
    formatShape(shape),
    'use a network whose input is a greyscale picture.',
    'E-SHAPE',
  )
}

function borderMean({ width, height, pixels }: GreyImage): number {
  let sum = 0
  let count = 0
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1)
    for (let x = 0; x < width; x += step) {
      sum += pixels[y * width + x] ?? 0
      count++
    }
  }
  return sum / count
}

/** The picture scaled to fit, in the middle of `background`. */
function scaleToFit(image: GreyImage, width: number, height: number, background: number): Float32Array {
  const scale = Math.min(width / image.width, height / image.height)
  const fitWidth = Math.max(1, Math.round(image.width * scale))
  const fitHeight = Math.max(1, Math.round(image.height * scale))
  const narrow = averageColumns(image.pixels, image.width, image.height, fitWidth)
  const small = transpose(
    averageColumns(transpose(narrow, fitWidth, image.height), image.height, fitWidth, fitHeight),
    fitHeight,
    fitWidth,
  )
  const pixels = new Float32Array(width * height).fill(background)
  const left = Math.floor((width - fitWidth) / 2)
  const top = Math.floor((height - fitHeight) / 2)
  for (let y = 0; y < fitHeight; y++) {
    pixels.set(small.subarray(y * fitWidth, (y + 1) * fitWidth), (top + y) * width + left)
  }
  return pixels
}

/** `[height, width]` to `[height, columns]`: each new column is the mean of the stretch that it covers. */
function averageColumns(pixels: Float32Array, width: number, height: number, columns: number): Float32Array {
  const averaged = new Float32Array(height * columns)
  for (let column = 0; column < columns; column++) {
    const from = (column * width) / columns
    const to = ((column + 1) * width) / columns
    for (let y = 0; y < height; y++) {
      let sum = 0
      for (let x = Math.floor(from); x < Math.min(width, Math.ceil(to)); x++) {
        sum += (pixels[y * width + x] ?? 0) * (Math.min(to, x + 1) - Math.max(from, x))
      }
      averaged[y * columns + column] = sum / (to - from)
    }
  }
  return averaged
}

/** `[height, width]` to `[width, height]`. */
function transpose(pixels: Float32Array, width: number, height: number): Float32Array {
  const turned = new Float32Array(pixels.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[x * height + y] = pixels[y * width + x] ?? 0
  }
  return turned
}
