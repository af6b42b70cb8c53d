/** A picture to the sample that a network expects: its size, light ink on dark as in MNIST, numbers from 0 to 1. */

import { formatShape, type Shape } from '../shared/index.ts'
import { dataError } from './mistakes.ts'
import { resizePicture } from './picture.ts'
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
  const small = resizePicture({ ...image, channels: 1 }, fitWidth, fitHeight).pixels
  const pixels = new Float32Array(width * height).fill(background)
  const left = Math.floor((width - fitWidth) / 2)
  const top = Math.floor((height - fitHeight) / 2)
  for (let y = 0; y < fitHeight; y++) {
    pixels.set(small.subarray(y * fitWidth, (y + 1) * fitWidth), (top + y) * width + left)
  }
  return pixels
}
