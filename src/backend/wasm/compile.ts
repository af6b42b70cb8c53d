/** Writes the module of a plan: one function a kernel, and `run`, which calls them in order. */

import type { Kernel, Plan } from '../../plan/index.ts'
import { isWorthThreads } from '../estimate.ts'
import { meetingsOf } from '../meetings.ts'
import { writeContract } from './contract.ts'
import { FunctionWriter, I32, ModuleWriter, OP } from './encode.ts'
import { writeMap } from './map.ts'
import { meetingFunction } from './meeting.ts'
import type { KernelContext } from './point.ts'
import { writeRandom } from './random.ts'
import { reduceScratchBytes, writeReduce } from './reduce.ts'
import { isShared, type Threading } from './share.ts'
import { contractScratchBytes } from './tiling.ts'

/** Bytes beside the arena that a kernel needs while it runs. */
export function scratchBytes(kernel: Kernel): number {
  if (kernel.kind === 'contract') return contractScratchBytes(kernel)
  return kernel.kind === 'reduce' ? reduceScratchBytes(kernel) : 0
}

function writeKernel(context: KernelContext, kernel: Kernel): void {
  if (kernel.kind === 'map') writeMap(context, kernel)
  else if (kernel.kind === 'reduce') writeReduce(context, kernel)
  else if (kernel.kind === 'contract') writeContract(context, kernel)
  else writeRandom(context, kernel)
}

export interface ModuleOptions extends Threading {
  readonly addressOf: (buffer: number) => number
  /** Address of the scratch, `scratchStride` bytes for each thread. */
  readonly scratch: number
  readonly scratchStride: number
  readonly relaxed: boolean
  /** Whether the memory is shared. */
  readonly shared: boolean
  /** Address of the words that threads meet at. */
  readonly meeting: number
}

function kernelFunction(kernel: Kernel, options: ModuleOptions): FunctionWriter {
  const { addressOf, relaxed, scratch, scratchStride } = options
  const f = new FunctionWriter([I32])
  const isCut = isShared(kernel, options)
  const pushScratch = (offset: number) => {
    if (!isCut) f.i32(scratch + offset)
    else
      f.get(0)
        .i32(scratchStride)
        .op(OP.i32mul)
        .i32(scratch + offset)
        .op(OP.i32add)
  }
  const cut = isCut ? { threads: options.threads, thread: 0 } : { threads: 1, thread: undefined }
  writeKernel({ f, relaxed, addressOf, outOfRange: 0, pushScratch, ...cut }, kernel)
  return f
}

/** Whether a plan is worth more than one thread. */
export function usesThreads(plan: Plan, threading: Threading): boolean {
  // A kernel that may stop at an index out of range runs where its error can be thrown: all of them on one thread.
  const mayStop = plan.kernels.some(({ body }) => [...body.loads, ...body.stores].some(({ indirect }) => indirect))
  const shared = plan.kernels.filter((kernel) => isShared(kernel, threading))
  return !mayStop && isWorthThreads(shared, threading.leastSeconds)
}

/**
 * The bytes of a module that imports `nabla.memory` and `nabla.outOfRange`, and exports `run(thread)`: all threads
 * call it, take their parts of the kernels that are cut, and meet where one needs what another made; thread 0 alone runs
 * the others. For several threads also `alone()`: all parts by one thread, to the same bits.
 */
export function writeModule(plan: Plan, options: ModuleOptions): Uint8Array<ArrayBuffer> {
  const { threads } = options
  const module = new ModuleWriter([{ name: 'outOfRange', parameters: [I32, I32] }])
  const numbers = plan.kernels.map((kernel) => module.add(kernelFunction(kernel, options)))
  const meet = threads > 1 ? module.add(meetingFunction(options.meeting, threads)) : undefined
  const run = new FunctionWriter([I32])
  const shared = plan.kernels.map((kernel) => isShared(kernel, options))
  const meetings = meetingsOf(plan, shared)
  numbers.forEach((number, i) => {
    if (meet !== undefined && meetings[i]) run.call(meet)
    if (shared[i] || threads === 1) {
      run.get(0).call(number)
    } else {
      run.get(0).op(OP.i32eqz)
      run.when(() => run.get(0).call(number))
    }
  })
  if (meet !== undefined) run.call(meet)
  module.add(run, 'run')
  if (threads > 1) {
    // Every part of a kernel, then the next one.
    const alone = new FunctionWriter([])
    numbers.forEach((number, i) => {
      for (let thread = 0; thread < (shared[i] ? threads : 1); thread++) alone.i32(thread).call(number)
    })
    module.add(alone, 'alone')
  }
  return module.finish({ shared: options.shared, maximumPages: 65536 })
}
