/**
 * Updates that are no number because a root is taken of a state that falls below zero: a mean of gradients where one of
 * their squares was meant. No gradient can be compared after that; the edit with which all of them agree is the evidence.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { SUMS } from '../tape/operations.ts'
import { statementOf } from '../trace/location.ts'
import type { Departure } from './optimizer-faults.ts'
import { rewritesOf } from './optimizer-rewrites.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  NOTHING_FOUND,
  type Outcome,
  type Scene,
  short,
  textAt,
  wrongNames,
} from './trial.ts'

const HALVES = new Set(['pow', 'power', 'float_power'])
const SCALES = new Set(['mul', 'multiply', 'div', 'divide', 'true_divide', 'add', 'view', 'copy', 'move'])
const MEANT: readonly Departure[] = ['not-squared', 'negative-square']
const MOST_TRIALS = 4

interface Rooted {
  readonly name: string
  readonly next: number
  readonly lowest: number
}

export async function negativeRoots(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  if (allNumbers(analysis)) return NOTHING_FOUND
  const rooted = stateUnderRoot(analysis)
  if (rooted === undefined) return NOTHING_FOUND
  const { tape, trace } = analysis
  const site = statementOf(trace, tape.entry(rooted.next).site)
  const at = trace.sites[site]
  if (at === undefined) return NOTHING_FOUND
  const moment = { next: rooted.next }
  const edits = MEANT.flatMap((departure) => rewritesOf(analysis, { departure, moment }, site))
  for (const edit of edits.slice(0, MOST_TRIALS)) {
    const after = await analyseEdited(scene, [edit])
    if (after === undefined || !allNumbers(after) || countRight(after) === 0 || wrongNames(after).length > 0) continue
    const findings = findingAt(analysis, {
      kind: 'optimiser',
      site,
      message: `${rooted.name} falls below zero, and its square root is no number: it is no mean of the squared gradient`,
      expected: 'an average of the squared gradient, β · v + (1 − β) · gradient²',
      received: textAt(analysis, at).trim(),
      evidence: [
        `the smallest number under the root is ${short(rooted.lowest)}, and the update is no number`,
        `checked: applying it, all ${countRight(after)} gradients agree with the true ones`,
      ],
      parameters: analysis.dependence.parameters.map((c) => c.name),
    }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
    return { findings, edits: [edit], analysis: after }
  }
  return NOTHING_FOUND
}

export function allNumbers({ dependence, points }: Analysis): boolean {
  const isNumber = (node: number) => points.values[0]?.[node]?.data.every(Number.isFinite) !== false
  return dependence.parameters.every((chain) => chain.versions.every((v) => isNumber(v.node)))
}

/** The first root of a negative number, and the sum under it: a state that lives from step to step, or what has a name. */
function stateUnderRoot({ tape, points, chains }: Analysis): Rooted | undefined {
  const values = points.values[0] ?? []
  const nameOf = new Map<number, string>()
  for (const event of tape.trace.events)
    if (event.kind === 'store' && event.place === 'name' && !nameOf.has(event.node))
      nameOf.set(event.node, String(event.key))
  for (const { parameter, name, versions } of chains)
    if (!parameter) for (const { node } of versions.slice(1)) nameOf.set(node, name)
  for (let node = 0; node < tape.trace.nodes.length; node++) {
    const { op, args } = tape.entry(node)
    const [root = -1, exponent = -1] = args
    if (op !== 'sqrt' && !(HALVES.has(op) && values[exponent]?.data[0] === 0.5)) continue
    const lowest = values[root]?.data.reduce((a, b) => Math.min(a, b), Infinity) ?? 0
    if (!(lowest < 0 && Number.isFinite(lowest))) continue
    const isSummed = (at: number) => nameOf.has(at) && SUMS.has(tape.entry(at).op)
    let at = root
    for (let depth = 0; depth < 8 && at >= 0 && !isSummed(at); depth++) {
      const { op: outer, args: inner } = tape.entry(at)
      if (!SCALES.has(outer)) return undefined
      at = inner.find((a) => (values[a]?.data.length ?? 0) === values[root]?.data.length) ?? -1
    }
    const name = nameOf.get(at)
    return name === undefined ? undefined : { name, next: at, lowest }
  }
  return undefined
}
