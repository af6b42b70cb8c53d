/** How long kernels take, roughly: enough to choose a backend by, and whether a second thread is worth waking. */

import type { Kernel, Plan } from '../plan/index.ts'

/** One thread of 128-bit vectors: half of what products reach on the machines of docs/performance.md, and a cache's rate. */
const FLOPS_PER_SECOND = 15e9
const BYTES_PER_SECOND = 10e9
/** A kernel's call, its loops begun and ended. */
const CALL_SECONDS = 1e-7

/** Seconds that a kernel takes in wasm on one thread. */
export function kernelSeconds({ flops, bytes }: Kernel): number {
  return CALL_SECONDS + Math.max(flops / FLOPS_PER_SECOND, bytes / BYTES_PER_SECOND)
}

/** Seconds that a step of a plan takes in wasm on one thread. */
export function estimateSeconds(plan: Plan): number {
  return plan.kernels.reduce((sum, kernel) => sum + kernelSeconds(kernel), 0)
}
