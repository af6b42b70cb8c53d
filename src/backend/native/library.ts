/** Loads compiled libraries and calls into them, through koffi. */

import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { NablaError } from '../../shared/index.ts'
import { type CacheOptions, cachedLibrary, keptLibrary } from './cache.ts'
import type { Compiler } from './compiler.ts'
import { recall, remember } from './known-answers.ts'
import { POOL_SOURCE } from './pool.ts'
import { CONTEXT } from './program.ts'

type Koffi = typeof import('koffi')

/**
 * The package's compiled part by itself. Its JavaScript loads Node's HTTPS, which takes seven times as long, to look for
 * that part where it is missing; then, and on other machines, it is asked.
 */
function loadAddon(): Koffi | undefined {
  try {
    const require = createRequire(import.meta.url)
    const { version } = require('koffi/package.json') as { version: string }
    const place = `koffi/build/koffi/${process.platform}_${process.arch}/koffi.node`
    const addon = require(place) as Koffi & { version?: string }
    return addon.version === version && typeof addon.load === 'function' ? addon : undefined
  } catch {
    return undefined
  }
}

/** @throws NablaError E-ENVIRONMENT where the package is missing or doesn't fit the machine. */
async function loadKoffi(): Promise<Koffi> {
  const addon = loadAddon()
  if (addon !== undefined) return addon
  try {
    const module = (await import('koffi')) as Koffi & { default?: Koffi }
    return module.default ?? module
  } catch (cause) {
    const problem = {
      code: 'E-ENVIRONMENT',
      where: 'backend native',
      expected: 'the package koffi, which calls compiled code',
      received: cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause),
      fix: 'npm install koffi, or use the wasm backend.',
    } as const
    throw new NablaError(problem, { cause })
  }
}

export interface Library {
  /** Takes steps; 1 after an index out of range. */
  run(context: BigInt64Array, steps: number): number
  /** Puts the address of `memory` into the context. */
  bind(context: BigInt64Array, slot: number, memory: ArrayBufferView): void
}

/** Loads a program's library. */
export async function loadLibrary(path: string): Promise<Library> {
  const koffi = await loadKoffi()
  const library = koffi.load(path)
  const run = library.func('int nabla_run(void *context, long steps)')
  const bind = library.func('void nabla_bind(void *context, int slot, void *address)')
  return { run, bind } as unknown as Library
}

/** Writes the addresses of the thread pool's functions into a context. */
export type BindPool = (context: BigInt64Array) => void

export async function loadPool(compiler: Compiler, options: CacheOptions): Promise<BindPool> {
  const koffi = await loadKoffi()
  const { environment = process.env } = options
  const question = `pool ${[compiler.version, ...compiler.flags, compiler.fingerprint, POOL_SOURCE].join('\n')}`
  const name = recall(question, environment)
  let path = name === undefined ? undefined : keptLibrary(name, options)
  if (path === undefined) {
    path = await cachedLibrary(compiler, POOL_SOURCE, options)
    await remember(question, basename(path), environment)
  }
  const bind = koffi.load(path).func('void nabla_pool(void *context, int together, int barrier)')
  return (context) => bind(context, CONTEXT.together, CONTEXT.barrier)
}

/** Fails early, where the package is missing. */
export async function requireKoffi(): Promise<void> {
  await loadKoffi()
}
