/**
 * A loss that is stated for a pass of its own, on data held out, over all samples or with the weights that a step leaves
 * behind: the same formula, for what the updates are computed from. A formula is one, whatever data it is applied to: of
 * what it is computed from, each value that a training pass computes by the same operations from the same parameters is
 * replaced by that pass's own, each parameter by the version that the pass reads, and the targets by the pass's targets.
 */

import type { Tape, Values } from '../tape/tape.ts'
import { type Dependence, originOf, versionsRead } from './dependence.ts'
import { grown, type Loss, type LossStep, stepsOf } from './losses.ts'
import { findMargins, findMeetings, type Meeting } from './meetings.ts'
import { type Signature, signatures } from './signatures.ts'
import { openSum } from './sums.ts'
import { passOf, rebuild, type Term, transfer } from './transfer.ts'

const MOST_NODES = 20_000

/** Steps that a loss is carried over to. */
const MOST_STEPS = 4

const MOST_PASSES = 400

const NOTHING: ReadonlySet<number> = new Set()

interface Scene {
  readonly tape: Tape
  readonly dependence: Dependence
  readonly values: Values
  /** The passes of the training, as the places where their predictions meet targets, step by step. */
  readonly steps: readonly (readonly Meeting[])[]
  /** What updates are computed from. */
  readonly made: ReadonlySet<number>
  /** The formulas of what the passes compute. */
  readonly computed: ReadonlySet<number>
  readonly formula: Signature
  readonly ofData: Signature
  readonly exact: Signature
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
  const isMade = (m: Meeting) => made.has(m.node)
  const differences = findMeetings(tape, dependence).filter(isMade)
  const meetings = differences.length > 0 ? differences : findMargins(tape, dependence).filter(isMade)
  if (meetings.length === 0) return losses
  const byNode = new Map(meetings.map((m) => [m.node, m]))
  const steps = stepsOf(
    tape,
    dependence,
    meetings.map((m) => [m.node, 1]),
  ).map((step) => step.terms.flatMap(([node]) => byNode.get(node) ?? []))
  const formula = signatures(tape, dependence, {})
  const forward = tape.ancestors(
    meetings.map((m) => m.node),
    dependence.cut,
  )
  const isComputed = (n: number) => dependence.depends[n] === 1 && !dependence.cut.has(n)
  const scene: Scene = {
    ...{ tape, dependence, values, steps: steps.slice(0, MOST_STEPS), made, formula },
    computed: new Set([...forward].filter(isComputed).map(formula)),
    ofData: signatures(tape, dependence, { data: true }),
    exact: signatures(tape, dependence, { data: true, versions: true }),
  }
  return losses.map((loss) => {
    const own = ofThePasses(scene, loss)
    if (own !== undefined) return { ...loss, steps: own }
    const [first] = loss.steps
    const terms = first && termsOf(scene, first)
    const carried = terms === undefined ? [] : carry(scene, terms)
    return carried.length > 0 ? { ...loss, steps: carried } : loss
  })
}

/** Of a loss that is stated for the training passes and for other data, too, what is stated for the training passes. */
function ofThePasses({ tape, dependence, steps, made, exact }: Scene, loss: Loss): LossStep[] | undefined {
  const all = loss.steps.flatMap((step) => step.terms)
  if (all.length === loss.steps.length || all.length > MOST_PASSES) return undefined
  const predictions = new Set(steps.flatMap((step) => step.map((m) => exact(m.prediction))))
  // Of a matrix of predictions, each sample's row may meet its target apart.
  const whole = new Set(steps.flatMap((step) => step.map((m) => originOf(tape, m.prediction))))
  const isOwn = ([node]: readonly [number, number]) =>
    made.has(node) || [...tape.ancestors([node], dependence.cut)].some((n) => whole.has(n) || predictions.has(exact(n)))
  const own = all.filter(isOwn)
  return own.length > 0 && own.length < all.length ? stepsOf(tape, dependence, own) : undefined
}

/** The terms of a loss that no update is computed from; undefined where one is, or where it follows no pass's formula. */
function termsOf(scene: Scene, step: LossStep): readonly Term[] | undefined {
  const { tape, dependence, values, made, computed, formula, steps, exact } = scene
  const opened = step.terms.flatMap(([node, factor]) =>
    openSum(tape, node, values, dependence).map(([n, f]): [number, number] => [n, f * factor]),
  )
  if (opened.length > MOST_PASSES * 4) return undefined
  const terms: Term[] = []
  let left = MOST_NODES * 4
  for (const [node, factor] of opened) {
    if (made.has(node)) return undefined
    const inside = [...tape.ancestors([node], dependence.cut)]
      .filter((n) => dependence.depends[n] === 1 && !dependence.cut.has(n))
      .sort((a, b) => b - a)
    left -= inside.length
    if (left < 0 || inside.length > MOST_NODES) return undefined
    const anchor = inside.find((n) => computed.has(formula(n)))
    if (anchor !== undefined && made.has(anchor)) return undefined
    terms.push({ node, factor, inside, ...(anchor !== undefined && { anchor }) })
  }
  const anchors = terms.flatMap((t) => t.anchor ?? [])
  // The next step begins with the very same pass: it is what the loss was stated for.
  const own = new Set(steps.flatMap((step) => step.flatMap((m) => [exact(m.prediction), exact(m.node)])))
  if (terms.length > 1 ? anchors.every((a) => own.has(exact(a))) : anchors.some((a) => own.has(exact(a))))
    return undefined
  return anchors.length > 0 ? terms : undefined
}

/** The steps of a loss as it is for the training passes. */
function carry(scene: Scene, terms: readonly Term[]): LossStep[] {
  const { tape, dependence, formula, ofData } = scene
  const kinds = new Map<number, Term[]>()
  const ofMany = new Set(terms.filter((term) => holdsPasses(scene, term)))
  for (const term of terms)
    if (term.anchor !== undefined && !ofMany.has(term)) {
      const kind = formula(term.node)
      kinds.set(kind, [...(kinds.get(kind) ?? []), term])
    }
  const byData = new Map<string, ReadonlyMap<number, Term>>()
  /** The term of a kind that is computed from the same data as a pass. */
  const ownTerm = (kind: number, there: number) => {
    const key = `${kind} ${formula(there)}`
    const same = (term: Term) => ofData(term.inside.find((n) => formula(n) === formula(there)) ?? -1)
    const known = byData.get(key) ?? new Map((kinds.get(kind) ?? []).map((term) => [same(term), term]))
    byData.set(key, known)
    return known.get(ofData(there))
  }
  const carried: [number, number][] = []
  for (const step of scene.steps) {
    if (step.length > MOST_PASSES) break
    const found: { node: number; kind: number; factor: number }[] = []
    const taken = new Set<string>()
    for (const meeting of step) {
      const pass = passOf(scene, meeting)
      for (const [kind, [some]] of kinds) {
        const anchor = some?.inside.find((n) => pass.at.has(formula(n)))
        const there = anchor === undefined ? undefined : pass.at.get(formula(anchor))
        if (some === undefined || there === undefined || taken.has(`${kind} ${there}`)) continue
        const own = ownTerm(kind, there)
        const made = transfer(scene, pass, own ?? some, there, own !== undefined)
        if (made === undefined) continue
        taken.add(`${kind} ${there}`)
        found.push({ ...made, kind })
      }
    }
    for (const term of ofMany) {
      const node = transferAll(scene, step, term)
      if (node !== undefined) carried.push([node, term.factor])
    }
    // A part of a batch has another gradient than all of it.
    if (found.length === 0) continue
    const [first] = step
    const reads = first && versionsRead(tape, dependence, first.node)
    for (const { node, kind, factor } of found) {
      const [before, now] = [kinds.get(kind)?.length ?? 1, found.filter((f) => f.kind === kind).length]
      const isMean = Math.abs(factor) < 1 && before > 1
      carried.push([node, isMean ? (factor * before) / now : factor])
    }
    for (const term of terms) {
      if (term.anchor !== undefined || reads === undefined) continue
      const node = rebuild(scene, term, new Map(), reads)
      if (node !== undefined) carried.push([node, term.factor])
    }
  }
  tape.extend(scene.values)
  const whole = carried.filter(([node]) => scene.values[node]?.data.length === 1)
  return whole.length < carried.length ? [] : stepsOf(tape, grown(tape, dependence), whole)
}

/** Whether a term is made of several passes, such as the logarithms of an episode's steps in one array. */
function holdsPasses({ formula, ofData }: Scene, { inside, anchor }: Term): boolean {
  const same = anchor === undefined ? [] : inside.filter((n) => formula(n) === formula(anchor))
  return new Set(same.map(ofData)).size > 1
}

/** A term of several passes, each in the place of the one that has its data; undefined where one has none. */
function transferAll(scene: Scene, step: readonly Meeting[], term: Term): number | undefined {
  const { formula, ofData } = scene
  const key = (n: number) => `${formula(n)} ${ofData(n)}`
  const passes = step.map((meeting) => passOf(scene, meeting))
  const known = new Map(passes.flatMap((pass) => [...pass.at.values()].map((n): [string, number] => [key(n), n])))
  const placed = new Map<number, number>()
  for (const node of term.inside) {
    const found = known.get(key(node))
    if (found !== undefined) placed.set(node, found)
    else if (formula(node) === formula(term.anchor ?? -1)) return undefined
  }
  const [first] = passes
  return first && rebuild(scene, term, placed, first.reads)
}
