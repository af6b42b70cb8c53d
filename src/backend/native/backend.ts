/**
 * The native backend, for Node alone: a plan's kernels as C, compiled by the system's compiler for this machine's own
 * vectors, kept by content, and called through koffi. Backend `native` uses every core; `nativeWith` says how many.
 */

import { availableParallelism } from 'node:os'
import { NablaError } from '../../shared/index.ts'
import type { Backend, Device } from '../executable.ts'
import { findCompiler } from './compiler.ts'
import { NativeDevice } from './device.ts'
import { loadPool } from './library.ts'

export { type RenderOptions, renderC } from './program.ts'

export interface NativeOptions {
  /** Threads that share a step; the machine's cores where nothing is said. Results don't depend on it. */
  readonly threads?: number
  /** Takes one line where compiled code can't be kept for the next run. */
  readonly warn?: (line: string) => void
  /** Where NABLA_CC, XDG_CACHE_HOME and HOME are read; the process's own where nothing is said. */
  readonly environment?: NodeJS.ProcessEnv
}

/** A native backend with its options. `open` throws NablaError E-ENVIRONMENT where there is no compiler or no koffi. */
export function nativeWith(options: NativeOptions = {}): Backend {
  const { environment = process.env, warn } = options
  const threads = options.threads ?? availableParallelism()
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new NablaError({
      code: 'E-VALUE',
      where: 'threads of the native backend',
      expected: 'a whole number from 1 to 256',
      received: String(threads),
      fix: 'give the number of cores that training may use.',
    })
  }
  let isWarned = false
  const cache = {
    environment,
    warn: (line: string) => {
      if (!isWarned) warn?.(line)
      isWarned = true
    },
  }
  return {
    name: 'native',
    async open(): Promise<Device> {
      const compiler = await findCompiler(environment)
      const bindPool = await loadPool(compiler, cache)
      return new NativeDevice({ compiler, threads, bindPool, ...cache })
    },
  }
}

/** The native backend on every core. */
export const native: Backend = nativeWith()
