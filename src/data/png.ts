/**
 * PNG to a greyscale picture. The chunks are walked here, so that a damaged file gets an error with its byte and a
 * small file cannot unpack to a huge one; only the chunks that say what the pixels are reach the decoder.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", sections 5 and 11.
 */

import { formatCount, NablaError } from '../shared/index.ts'
import { dataError } from './mistakes.ts'
import { type Channels, MOST_PIXELS, type Picture, type PictureHeader } from './picture.ts'
import { pngPixels } from './png-pixels.ts'

/** A greyscale picture: 0 is black, 1 is white. */
export interface GreyImage {
  width: number
  height: number
  /** `[height, width]`, row-major. */
  pixels: Float32Array
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const PIXEL_CHUNKS: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'])
const CHANNELS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
])
const FIX_FILE = 'save the picture again as PNG; the file may be damaged or cut off.'

/**
 * A PNG file as a greyscale picture. Colours become luma (ITU-R BT.601); what is transparent shows black behind
 * light ink and white behind dark ink. `where` is what errors call it, such as its path. The decoder is loaded with
 * the first picture.
 * @throws NablaError E-DATA with the byte for a file that is no PNG, damaged, cut off or too large to be a sample.
 */
export async function decodePng(bytes: Uint8Array, where: string): Promise<GreyImage> {
  const { width, height, pixels } = await decodePngAs(bytes, 1, where)
  return { width, height, pixels }
}

/** A PNG file as a picture, in grey (luma) or colour. @throws NablaError as `decodePng`. */
export async function decodePngAs(bytes: Uint8Array, channels: Channels, where: string): Promise<Picture> {
  const chunks = walkChunks(bytes, where)
  const header = readHeader(chunks, where)
  const [{ decode }, { unzlibSync }] = await Promise.all([import('fast-png'), import('fflate')])
  checkPixelData(chunks, header, where, unzlibSync)
  try {
    const png = decode(joinChunks(chunks), { checkCrc: true })
    return { width: png.width, height: png.height, channels, pixels: pngPixels(png, channels, where) }
  } catch (error) {
    if (error instanceof NablaError) throw error
    const received = error instanceof Error ? error.message : String(error)
    throw new NablaError({ code: 'E-DATA', where, expected: 'a valid PNG', received, fix: FIX_FILE }, { cause: error })
  }
}

export function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && SIGNATURE.every((byte, at) => bytes[at] === byte)
}

/** What the file says of its picture, once all of its chunks were found. @throws NablaError as `decodePng`. */
export function readPngHeader(bytes: Uint8Array, where: string): PictureHeader {
  const { width, height, channels, palette } = readHeader(walkChunks(bytes, where), where)
  return { width, height, channels: palette || channels >= 3 ? 3 : 1 }
}

interface Chunk {
  type: string
  /** Where its length stands in the file. */
  start: number
  /** Length, type, data and checksum. */
  whole: Uint8Array
  data: Uint8Array
}

function walkChunks(bytes: Uint8Array, where: string): Chunk[] {
  if (!isPng(bytes)) {
    const hex = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw dataError(
      `${where}, byte 0`,
      'a PNG file, which starts with 89 50 4e 47',
      hex === '' ? 'an empty file' : hex,
      'convert the picture to PNG.',
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const chunks: Chunk[] = []
  for (let start = 8; chunks.at(-1)?.type !== 'IEND'; ) {
    const dataStart = start + 8
    const end = dataStart <= bytes.length ? dataStart + view.getUint32(start) + 4 : dataStart
    if (end > bytes.length) {
      throw dataError(
        `${where}, byte ${bytes.length}`,
        `${end - bytes.length} more bytes`,
        'the end of the file',
        FIX_FILE,
      )
    }
    const type = String.fromCharCode(...bytes.subarray(start + 4, dataStart))
    chunks.push({ type, start, whole: bytes.subarray(start, end), data: bytes.subarray(dataStart, end - 4) })
    start = end
  }
  return chunks.filter(({ type }) => PIXEL_CHUNKS.has(type))
}

interface Header {
  width: number
  height: number
  depth: number
  channels: number
  palette: boolean
  interlaced: boolean
}

function readHeader(chunks: readonly Chunk[], where: string): Header {
  const first = chunks[0]
  const headers = chunks.filter(({ type }) => type === 'IHDR').length
  if (first === undefined || first.type !== 'IHDR' || first.data.length !== 13 || headers !== 1) {
    throw dataError(`${where}, byte 8`, 'one header chunk (IHDR) of 13 bytes, first', first?.type ?? 'none', FIX_FILE)
  }
  const view = new DataView(first.data.buffer, first.data.byteOffset)
  const [width, height, depth, colour] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)]
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    const expected = `from 1 to ${formatCount(MOST_PIXELS)} pixels`
    throw dataError(`${where}, byte 16`, expected, `${width} × ${height}`, 'give a smaller picture.')
  }
  const channels = CHANNELS.get(colour)
  if (channels === undefined)
    throw dataError(`${where}, byte 25`, 'a colour type 0, 2, 3, 4 or 6', String(colour), FIX_FILE)
  if (colour === 3 && !chunks.some(({ type }) => type === 'PLTE')) {
    throw dataError(where, 'a palette (PLTE), for colour type 3', 'none', FIX_FILE)
  }
  const interlaced = view.getUint8(12) !== 0
  if (interlaced && depth < 8) {
    throw dataError(
      where,
      'a picture without interlacing, or of 8 or 16 bits',
      `an interlaced one of ${depth} bits`,
      'save it without interlacing.',
      'E-UNSUPPORTED',
    )
  }
  return { width, height, depth, channels, palette: colour === 3, interlaced }
}

/** Unpacks the pixel data into a buffer of the size that the header promises, and no more. */
function checkPixelData(
  chunks: readonly Chunk[],
  header: Header,
  where: string,
  unpack: typeof import('fflate').unzlibSync,
): void {
  const parts = chunks.filter(({ type }) => type === 'IDAT')
  const needed = rawBytes(header)
  const packed = new Uint8Array(parts.reduce((sum, { data }) => sum + data.length, 0))
  let at = 0
  for (const { data } of parts) {
    packed.set(data, at)
    at += data.length
  }
  const expected = `${formatCount(needed)} bytes of pixels, for ${header.width} × ${header.height}`
  const place = `${where}, byte ${parts[0]?.start ?? 8}`
  // Deflate never doubles its input: more than this is no picture of that size.
  if (packed.length > 2 * needed + 1024) {
    throw dataError(place, expected, `${formatCount(packed.length)} packed bytes`, FIX_FILE)
  }
  let unpacked: Uint8Array
  try {
    unpacked = unpack(packed, { out: new Uint8Array(needed + 1) })
  } catch (error) {
    throw dataError(place, expected, error instanceof Error ? error.message : String(error), FIX_FILE)
  }
  if (unpacked.length === needed) return
  const received = unpacked.length > needed ? 'more' : formatCount(unpacked.length)
  throw dataError(place, expected, received, FIX_FILE)
}

/** First row, first column, row step, column step of Adam7's seven passes (PNG, section 8.1). */
const ADAM7 = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
] as const

/** Bytes of all rows, each with its filter byte. */
function rawBytes({ width, height, depth, channels, interlaced }: Header): number {
  const bytesOf = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * channels * depth) / 8))
  if (!interlaced) return bytesOf(width, height)
  return ADAM7.reduce((sum, [row, column, rowStep, columnStep]) => {
    return sum + bytesOf(Math.ceil((width - column) / columnStep), Math.ceil((height - row) / rowStep))
  }, 0)
}

function joinChunks(chunks: readonly Chunk[]): Uint8Array {
  const png = new Uint8Array(SIGNATURE.length + chunks.reduce((sum, { whole }) => sum + whole.length, 0))
  png.set(SIGNATURE)
  let at = SIGNATURE.length
  for (const { whole } of chunks) {
    png.set(whole, at)
    at += whole.length
  }
  return png
}
