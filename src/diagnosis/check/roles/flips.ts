/**
 * What an update does when the sign of a value on its way is turned: which way it goes with it, and whether it goes
 * where that value has its elements. Norms, and means of squares, do not notice.
 */

import type { Tape, Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import { type ChainStep, elementsOf } from './measure.ts'
import type { Points } from './points.ts'

/** The value of `until` where the elements `from` to `to` of `source` have the other sign. */
export function flippedAt(
  tape: Tape,
  values: Values,
  source: number,
  until: number,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): Tensor | undefined {
  const given = values[source]
  if (given === undefined) return undefined
  const turned = { shape: given.shape, data: given.data.map((x, i) => (i >= from && i < to ? -x : x)) }
  const reached = new Map<number, Tensor>([[source, turned]])
  const changed = values.slice()
  changed[source] = turned
  for (let at = source + 1; at <= until; at++) {
    if (!tape.entry(at).args.some((a) => reached.has(a))) continue
    const value = tape.compute(at, changed, reached)
    changed[at] = value
    if (value !== undefined) reached.set(at, value)
  }
  return reached.has(until) ? changed[until] : undefined
}

/** The first point at which some of a value is not zero, or −1. */
export const tellingPoint = (points: Points, node: number): number =>
  points.values.findIndex((values) => values[node]?.data.some((x) => x !== 0))

/** What is taken off a parameter because of the elements `from` to `to` of a value, twice. */
function takenFor(
  tape: Tape,
  values: Values,
  step: ChainStep,
  node: number,
  from?: number,
  to?: number,
): Float64Array | undefined {
  const [was, is] = [values[step.after], flippedAt(tape, values, node, step.after, from, to)]
  if (was === undefined || is === undefined || was.data.length !== is.data.length) return undefined
  const before = elementsOf(step, was.data)
  return elementsOf(step, is.data).map((x, i) => x - (before[i] as number))
}

/** 1 where an update goes down what stands for the gradient in it, −1 where it goes up, whatever else it takes off. */
export function directionOf(tape: Tape, points: Points, step: ChainStep, node: number): number | undefined {
  const at = tellingPoint(points, node)
  const values = points.values[at]
  const taken = values && takenFor(tape, values, step, node)
  if (taken === undefined) return undefined
  const along = taken.reduce((sum, x, i) => sum + x * (step.gradient[at * taken.length + i] as number), 0)
  return Number.isFinite(along) && along !== 0 ? Math.sign(along) : undefined
}

/** Whether what one half of a value's elements does to a parameter, it does more to the other half of the parameter; or it does nothing. */
export function goesElsewhere(tape: Tape, points: Points, step: ChainStep, node: number): boolean {
  const values = points.values[tellingPoint(points, node)]
  const size = values?.[node]?.data.length ?? 0
  const half = size >> 1
  const taken = values && half > 0 ? takenFor(tape, values, step, node, 0, half) : undefined
  if (values === undefined || taken?.length !== size) return false
  const most = (part: Float64Array | undefined) => part?.reduce((sum, x) => sum + Math.abs(x), 0) ?? 0
  const [own, other] = [most(taken.subarray(0, half)), most(taken.subarray(half))]
  if (own > 0 || other > 0) return other > own
  return most(takenFor(tape, values, step, node)) === 0
}
