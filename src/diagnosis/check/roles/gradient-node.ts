/**
 * Where an optimiser stands between gradient and update (Adam, RMSprop, decay), the update is no multiple of the
 * gradient: looks for a value on the way that is one.
 */

import type { Tape } from '../tape/tape.ts'
import { type Dependence, PASSES } from './dependence.ts'
import { SCALING } from './expand.ts'
import { flippedAt, goesElsewhere, tellingPoint } from './flips.ts'
import { type ChainStep, elementsAt, MATCH, type Proportion, proportion } from './measure.ts'
import { isNorm } from './norms.ts'
import type { Points } from './points.ts'

export interface FoundGradient extends Proportion {
  readonly node: number
}

export function findGradientNode(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  forward: ReadonlySet<number>,
  step: ChainStep,
): FoundGradient | undefined {
  const size = step.part?.length ?? points.values[0]?.[step.before]?.data.length
  const nodes = [...tape.madeFrom([step.after], dependence.cut)].filter(
    // Beside a target of 0 a prediction is the error, and nothing of the backward pass for that.
    (n) => n > step.before && dependence.depends[n] === 1 && !dependence.cut.has(n) && !forward.has(n),
  )
  const matches: FoundGradient[] = []
  let isAllOf: ((node: number) => boolean) | undefined
  for (const node of nodes.sort((a, b) => b - a).slice(0, 3000)) {
    if (points.values[0]?.[node]?.data.length !== size) continue
    const match = gradientAt(points, step, node)
    if (match === undefined) continue
    isAllOf ??= passesOf(tape, dependence, forward, step)
    if (!isAllOf(node)) continue
    // Gradients that were joined in another order than the parameters are right up to there.
    if (!goesElsewhere(tape, points, step, node)) matches.push(match)
  }
  const first = matches.at(-1)
  return matches.find((m) => first === undefined || m === first || !isEvenIn(tape, points, m.node, first.node))
}

/**
 * Whether an update is made of the forward pass through a value alone: what it is multiplied with on the way is no
 * optimiser's, but for a length. The values for which that holds lie, each, on every way from the update to the forward
 * pass: gone through from the last one on, they are those at which no other way is open.
 */
function passesOf(
  tape: Tape,
  dependence: Dependence,
  forward: ReadonlySet<number>,
  { before, after }: ChainStep,
): (node: number) => boolean {
  const argsOf = new Map<number, number[]>()
  const ends = new Set<number>()
  const stack = [after]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (argsOf.has(at)) continue
    const { op, args } = tape.entry(at)
    const scales = SCALING.has(op)
    const own = args.filter((arg) => {
      if (arg <= before || dependence.depends[arg] !== 1 || dependence.cut.has(arg)) return false
      return !(scales && isNorm(tape, dependence, forward, arg)) && !isPartOfParameter(tape, dependence, arg)
    })
    if (own.some((arg) => forward.has(arg))) ends.add(at)
    const further = own.filter((arg) => !forward.has(arg))
    argsOf.set(at, further)
    for (const arg of further) stack.push(arg)
  }
  const nodes = [...argsOf.keys()].sort((a, b) => a - b)
  const leads = new Set<number>()
  for (const node of nodes)
    if (ends.has(node) || argsOf.get(node)?.some((arg) => leads.has(arg)) === true) leads.add(node)
  if (!leads.has(after)) return () => true
  const passes = new Set<number>()
  const open = new Set([after])
  for (const node of nodes.reverse()) {
    if (!open.has(node)) continue
    if (open.size === 1) passes.add(node)
    if (ends.has(node)) break
    open.delete(node)
    for (const arg of argsOf.get(node) ?? []) if (leads.has(arg)) open.add(arg)
  }
  return (node) => passes.has(node)
}

/** A row of a parameter, which the forward pass and a decay may read alike, is the parameter's own. */
function isPartOfParameter(tape: Tape, dependence: Dependence, node: number): boolean {
  let at: number | undefined = node
  while (at !== undefined && !dependence.cut.has(at) && PASSES.has(tape.entry(at).op)) at = tape.entry(at).args[0]
  return at !== undefined && dependence.cut.has(at)
}

/** A value that is said to be the gradient, if it is. */
export function gradientAt(points: Points, step: ChainStep, node: number | undefined): FoundGradient | undefined {
  if (node === undefined) return undefined
  const value = elementsAt(step, points, node)
  if (value.length !== step.gradient.length) return undefined
  const match = proportion(value, step.gradient)
  return match.residual < MATCH && match.ratio !== 0 ? { node, ...match } : undefined
}

/** Whether `node` stays what it is when the sign of `source` is turned: √g² is |g|, and no gradient though all of g be positive. */
function isEvenIn(tape: Tape, points: Points, node: number, source: number): boolean {
  // At a point where the gradient is not zero, as it is below weights that begin at zero.
  const values = points.values[tellingPoint(points, source)]
  const [was, is] = [values?.[node], values && flippedAt(tape, values, source, node)]
  return was !== undefined && is !== undefined && was.data.every((x, i) => x === is.data[i])
}
