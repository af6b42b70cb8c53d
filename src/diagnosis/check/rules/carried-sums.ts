/**
 * Sums that go on from what they held when they were last used: of the samples, the steps or the units before.
 * Shown on the tape: each of them begins at zero again, and the gradients that it enters are the true ones.
 */

import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import { placeHistories, type Version } from '../roles/histories.ts'
import { type ChainStep, elementsOf, join, MATCH, proportion } from '../roles/measure.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'

/** A sum that is used, and then added to once more. */
interface Carried {
  readonly place: string
  readonly used: number
  readonly next: number
  /** The zeros that it began with. */
  readonly zero: number
  /** Operations that read it on the way to its next value. */
  readonly readers: readonly number[]
  /** What else reads it, before its next value is made. */
  readonly users: readonly number[]
  /** All that its place held, in order. */
  readonly versions: readonly Version[]
  /** Where it is added to. */
  readonly site: number
}

export interface CarriedSum {
  /** The parameters whose gradients it makes wrong. */
  readonly names: readonly string[]
  /** Where it grows. */
  readonly site: number
  /** What reads it before it goes on. */
  readonly users: readonly number[]
  readonly place: string
  /** What it began with. */
  readonly zero: number
  /** Its values as it grows, and what is made of them. */
  readonly grown: readonly number[]
  readonly used: readonly number[]
  /** Whether it is added to once between its uses. */
  readonly once: boolean
  /** Whether it is carried from one step to the next, and not within a step. */
  readonly acrossSteps: boolean
}

const ADDS: Readonly<Record<string, readonly number[]>> = {
  add: [0, 1],
  sub: [0],
  subtract: [0],
  copy: [0],
  view: [0],
  move: [0],
  put: [0, 1],
  write: [0, 1],
  add_at: [0],
}
const MOST_LOSSES = 3
const MOST_GROUPS = 8
const MOST_LINKS = 20_000

export function carriedSums(analysis: Analysis): CarriedSum[] {
  const { best } = analysis
  // A loss that is printed now and then shows one step; the same loss, inferred, shows them all.
  const others = analysis.judged.filter((j) => j !== best && j.explained >= (best?.explained ?? 1))
  const shown = [...(best === undefined ? [] : [best]), ...others].slice(0, MOST_LOSSES)
  if (!shown.some((j) => j.measured.steps.some((row) => row.some(isWrong)))) return []
  const links = carriedIn(analysis)
  if (links.length === 0) return []
  for (const judged of shown) {
    for (const row of judged.measured.steps) {
      const found = row.some(isWrong) ? carriedInto(analysis, judged, row, links) : []
      if (found.length > 0) return found
    }
  }
  return []
}

const isNumber = (step: ChainStep) => step.update.every(Number.isFinite) && step.gradient.every(Number.isFinite)
const isWrong = (step: ChainStep) => !step.unreached && isNumber(step) && !(step.match.residual < MATCH)

/** All places that are added to after they were used. */
function carriedIn(analysis: Analysis): Carried[] {
  const { tape, trace, dependence, points } = analysis
  const users = new Map<number, number[]>()
  for (let node = 0; node < trace.nodes.length; node++)
    if (tape.aside[node] !== 1)
      for (const arg of new Set(tape.entry(node).args)) {
        const list = users.get(arg)
        if (list === undefined) users.set(arg, [node])
        else list.push(node)
      }
  // What has just had something written into it is asked for that first: most are rows of data.
  const isWritten = (node: number) => {
    const { op, args } = tape.entry(node)
    return (op === 'put' || op === 'write') && !isZero(args[1] ?? -1)
  }
  const isZero = (node: number): boolean =>
    node >= 0 &&
    dependence.depends[node] !== 1 &&
    !isWritten(node) &&
    points.values[0]?.[node]?.data.every((x) => x === 0) === true
  const beginsWith = (node: number) => {
    const { op, args } = tape.entry(node)
    return (op === 'add' ? args.find((a) => tape.entry(a).op === 'leaf' && isZero(a)) : undefined) ?? -1
  }
  const stop = new Set(dependence.cut)
  const out: Carried[] = []
  for (const { place, versions } of placeHistories(trace, tape).values()) {
    let zero = -1
    for (const [i, { node, site }] of versions.entries()) {
      const before = versions[i - 1]?.node
      if (isZero(node)) zero = node
      // `total = 0` is no event: a whole number becomes a value where it is added to.
      else if (before === undefined) zero = beginsWith(node)
      if (before === undefined || zero < 0 || before === zero || dependence.depends[before] !== 1) continue
      if (dependence.cut.has(node) || dependence.cut.has(before) || out.length >= MOST_LINKS) continue
      const way = wayTo(analysis, node, before)
      if (way.length === 0 || (users.get(before) ?? []).every((user) => way.includes(user))) continue
      // The way ends at parameters: what comes next may be computed with those that this sum has changed.
      stop.add(before)
      const inside = tape.ancestors([node], stop)
      stop.delete(before)
      const outside = (users.get(before) ?? []).filter((user) => !inside.has(user))
      if (outside.length === 0) continue
      const earlier = outside.filter((user) => user < node)
      out.push({ place, used: before, next: node, zero, readers: way, users: earlier, versions, site })
    }
  }
  return out
}

/** The operations on the way from a sum's former value to its next that read the former one; none where it is no plain sum. */
function wayTo({ tape }: Analysis, node: number, before: number): number[] {
  const readers: number[] = []
  const known = new Map<number, boolean>()
  const reaches = (at: number, depth: number): boolean => {
    if (at === before) return true
    if (at < before || depth > 8) return false
    const found = known.get(at)
    if (found !== undefined) return found
    known.set(at, false)
    const { op, args } = tape.entry(at)
    const open = (ADDS[op] ?? []).filter((p) => args[p] !== undefined && reaches(args[p] as number, depth + 1))
    if (open.some((p) => args[p] === before)) readers.push(at)
    known.set(at, open.length > 0)
    return open.length > 0
  }
  return reaches(node, 0) ? readers : []
}

/** The sums without whose former values every update of a step that they enter is the gradient. */
function carriedInto(
  analysis: Analysis,
  judged: Judged,
  row: readonly ChainStep[],
  links: readonly Carried[],
): CarriedSum[] {
  const { tape, dependence } = analysis
  const start = Math.min(...row.map((s) => s.before))
  const end = Math.max(...row.map((s) => s.after))
  const terms = judged.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n))
  const forward = tape.ancestors(terms, dependence.cut)
  const own = links.filter((l) => l.next > start && l.next < end && !forward.has(l.next))
  const carried = new Set(links.map((l) => l.next))
  const groups = [...new Set(own.map((l) => l.site))].map((site) => own.filter((l) => l.site === site))
  const single = groups.slice(0, MOST_GROUPS).flatMap((group) => described(group, mend(group)) ?? [])
  if (single.length > 0 || groups.length < 2) return single
  const mended = mend(own)
  return groups.flatMap((group) => described(group, mended) ?? [])

  function mend(group: readonly Carried[]): readonly ChainStep[] {
    return group.length === 0 ? [] : mendedBy(analysis, row, group, start, end)
  }
  function described(group: readonly Carried[], mended: readonly ChainStep[]): CarriedSum | undefined {
    const names = mended.filter((s) => {
      const made = tape.madeFrom([s.after], dependence.cut)
      return group.some((l) => made.has(l.next))
    })
    const [first] = group
    if (names.length === 0 || first === undefined) return undefined
    return {
      names: names.map((s) => s.chain.name),
      site: first.site,
      users: [...new Set(group.flatMap((l) => l.users.map((u) => tape.entry(u).site)))],
      place: first.place,
      zero: first.zero,
      grown: group.map((l) => l.next),
      once: group.every(({ next, versions }) => {
        const after = versions[versions.findIndex((v) => v.node === next) + 1]
        return after === undefined || carried.has(after.node) || !tape.madeFrom([after.node], dependence.cut).has(next)
      }),
      used: [...new Set(group.flatMap((l) => l.users))],
      acrossSteps: group.every((l) => l.used <= Math.max(...row.map((s) => s.before))),
    }
  }
}

/** The steps that are right with the sums begun anew; none where one that changes is not. */
function mendedBy(
  analysis: Analysis,
  row: readonly ChainStep[],
  links: readonly Carried[],
  start: number,
  end: number,
): ChainStep[] {
  const { points } = analysis
  const pinned = new Set(row.map((s) => s.before))
  const after = points.values.map((values) => begunAnew(analysis, values, links, pinned, start, end))
  const mended: ChainStep[] = []
  const [updates, gradients]: number[][] = [[], []]
  for (const step of row) {
    if (step.unreached || !isNumber(step)) continue
    const now = updateOf(points.values, after, step)
    if (now === undefined) return []
    if (now.every((x, i) => x === step.update[i])) continue
    const isRight = fits(now, step.gradient) || sumFits(analysis, step, links, after)
    if (!isRight) return []
    if (!isWrong(step) || sumFits(analysis, step, links, points.values)) continue
    mended.push(step)
    if (now.length > points.values.length) continue
    updates?.push(...now)
    gradients?.push(...step.gradient)
  }
  // Single numbers at a single point are multiples of anything: they must share their factor.
  if (points.values.length > 1 || updates === undefined || gradients === undefined || updates.length === 0)
    return mended
  return updates.length > 2 && fits(Float64Array.from(updates), Float64Array.from(gradients)) ? mended : []
}

const fits = (update: Float64Array, gradient: Float64Array) => {
  const { ratio, residual } = proportion(update, gradient)
  return residual < MATCH && ratio !== 0
}

/** Whether a sum of the parameter's size is, where it is used, its gradient: an optimiser may stand behind it. */
function sumFits(
  { tape, dependence }: Analysis,
  step: ChainStep,
  links: readonly Carried[],
  points: readonly Values[],
): boolean {
  if (step.part !== undefined) return false
  const made = tape.madeFrom([step.after], dependence.cut)
  return links.some(({ next, versions }) => {
    const last = made.has(next) ? versions.findLast((v) => v.node < step.after && made.has(v.node)) : undefined
    const value = join(points.map((values) => values[last?.node ?? -1]))
    return value.length === step.gradient.length && fits(value, step.gradient)
  })
}

function updateOf(before: readonly Values[], after: readonly Values[], step: ChainStep): Float64Array | undefined {
  const rows = before.map((values, p) => {
    const [old, now] = [values[step.before], after[p]?.[step.after]]
    if (old === undefined || now === undefined || old.data.length !== now.data.length) return undefined
    const [a, b] = [elementsOf(step, old.data), elementsOf(step, now.data)]
    return { shape: [a.length], data: a.map((x, i) => x - (b[i] as number)) }
  })
  return rows.some((r) => r === undefined) ? undefined : join(rows)
}

/** The values of a step in which each sum begins with its zeros again after it was used. */
function begunAnew(
  { tape }: Analysis,
  recorded: Values,
  links: readonly Carried[],
  pinned: ReadonlySet<number>,
  start: number,
  end: number,
): Values {
  const instead = new Map<number, Map<number, number>>()
  for (const { readers, used, zero } of links)
    for (const reader of readers)
      instead.set(reader, (instead.get(reader) ?? new Map<number, number>()).set(used, zero))
  const values = recorded.slice()
  const touched = new Set<number>()
  for (let node = start + 1; node <= end; node++) {
    if (pinned.has(node) || tape.aside[node] === 1) continue
    const other = instead.get(node)
    if (other === undefined && !tape.entry(node).args.some((a) => touched.has(a))) continue
    touched.add(node)
    values[node] = tape.compute(node, values, NONE, other)
  }
  return values
}

const NONE: ReadonlyMap<number, Tensor> = new Map()
