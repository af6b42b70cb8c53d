/**
 * Zip archives, as much of them as npz needs: stored or deflated members, no encryption, no parts, below 4 GiB. Read
 * as hostile input, from the directory at the end; members may not overlap, and what they unpack to is bounded.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
 */

import { deflateSync, inflateSync } from 'fflate'
import { formatBytes, formatCount, NablaError } from '../shared/index.ts'
import { crc32 } from './crc32.ts'
import { formatError } from './tensor.ts'

export interface ZipMember {
  name: string
  bytes: Uint8Array
}

export const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
export const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
export const END_BYTES = 22
export const LONGEST_COMMENT = 0xffff
export const DEFLATED = 8
const ENCRYPTED = 1
const UTF8_NAMES = 0x0800
/** What DEFLATE reaches at most: 258 bytes from 2 bits. */
const MOST_RATIO = 1032
/** 1 January 1980, the first day that zip knows: equal content gives equal bytes. */
const FIXED_DATE = 0x0021
export const FIX_FILE = 'save the archive again; it may be damaged, or cut off, or not a zip file.'

/** A zip archive, deflated unless told otherwise. Names are written as UTF-8. */
export function encodeZip(members: readonly ZipMember[], compress = true): Uint8Array {
  const entries = members.map(({ name, bytes }) => {
    const packed = compress ? deflateSync(bytes) : bytes
    return { name: new TextEncoder().encode(name), packed, size: bytes.length, crc: crc32(bytes) }
  })
  const named = entries.reduce((sum, { name }) => sum + name.length, 0)
  const packedBytes = entries.reduce((sum, { packed }) => sum + packed.length, 0)
  const directoryStart = LOCAL_BYTES * entries.length + named + packedBytes
  const directoryBytes = CENTRAL_BYTES * entries.length + named
  const total = directoryStart + directoryBytes + END_BYTES
  if (total > 0xffffffff || entries.length > 0xffff || entries.some(({ size }) => size > 0xffffffff)) {
    throw new NablaError({
      code: 'E-UNSUPPORTED',
      where: 'zip archive',
      expected: 'less than 4 GiB and 65,536 members',
      received: `${formatBytes(total)}, ${entries.length} members`,
      fix: 'write several archives.',
    })
  }
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  let at = 0
  let central = directoryStart
  for (const { name, packed, size, crc } of entries) {
    // From "version needed" on, the two headers hold the same fields.
    const writeFields = (from: number) => {
      view.setUint16(from, 20, true)
      view.setUint16(from + 2, UTF8_NAMES, true)
      view.setUint16(from + 4, compress ? DEFLATED : 0, true)
      view.setUint16(from + 8, FIXED_DATE, true)
      view.setUint32(from + 10, crc, true)
      view.setUint32(from + 14, packed.length, true)
      view.setUint32(from + 18, size, true)
      view.setUint16(from + 22, name.length, true)
    }
    view.setUint32(central, CENTRAL, true)
    view.setUint16(central + 4, 20, true)
    writeFields(central + 6)
    view.setUint32(central + 42, at, true)
    bytes.set(name, central + CENTRAL_BYTES)
    central += CENTRAL_BYTES + name.length
    view.setUint32(at, LOCAL, true)
    writeFields(at + 4)
    bytes.set(name, at + LOCAL_BYTES)
    bytes.set(packed, at + LOCAL_BYTES + name.length)
    at += LOCAL_BYTES + name.length + packed.length
  }
  view.setUint32(central, END, true)
  view.setUint16(central + 8, entries.length, true)
  view.setUint16(central + 10, entries.length, true)
  view.setUint32(central + 12, directoryBytes, true)
  view.setUint32(central + 16, directoryStart, true)
  return bytes
}

export interface ZipEntry {
  name: string
  method: number
  crc: number
  packedBytes: number
  sizeBytes: number
  localStart: number
}

/**
 * The members of a zip archive, unpacked; `mostBytes` bounds what they unpack to, all together.
 * @throws NablaError E-DATA for an archive that is damaged, cut off, or unpacks to more than it may; E-UNSUPPORTED for
 *   encryption, other methods than DEFLATE, and sizes beyond 4 GiB.
 */
export function decodeZip(bytes: Uint8Array, where: string, mostBytes: number): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { start, count } = findDirectory(view, where)
  const entries = readDirectory(bytes, view, start, count, where)
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (total > mostBytes) {
    const fix = 'if you trust the file, allow more with mostBytes.'
    throw formatError(where, `members that unpack to at most ${formatBytes(mostBytes)}`, formatBytes(total), fix)
  }
  const ranges = entries.map((entry) => locate(bytes, view, entry, start, where))
  checkOverlap(entries, ranges, where)
  return entries.map((entry, index) => ({
    name: entry.name,
    bytes: unpack(bytes.subarray(ranges[index]?.from, ranges[index]?.to), entry, where),
  }))
}

/** Where the directory lies in the file; `view` is its end, from byte `base` on. */
export function findDirectory(view: DataView, where: string, base = 0): { start: number; count: number } {
  const last = view.byteLength - END_BYTES
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) !== END || at + END_BYTES + view.getUint16(at + 20, true) !== view.byteLength) continue
    const [count, sizeBytes, start] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ]
    if (start === 0xffffffff || count === 0xffff) throw tooLarge(where)
    if (start + sizeBytes !== base + at) {
      throw formatError(
        `${where}, byte ${base + at + 12}`,
        `a directory that ends at byte ${base + at}`,
        `${start + sizeBytes}`,
        FIX_FILE,
      )
    }
    return { start, count }
  }
  throw formatError(
    where,
    'a zip archive, with its directory at the end',
    `${formatCount(base + view.byteLength)} bytes without one`,
    FIX_FILE,
  )
}

/** The entries of a directory that starts at `start` of `bytes`, which are the file's end, from byte `base` on. */
export function readDirectory(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  count: number,
  where: string,
  base = 0,
): ZipEntry[] {
  const entries: ZipEntry[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL_BYTES > bytes.length - END_BYTES || view.getUint32(at, true) !== CENTRAL) {
      throw formatError(
        `${where}, byte ${base + at}`,
        `entry ${index + 1} of ${count} of the directory`,
        'something else',
        FIX_FILE,
      )
    }
    const nameBytes = view.getUint16(at + 28, true)
    const end = at + CENTRAL_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    if (end > bytes.length - END_BYTES)
      throw formatError(`${where}, byte ${base + at + 28}`, 'a name within the file', 'a longer one', FIX_FILE)
    const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes))
    const entry: ZipEntry = {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      sizeBytes: view.getUint32(at + 24, true),
      localStart: view.getUint32(at + 42, true),
    }
    checkEntry(entry, view.getUint16(at + 8, true), `${where}, ${JSON.stringify(name.slice(0, 100))}`)
    entries.push(entry)
    at = end
  }
  return entries
}

function checkEntry(entry: ZipEntry, flags: number, place: string): void {
  const { method, packedBytes, sizeBytes, localStart } = entry
  if (sizeBytes === 0xffffffff || packedBytes === 0xffffffff || localStart === 0xffffffff) throw tooLarge(place)
  if ((flags & ENCRYPTED) !== 0 || (method !== 0 && method !== DEFLATED)) {
    throw new NablaError({
      code: 'E-UNSUPPORTED',
      where: place,
      expected: 'a member that is stored or deflated, not encrypted',
      received: (flags & ENCRYPTED) !== 0 ? 'an encrypted one' : `method ${method}`,
      fix: 'save it with numpy.savez or numpy.savez_compressed.',
    })
  }
  const most = method === 0 ? packedBytes : packedBytes * MOST_RATIO
  if (sizeBytes > most) {
    const expected = `at most ${formatCount(most)} bytes from ${formatCount(packedBytes)}`
    throw formatError(place, expected, formatCount(sizeBytes), FIX_FILE)
  }
}

interface Range {
  from: number
  to: number
}

/** Where a member's packed bytes lie: after its own header, whose name and extra field may differ in length. */
function locate(bytes: Uint8Array, view: DataView, entry: ZipEntry, directory: number, where: string): Range {
  const { localStart, packedBytes } = entry
  const place = `${where}, byte ${localStart}`
  if (localStart + LOCAL_BYTES > directory || view.getUint32(localStart, true) !== LOCAL) {
    throw formatError(place, `the header of ${JSON.stringify(entry.name.slice(0, 100))}`, 'something else', FIX_FILE)
  }
  const from = localStart + LOCAL_BYTES + view.getUint16(localStart + 26, true) + view.getUint16(localStart + 28, true)
  const to = from + packedBytes
  if (to > directory || to > bytes.length) {
    throw formatError(place, `${formatCount(packedBytes)} bytes before the directory`, 'fewer', FIX_FILE)
  }
  return { from, to }
}

/** Members that share bytes make a small file unpack to a huge one (D. Fifield, "A better zip bomb", WOOT 2019). */
function checkOverlap(entries: readonly ZipEntry[], ranges: readonly Range[], where: string): void {
  const spans = entries
    .map(({ name, localStart }, index) => ({ name, from: localStart, to: ranges[index]?.to ?? 0 }))
    .sort((a, b) => a.from - b.from)
  let end = 0
  for (const { name, from, to } of spans) {
    if (from < end) {
      const place = `${where}, ${JSON.stringify(name.slice(0, 100))}`
      throw formatError(place, `a member that starts at byte ${end} or later`, String(from), FIX_FILE)
    }
    end = to
  }
}

function unpack(packed: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  const { sizeBytes, method, crc } = entry
  const place = `${where}, ${JSON.stringify(entry.name.slice(0, 100))}`
  let bytes = packed
  if (method === DEFLATED) {
    try {
      // One byte more than promised: if it gets filled, the promise was false.
      bytes = inflateSync(packed, { out: new Uint8Array(sizeBytes + 1) })
    } catch (error) {
      const received = error instanceof Error ? error.message : String(error)
      throw formatError(place, `${formatCount(sizeBytes)} deflated bytes`, received, FIX_FILE)
    }
  }
  if (bytes.length !== sizeBytes) {
    const received = bytes.length > sizeBytes ? 'more' : formatCount(bytes.length)
    throw formatError(place, `${formatCount(sizeBytes)} bytes`, received, FIX_FILE)
  }
  const actual = crc32(bytes)
  if (actual === crc) return bytes
  throw formatError(place, `checksum ${crc.toString(16)}`, actual.toString(16), FIX_FILE)
}

function tooLarge(where: string): NablaError {
  return new NablaError({
    code: 'E-UNSUPPORTED',
    where,
    expected: 'an archive below 4 GiB, with fewer than 65,535 members',
    received: 'a larger one (zip64)',
    fix: 'save the arrays in several files.',
  })
}
