/**
 * IDX, the format of MNIST: a header of sizes, then numbers, big-endian. Bytes enter, as hostile input; an array
 * with its shape leaves, or an error that names the file and the byte.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats".
 */

import { formatCount, formatShape, type NablaError, type Shape, sizeOf } from '../shared/index.ts'
import { dataset } from './arrays.ts'
import type { Dataset } from './dataset.ts'
import { dataError } from './mistakes.ts'

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

export interface IdxArray {
  dtype: 'u8' | 'i8' | 'i16' | 'i32' | 'f32' | 'f64'
  shape: number[]
  /** Row-major. Bytes are a view of the file; wider types are copied in this machine's byte order. */
  data: IdxData
}

interface IdxType {
  dtype: IdxArray['dtype']
  sizeBytes: number
  read: (bytes: Uint8Array, offset: number, count: number) => IdxData
}

function viewOf(bytes: Uint8Array, offset: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + offset)
}

/** The third byte of the magic number says the type. */
const IDX_TYPES: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [0x08, { dtype: 'u8', sizeBytes: 1, read: (bytes, offset, count) => bytes.subarray(offset, offset + count) }],
  [0x09, { dtype: 'i8', sizeBytes: 1, read: (b, o, n) => fill(new Int8Array(n), b, o, (v, k) => v.getInt8(k)) }],
  [0x0b, { dtype: 'i16', sizeBytes: 2, read: (b, o, n) => fill(new Int16Array(n), b, o, (v, k) => v.getInt16(2 * k)) }],
  [0x0c, { dtype: 'i32', sizeBytes: 4, read: (b, o, n) => fill(new Int32Array(n), b, o, (v, k) => v.getInt32(4 * k)) }],
  [
    0x0d,
    { dtype: 'f32', sizeBytes: 4, read: (b, o, n) => fill(new Float32Array(n), b, o, (v, k) => v.getFloat32(4 * k)) },
  ],
  [
    0x0e,
    { dtype: 'f64', sizeBytes: 8, read: (b, o, n) => fill(new Float64Array(n), b, o, (v, k) => v.getFloat64(8 * k)) },
  ],
])

function fill<T extends IdxData>(
  into: T,
  bytes: Uint8Array,
  offset: number,
  read: (view: DataView, index: number) => number,
): T {
  const view = viewOf(bytes, offset)
  for (let index = 0; index < into.length; index++) into[index] = read(view, index)
  return into
}

const FIX_DOWNLOAD = 'fetch the file again; a download may have been cut off.'

export interface IdxHeader {
  dtype: IdxArray['dtype']
  shape: number[]
  /** Where the numbers start. */
  start: number
}

/** The longest header: 4 bytes, and 4 for each of 255 dimensions. */
export const MOST_IDX_HEADER_BYTES = 4 + 4 * 255

/**
 * What the first bytes of an IDX file say, for a file of `fileBytes`. `where` is what errors call it.
 * @throws NablaError E-DATA with the byte offset: wrong magic number, unknown type, impossible sizes, or a file
 *   shorter or longer than its header says.
 */
export function readIdxHeader(bytes: Uint8Array, where: string, fileBytes: number): IdxHeader {
  const type = readMagic(bytes, where)
  const rank = bytes[3] ?? 0
  const start = 4 + 4 * rank
  if (bytes.length < start) {
    const expected = `a header of ${start} bytes, for ${rank} dimensions`
    throw idxError(where, bytes.length, expected, `the end of the file`, FIX_DOWNLOAD)
  }
  const view = viewOf(bytes, 0)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const expectedBytes = start + sizeOf(shape) * type.sizeBytes
  if (!Number.isSafeInteger(expectedBytes) || expectedBytes !== fileBytes) {
    const claim = `${formatShape(shape)} of ${type.dtype}, so ${formatCount(expectedBytes)} bytes in all`
    const received = `a file of ${formatCount(fileBytes)} bytes`
    throw idxError(where, Math.min(fileBytes, expectedBytes), claim, received, FIX_DOWNLOAD)
  }
  return { dtype: type.dtype, shape, start }
}

/**
 * An IDX file. `where` is what errors call it, such as its path.
 * @throws NablaError E-DATA as `readIdxHeader`.
 */
export function parseIdx(bytes: Uint8Array, where: string): IdxArray {
  const { dtype, shape, start } = readIdxHeader(bytes, where, bytes.length)
  const data = readMagic(bytes, where).read(bytes, start, sizeOf(shape))
  return { dtype, shape, data }
}

function readMagic(bytes: Uint8Array, where: string): IdxType {
  if (bytes.length < 4) {
    throw idxError(where, bytes.length, 'the 4 bytes of a magic number', 'the end of the file', FIX_DOWNLOAD)
  }
  const hex = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw idxError(where, 0, 'an IDX file (00 00 …)', `a gzip file (${hex})`, 'unpack it with gunzip first.')
  }
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    throw idxError(
      where,
      0,
      'an IDX file, which starts with 00 00',
      hex,
      'name an IDX file, such as train-images-idx3-ubyte.',
    )
  }
  const type = IDX_TYPES.get(bytes[2] ?? 0)
  if (type === undefined) {
    const known = [...IDX_TYPES].map(([code, { dtype }]) => `0x${code.toString(16).padStart(2, '0')} (${dtype})`)
    throw idxError(where, 2, `an element type: ${known.join(', ')}`, hex.slice(6, 8), FIX_DOWNLOAD)
  }
  if (bytes[3] === 0) throw idxError(where, 3, 'at least one dimension', '0', 'name a file that holds a list.')
  return type
}

function idxError(where: string, byte: number, expected: string, received: string, fix: string): NablaError {
  return dataError(`${where}, byte ${byte}`, expected, received, fix)
}

export interface IdxDatasetOptions {
  name?: string
  /** The shape of one sample, if not the file's own: `[784]` for `[28, 28]`. */
  inputShape?: readonly number[]
  classNames?: readonly string[]
  /** What errors call the two files. */
  imagesWhere?: string
  labelsWhere?: string
}

/**
 * Images and their labels as a data set; bytes stay bytes and mean byte/255.
 * @throws NablaError E-DATA where either file is malformed, the labels are no list of whole numbers, or counts differ.
 */
export function idxDataset(images: Uint8Array, labels: Uint8Array, options: IdxDatasetOptions = {}): Dataset {
  const { imagesWhere = 'images', labelsWhere = 'labels' } = options
  const pictures = parseIdx(images, imagesWhere)
  const classes = parseIdx(labels, labelsWhere)
  checkIdxPair(pictures.shape, classes.shape, imagesWhere, labelsWhere)
  return dataset({
    name: options.name ?? imagesWhere,
    inputs: pictures.data,
    inputShape: options.inputShape ?? (pictures.shape.length === 1 ? [1] : pictures.shape.slice(1)),
    ...(pictures.dtype === 'u8' ? { scale: 1 / 255 } : {}),
    labels: Array.from(classes.data),
    ...(options.classNames === undefined ? {} : { classNames: options.classNames }),
  })
}

/** @throws NablaError E-DATA unless there is one label for each image. */
export function checkIdxPair(images: Shape, labels: Shape, imagesWhere: string, labelsWhere: string): void {
  if (labels.length !== 1) {
    const expected = 'one dimension: a label for each image'
    throw idxError(labelsWhere, 3, expected, formatShape(labels), 'name the labels file second.')
  }
  if (labels[0] === images[0]) return
  const expected = `${images[0]} labels, one for each image in ${imagesWhere}`
  throw idxError(labelsWhere, 4, expected, String(labels[0]), 'give the labels that belong to these images.')
}
