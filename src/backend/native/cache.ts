/**
 * Compiled libraries, kept by content in a folder of the user's own (`kept-files.ts`). A file's name is the hash of all
 * that it was made from.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NablaError } from '../../shared/index.ts'
import { type Compiler, compileLibrary } from './compiler.ts'
import { isReadOnly, isTrusted, keepFile, usableFolder } from './kept-files.ts'

let privateFolder: string | undefined

/** A folder for this process alone, for where nothing can be kept. */
function temporaryFolder(): string {
  if (privateFolder !== undefined) return privateFolder
  try {
    const folder = mkdtempSync(join(tmpdir(), 'nabla-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    privateFolder = folder
    return folder
  } catch (cause) {
    const problem = {
      code: 'E-ENVIRONMENT',
      where: 'backend native',
      expected: 'a folder for compiled code',
      received: `${tmpdir()}, which can't be written to`,
      fix: 'set XDG_CACHE_HOME to a folder of your own, or use the wasm backend.',
    } as const
    throw new NablaError(problem, { cause })
  }
}

export interface CacheOptions {
  readonly environment?: NodeJS.ProcessEnv
  /** Takes one line when compiled code can't be kept. */
  readonly warn?: (line: string) => void
}

async function hashOf(compiler: Compiler, source: string): Promise<string> {
  // With a warm cache it is never needed, and takes milliseconds to load.
  const { createHash } = await import('node:crypto')
  const parts = [compiler.version, compiler.flags.join(' '), compiler.fingerprint, source]
  return createHash('sha256').update(parts.join('\0')).digest('hex')
}

/**
 * Whether a library made from `source` is kept; false where one could be.
 * @throws NablaError E-ENVIRONMENT where none is, and none can be kept.
 */
export async function isKept(compiler: Compiler, source: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  let reason = 'no home folder'
  const folder = usableFolder(environment, (line) => {
    reason = line.replace(/^.*?: (found )?|\.$/g, '')
  })
  if (folder !== undefined && isTrusted(join(folder, `${await hashOf(compiler, source)}.so`))) return true
  if (folder !== undefined && !isReadOnly(folder)) return false
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
  const hash = await hashOf(compiler, source)
  const folder = usableFolder(environment, warn)
  if (folder !== undefined) {
    const path = join(folder, `${hash}.so`)
    if (isTrusted(path)) return path
    try {
      await make(compiler, source, path)
      return path
    } catch (error) {
      // A folder that can be read and not written to is no reason to fail.
      if (error instanceof NablaError && !isReadOnly(folder)) throw error
      warn(`compiled code is not kept: ${folder} can't be written to.`)
    }
  }
  const path = join(temporaryFolder(), `${hash}.so`)
  if (!isTrusted(path)) await make(compiler, source, path)
  return path
}

/** A library of the user's folder by its name; undefined where it is gone or can't be trusted. */
export function keptLibrary(name: string, { environment = process.env, warn }: CacheOptions): string | undefined {
  const folder = usableFolder(environment, warn ?? (() => undefined))
  if (folder === undefined || !/^[0-9a-f]{64}\.so$/.test(name)) return undefined
  const path = join(folder, name)
  return isTrusted(path) ? path : undefined
}

/** Compiles beside the name, and renames. */
const make = (compiler: Compiler, source: string, path: string) =>
  keepFile(path, (beside) => compileLibrary(compiler, source, beside))
