/**
 * What a statement computed and what it should have computed in; the one change of its operations that turns the first
 * into the second out. Every change is made on the tape and holds at all points, or it is none.
 */

import { join, MATCH, proportion } from '../../roles/measure.ts'
import { OPERATIONS } from '../../tape/operations.ts'
import type { Occurrence } from '../situation.ts'
import { workDone } from '../work.ts'
import { added, otherFactor, otherFactors } from './additions.ts'
import { type Change, DEADLINE_MS, type Remake, type Setting } from './change.ts'
import { otherOperand, slips } from './operands.ts'
import { dropped, otherGrouping, otherOperation, scaledTerm } from './operations.ts'
import { Scene } from './scene.ts'

/** The cheapest change that explains a statement's runs: the first, the last and one between. */
export function remakeOf(setting: Setting, occurrences: readonly Occurrence[]): Remake | undefined {
  const others = new Set(occurrences.map((o) => o.node))
  // Where nothing is wanted, at the first step of a sequence say, leaving out whatever there is does it.
  const asked = occurrences.filter((o) => o.wanted.some((w) => w?.data.some((x) => x !== 0)))
  // Runs that are right already tell nothing: an output whose gradient lacks no derivative, say.
  const off = asked.filter((o) => !(proportion(join(o.given), join(o.wanted)).residual < MATCH))
  const telling = off.length > 0 ? off : asked
  const last = telling.length - 1
  const chosen = [...new Set([0, last >> 1, last])].flatMap((i) => telling[i] ?? [])
  // Of single numbers a factor of 1 can be left out; where it is 0, nothing must come out.
  const isNumber = (o: Occurrence) => o.wanted[0]?.data.length === 1
  const silent = occurrences.filter((o) => !asked.includes(o) && o.given.some((g) => g?.data.some((x) => x !== 0)))
  if (telling.every(isNumber)) chosen.push(...silent.filter(isNumber).slice(0, 1))
  const found = chosen.map((one) => fitting(new Scene(setting, one, others)))
  const [first, ...more] = found
  if (first === undefined) return undefined
  const all = [...first].filter(([key]) => more.every((list) => list.has(key))).map(([, remake]) => remake)
  const kinds = [...first.values()].filter((r) =>
    more.every((list) => [...list.values()].some((o) => o.kind === r.kind)),
  )
  return (all.length > 0 ? all : kinds).sort((a, b) => a.cost - b.cost)[0]
}

/** The changes that explain one run, by what they say without its numbers. */
function fitting(scene: Scene): Map<string, Remake> {
  const deadline = workDone() + DEADLINE_MS
  const found = new Map<string, Remake>()
  for (const change of changesOf(scene)) {
    if (workDone() > deadline) break
    const fit = scene.fits(change)
    if (fit === undefined) continue
    const key = `${change.kind} ${scene.placeOf(change.node)} ${withoutNames(change.text)}`
    const cost = change.cost + (fit === 'exact' ? 0 : 1.5)
    const known = found.get(key)
    const { kind, text, ofFactor = false } = change
    if (known === undefined || cost < known.cost) found.set(key, { kind, text, cost, ofFactor })
  }
  return found
}

/** What a change does, whatever the values are called in one run or another. */
function withoutNames(text: string): string {
  return text
    .replace(/^with (1 [+-] |-)?.*?( \*\* 2)? in place of .* it is/, 'with $1@$2 in place of @ it is')
    .replace(
      /^(times the derivative of|times|divided by|multiplied with|plus|minus|with the derivative of) .* it is/,
      '$1 @ it is',
    )
}

function* changesOf(scene: Scene): Generator<Change> {
  const { tape } = scene.setting.analysis
  const inner = [...scene.inner].reverse()
  // What is few comes first: where time runs out, it is among the operands of many names.
  for (const node of inner) {
    const { op, args } = tape.entry(node)
    yield* otherOperation(scene, node)
    yield* otherGrouping(scene, node)
    if (op in OPERATIONS && args.length > 0) yield* dropped(scene, node)
    yield* scaledTerm(scene, node)
    if (!scene.signal(node)) yield* slips(scene, node)
  }
  for (const node of inner) {
    for (const [i, arg] of tape.entry(node).args.entries())
      if (!scene.within.has(arg)) yield* otherOperand(scene, node, i)
    yield* otherFactor(scene, node)
  }
  yield* otherFactors(scene)
  const places = scene.inner.length === 0 ? [scene.one.node] : scene.signals()
  for (const node of places) yield* added(scene, node)
}
