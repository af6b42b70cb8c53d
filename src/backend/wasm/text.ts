/** The module of a plan as text: what a device that has no other program yet would run, on this engine. */

import type { Plan } from '../../plan/index.ts'
import { threadsOf } from '../threads.ts'
import { writeModule } from './compile.ts'
import { disassemble } from './disassemble.ts'
import { hasRelaxedSimd } from './features.ts'
import { allocateWords, placeProgram } from './place.ts'
import { LEAST_SECONDS } from './share.ts'

/**
 * WebAssembly text of a plan; a comment before each kernel's function says which it is.
 * @throws NablaError E-VALUE for a number of threads that is none.
 */
export function renderWat(plan: Plan, { threads }: { threads?: number } = {}): string {
  let used = 64
  const allocate = (sizeBytes: number) => {
    const start = Math.ceil(used / 64) * 64
    used = start + sizeBytes
    return start
  }
  const threading = { threads: threadsOf(threads), leastSeconds: LEAST_SECONDS }
  const words = allocateWords(allocate)
  const stateAddress = ({ size }: { size: number }) => allocate(4 * size)
  const places = { threading, relaxed: hasRelaxedSimd(), allocate, words, stateAddress }
  const bytes = writeModule(plan, placeProgram(plan, 'the program', places))
  return disassemble(
    bytes,
    plan.kernels.map(({ kind, name, domain, fused }) => `${kind} ${name} [${domain.join(', ')}]: ${fused.join(', ')}`),
  )
}
