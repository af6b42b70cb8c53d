/** Writes the module of a plan: one function a kernel, and `run`, which calls them in order. */

import type { Kernel, Plan } from '../../plan/index.ts'
import { contractScratchBytes, writeContract } from './contract.ts'
import { FunctionWriter, I32, ModuleWriter } from './encode.ts'
import { writeMap } from './map.ts'
import type { KernelContext } from './point.ts'
import { writeRandom } from './random.ts'
import { reduceScratchBytes, writeReduce } from './reduce.ts'

/** Bytes beside the arena that a kernel needs while it runs. */
export function scratchBytes(kernel: Kernel): number {
  if (kernel.kind === 'contract') return contractScratchBytes(kernel)
  return kernel.kind === 'reduce' ? reduceScratchBytes(kernel) : 0
}

function writeKernel(context: KernelContext, kernel: Kernel, scratch: number): void {
  if (kernel.kind === 'map') writeMap(context, kernel)
  else if (kernel.kind === 'reduce') writeReduce(context, kernel, scratch)
  else if (kernel.kind === 'contract') writeContract(context, kernel, scratch)
  else writeRandom(context, kernel)
}

export interface ModuleOptions {
  readonly addressOf: (buffer: number) => number
  readonly scratch: number
  readonly relaxed: boolean
}

/** The bytes of a module that imports `nabla.memory` and `nabla.outOfRange`, and exports `run`. */
export function writeModule(plan: Plan, { addressOf, scratch, relaxed }: ModuleOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter([{ name: 'outOfRange', parameters: [I32, I32] }])
  const numbers = plan.kernels.map((kernel) => {
    const f = new FunctionWriter([])
    writeKernel({ f, relaxed, addressOf, outOfRange: 0 }, kernel, scratch)
    return module.add(f)
  })
  const run = new FunctionWriter([])
  for (const number of numbers) run.call(number)
  module.add(run, 'run')
  return module.finish({ shared: false, maximumPages: 65536 })
}
