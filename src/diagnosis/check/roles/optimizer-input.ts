/**
 * What an optimiser takes for the gradient: the one value through which the error reaches a parameter's update, and on
 * which the update depends in several ways (a mean and a mean of squares, a norm), and not along a straight line.
 */

import type { Tape, Values } from '../tape/tape.ts'
import { map, type Tensor } from '../tape/tensor.ts'
import type { Dependence } from './dependence.ts'
import { SCALING } from './expand.ts'
import { type ChainStep, firstUse } from './measure.ts'
import { isNorm } from './norms.ts'
import type { Points } from './points.ts'

const MAX_NODES = 3000

export function optimizerInput(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  forward: ReadonlySet<number>,
  step: ChainStep,
): number | undefined {
  const meeting = firstMeeting(tape, dependence, forward, step)
  if (meeting === undefined) return undefined
  // At a point where the gradient is not zero, as it is below weights that begin at zero.
  const values = points.values.find((v) => v[meeting]?.data.some((x) => x !== 0))
  return values !== undefined && !isAffine(tape, values, meeting, step)
    ? unscaled(tape, dependence, forward, meeting)
    : undefined
}

/** What was made shorter or longer by the length of all gradients, or had its elements cut off, as it was before. */
function unscaled(tape: Tape, dependence: Dependence, forward: ReadonlySet<number>, node: number): number {
  const { op, args } = tape.entry(node)
  const [a, b] = args
  if (op === 'clip' && a !== undefined && dependence.depends[a] === 1 && !forward.has(a))
    return unscaled(tape, dependence, forward, a)
  if (!SCALING.has(op) || a === undefined || b === undefined) return node
  const of = isNorm(tape, dependence, forward, b) ? a : isNorm(tape, dependence, forward, a) ? b : undefined
  return of === undefined || dependence.depends[of] !== 1 || forward.has(of)
    ? node
    : unscaled(tape, dependence, forward, of)
}

/** Going back from the update: the first value that all ways lead through after they have parted. */
function firstMeeting(
  tape: Tape,
  dependence: Dependence,
  forward: ReadonlySet<number>,
  { before, after }: ChainStep,
): number | undefined {
  const begin = firstUse(tape, { before, after }, forward)
  const open = new Set([after])
  let parted = false
  for (let seen = 0; open.size > 0 && seen < MAX_NODES; seen++) {
    const node = Math.max(...open)
    if (open.size > 1) parted = true
    else if (parted) return node
    open.delete(node)
    const { op, args } = tape.entry(node)
    for (const arg of args) {
      // What there was before the step, such as 0 · W for a velocity, is no way of the error.
      if (arg <= before || arg < begin || dependence.depends[arg] !== 1 || dependence.cut.has(arg)) continue
      if (SCALING.has(op) && isNorm(tape, dependence, forward, arg)) {
        parted = true
        continue
      }
      // An error arises here, or a gradient: what comes before it is not all that the update is made of.
      if (forward.has(arg)) return undefined
      open.add(arg)
    }
  }
  return undefined
}

/** Whether equal steps of the value make equal steps of the update: a rate, a velocity, a decay beside it. */
function isAffine(tape: Tape, values: Values, node: number, { before, after }: ChainStep): boolean {
  const given = values[node]
  const from = values[before]
  if (given === undefined || from === undefined) return true
  const updateAt = (times: number): Tensor | undefined => {
    const changed = new Map<number, Tensor>([[node, map(given, (x) => times * x)]])
    const own = values.slice(0, after + 1)
    own[node] = changed.get(node)
    const reached = new Set([node])
    for (let at = node + 1; at <= after; at++) {
      if (!tape.entry(at).args.some((a) => reached.has(a))) continue
      reached.add(at)
      own[at] = tape.compute(at, own, changed)
    }
    return own[after]
  }
  const [none, once, twice] = [updateAt(0), updateAt(1), updateAt(2)]
  if (none === undefined || once === undefined || twice === undefined) return true
  return once.data.every((x, i) => {
    const [first, second] = [x - (none.data[i] as number), (twice.data[i] as number) - x]
    return Math.abs(second - first) <= 1e-6 * Math.abs(first)
  })
}
