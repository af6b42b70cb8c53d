/**
 * npy: one NumPy array with a header that is a Python literal. Read as hostile input, by patterns, never evaluated;
 * arrays of Python objects, which are pickles and so programs, are refused. What leaves is row-major, little-endian.
 *
 * Source: NumPy, numpy.lib.format, "Format Version 1.0" to "3.0".
 */

import { formatCount, formatShape, NablaError, rowMajorStrides, type Shape, sizeOf } from '../shared/index.ts'
import { arrayOf, bytesOf, checkArray, DTYPE_BYTES, formatError, type StoredArray, type TensorDtype } from './tensor.ts'

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)
/** NumPy aligns the data to this many bytes (ARRAY_ALIGN). */
const ALIGNMENT_BYTES = 64
/** The longest header that version 1.0 allows; nothing here needs more. */
export const MOST_HEADER_BYTES = 65_535
/** NumPy's own limit on dimensions (NPY_MAXDIMS in NumPy 2). */
const MOST_AXES = 64

/** NumPy's name of each type, without byte order. */
const NUMPY_TYPES: ReadonlyMap<string, TensorDtype> = new Map([
  ['f4', 'F32'],
  ['f8', 'F64'],
  ['i1', 'I8'],
  ['i2', 'I16'],
  ['i4', 'I32'],
  ['i8', 'I64'],
  ['u1', 'U8'],
  ['u2', 'U16'],
  ['u4', 'U32'],
  ['u8', 'U64'],
  ['b1', 'BOOL'],
])

const FIX_FILE = 'save it again with numpy.save; it may be damaged, or cut off, or not an npy file.'

export interface NpyHeader {
  dtype: TensorDtype
  bigEndian: boolean
  fortran: boolean
  shape: number[]
  /** Where the numbers start. */
  start: number
}

/**
 * The array of an npy file, copied out of `bytes`, row-major. `where` is what errors call it, such as its path.
 * @throws NablaError E-DATA for a file that is damaged, cut off or no npy; E-UNSUPPORTED for element types that are
 *   not read here: pickled objects, records, text, half and complex floats.
 */
export function decodeNpy(bytes: Uint8Array, where: string): StoredArray {
  const header = readNpyHeader(bytes, where, bytes.length)
  const { dtype, shape, start } = header
  // Not slice(): of a Node Buffer that is a view, and its buffer is someone else's too.
  const own = new Uint8Array(bytes.subarray(start))
  if (header.bigEndian) swapBytes(own, DTYPE_BYTES[dtype])
  const rowMajor = header.fortran && shape.length > 1 ? toRowMajor(own, shape, DTYPE_BYTES[dtype]) : own
  return arrayOf(dtype, shape, rowMajor.buffer)
}

/** The bytes that `numpy.save` writes for this array. @throws NablaError E-SHAPE where data and shape differ. */
export function encodeNpy(array: StoredArray): Uint8Array {
  checkArray(array, 'encodeNpy')
  const { dtype, shape } = array
  const type = [...NUMPY_TYPES].find(([, candidate]) => candidate === dtype)?.[0] ?? ''
  const order = DTYPE_BYTES[dtype] === 1 ? '|' : '<'
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': (${extents}), }`
  const start = Math.ceil((10 + text.length + 1) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
  const bytes = new Uint8Array(start + array.data.byteLength)
  bytes.set(MAGIC)
  bytes[6] = 1
  new DataView(bytes.buffer).setUint16(8, start - 10, true)
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10)
  bytes.set(bytesOf(array), start)
  return bytes
}

/**
 * What the first bytes of an npy file say, for a file of `fileBytes`: they may be all, or as many as a header takes.
 * @throws NablaError as `decodeNpy`.
 */
export function readNpyHeader(bytes: Uint8Array, where: string, fileBytes: number): NpyHeader {
  const header = readHeader(bytes, where)
  const { dtype, shape, start } = header
  const needed = sizeOf(shape) * DTYPE_BYTES[dtype]
  if (needed === fileBytes - start) return header
  const expected = `${formatCount(needed)} bytes, for ${formatShape(shape)} of ${dtype}`
  throw formatError(`${where}, byte ${start}`, expected, formatCount(fileBytes - start), FIX_FILE)
}

function readHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (bytes.length < 10 || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    const hex = [...bytes.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw formatError(
      `${where}, byte 0`,
      'an npy file, which starts with 93 4e 55 4d 50 59',
      hex || 'nothing',
      FIX_FILE,
    )
  }
  const version = bytes[6] ?? 0
  if (version < 1 || version > 3) {
    throw formatError(`${where}, byte 6`, 'format version 1, 2 or 3', String(version), FIX_FILE)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const textStart = version === 1 ? 10 : 12
  const length = version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? Infinity : view.getUint32(8, true)
  const start = textStart + length
  if (length > MOST_HEADER_BYTES || start > bytes.length) {
    const most = Math.max(0, Math.min(MOST_HEADER_BYTES, bytes.length - textStart))
    throw formatError(`${where}, byte 8`, `a header of at most ${most} bytes`, String(length), FIX_FILE)
  }
  const text = new TextDecoder('latin1').decode(bytes.subarray(textStart, start))
  return { ...parseHeader(text, `${where}, byte ${textStart}`), start }
}

/** The three entries of the header's dictionary, in any order. */
function parseHeader(text: string, where: string): Omit<NpyHeader, 'start'> {
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(text)?.[1]
  const extents = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1]
  const descr = /['"]descr['"]\s*:\s*(['"]([^'"]*)['"]|\[)/.exec(text)
  if (!/^\s*\{[\s\S]*\}\s*$/.test(text) || fortran === undefined || extents === undefined || descr === null) {
    const received = JSON.stringify(text.trim().slice(0, 80))
    throw formatError(where, "a header with 'descr', 'fortran_order' and 'shape'", received, FIX_FILE)
  }
  const { dtype, bigEndian } = readType(descr[2] ?? 'a record', where)
  const shape = extents
    .split(',')
    .map((extent) => extent.trim())
    .filter((extent) => extent !== '')
    .map((extent) => (/^\d+L?$/.test(extent) ? Number.parseInt(extent, 10) : Number.NaN))
  if (shape.length > MOST_AXES || !shape.every(Number.isSafeInteger)) {
    throw formatError(where, `a shape of at most ${MOST_AXES} whole numbers`, `(${extents.slice(0, 80)})`, FIX_FILE)
  }
  return { dtype, bigEndian, fortran: fortran === 'True', shape }
}

function readType(descr: string, where: string): { dtype: TensorDtype; bigEndian: boolean } {
  const match = /^([<>|=])?(\w+)$/.exec(descr)
  const dtype = NUMPY_TYPES.get(match?.[2] ?? '')
  if (dtype !== undefined) return { dtype, bigEndian: match?.[1] === '>' }
  const isPickle = /^[<>|=]?O/.test(descr)
  throw new NablaError({
    code: 'E-UNSUPPORTED',
    where,
    expected: `numbers: ${[...NUMPY_TYPES.keys()].join(', ')}`,
    received: isPickle ? 'Python objects (a pickle, which can run any code when it is read)' : descr.slice(0, 40),
    fix: "turn the array into numbers before saving it, for instance with .astype('float32').",
  })
}

/** Reverses every element's bytes in place. */
function swapBytes(bytes: Uint8Array, sizeBytes: number): void {
  if (sizeBytes === 1) return
  for (let at = 0; at < bytes.length; at += sizeBytes) bytes.subarray(at, at + sizeBytes).reverse()
}

/** Column-major to row-major: element by element, its place counted as on an odometer. */
function toRowMajor(source: Uint8Array, shape: Shape, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(source.length)
  const strides = rowMajorStrides([...shape].reverse()).reverse()
  const index = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < turned.length; to += sizeBytes) {
    for (let byte = 0; byte < sizeBytes; byte++) turned[to + byte] = source[from * sizeBytes + byte] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      index[axis] = (index[axis] ?? 0) + 1
      from += stride
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break
      from -= stride * (shape[axis] ?? 0)
      index[axis] = 0
    }
  }
  return turned
}
