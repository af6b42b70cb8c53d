/**
 * A loss that is stated for a pass of its own, on data held out, over all samples or with the weights that a step leaves
 * behind: the same formula, for what the updates are computed from. A formula is one, whatever data it is applied to: of
 * what it is computed from, each value that a training pass computes by the same operations from the same parameters is
 * replaced by that pass's own, each parameter by the version that the pass reads, and the targets by the pass's targets.
 */

import type { Tape, Values } from '../tape/tape.ts'
import { scalar } from '../tape/tensor.ts'
import { type Dependence, versionsRead } from './dependence.ts'
import { findMeetings, grown, type Loss, type LossStep, type Meeting, oneHot, openSum, stepsOf } from './losses.ts'
import { type Signature, signatures } from './signatures.ts'

const MOST_NODES = 20_000
/** Steps that a loss is carried over to. */
const MOST_STEPS = 4
const MOST_PASSES = 400
/** Operations whose parameters say which elements are meant: they hold for arrays of one size. */
const OF_ONE_SIZE = new Set(['move', 'view', 'put', 'write', 'reshape', 'pack', 'add_at', 'opaque'])

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

/** A term of a stated loss. */
interface Term {
  readonly node: number
  readonly factor: number
  readonly inside: readonly number[]
  /** The last value in it that the training passes compute as well; none of a penalty, which needs parameters alone. */
  readonly anchor?: number
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
  const meetings = findMeetings(tape, dependence).filter((m) => made.has(m.node))
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
  const isOwn = ([node]: readonly [number, number]) =>
    made.has(node) || [...tape.ancestors([node], dependence.cut)].some((n) => predictions.has(exact(n)))
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
  const own = new Set(steps.flatMap((step) => step.map((m) => exact(m.prediction))))
  if (terms.length > 1 ? anchors.every((a) => own.has(exact(a))) : anchors.some((a) => own.has(exact(a))))
    return undefined
  return anchors.length > 0 ? terms : undefined
}

/** The steps of a loss as it is for the training passes. */
function carry(scene: Scene, terms: readonly Term[]): LossStep[] {
  const { tape, dependence, formula, ofData } = scene
  const kinds = new Map<number, Term[]>()
  for (const term of terms)
    if (term.anchor !== undefined) {
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

/** A training pass: its own value for each formula, and what it knows of the targets. */
interface Pass {
  readonly meeting: Meeting
  readonly at: ReadonlyMap<number, number>
  readonly reads: ReadonlyMap<number, number>
}

function passOf({ tape, dependence, formula }: Scene, meeting: Meeting): Pass {
  const at = new Map<number, number>()
  for (const n of tape.ancestors([meeting.target < 0 ? meeting.prediction : meeting.node], dependence.cut))
    if (dependence.depends[n] === 1 && !dependence.cut.has(n)) at.set(formula(n), Math.max(n, at.get(formula(n)) ?? -1))
  return { meeting, at, reads: versionsRead(tape, dependence, meeting.prediction) }
}

/** A term once more, with what a pass has in place of its own values and, of other data, targets. */
function transfer(
  scene: Scene,
  pass: Pass,
  term: Term,
  there: number,
  ownData: boolean,
): { node: number; factor: number } | undefined {
  const { tape, formula } = scene
  const anchor = term.inside.find((n) => formula(n) === formula(there)) ?? there
  const shapeOf = (node: number) => tape.trace.nodes[node]?.shape ?? []
  const [from, to] = [shapeOf(anchor), shapeOf(there)]
  if (from.length !== to.length) return undefined
  const axis = from.findIndex((n, i) => n !== to[i])
  const size = axis < 0 ? undefined : { axis, from: from[axis] as number, to: to[axis] as number }
  const placed = new Map<number, number>()
  for (const node of term.inside) {
    const found = pass.at.get(formula(node))
    if (found !== undefined) placed.set(node, found)
  }
  // An error that the pass computes as well holds its target already.
  if (!ownData && there !== pass.meeting.node) {
    const target = targetIn(scene, pass, term, anchor, size)
    const chosen = chosenIn(scene, term, anchor)
    if (target === undefined && chosen === undefined) return undefined
    if (target !== undefined) placed.set(target, targetOf(scene, pass.meeting))
    if (chosen !== undefined) {
      const source = tape.entry(chosen).args[0] ?? -1
      const index = choices(scene, pass.meeting)
      const rows = tape.trace.nodes[chosen]?.shape.length === 1 && index !== undefined && placed.get(source)
      if (typeof rows !== 'number' || index === undefined) return undefined
      placed.set(chosen, tape.append('move', [rows], { index, shape: [index.length] }))
    }
  }
  const node = rebuild(scene, term, placed, pass.reads, size)
  const perSample = size !== undefined && Math.abs(term.factor) < 1 ? size.from / size.to : 1
  return node === undefined ? undefined : { node, factor: term.factor * perSample }
}

/** The formula of a term, from what has another value now; undefined where it is no formula for arrays of another size. */
function rebuild(
  { tape, dependence }: Scene,
  term: Term,
  given: ReadonlyMap<number, number>,
  reads: ReadonlyMap<number, number>,
  size?: { readonly from: number; readonly to: number },
): number | undefined {
  const placed = new Map(given)
  const needed = tape.ancestors([term.node], new Set([...dependence.cut, ...given.keys()]))
  for (const node of needed) {
    const version = reads.get(dependence.chainOf.get(node) ?? -1)
    if (version !== undefined) placed.set(node, version)
    // `/ len(y)` counts the samples of its own data.
    const count = dependence.depends[node] === 1 || size === undefined ? undefined : tape.leaves[node]
    if (size !== undefined && count?.data.length === 1 && count.data[0] === size.from && size.from > 1)
      placed.set(node, tape.constant(scalar(size.to)))
  }
  for (const node of [...needed].sort((a, b) => a - b)) {
    if (placed.has(node)) continue
    const { op, args, params } = tape.entry(node)
    const own = args.map((a) => placed.get(a) ?? a)
    if (args.some((a) => dependence.depends[a] === 1 && !placed.has(a))) return undefined
    if (own.every((a, i) => a === args[i])) continue
    if (size !== undefined && OF_ONE_SIZE.has(op)) return undefined
    placed.set(node, tape.append(op, own, params))
  }
  return placed.get(term.node)
}

/** The data of a term: what it takes beside what its anchor is computed from. */
function dataOf({ tape, dependence }: Scene, term: Term, anchor: number): number[] {
  const before = tape.ancestors([anchor], dependence.cut)
  const beside = term.inside.filter((n) => !before.has(n)).flatMap((n) => tape.entry(n).args)
  return [...new Set(beside.filter((a) => dependence.depends[a] !== 1))]
}

/** Of the data in a term, what has the place of a pass's target: all other data of its size is made from it. */
function targetIn(
  scene: Scene,
  { meeting }: Pass,
  term: Term,
  anchor: number,
  size: { readonly from: number; readonly to: number } | undefined,
): number | undefined {
  const { tape } = scene
  const shapeOf = (node: number) => tape.trace.nodes[node]?.shape ?? []
  const there = shapeOf(meeting.target < 0 ? meeting.prediction : meeting.target)
  const wanted = there.map((n) => (n === size?.to ? size.from : n)).join()
  const isCount = (n: number) => tape.trace.nodes[n]?.op === 'leaf' && tape.trace.nodes[n]?.dtype === 'i'
  const data = dataOf(scene, term, anchor).filter((n) => shapeOf(n).join() === wanted && (wanted !== '' || !isCount(n)))
  return data.find((n) => data.every((other) => tape.ancestors([other]).has(n)))
}

/** What a term reads of its prediction by the labels, one number of each row. */
function chosenIn({ tape, dependence }: Scene, term: Term, anchor: number): number | undefined {
  return term.inside.find((n) => {
    const { op, args, params } = tape.entry(n)
    const [source = -1] = args
    const shape = tape.trace.nodes[source]?.shape ?? []
    if (op !== 'move' || args.length !== 1 || shape.length !== 2 || n <= anchor || dependence.cut.has(source))
      return false
    const [rows = 0, columns = 1] = shape
    const index = params.index as readonly number[]
    return rows > 0 && index.length === rows && index.every((at, row) => Math.floor(at / columns) === row)
  })
}

/** Which number of each row of the prediction a pass's labels choose. */
function choices({ tape, values }: Scene, { prediction, target }: Meeting): readonly number[] | undefined {
  const [rows = 0, columns = 1] = tape.trace.nodes[prediction]?.shape ?? []
  const index =
    target < 0
      ? (tape.entry(-target).params.at as readonly number[])
      : [...(values[target]?.data ?? [])].flatMap((x, i) => (x === 1 ? [i] : []))
  return index.length === rows && index.every((at, row) => Math.floor(at / columns) === row) ? index : undefined
}

function targetOf({ tape }: Scene, { prediction, target }: Meeting): number {
  return target >= 0 ? target : oneHot(tape, -target, tape.trace.nodes[prediction]?.shape ?? [])
}

const NOTHING: ReadonlySet<number> = new Set()
