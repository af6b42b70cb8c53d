/**
 * A loss that is stated for a pass of its own, on data held out or with the weights that a step leaves behind: the same
 * formula, for what the updates are computed from. A formula is one, whatever data it is applied to.
 */

import type { Tape, Values } from '../tape/tape.ts'
import type { Dependence } from './dependence.ts'
import { versionsRead } from './dependence.ts'
import { findMeetings, grown, type Loss, type LossStep, stepsOf } from './losses.ts'

const MOST_NODES = 20_000
const MOST_PASSES = 8
/** Operations whose parameters say which elements are meant: they hold for arrays of one size. */
const OF_ONE_SIZE = new Set(['move', 'view', 'put', 'write', 'reshape', 'pack', 'add_at', 'opaque'])

/** A prediction and its target, in a pass that updates are computed from. */
interface Pass {
  readonly prediction: number
  readonly target: number
}

/** Each stated loss; in place of one that no update is computed from, what it is for the passes of the training. */
export function onTrainingPasses(
  tape: Tape,
  dependence: Dependence,
  values: Values,
  losses: readonly Loss[],
): readonly Loss[] {
  const made = tape.madeFrom(
    dependence.parameters.flatMap((c) => c.versions.slice(1).map((v) => v.node)),
    NOTHING,
  )
  const passes = findMeetings(tape, dependence).filter((m) => m.target >= 0 && made.has(m.node))
  if (passes.length === 0) return losses
  const alike: Alike = {
    formula: signatures(tape, dependence, {}),
    ofData: signatures(tape, dependence, { data: true }),
    exact: signatures(tape, dependence, { data: true, versions: true }),
  }
  return losses.map((loss) => {
    const pairs: [Stated, Pass][] = []
    for (const step of loss.steps) {
      const [term] = step.terms
      const stated =
        step.terms.length === 1 && term ? statedAt(tape, dependence, made, passes, alike, term[0]) : undefined
      if (stated === undefined) return loss
      const same = passes.filter((p) => alike.formula(p.prediction) === alike.formula(stated.prediction))
      // The next step begins with the very same pass: it is what the loss was stated for.
      if (same.some((p) => alike.exact(p.prediction) === alike.exact(stated.prediction))) return loss
      const own = same.filter((p) => alike.ofData(p.prediction) === alike.ofData(stated.prediction))
      pairs.push(...own.map((pass): [Stated, Pass] => [stated, pass]))
      if (own.length > 0) continue
      for (const pass of same) {
        const target = targetFor(tape, dependence, stated, pass)
        if (target !== undefined) pairs.push([{ ...stated, target }, pass])
      }
      // Of data held out one formula says all.
      break
    }
    const steps = stepsFor(tape, dependence, values, pairs)
    return steps.length > 0 ? { ...loss, steps } : loss
  })
}

/** A stated loss and the prediction in it; of data held out also what stands there for the target. */
interface Stated {
  readonly term: number
  readonly inside: readonly number[]
  readonly prediction: number
  readonly target?: number
}

interface Alike {
  readonly formula: (node: number) => number
  readonly ofData: (node: number) => number
  readonly exact: (node: number) => number
}

/** A stated loss that no update is computed from, where it predicts by the same formula as a pass of the training. */
function statedAt(
  tape: Tape,
  dependence: Dependence,
  made: ReadonlySet<number>,
  passes: readonly Pass[],
  { formula }: Alike,
  term: number,
): Stated | undefined {
  if (made.has(term)) return undefined
  const inside = [...tape.ancestors([term], dependence.cut)]
    .filter((n) => dependence.depends[n] === 1 && !dependence.cut.has(n))
    .sort((a, b) => b - a)
  if (inside.length > MOST_NODES) return undefined
  const wanted = new Set(passes.map((p) => formula(p.prediction)))
  const prediction = inside.find((n) => wanted.has(formula(n)))
  return prediction === undefined || made.has(prediction) ? undefined : { term, inside, prediction }
}

function stepsFor(
  tape: Tape,
  dependence: Dependence,
  values: Values,
  pairs: readonly (readonly [Stated, Pass])[],
): LossStep[] {
  const taken = new Set<number>()
  const terms: [number, number][] = []
  for (const [stated, pass] of pairs) {
    if (taken.size >= MOST_PASSES) break
    if (taken.has(pass.prediction)) continue
    const term = transfer(tape, dependence, values, stated, pass)
    if (term === undefined) continue
    taken.add(pass.prediction)
    terms.push([term, 1])
  }
  return terms.length === 0 ? [] : stepsOf(tape, grown(tape, dependence), terms)
}

/** Of the data in the formula, what has the place of a pass's target: all other data of its size is made from it. */
function targetFor(tape: Tape, dependence: Dependence, stated: Stated, pass: Pass): number | undefined {
  const shapeOf = (node: number) => tape.trace.nodes[node]?.shape ?? []
  const [here, there] = [shapeOf(stated.prediction), shapeOf(pass.prediction)]
  if (here.length !== there.length) return undefined
  const axis = here.findIndex((n, i) => n !== there[i])
  const wanted = shapeOf(pass.target)
    .map((n) => (axis >= 0 && n === there[axis] ? here[axis] : n))
    .join()
  const before = tape.ancestors([stated.prediction], dependence.cut)
  const data = new Set(
    stated.inside
      .filter((n) => !before.has(n))
      .flatMap((n) => tape.entry(n).args.filter((a) => dependence.depends[a] !== 1 && shapeOf(a).join() === wanted)),
  )
  return [...data].find((n) => [...data].every((other) => tape.ancestors([other]).has(n)))
}

/** The formula once more, with the prediction and the parameters of a pass in place of its own, and its target if need be. */
function transfer(tape: Tape, dependence: Dependence, values: Values, stated: Stated, pass: Pass): number | undefined {
  const placed = new Map([[stated.prediction, pass.prediction]])
  if (stated.target !== undefined) placed.set(stated.target, pass.target)
  const read = versionsRead(tape, dependence, pass.prediction)
  for (const node of dependence.cut) {
    const version = read.get(dependence.chainOf.get(node) ?? -1)
    if (version !== undefined) placed.set(node, version)
  }
  const shapeOf = (node: number) => tape.trace.nodes[node]?.shape.join()
  const resized = shapeOf(stated.prediction) !== shapeOf(pass.prediction)
  const before = tape.ancestors([stated.prediction], dependence.cut)
  const between = [...tape.ancestors([stated.term], new Set(placed.keys()))]
    .filter((n) => !before.has(n) || n === stated.prediction)
    .sort((a, b) => a - b)
  for (const node of between) {
    const { op, args, params } = tape.entry(node)
    if (placed.has(node)) continue
    // What the formula takes beside the prediction, another output or an activity, would stay that of its own pass.
    if (args.some((a) => dependence.depends[a] === 1 && !dependence.cut.has(a) && !placed.has(a))) return undefined
    if (!args.some((a) => placed.has(a))) continue
    if (resized && OF_ONE_SIZE.has(op)) return undefined
    placed.set(
      node,
      tape.append(
        op,
        args.map((a) => placed.get(a) ?? a),
        params,
      ),
    )
  }
  tape.extend(values)
  const term = placed.get(stated.term)
  return term !== undefined && values[term]?.data.length === 1 ? term : undefined
}

/**
 * A number for each value, the same for those that are computed by the same operations from the same parameters, and,
 * where it is asked for, from the same data and the same versions of the parameters.
 */
function signatures(
  tape: Tape,
  dependence: Dependence,
  by: { data?: boolean; versions?: boolean },
): (node: number) => number {
  const numbers = new Map<string, number>()
  const known = new Map<number, number>()
  const textOf = (node: number, of: (arg: number) => number): string => {
    const { op, args, params } = tape.entry(node)
    const chain = dependence.chainOf.get(node)
    if (chain !== undefined) return by.versions ? `v${node}` : `p${chain}`
    if (!by.data) return dependence.depends[node] === 1 ? `${op} ${args.map(of).join()}` : '*'
    if (args.length > 0) return `${op} ${args.map(of).join()} ${JSON.stringify(params)}`
    const value = tape.leaves[node]
    return value?.data.length === 1 ? `=${value.data[0]}` : `n${node}`
  }
  return (wanted) => {
    const stack = [wanted]
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const missing = dependence.cut.has(node) ? [] : tape.entry(node).args.filter((a) => !known.has(a))
      if (!known.has(node) && missing.length > 0) {
        stack.push(...missing)
        continue
      }
      stack.pop()
      if (known.has(node)) continue
      const text = textOf(node, (arg) => known.get(arg) ?? -1)
      const number = numbers.get(text) ?? numbers.size
      numbers.set(text, number)
      known.set(node, number)
    }
    return known.get(wanted) ?? -1
  }
}

const NOTHING: ReadonlySet<number> = new Set()
