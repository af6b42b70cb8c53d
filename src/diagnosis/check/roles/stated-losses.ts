/** Losses that the script states: scalars that it prints, keeps, returns, or stores under a loss's name. */

import type { Tape, Values } from '../tape/tape.ts'
import { type Dependence, originOf } from './dependence.ts'
import { isScalar, type Loss, stepsOf } from './losses.ts'
import { findMeetings } from './meetings.ts'
import { openSums, runningSums } from './sums.ts'

export const LOSS_NAME =
  /loss|cost|err|mse|sse|bce|nll|entropy|objective|energy|verlust|fehler|kosten|perte|erreur|perdida|pérdida|perdita|coste|erro|custo|perda|kayip|kayıp|hata|maliyet|verlies|kostnad|förlust|forlust|strata|blad|błąd|koszt|chyba|^[jlec]$|^total$/i

const LOGARITHMS = new Set(['log', 'log2', 'log10', 'log1p', 'logaddexp'])

const ROUNDS = new Set(['round', 'around', 'rint'])

const NOT_LOSS = /acc|correct|hit|pred|lr|rate|norm|grad|delta|^d[A-Z_]/

/** Whether a place lies in a function that says of itself that it gives a loss back. */
function isLossFunction({ trace }: Tape, site: number): boolean {
  const name = trace.sites[site]?.function ?? ''
  return LOSS_NAME.test(name) && !NOT_LOSS.test(name) && !/deriv|prime|back|slope/i.test(name)
}

export function statedLosses(tape: Tape, dependence: Dependence, values: Values): Loss[] {
  const groups = new Map<string, { site: number; nodes: number[]; name: string; rank: number; form: 'stated' }>()
  const nameOf = new Map<number, string>()
  const keysOfParameters = new Set(dependence.parameters.map((c) => /(?:\['|\.)(\w+)(?:'\])?$/.exec(c.name)?.[1]))
  for (const event of tape.trace.events)
    if (event.kind === 'store' && event.place !== 'item') nameOf.set(event.node, String(event.key))
  const offer = (site: number, shown: number, name: string, rank: number, under = '') => {
    const node = withoutRounding(tape, shown)
    if (
      dependence.depends[node] !== 1 ||
      dependence.cut.has(originOf(tape, node)) ||
      !isScalar(tape, node) ||
      values[node] === undefined
    )
      return
    // `print(ce, mse)` and `ce, mse = …` state two.
    const key = `${site} ${name || tape.entry(node).site}${under}`
    const group = groups.get(key) ?? { site, nodes: [], name, rank, form: 'stated' as const }
    group.rank = Math.max(group.rank, rank)
    if (!group.nodes.includes(node) && group.nodes.length < 400) group.nodes.push(node)
    groups.set(key, group)
    // A root falls where its square does: who prints the one may be training on the other.
    const square = squareOf(tape, node, values)
    if (square !== undefined) offer(site, square, name, rank, `${under}²`)
  }
  for (const event of tape.trace.events) {
    if (event.kind === 'mark') {
      if (event.as === 'handed') continue
      const name = nameOf.get(event.node) ?? ''
      if (NOT_LOSS.test(name)) continue
      offer(event.site, event.node, name, (LOSS_NAME.test(name) ? 3 : 0) + (event.as === 'return' ? 1 : 2))
    } else if (event.kind === 'store') {
      const name = String(event.key)
      // `G["c"]` beside `P["c"]`: a parameter's gradient, or an optimiser's state of it.
      if (event.place !== 'name' && keysOfParameters.has(name)) continue
      if (LOSS_NAME.test(name) && !NOT_LOSS.test(name)) offer(event.site, event.node, name, 3)
    }
  }
  for (const { site, node, name } of heldByObjects(tape, dependence)) offer(site, node, name, 3)
  for (const { site, node, name } of heldAgainstFormer(tape, nameOf)) offer(site, node, name, 3)
  const losses: (Loss & { rank: number })[] = []
  const meets = new Set(findMeetings(tape, dependence).map((m) => m.node))
  const judges = (node: number) =>
    [...tape.ancestors([node], dependence.cut)].some((n) => meets.has(n) || LOGARITHMS.has(tape.entry(n).op))
  const besides = new Set([...groups.values()].filter((g) => g.rank > 2 || judges(g.nodes[0] ?? 0)).map((g) => g.site))
  // What updates are computed from: few of the numbers that are shown or returned.
  const taken = tape.ancestors(dependence.parameters.flatMap((c) => c.rests.flat()))
  for (const { site, ...group } of groups.values()) {
    // What a function merely returns may be anything: a loss knows the targets.
    const isPart = group.rank < 2 && !judges(group.nodes[0] ?? 0) && !isLossFunction(tape, site)
    if (isPart && !besides.has(site)) continue
    if (group.rank < 3 && someOf(group.nodes).some((n) => taken.has(n) && movesAlone(tape, dependence, n))) continue
    const mixed = someOf(group.nodes).some((n) => mixesVersions(tape, dependence, n))
    const sums = runningSums(tape, group.nodes, values, dependence)
    const terms = mixed
      ? openSums(tape, group.nodes, values, dependence)
      : (sums ?? group.nodes.map((n): [number, number] => [n, 1]))
    const steps = stepsOf(tape, dependence, mixed ? ofFirstStep(tape, dependence, terms) : terms)
    if (steps.length > 0)
      losses.push({
        ...{ form: 'stated', stated: true, name: group.name || 'loss', site, steps, rank: group.rank },
        ...(isPart && { isPart }),
      })
  }
  const whole = losses.filter((loss) => judges(loss.steps[0]?.terms[0]?.[0] ?? 0))
  const shown = losses.filter(
    (loss) => !whole.some((other) => other !== loss && isDifferenceOf(tape, dependence, values, loss, other)),
  )
  return dedupe(shown.sort((a, b) => b.rank - a.rank))
}

/** What is divided by small steps is steep: 1 / 2ε. */
const STEEP = 30

/** Whether a number is made of differences of a loss's values, over small steps: what a check of the gradients shows. */
function isDifferenceOf(tape: Tape, dependence: Dependence, values: Values, { steps }: Loss, other: Loss): boolean {
  const node = steps[0]?.terms[0]?.[0] ?? -1
  const made = tape.ancestors([node], dependence.cut)
  const inside = other.steps.flatMap((s) => s.terms.flatMap(([n]) => (n !== node && made.has(n) ? [n] : [])))
  if (inside.length < 2) return false
  const { adjoint } = tape.reverse([[node, 1]], values, new Set([...dependence.cut, ...inside]))
  const slopes = inside.flatMap((n) => adjoint.get(n)?.data[0] ?? [])
  const size = slopes.reduce((sum, x) => sum + Math.abs(x), 0)
  return size > STEEP && Math.abs(slopes.reduce((sum, x) => sum + x, 0)) < 1e-6 * size
}

/** `loss = criterion(net, data)` where values are objects: the number that the object of that name was made with. */
function heldByObjects({ trace }: Tape, dependence: Dependence): { site: number; node: number; name: string }[] {
  const numbers = new Map<number | string, number>()
  for (const event of trace.events)
    if (event.kind === 'store' && event.place === 'attr' && dependence.depends[event.node] === 1)
      if (!numbers.has(event.owner)) numbers.set(event.owner, event.node)
  return trace.events.flatMap((event) => {
    if (event.kind !== 'bind' || event.place !== 'name') return []
    const [name, node] = [String(event.key), numbers.get(event.container)]
    const isLoss = LOSS_NAME.test(name) && !NOT_LOSS.test(name)
    return isLoss && node !== undefined ? [{ site: event.site, node, name }] : []
  })
}

/** Steps from a comparison to the two numbers that it is about: `abs(old - new) < tolerance * old`. */
const COMPARES = new Set([
  'less',
  'less_equal',
  'greater',
  'greater_equal',
  'sub',
  'subtract',
  'absolute',
  'div',
  'mul',
])

/** What a condition holds against its own former value, under whatever name: stopping tests and schedules do that with losses. */
function heldAgainstFormer(
  tape: Tape,
  nameOf: ReadonlyMap<number, string>,
): { site: number; node: number; name: string }[] {
  const firstName = new Map<number, string>()
  const { trace, aside } = tape
  for (const event of trace.events)
    if (event.kind === 'store' && event.place !== 'item' && !firstName.has(event.node))
      firstName.set(event.node, String(event.key))
  return trace.events.flatMap((event) => {
    if (event.kind !== 'guard' || aside[event.node] === 1) return []
    const stored: number[] = []
    const visit = (node: number, depth: number) => {
      if (firstName.has(node)) stored.push(node)
      else if (depth < 5 && COMPARES.has(tape.entry(node).op))
        for (const arg of tape.entry(node).args) visit(arg, depth + 1)
    }
    visit(event.node, 0)
    const latest = Math.max(-1, ...stored)
    const name = firstName.get(latest)
    const isHeld = stored.some((node) => node !== latest && firstName.get(node) === name)
    return isHeld && name !== undefined ? [{ site: event.site, node: latest, name: nameOf.get(latest) ?? name }] : []
  })
}

/** Without what is added once the parameters have changed: a penalty that is logged beside the loss of the step before. */
function ofFirstStep(
  tape: Tape,
  dependence: Dependence,
  terms: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const [first] = stepsOf(tape, dependence, terms)
  const sites = new Set(first?.terms.map(([node]) => tape.entry(node).site))
  return terms.filter(([node]) => sites.has(tape.entry(node).site))
}

/** Whether an update takes nothing else of the forward pass than this number: the gradient of a bias. */
function movesAlone(tape: Tape, dependence: Dependence, node: number): boolean {
  const made = tape.ancestors([node], dependence.cut)
  const stop = { has: (n: number) => n === node || dependence.past.has(n) }
  return dependence.parameters.some(({ rests }) => {
    const own = rests.find((rest) => Math.max(...rest) >= node)
    if (own === undefined) return false
    const behind = tape.ancestors(own, stop)
    if (!behind.has(node)) return false
    for (const n of behind)
      if (n !== node && made.has(n) && dependence.depends[n] === 1 && !dependence.cut.has(n)) return false
    return true
  })
}

/** Of many numbers, the states of a running sum, some from the first to the last. */
function someOf(nodes: readonly number[]): number[] {
  const step = Math.max(1, Math.floor(nodes.length / MOST_LOOKED_AT))
  return nodes.filter((_, i) => i % step === 0 || i === nodes.length - 1)
}

const MOST_LOOKED_AT = 24

function mixesVersions(tape: Tape, dependence: Dependence, node: number): boolean {
  const count = new Map<number, number>()
  for (const found of tape.ancestors([node], dependence.past)) {
    const chain = dependence.chainOf.get(found)
    if (chain !== undefined) count.set(chain, (count.get(chain) ?? 0) + 1)
  }
  return [...count.values()].some((n) => n > 1)
}

/** `print(round(loss, 4))` states the loss itself. */
function withoutRounding(tape: Tape, node: number): number {
  const { op, args, params } = tape.entry(node)
  const [whole] = args
  return op === 'opaque' && ROUNDS.has(String(params.name)) && whole !== undefined ? withoutRounding(tape, whole) : node
}

/** What a number is the square root of. */
function squareOf(tape: Tape, node: number, values: Values): number | undefined {
  const { op, args } = tape.entry(node)
  const [a, b] = args
  if (op === 'copy' && a !== undefined) return squareOf(tape, a, values)
  const isRoot = op === 'sqrt' || ((op === 'pow' || op === 'power') && values[b ?? -1]?.data[0] === 0.5)
  return isRoot ? a : undefined
}

/** Each loss once, and none that is a part of what another one shows: what is printed of it now and then. */
function dedupe<T extends Loss>(losses: readonly T[]): T[] {
  const seen = new Set<string>()
  const distinct = losses.filter((loss) => {
    const key = loss.steps
      .slice(0, 2)
      .map((s) => s.terms.map(termKey).join('+'))
      .join('|')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  const termsOf = new Map(distinct.map((loss) => [loss, new Set(loss.steps.flatMap((s) => s.terms.map(termKey)))]))
  const isPart = (a: T, b: T) => {
    const [inner, outer] = [termsOf.get(a), termsOf.get(b)]
    return a !== b && b.steps.length > a.steps.length && [...(inner ?? [])].every((term) => outer?.has(term))
  }
  return distinct.filter((a) => !distinct.some((b) => isPart(a, b)))
}

const termKey = ([node, factor]: readonly [number, number]) => `${node}*${factor}`
