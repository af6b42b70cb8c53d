/**
 * Compiled libraries, kept by content in a folder of the user's own. A file's name is the hash of all that it was made
 * from. What is loaded from here is run: the folder and the file must belong to the user and be writable by nobody
 * else, and a file appears under its name only when it is whole.
 */

import { createHash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, rename, rmdir, unlink } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { NablaError } from '../../shared/index.ts'
import { type Compiler, compileLibrary } from './compiler.ts'

const GROUP_AND_OTHERS_WRITE = 0o022

/** Why a file or folder can't be trusted; undefined where it can. */
async function distrust(path: string, kind: 'folder' | 'file'): Promise<string | undefined> {
  const status = await lstat(path)
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
async function usableFolder(environment: NodeJS.ProcessEnv, warn: (line: string) => void): Promise<string | undefined> {
  const folder = cacheFolder(environment)
  if (folder === undefined) return undefined
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const reason = await distrust(folder, 'folder')
    if (reason === undefined) return folder
    warn(`compiled code is not kept: found ${reason}.`)
  } catch (error) {
    warn(`compiled code is not kept: ${error instanceof Error ? error.message : String(error)}.`)
  }
  return undefined
}

let privateFolder: Promise<string> | undefined

/** A folder for this process alone, for where nothing can be kept. */
function temporaryFolder(): Promise<string> {
  privateFolder ??= mkdtemp(join(tmpdir(), 'nabla-')).then((folder) => {
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    return folder
  })
  return privateFolder
}

export interface CacheOptions {
  readonly environment?: NodeJS.ProcessEnv
  /** Takes one line when compiled code can't be kept. */
  readonly warn?: (line: string) => void
}

function hashOf(compiler: Compiler, source: string): string {
  const parts = [compiler.version, compiler.flags.join(' '), compiler.fingerprint, source]
  return createHash('sha256').update(parts.join('\0')).digest('hex')
}

/**
 * Whether a library made from `source` is kept; false where one could be.
 * @throws NablaError E-ENVIRONMENT where none is, and none can be kept.
 */
export async function isKept(compiler: Compiler, source: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  let reason = 'no home folder'
  const folder = await usableFolder(environment, (line) => {
    reason = line.replace(/^.*?: (found )?|\.$/g, '')
  })
  if (folder !== undefined && (await isGood(join(folder, `${hashOf(compiler, source)}.so`)))) return true
  if (folder !== undefined && !(await isReadOnly(folder))) return false
  throw new NablaError({
    code: 'E-ENVIRONMENT',
    where: 'backend native',
    expected: "a folder of the user's own for compiled code",
    received: folder === undefined ? reason : `${folder}, which can't be written to`,
    fix: 'set XDG_CACHE_HOME to a folder of your own, or use the wasm backend.',
  })
}

/**
 * The path of a library made from `source`: one that is there, or a new one.
 * @throws NablaError E-ENVIRONMENT where the compiler fails, or no folder can be written to.
 */
export async function cachedLibrary(compiler: Compiler, source: string, options: CacheOptions = {}): Promise<string> {
  const { environment = process.env, warn = () => undefined } = options
  const hash = hashOf(compiler, source)
  const folder = await usableFolder(environment, warn)
  if (folder !== undefined) {
    const path = join(folder, `${hash}.so`)
    if (await isGood(path)) return path
    try {
      await make(compiler, source, path)
      return path
    } catch (error) {
      // A folder that can be read and not written to is no reason to fail.
      if (error instanceof NablaError && !(await isReadOnly(folder))) throw error
      warn(`compiled code is not kept: ${folder} can't be written to.`)
    }
  }
  const path = join(await temporaryFolder().catch(noFolder), `${hash}.so`)
  if (!(await isGood(path))) await make(compiler, source, path)
  return path
}

function noFolder(cause: unknown): never {
  const problem = {
    code: 'E-ENVIRONMENT',
    where: 'backend native',
    expected: 'a folder for compiled code',
    received: `${tmpdir()}, which can't be written to`,
    fix: 'set XDG_CACHE_HOME to a folder of your own, or use the wasm backend.',
  } as const
  throw new NablaError(problem, { cause })
}

async function isGood(path: string): Promise<boolean> {
  try {
    return (await distrust(path, 'file')) === undefined
  } catch {
    return false
  }
}

async function isReadOnly(folder: string): Promise<boolean> {
  const probe = join(folder, `.${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(probe)
    await rmdir(probe)
    return false
  } catch {
    return true
  }
}

/** Compiles beside the name, and renames. */
async function make(compiler: Compiler, source: string, path: string): Promise<void> {
  const beside = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await compileLibrary(compiler, source, beside)
    await chmod(beside, 0o700)
    await rename(beside, path)
  } catch (error) {
    await unlink(beside).catch(() => undefined)
    throw error
  }
}
