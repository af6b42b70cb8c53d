/**
 * A folder of the user's own for what the native backend keeps between processes. What is read from it is run: folder and
 * files must belong to the user and be writable by nobody else, and a file appears under its name only when it is whole.
 *
 * Looked at without promises: some microseconds each, and waiting for other threads would take longer at a start.
 */

import { chmodSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const GROUP_AND_OTHERS_WRITE = 0o022

/** Why a file or folder can't be trusted; undefined where it can. */
function distrust(path: string, kind: 'folder' | 'file'): string | undefined {
  const status = lstatSync(path)
  if (kind === 'folder' ? !status.isDirectory() : !status.isFile()) return `${path}, which is no ${kind}`
  if (status.uid !== process.getuid?.()) return `${path}, which belongs to another user`
  if ((status.mode & GROUP_AND_OTHERS_WRITE) !== 0) return `${path}, which others may write to`
  return undefined
}

function cacheFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const base = environment.XDG_CACHE_HOME
  if (base !== undefined && isAbsolute(base)) return join(base, 'nabla')
  const home = environment.HOME || homedir()
  return isAbsolute(home) ? join(home, '.cache', 'nabla') : undefined
}

/** The user's folder, made where it is missing; undefined where it can't be used, which `warn` is told once. */
export function usableFolder(environment: NodeJS.ProcessEnv, warn: (line: string) => void): string | undefined {
  const folder = cacheFolder(environment)
  if (folder === undefined) return undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const reason = distrust(folder, 'folder')
    if (reason === undefined) return folder
    warn(`compiled code is not kept: found ${reason}.`)
  } catch (error) {
    warn(`compiled code is not kept: ${error instanceof Error ? error.message : String(error)}.`)
  }
  return undefined
}

/** Whether there is a file that only this user can have written. */
export function isTrusted(path: string): boolean {
  try {
    return distrust(path, 'file') === undefined
  } catch {
    return false
  }
}

export function isReadOnly(folder: string): boolean {
  const probe = join(folder, `.${crypto.randomUUID()}`)
  try {
    mkdirSync(probe)
    rmdirSync(probe)
    return false
  } catch {
    return true
  }
}

/** Has `write` make a file beside the name, and renames it. @throws what `write` throws. */
export async function keepFile(path: string, write: (beside: string) => void | Promise<void>): Promise<void> {
  const beside = `${path}.${crypto.randomUUID()}.tmp`
  try {
    await write(beside)
    chmodSync(beside, 0o700)
    renameSync(beside, path)
  } catch (error) {
    try {
      unlinkSync(beside)
    } catch {
      // It was never made.
    }
    throw error
  }
}
