/**
 * Files that are whole or absent: written beside, synced, renamed over the name, the folder synced. Whoever reads
 * the name at any instant, after a crash too, finds the old content or the new, never a part.
 */

import { constants } from 'node:fs'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { NablaError } from '../shared/index.ts'

/**
 * Writes `content` to `path` as one step.
 * @throws NablaError E-FILE where the folder is missing, full or not writable; what was there before stays.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path)
  const beside = join(folder, `.${basename(path)}.${process.pid}.${crypto.randomUUID().slice(0, 8)}.tmp`)
  try {
    await writeSynced(beside, content)
    await rename(beside, path)
  } catch (error) {
    await unlink(beside).catch(() => undefined)
    throw writeError(path, error)
  }
  await syncFolder(folder)
}

async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the rename itself survive a power cut. Some systems cannot sync a folder; there the rename is all there is. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(folder, constants.O_RDONLY)
    await handle.sync()
  } catch {
    // Windows refuses to open a folder, some network file systems to sync it. The file itself is synced.
  } finally {
    await handle?.close()
  }
}

/** The error for a file that could not be written. */
export function writeError(path: string, error: unknown): NablaError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  const [received, fix] = FAILURES[code] ?? [message, 'see that the file can be written.']
  return new NablaError(
    { code: 'E-FILE', where: path, expected: 'a place that can be written to', received, fix },
    { cause: error },
  )
}

const FAILURES: Readonly<Record<string, readonly [received: string, fix: string]>> = {
  ENOENT: ['a folder that does not exist', 'make the folder first.'],
  EACCES: ['a folder that may not be written to', 'give yourself permission, or choose another folder.'],
  EROFS: ['a read-only file system', 'choose another folder.'],
  ENOSPC: ['a full disk', 'free some space.'],
  EISDIR: ['a folder of that name', 'choose another name.'],
  ENOTDIR: ['a path through something that is no folder', 'check the path.'],
}
