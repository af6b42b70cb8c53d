/**
 * Where the numbers of an array lie in a file: an npy file, or a member of an npz archive that is stored as it is. Only
 * headers are read, so that the array may be of any size; the numbers are read by whoever needs them.
 */

import { type FileHandle, open, readFile } from 'node:fs/promises'
import { formatBytes, formatCount, NablaError, type Shape, unknownName } from '../shared/index.ts'
import { decodeNpy, MOST_HEADER_BYTES, type NpyHeader, readNpyHeader } from './npy.ts'
import { decodeNpz } from './npz.ts'
import { bytesOf, formatError, type TensorDtype } from './tensor.ts'

export interface ArrayFile {
  path: string
  /** What errors call the array. */
  where: string
  dtype: TensorDtype
  bigEndian: boolean
  shape: Shape
  /** The byte of the file at which the numbers start. */
  start: number
  /** The numbers themselves, row-major and little-endian, where they had to be unpacked. */
  unpacked?: Uint8Array
}

/** What an archive's directory may take. */
const MOST_DIRECTORY_BYTES = 2 ** 24
/** Magic, version and length before the header's text. */
const BEFORE_HEADER_BYTES = 12

/**
 * An npy file's array. @throws NablaError E-FILE where it cannot be read; E-DATA, E-UNSUPPORTED as `decodeNpy`, and for
 * an array in column-major order.
 */
export function locateNpy(path: string): Promise<ArrayFile> {
  return withFile(path, async (handle, fileBytes) => {
    const bytes = await readPart(handle, 0, Math.min(fileBytes, MOST_HEADER_BYTES + BEFORE_HEADER_BYTES))
    return placed(path, path, readNpyHeader(bytes, path, fileBytes), 0)
  })
}

/**
 * An array of an npz file. Without a name, the only one that there is.
 * @throws NablaError E-FILE where it cannot be read; E-NAME for a name that there is not; E-UNSUPPORTED for an array that
 *   is compressed; E-DATA as `decodeNpz`.
 */
export function locateNpzArray(path: string, name?: string): Promise<ArrayFile> {
  return withFile(path, async (handle, fileBytes) => {
    const zip = await import('./zip.ts')
    const { entries, directoryStart } = await readEntries(handle, fileBytes, path, zip)
    const names = entries.map((entry) => entry.name.replace(/\.npy$/, ''))
    if (name === undefined && names.length !== 1) {
      const fix = `name one of them: { npz: ${JSON.stringify(path)}, array: ${JSON.stringify(names[0] ?? 'x')} }.`
      throw formatError(path, 'one array', `${names.length}: ${names.slice(0, 10).join(', ')}`, fix)
    }
    const entry = entries[name === undefined ? 0 : names.indexOf(name)]
    if (entry === undefined) throw unknownName(path, 'array', name ?? '', names.slice(0, 50))
    const where = `${path}, ${JSON.stringify(entry.name.slice(0, 100))}`
    if (entry.method === zip.DEFLATED) throw compressed(where)
    const local = await readPart(handle, entry.localStart, zip.LOCAL_BYTES)
    const view = new DataView(local.buffer, local.byteOffset, local.length)
    const isLocal = local.length === zip.LOCAL_BYTES && view.getUint32(0, true) === zip.LOCAL
    const start = isLocal ? entry.localStart + zip.LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true) : 0
    if (!isLocal || start + entry.sizeBytes > directoryStart || entry.packedBytes !== entry.sizeBytes) {
      const expected = `the header of ${JSON.stringify(entry.name.slice(0, 100))}, and ${formatCount(entry.sizeBytes)} bytes`
      throw formatError(`${path}, byte ${entry.localStart}`, expected, 'something else', zip.FIX_FILE)
    }
    const most = Math.min(entry.sizeBytes, MOST_HEADER_BYTES + BEFORE_HEADER_BYTES)
    const header = readNpyHeader(await readPart(handle, start, most), where, entry.sizeBytes)
    return placed(path, where, header, start)
  })
}

/**
 * The same of an array that is compressed or in column-major order, unpacked into memory.
 * @throws NablaError as `decodeNpy` and `decodeNpz`; E-NAME for a name that there is not.
 */
export async function unpackArray(path: string, name?: string): Promise<ArrayFile> {
  const bytes = await readFile(path)
  const where = name === undefined ? path : `${path}, "${name}.npy"`
  const arrays = /\.npz$/i.test(path) ? await decodeNpz(bytes, path) : [{ name: '', ...decodeNpy(bytes, path) }]
  const array = arrays.find((each) => name === undefined || each.name === name)
  if (array === undefined) throw unknownName(path, 'array', name ?? '', arrays.map((each) => each.name).slice(0, 50))
  return { path, where, dtype: array.dtype, bigEndian: false, shape: array.shape, start: 0, unpacked: bytesOf(array) }
}

/** The names of an npz file's arrays, in its order. @throws NablaError E-FILE, E-DATA. */
export function namesInNpz(path: string): Promise<string[]> {
  return withFile(path, async (handle, fileBytes) => {
    const { entries } = await readEntries(handle, fileBytes, path, await import('./zip.ts'))
    return entries.map(({ name }) => name.replace(/\.npy$/, ''))
  })
}

async function readEntries(handle: FileHandle, fileBytes: number, path: string, zip: typeof import('./zip.ts')) {
  const tailStart = Math.max(0, fileBytes - zip.END_BYTES - zip.LONGEST_COMMENT)
  const tail = await readPart(handle, tailStart, fileBytes - tailStart)
  const { start, count } = zip.findDirectory(new DataView(tail.buffer, tail.byteOffset, tail.length), path, tailStart)
  if (fileBytes - start > MOST_DIRECTORY_BYTES) {
    const expected = `a directory of at most ${formatBytes(MOST_DIRECTORY_BYTES)}`
    throw formatError(`${path}, byte ${start}`, expected, formatBytes(fileBytes - start), 'save fewer arrays in it.')
  }
  const bytes = await readPart(handle, start, fileBytes - start)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { entries: zip.readDirectory(bytes, view, 0, count, path, start), directoryStart: start }
}

function placed(path: string, where: string, header: NpyHeader, offset: number): ArrayFile {
  const { dtype, bigEndian, shape, start, fortran } = header
  if (!fortran || shape.length < 2) return { path, where, dtype, bigEndian, shape, start: offset + start }
  throw new NablaError({
    code: 'E-UNSUPPORTED',
    where,
    expected: 'an array in row-major order, so that a sample is read in one go',
    received: 'one in column-major order (Fortran)',
    fix: 'save numpy.ascontiguousarray(array).',
  })
}

function compressed(where: string): NablaError {
  return new NablaError({
    code: 'E-UNSUPPORTED',
    where,
    expected: 'an array that is stored as it is, so that any sample can be read',
    received: 'a compressed one',
    fix: 'save it with numpy.savez in place of savez_compressed, or as an npy file.',
  })
}

async function withFile<T>(path: string, use: (handle: FileHandle, fileBytes: number) => Promise<T>): Promise<T> {
  let handle: FileHandle
  try {
    handle = await open(path)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const received = missing ? 'no file of that name' : String(error instanceof Error ? error.message : error)
    const fix = 'check the path; a relative one starts from the folder you are in.'
    const problem = { code: 'E-FILE', where: path, expected: 'a file that can be read', received, fix } as const
    throw new NablaError(problem, { cause: error })
  }
  try {
    const found = await handle.stat()
    if (found.isFile()) return await use(handle, found.size)
    const [expected, received, fix] = ['a file that can be read', 'a folder, or no plain file', 'name a file.']
    throw new NablaError({ code: 'E-FILE', where: path, expected, received, fix })
  } finally {
    await handle.close()
  }
}

/** Bytes of a file; fewer where it ends. */
async function readPart(handle: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, length))
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
