/** How long kernels take, roughly: enough to choose a backend by, and whether a second thread is worth waking. */

import type { Kernel, Plan } from '../plan/index.ts'

/** One thread of 128-bit vectors: what products reach on the machines of docs/performance.md. */
const FLOPS_PER_SECOND = 25e9
/** What fits the second-level cache is read several times as fast as what doesn't. */
const CACHE_BYTES = 2 ** 20
const CACHED_BYTES_PER_SECOND = 40e9
const BYTES_PER_SECOND = 12e9
/** A kernel's call, its loops begun and ended. */
const CALL_SECONDS = 1e-7

/** Seconds that a kernel takes on one thread, whose arithmetic is `speedup` times as fast as wasm's. */
export function kernelSeconds({ flops, bytes }: Kernel, speedup = 1): number {
  const rate = bytes <= CACHE_BYTES ? CACHED_BYTES_PER_SECOND : BYTES_PER_SECOND
  return CALL_SECONDS + Math.max(flops / (FLOPS_PER_SECOND * speedup), bytes / rate)
}

/**
 * Whether threads are worth waking for a step: whether kernels that they could share take this many times as long as the
 * least of them must. Woken threads and moved cache lines cost every step, however little is shared in it.
 */
const STEP_TIMES = 5

export function isWorthThreads(shared: readonly Kernel[], leastSeconds: number, speedup = 1): boolean {
  const seconds = shared.reduce((sum, kernel) => sum + kernelSeconds(kernel, speedup), 0)
  return shared.length > 0 && seconds >= STEP_TIMES * leastSeconds
}

/** Seconds that a step of a plan takes in wasm on one thread. */
export function estimateSeconds(plan: Plan): number {
  return plan.kernels.reduce((sum, kernel) => sum + kernelSeconds(kernel), 0)
}
