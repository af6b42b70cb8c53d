/** Pictures from disk, and what their bytes say that they are. */

import { readBytes } from './files.ts'
import { decodeJpeg, isJpeg, readJpegHeader } from './jpeg.ts'
import { dataError } from './mistakes.ts'
import type { Channels, Picture, PictureHeader } from './picture.ts'
import { decodePngAs, type GreyImage, isPng, readPngHeader } from './png.ts'

/** A PNG or JPEG file as a greyscale picture. @throws NablaError E-FILE where it cannot be read; E-DATA as `decodePng`. */
export async function readImage(path: string): Promise<GreyImage> {
  const { width, height, pixels } = await readPicture(path, 1)
  return { width, height, pixels }
}

/**
 * A PNG or JPEG file as a picture, in grey (luma) or colour.
 * @throws NablaError E-FILE where it cannot be read; E-DATA, E-UNSUPPORTED where it is no picture, or a damaged one.
 */
export async function readPicture(path: string, channels: Channels): Promise<Picture> {
  const bytes = await readBytes(path)
  return pictureType(bytes, path) === 'png' ? decodePngAs(bytes, channels, path) : decodeJpeg(bytes, channels, path)
}

/** Size and channels of a picture whose file is whole. @throws NablaError as `readPicture`. */
export async function readPictureHeader(path: string): Promise<PictureHeader> {
  const bytes = await readBytes(path)
  const type = pictureType(bytes, path)
  const named = /\.png$/i.test(path) ? 'png' : /\.jpe?g$/i.test(path) ? 'jpeg' : type
  if (named !== type) {
    const fix = `rename it to end in ${type === 'png' ? '.png' : '.jpg'}.`
    throw dataError(path, `a ${named.toUpperCase()} file, as it is named`, `a ${type.toUpperCase()} file`, fix)
  }
  return type === 'png' ? readPngHeader(bytes, path) : readJpegHeader(bytes, path)
}

/** What else a picture may be, by its first bytes. */
const OTHERS: readonly [start: string, name: string][] = [
  ['GIF8', 'a GIF file'],
  ['RIFF', 'a WebP or another RIFF file'],
  ['BM', 'a BMP file'],
  ['II*\0', 'a TIFF file'],
  ['MM\0*', 'a TIFF file'],
  ['<', 'text, such as SVG or HTML'],
]

function pictureType(bytes: Uint8Array, path: string): 'png' | 'jpeg' {
  if (isPng(bytes)) return 'png'
  if (isJpeg(bytes)) return 'jpeg'
  const start = String.fromCharCode(...bytes.subarray(0, 4))
  const other = OTHERS.find(([letters]) => start.startsWith(letters))?.[1]
  const hex = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const received = bytes.length === 0 ? 'an empty file' : (other ?? `one that starts with ${hex}`)
  throw dataError(path, 'a PNG or JPEG file', received, 'save the picture as PNG or JPEG.')
}
