/** Reading whole files, with errors that say which file and what to do. */

import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { formatBytes, NablaError } from '../shared/index.ts'

/** The largest file that is read whole: what one typed array may hold everywhere. */
const MOST_BYTES = 2 ** 31 - 1

/**
 * All bytes of a file.
 * @throws NablaError E-FILE where it is missing, a folder, not readable, or larger than 2 GiB.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES) {
      throw fileError(path, `a file below ${formatBytes(MOST_BYTES)}`, formatBytes(size), 'split the file.')
    }
    const buffer = await readFile(path)
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  } catch (error) {
    throw error instanceof NablaError ? error : explainFailure(path, error)
  }
}

/** A file to read parts of, and its size. Close the handle. @throws NablaError E-FILE where it cannot be read. */
export async function openToRead(path: string): Promise<{ handle: FileHandle; sizeBytes: number }> {
  try {
    const handle = await open(path)
    const found = await handle.stat()
    if (!found.isDirectory()) return { handle, sizeBytes: found.size }
    await handle.close()
  } catch (error) {
    throw explainFailure(path, error)
  }
  throw explainFailure(path, Object.assign(new Error('a folder'), { code: 'EISDIR' }))
}

/** As `readBytes`; a gzip file is unpacked (to at most 2 GiB). @throws NablaError E-FILE, E-DATA (broken gzip). */
export async function readUnpackedBytes(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return await unpack(bytes)
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error)
    throw new NablaError(
      { code: 'E-DATA', where: path, expected: 'a whole gzip file', received, fix: 'fetch the file again.' },
      { cause: error },
    )
  }
}

async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  // Loaded with the first packed file: most programs read none.
  const { gunzip } = await import('node:zlib')
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: MOST_BYTES }, (error, unpacked) =>
      error === null ? resolve(unpacked) : reject(error),
    )
  })
}

function fileError(path: string, expected: string, received: string, fix: string, cause?: unknown): NablaError {
  return new NablaError({ code: 'E-FILE', where: path, expected, received, fix }, { cause })
}

const FAILURES: Readonly<Record<string, readonly [received: string, fix: string]>> = {
  ENOENT: ['no file of that name', 'check the path; a relative one starts from the folder you are in.'],
  EISDIR: ['a folder', 'name a file in it.'],
  EACCES: ['a file that may not be read', 'give yourself permission to read it.'],
  ENOTDIR: ['a path through something that is no folder', 'check the path.'],
}

/** The error of a file that cannot be read. */
export function explainFailure(path: string, error: unknown): NablaError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  const [received, fix] = FAILURES[code] ?? [message, 'see that the file can be read.']
  return fileError(path, 'a file that can be read', received, fix, error)
}
