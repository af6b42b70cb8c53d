/**
 * How the work of a kernel is cut for threads: whole units (tiles, vectors, rows) in contiguous runs, the same for a
 * given number of threads whatever the timing. No element's arithmetic depends on the cut.
 */

import type { Kernel } from '../../plan/index.ts'
import { kernelSeconds } from '../estimate.ts'
import { type Local, OP } from './encode.ts'
import type { KernelContext } from './point.ts'

/** Below this time on one thread a barrier costs more than other threads save: waking them, and cache lines that move. */
export const LEAST_SECONDS = 2e-5

/** Among how many threads kernels are cut, and from how long a time on. */
export interface Threading {
  readonly threads: number
  readonly leastSeconds: number
}

/** Whether a kernel is worth cutting. */
export function isShared(kernel: Kernel, { threads, leastSeconds }: Threading): boolean {
  if (threads === 1 || kernelSeconds(kernel) < leastSeconds) return false
  if (kernel.body.stores.some(({ accumulate }) => accumulate)) return false
  return kernel.kind !== 'reduce' || kernel.domain.length > kernel.reduced
}

/** Sets `begin` and `end`, in elements, to this thread's run of the units of `size` elements, or to all of them. */
export function shareOf(
  context: KernelContext,
  isCut: boolean,
  unit: number,
  size: number,
  begin: Local,
  end: Local,
): void {
  const { f, threads, thread } = context
  if (!isCut || threads === 1 || thread === undefined) {
    f.i32(0).set(begin).i32(size).set(end)
    return
  }
  const units = Math.ceil(size / unit)
  f.get(thread).i32(units).op(OP.i32mul).i32(threads).op(OP.i32divU).i32(unit).op(OP.i32mul).set(begin)
  f.get(thread).i32(1).op(OP.i32add).i32(units).op(OP.i32mul).i32(threads).op(OP.i32divU).i32(unit).op(OP.i32mul)
  f.set(end)
  f.i32(size).get(end).op(OP.i32ltU)
  f.when(() => f.i32(size).set(end))
}
