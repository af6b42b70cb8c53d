/**
 * safetensors: a JSON header of names, types, shapes and byte ranges, then the numbers. Written deterministically,
 * every array aligned to its element; read as hostile input. Invariant of what is accepted: the arrays lie side by
 * side, cover the data without gap or overlap, and each has as many bytes as its shape and type say.
 *
 * Source: https://github.com/huggingface/safetensors, README, section "Format".
 */

import { formatCount, formatShape, NablaError, sizeOf } from '../shared/index.ts'
import { findRepeatedKey } from './repeated-key.ts'
import {
  arrayOf,
  bytesOf,
  checkArray,
  DTYPE_BYTES,
  formatError,
  isTensorDtype,
  type StoredTensor,
  type TensorDtype,
} from './tensor.ts'

/** The format's own limit, so that a forged length cannot make a reader allocate. */
const MOST_HEADER_BYTES = 100_000_000
const ALIGNMENT_BYTES = 8
const METADATA = '__metadata__'

/** The order in which the reference implementation lays types out, so that its bytes and ours are the same. */
const LAYOUT: readonly TensorDtype[] = ['U64', 'I64', 'F64', 'F32', 'U32', 'I32', 'U16', 'I16', 'I8', 'U8', 'BOOL']

export interface Safetensors {
  /** In the order in which they lie in the file. */
  tensors: StoredTensor[]
  metadata: Record<string, string>
}

/**
 * The bytes of a safetensors file. Wide types come first, then by name, so equal content gives equal bytes.
 * @throws NablaError E-NAME for a name that is repeated or reserved; E-SHAPE where data and shape differ.
 */
export function encodeSafetensors(
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkNames(tensors)
  for (const tensor of tensors) checkArray(tensor, `tensor ${JSON.stringify(tensor.name)}`)
  const ordered = [...tensors].sort(
    (a, b) => LAYOUT.indexOf(a.dtype) - LAYOUT.indexOf(b.dtype) || (a.name < b.name ? -1 : 1),
  )
  const entries: [string, unknown][] = []
  if (Object.keys(metadata).length > 0) {
    entries.push([METADATA, Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)))])
  }
  let end = 0
  for (const { name, dtype, shape, data } of ordered) {
    const begin = end
    end += data.byteLength
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }])
  }
  const json = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
  const header = new TextEncoder().encode(json)
  const headerBytes = Math.ceil(header.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
  const bytes = new Uint8Array(8 + headerBytes + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true)
  bytes.fill(0x20, 8, 8 + headerBytes)
  bytes.set(header, 8)
  let at = 8 + headerBytes
  for (const tensor of ordered) {
    bytes.set(bytesOf(tensor), at)
    at += tensor.data.byteLength
  }
  return bytes
}

function checkNames(tensors: readonly StoredTensor[]): void {
  const seen = new Set<string>()
  for (const { name } of tensors) {
    if (seen.has(name) || name === METADATA) {
      throw new NablaError({
        code: 'E-NAME',
        where: 'encodeSafetensors',
        expected: `names that differ, none of them "${METADATA}"`,
        received: JSON.stringify(name),
        fix: 'rename the tensor.',
      })
    }
    seen.add(name)
  }
}

const FIX_FILE = 'save the file again; it may be damaged, or cut off, or not a safetensors file.'

/**
 * The arrays of a safetensors file, copied out of `bytes`. `where` is what errors call it, such as its path.
 * @throws NablaError E-DATA for anything that the format does not allow, with the byte or the tensor's name;
 *   E-UNSUPPORTED for an element type that is not read here (F16, BF16, F8).
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const headerBytes = readHeaderLength(bytes, where)
  const header = readHeader(bytes.subarray(8, 8 + headerBytes), where)
  const dataBytes = bytes.length - 8 - headerBytes
  const { [METADATA]: metadata, ...rest } = header
  const entries = Object.entries(rest)
    .map(([name, entry]) => readEntry(name, entry, dataBytes, where))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkCoverage(entries, dataBytes, where)
  const tensors = entries.map(({ name, dtype, shape, begin, end }): StoredTensor => {
    // Not slice(): of a Node Buffer that is a view, and its buffer is someone else's too.
    const own = new Uint8Array(bytes.subarray(8 + headerBytes + begin, 8 + headerBytes + end))
    return { name, ...arrayOf(dtype, shape, own.buffer) }
  })
  return { tensors, metadata: readMetadata(metadata, where) }
}

function readHeaderLength(bytes: Uint8Array, where: string): number {
  if (bytes.length < 8) {
    throw formatError(
      `${where}, byte ${bytes.length}`,
      'the 8 bytes of a header length',
      'the end of the file',
      FIX_FILE,
    )
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  const most = Math.min(MOST_HEADER_BYTES, bytes.length - 8)
  if (length < 2n || length > BigInt(most)) {
    throw formatError(`${where}, byte 0`, `a header length from 2 to ${most} bytes`, String(length), FIX_FILE)
  }
  return Number(length)
}

function readHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  const problem = (received: string) => formatError(`${where}, byte 8`, 'a JSON object', received, FIX_FILE)
  let text: string
  let header: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    header = JSON.parse(text)
  } catch (error) {
    throw problem(error instanceof Error ? error.message.slice(0, 120) : 'something else')
  }
  if (!isRecord(header)) throw problem(Array.isArray(header) ? 'a list' : typeof header)
  const repeated = findRepeatedKey(text)
  if (repeated !== undefined) throw problem(`the name ${JSON.stringify(repeated)} twice`)
  return header
}

interface Entry {
  name: string
  dtype: TensorDtype
  shape: number[]
  begin: number
  end: number
}

function readEntry(name: string, entry: unknown, dataBytes: number, where: string): Entry {
  const place = `${where}, tensor ${JSON.stringify(name.slice(0, 100))}`
  if (!isRecord(entry)) throw formatError(place, 'an object with dtype, shape, data_offsets', typeof entry, FIX_FILE)
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isTensorDtype(dtype)) throw unknownDtype(place, dtype)
  if (!isWholeList(shape)) throw formatError(place, 'a shape of whole numbers', show(shape), FIX_FILE)
  if (!isWholeList(offsets) || offsets.length !== 2) {
    throw formatError(place, 'data_offsets of two whole numbers', show(offsets), FIX_FILE)
  }
  const [begin = 0, end = 0] = offsets
  if (begin > end || end > dataBytes) {
    throw formatError(place, `data_offsets within 0..${dataBytes}`, show(offsets), FIX_FILE)
  }
  const needed = sizeOf(shape) * DTYPE_BYTES[dtype]
  if (needed !== end - begin) {
    const expected = `${formatCount(needed)} bytes, for ${formatShape(shape)} of ${dtype}`
    throw formatError(place, expected, formatCount(end - begin), FIX_FILE)
  }
  return { name, dtype, shape, begin, end }
}

/** The format allows no gaps and no overlaps: bytes that no name owns could hide anything. */
function checkCoverage(entries: readonly Entry[], dataBytes: number, where: string): void {
  let at = 0
  for (const { name, begin, end } of entries) {
    if (begin !== at) {
      const place = `${where}, tensor ${JSON.stringify(name.slice(0, 100))}`
      throw formatError(place, `data that starts at ${at}, where the one before ends`, String(begin), FIX_FILE)
    }
    at = end
  }
  if (at !== dataBytes) {
    throw formatError(where, `${formatCount(at)} bytes of data, as the header says`, formatCount(dataBytes), FIX_FILE)
  }
}

function readMetadata(metadata: unknown, where: string): Record<string, string> {
  if (metadata === undefined) return {}
  const entries = isRecord(metadata) ? Object.entries(metadata) : undefined
  const wrong = entries?.find(([, value]) => typeof value !== 'string')
  if (entries === undefined || wrong !== undefined) {
    throw formatError(`${where}, ${METADATA}`, 'an object of texts', show(wrong?.[1] ?? metadata), FIX_FILE)
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]))
}

function unknownDtype(place: string, dtype: unknown): NablaError {
  const narrow = typeof dtype === 'string' && /^B?F(16|8_\w+)$/.test(dtype)
  return new NablaError({
    code: narrow ? 'E-UNSUPPORTED' : 'E-DATA',
    where: place,
    expected: `a dtype among ${Object.keys(DTYPE_BYTES).join(', ')}`,
    received: show(dtype),
    fix: narrow ? 'save the model in float32.' : FIX_FILE,
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWholeList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0)
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80)
}
