/**
 * The native backend, for Node alone: a plan's kernels as C, compiled by the system's compiler for this machine's own
 * vectors, kept by content, and called through koffi. Backend `native` uses every core; `nativeWith` says how many.
 */

import type { Plan } from '../../plan/index.ts'
import type { CompilingBackend } from '../auto.ts'
import type { BackendOptions, Device } from '../executable.ts'
import { checkThreads, threadsOf } from '../threads.ts'
import { isKept } from './cache.ts'
import { findCompiler } from './compiler.ts'
import { NativeDevice } from './device.ts'
import { loadPool, requireKoffi } from './library.ts'
import { renderC } from './program.ts'

export { type RenderOptions, renderC } from './program.ts'

export interface NativeOptions extends BackendOptions {
  /** Where NABLA_CC, NABLA_THREADS, XDG_CACHE_HOME and HOME are read; the process's own where nothing is said. */
  readonly environment?: NodeJS.ProcessEnv
}

/**
 * Seconds that a compiler takes for a text, roughly: what its start and the head that all texts share cost, and what
 * each byte of kernels does. Measured with GCC 12, -O2, on the machine of docs/performance.md (0.3 s for 36 kB, 1.3 s
 * for 110 kB); a slower machine's steps take longer too, so that a choice by it stays right.
 */
const START_SECONDS = 0.1
const HEAD_BYTES = 20_000
const SECONDS_PER_BYTE = 1.5e-5

/** A native backend with its options. `open` throws NablaError E-ENVIRONMENT where there is no compiler or no koffi. */
export function nativeWith(options: NativeOptions = {}): CompilingBackend {
  const { environment = process.env, warn } = options
  if (options.threads !== undefined) checkThreads(options.threads)
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
      const threads = threadsOf(options.threads, environment)
      const compiler = await findCompiler(environment)
      const bindPool = await loadPool(compiler, cache)
      return new NativeDevice({ compiler, threads, bindPool, ...cache })
    },
    async compileSeconds(plan: Plan): Promise<number> {
      const [compiler] = await Promise.all([findCompiler(environment), requireKoffi()])
      const source = renderC(plan, { lanes: compiler.lanes })
      if (await isKept(compiler, source, environment)) return 0
      return START_SECONDS + SECONDS_PER_BYTE * Math.max(0, source.length - HEAD_BYTES)
    },
  }
}

/** The native backend on every core. */
export const native: CompilingBackend = nativeWith()

/**
 * The C text that the native backend would compile for a plan on this machine; where there is no compiler that says
 * what the machine has, for vectors of eight floats.
 */
export async function renderNative(plan: Plan, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const lanes = await findCompiler(environment).then(
    (compiler) => compiler.lanes,
    () => 8 as const,
  )
  return renderC(plan, { lanes })
}
