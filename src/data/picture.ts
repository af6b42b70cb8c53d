/** Pictures as numbers: grey or colour, of any size; and a picture of the size that a network takes. */

/** Shares of red, green and blue in luma (ITU-R BT.601), as in most tools that turn pictures grey. */
export const LUMA = [0.299, 0.587, 0.114] as const

/** 1: grey; 3: red, green, blue. */
export type Channels = 1 | 3

/** A picture, every number from 0 (dark) to 1. */
export interface Picture {
  width: number
  height: number
  channels: Channels
  /** `[height, width, channels]`, row-major. */
  pixels: Float32Array
}

/** What a file's header says of its picture. */
export interface PictureHeader {
  width: number
  height: number
  /** As it is stored: 3 for a palette. */
  channels: Channels
}

/** 33 megapixels: beyond that, a picture is not meant as a sample. */
export const MOST_PIXELS = 2 ** 25

/** The picture in another size: each new pixel is the mean of the area that it covers. Proportions may change. */
export function resizePicture(picture: Picture, width: number, height: number): Picture {
  const { channels } = picture
  if (picture.width === width && picture.height === height) return picture
  // Rows of width · channels numbers first, then columns of them.
  const narrow = averageAlong(picture.pixels, picture.height, picture.width, channels, width)
  const pixels = averageAlong(narrow, 1, picture.height, width * channels, height)
  return { width, height, channels, pixels }
}

/** `[outer, extent, inner]` to `[outer, wanted, inner]`: each new entry is the mean of the stretch that it covers. */
function averageAlong(values: Float32Array, outer: number, extent: number, inner: number, wanted: number) {
  const averaged = new Float32Array(outer * wanted * inner)
  for (let to = 0; to < wanted; to++) {
    const [from, until] = [(to * extent) / wanted, ((to + 1) * extent) / wanted]
    for (let block = 0; block < outer; block++) {
      for (let k = 0; k < inner; k++) {
        let sum = 0
        for (let at = Math.floor(from); at < Math.min(extent, Math.ceil(until)); at++) {
          const share = Math.min(until, at + 1) - Math.max(from, at)
          sum += (values[(block * extent + at) * inner + k] ?? 0) * share
        }
        averaged[(block * wanted + to) * inner + k] = sum / (until - from)
      }
    }
  }
  return averaged
}
