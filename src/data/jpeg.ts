/**
 * JPEG to a picture. The segments are walked here, so that a damaged file gets an error with its byte and a small file
 * cannot unpack to a huge one; then the decoder has its turn.
 *
 * Source: ITU-T T.81, annex B.
 */

import { formatCount, NablaError } from '../shared/index.ts'
import { dataError } from './mistakes.ts'
import { type Channels, LUMA, MOST_PIXELS, type Picture, type PictureHeader } from './picture.ts'

const FIX_FILE = 'save the picture again as JPEG; the file may be damaged or cut off.'
const END_OF_IMAGE = 0xd9
const START_OF_SCAN = 0xda
/** Markers that stand alone, without a length: TEM and the restart markers. */
const isAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
/** Frame headers: SOF0 to SOF15, but for DHT, JPG and DAC between them. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
/** What the decoder may use for one picture. */
const MOST_DECODER_MB = 512

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
}

/**
 * What the file says of its picture, once all of its segments were found, up to the end of the image.
 * @throws NablaError E-DATA with the byte for a file that is no JPEG, cut off or too large to be a sample;
 *   E-UNSUPPORTED for one that is lossless, arithmetic-coded or of 12 bits.
 */
export function readJpegHeader(bytes: Uint8Array, where: string): PictureHeader {
  if (!isJpeg(bytes))
    throw dataError(`${where}, byte 0`, 'a JPEG file, which starts with ff d8 ff', 'another', FIX_FILE)
  let header: PictureHeader | undefined
  for (let at = 2; ; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    const marker = bytes[at + 1]
    if (marker === undefined) throw cutOff(bytes, where)
    if (bytes[at] !== 0xff) {
      throw dataError(`${where}, byte ${at}`, 'the next segment, which starts with ff', hexOf(bytes[at]), FIX_FILE)
    }
    if (marker === END_OF_IMAGE) break
    if (isAlone(marker)) {
      at += 2
      continue
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    if (at + 2 + length > bytes.length || length < 2) throw cutOff(bytes, where)
    if (isFrame(marker)) header ??= readFrame(bytes, at, marker, where)
    at += 2 + length
    if (marker === START_OF_SCAN) at = endOfScan(bytes, at)
  }
  if (header !== undefined) return header
  throw dataError(where, 'a frame header', 'none', FIX_FILE)
}

/** Where the coded data ends: at a marker that is no restart. A stuffed ff is followed by 00. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    at = bytes.indexOf(0xff, at)
    if (at < 0) return bytes.length
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && !isAlone(next)) return at
  }
}

function readFrame(bytes: Uint8Array, at: number, marker: number, where: string): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  const [bits, height, width, components] = [view.getUint8(4), view.getUint16(5), view.getUint16(7), view.getUint8(9)]
  if (marker > 0xc2 || bits !== 8) {
    throw dataError(
      `${where}, byte ${at}`,
      'a baseline or progressive JPEG of 8 bits',
      bits === 8 ? 'a lossless, hierarchical or arithmetic-coded one' : `one of ${bits} bits`,
      'save it as an ordinary JPEG or as PNG.',
      'E-UNSUPPORTED',
    )
  }
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    const expected = `from 1 to ${formatCount(MOST_PIXELS)} pixels`
    throw dataError(`${where}, byte ${at + 5}`, expected, `${width} × ${height}`, 'give a smaller picture.')
  }
  return { width, height, channels: components === 1 ? 1 : 3 }
}

function cutOff(bytes: Uint8Array, where: string) {
  return dataError(`${where}, byte ${bytes.length}`, 'the end-of-image marker', 'the end of the file', FIX_FILE)
}

const hexOf = (byte: number | undefined) => (byte ?? 0).toString(16).padStart(2, '0')

/**
 * A JPEG file as a picture, in grey (luma) or colour. Notes of the camera, such as orientation, are not looked at. The
 * decoder is loaded with the first picture.
 * @throws NablaError as `readJpegHeader`; E-DATA where the coded data is damaged.
 */
export async function decodeJpeg(bytes: Uint8Array, channels: Channels, where: string): Promise<Picture> {
  const { width, height } = readJpegHeader(bytes, where)
  const { decode } = await import('jpeg-js')
  let rgb: Uint8Array
  try {
    const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false } as const
    const limits = { maxResolutionInMP: MOST_PIXELS / 1e6, maxMemoryUsageInMB: MOST_DECODER_MB }
    rgb = decode(bytes, { ...options, ...limits }).data
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error)
    throw new NablaError({ code: 'E-DATA', where, expected: 'a valid JPEG', received, fix: FIX_FILE }, { cause: error })
  }
  if (rgb.length !== width * height * 3) {
    throw dataError(where, `${width} × ${height} pixels`, `${rgb.length / 3} pixels`, FIX_FILE)
  }
  const pixels = new Float32Array(width * height * channels)
  if (channels === 3) for (let at = 0; at < pixels.length; at++) pixels[at] = (rgb[at] ?? 0) / 255
  else {
    for (let at = 0; at < pixels.length; at++) {
      const [red = 0, green = 0, blue = 0] = rgb.subarray(at * 3, at * 3 + 3)
      pixels[at] = (red * LUMA[0] + green * LUMA[1] + blue * LUMA[2]) / 255
    }
  }
  return { width, height, channels, pixels }
}
