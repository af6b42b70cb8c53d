/** A parameter whose update has a term of its own, a decay say, beside a gradient that is wrong. */

import type { Analysis } from '../analyse.ts'
import type { ParameterResult } from '../judge.ts'
import { proportion } from '../roles/measure.ts'
import { DIVISIONS, MULTIPLICATIONS } from '../tape/operations.ts'

/** Of fewer numbers too little is left beside a multiple of the parameter. */
export const LEAST_BESIDE = 4
const knownDecays = new WeakMap<Analysis, Map<number, boolean>>()

/** Whether something that carries no error, a decay say, is computed from a wrong parameter and goes into its update. */
export function isDecayed(analysis: Analysis, { status, step, chain }: ParameterResult): boolean {
  if (status !== 'wrong' || step.gradient.length / analysis.points.values.length < LEAST_BESIDE) return false
  const known = knownDecays.get(analysis) ?? new Map<number, boolean>()
  knownDecays.set(analysis, known)
  const found = known.get(chain.id) ?? hasOwnTerm(analysis, step)
  known.set(chain.id, found)
  return found
}

function hasOwnTerm({ tape, dependence }: Analysis, { before, after }: ParameterResult['step']): boolean {
  const isMultiple = (node: number) => {
    const { op, args } = tape.entry(node)
    const scales = MULTIPLICATIONS.has(op) || DIVISIONS.has(op)
    return scales && args.every((a) => a === before || dependence.depends[a] !== 1)
  }
  const made = tape.ancestors([after], new Set([before]))
  return [...tape.readers(before)].some((node) => made.has(node) && isMultiple(node))
}

/** Without its component along the parameter itself. */
export function beside(x: Float64Array, parameter: Float64Array): Float64Array {
  const { ratio } = proportion(x, parameter)
  return Number.isFinite(ratio) ? x.map((v, i) => v - ratio * (parameter[i] as number)) : x
}
