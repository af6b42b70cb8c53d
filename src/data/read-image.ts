/** Pictures from disk. */

import { readBytes } from './files.ts'
import { decodePng, type GreyImage } from './png.ts'

/** A PNG file as a greyscale picture. @throws NablaError E-FILE where it cannot be read; E-DATA as `decodePng`. */
export async function readImage(path: string): Promise<GreyImage> {
  return await decodePng(await readBytes(path), path)
}
