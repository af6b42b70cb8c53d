/** Values of the forward pass that no step changes though the loss depends on them, and what says that they are parameters. */

import type { Analysis } from '../analyse.ts'
import type { Chain } from '../roles/chains.ts'
import { holding, MOVES } from '../roles/dependence.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { findMeetings } from '../roles/meetings.ts'
import { resolvePlaces } from '../roles/places.ts'
import { type Points, PRODUCTS } from '../roles/points.ts'
import { type Partner, partnersOf } from './layer-partners.ts'

const MEANT = /frozen|freeze|fixed|random (features?|projection)|not trained|untrained|reservoir|extreme learning/i
const MAX_NODES = 6000

export interface Still {
  readonly node: number
  readonly name: string
  /** The site at which it gets its value. */
  readonly made: number
  /** Whether it lies in a list, a dictionary or an array. */
  readonly inside: boolean
  /** The node that is its gradient, or −1. */
  readonly gradient: number
  /** The site at which a step stores it once more as it is, or −1. */
  readonly restored: number
  /** A trained parameter of its name, but for a number, or of its list. */
  readonly sibling: string | undefined
  /** A trained parameter of the same affine map. */
  readonly partner: string | undefined
}

/** All that the first step's loss is computed from. */
function forwardOf({ best, tape, dependence }: Analysis): Set<number> {
  const terms = best?.measured.loss.steps[0]?.terms.map(([n]) => n) ?? []
  return tape.ancestors(terms, dependence.cut)
}

export function findStill(analysis: Analysis): Still[] {
  const { best, trace, tape, dependence, points } = analysis
  const forward = forwardOf(analysis)
  const next = best?.measured.loss.steps[1]?.terms.map(([n]) => n)
  const later = next && tape.ancestors(next, dependence.cut)
  const samples = sampleCounts(analysis)
  const placeOf = resolvePlaces(trace)
  const names = new Map<number, { name: string; site: number; rank: number; inside: boolean }>()
  const firstKept = new Map<number, number>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || !forward.has(event.node) || dependence.depends[event.node] === 1) continue
    if (!firstKept.has(event.node)) firstKept.set(event.node, event.time)
    const rank = event.place !== 'name' ? 2 : event.owner === '<module>' ? 1 : 0
    const known = names.get(event.node)
    if (known === undefined || rank > known.rank)
      names.set(event.node, {
        name: placeOf(event.place, event.owner, event.key),
        site: event.site,
        rank,
        inside: event.place === 'item',
      })
  }
  const begins = trace.events.find((e) => e.kind === 'iteration' && e.site === trace.home)?.time
  const whole = usedWhole(analysis, forward)
  const data = findData(analysis, forward)
  const trained = best?.results.map((r) => r.chain.name) ?? []
  // What each round makes anew is data, where no second step says so.
  const unmoved = unmovedBy(analysis)
  const constant = (node: number) =>
    unmoved.get(node) ?? later?.has(node) ?? (begins === undefined || (firstKept.get(node) ?? 0) <= begins)
  const candidates = new Set([...names.keys()].filter((n) => isFloat(analysis, n) && constant(n)))
  // In the second step each trained parameter is known as one, whatever was tried out before the first.
  const partners = partnersOf(analysis, later ?? forward, candidates, (node) => forward.has(node))
  const found: Still[] = []
  for (const node of candidates) {
    const { name, site, rank } = names.get(node) ?? { name: '', site: -1, rank: 0 }
    const value = points.values[0]?.[node]
    if (value === undefined || data.has(node) || !whole.has(node)) continue
    const idle = unmoved.has(node)
    // Nothing but zeros that something is multiplied with: a state to begin with, as a cell's.
    if (!idle && value.data.every((x) => x === 0) && isFactor(analysis, node, forward)) continue
    if (trained.includes(name)) continue // a state of it from before training, as a gradient check leaves it
    const truth = join(best?.measured.adjointsAt(0).map((a) => a.get(node)) ?? [])
    if (truth.length === 0 || truth.every((x) => x === 0) || saysSo(analysis, site)) continue
    const sibling = trained.find((t) => t !== name && related(t, name))
    const inside = names.get(node)?.inside === true
    const partner = partnerIn(analysis, partners.get(node), name, value.data.length > 1 || inside)
    const known = idle || sibling !== undefined || partner.own !== undefined
    // Numbers that are all equal, added to a product with trained weights, are a bias where their gradient is computed.
    const bias = partner.weight !== undefined && value.data.length > 1 && value.data.every((x) => x === value.data[0])
    if (value.data.length < 2 && !known) continue
    const sampled = value.shape.some((n) => samples.has(n))
    const gradient = sampled && !known && !bias ? -1 : gradientNode(analysis, node, truth, forward)
    if (gradient >= 0 || known)
      found.push({
        node,
        restored: restoredAt(analysis, node, name),
        name,
        made: site,
        inside: inside || rank > 1,
        gradient,
        sibling,
        partner: partner.own ?? (bias ? partner.weight : undefined),
      })
  }
  return found
}

/**
 * Where places begin that steps add to what is computed from no weight, as a hinge's bias may be: whether all that they
 * add is zeros.
 */
function unmovedBy({ chains, points }: Analysis): Map<number, boolean> {
  const begins = chains.flatMap((chain) => {
    const first = chain.versions[0]?.node
    if (chain.parameter || chain.isState || chain.resets > 0 || first === undefined) return []
    return [[first, addsZeros(chain, points)] as const]
  })
  return new Map(begins)
}

/** Whether all that the steps add to a place is zeros. */
export function addsZeros({ rests }: Chain, { values }: Points): boolean {
  return rests.length > 1 && rests.flat().every((n) => values[0]?.[n]?.data.every((x) => x === 0) === true)
}

/** Where a value is stored in its own place again, after the first update. */
function restoredAt({ trace, best }: Analysis, node: number, name: string): number {
  const start = Math.min(...(best?.results.map((r) => r.step.before) ?? []))
  const placeOf = resolvePlaces(trace)
  const sites = trace.events.flatMap((e) =>
    e.kind === 'store' &&
    e.node === node &&
    e.place !== 'name' &&
    e.time > start &&
    placeOf(e.place, e.owner, e.key) === name
      ? [e.site]
      : [],
  )
  const again = sites.filter((site) => site !== sites[0])
  return again.length > 1 ? (again.at(-1) ?? -1) : -1
}

const isFloat = ({ trace }: Analysis, node: number) => trace.nodes[node]?.dtype.startsWith('f') === true

/** The trained half of a layer whose other half this is; a bias needs a trained bias of a like name beside its weight. */
function partnerIn(
  { dependence, best }: Analysis,
  partner: Partner | undefined,
  name: string,
  several: boolean,
): { own?: string; weight?: string } {
  const nameOf = (id: number) => dependence.parameters.find((c) => c.id === id)?.name
  const half = partner?.chains.map(nameOf).find((n) => n !== undefined)
  if (partner === undefined || half === undefined) return {}
  if (partner.role === 'weight') return several ? { own: half } : {}
  const named = best?.results.some((r) => r.chain.name !== half && isLike(r.chain.name, name))
  return { weight: half, ...(named === true && { own: half }) }
}

/** Whether two names, whosever they are, share a word, and differ in one word at most: hidden_bias and output_bias, bias and kernel_bias, a0 and b0. */
function isLike(a: string, b: string): boolean {
  const words = (name: string): string[] =>
    name
      .replace(/\[[^\]]*\]/g, '')
      .replace(/^.*\./, '')
      .match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? []
  const [one, two] = [words(a), words(b)]
  const shared = one.filter((w) => two.includes(w)).length
  return shared > 0 && Math.max(one.length, two.length) - shared <= 1
}

function isFactor({ tape }: Analysis, node: number, forward: ReadonlySet<number>): boolean {
  for (const at of forward) {
    const { op, args } = tape.entry(at)
    if (args.includes(node) && PRODUCTS.has(op)) return true
  }
  return false
}

/** Lengths that may be the number of samples: what is that long may be data. */
function sampleCounts(analysis: Analysis): Set<number> {
  const counts = new Set<number>()
  for (const judged of analysis.judged) {
    const { prediction, target } = judged.measured.loss
    for (const node of [prediction, target])
      for (const n of (node !== undefined && node >= 0 ? analysis.points.values[0]?.[node]?.shape : undefined) ?? [])
        if (n > 1) counts.add(n)
  }
  return counts
}

/** What a parameter is multiplied with, and what a prediction is compared with: inputs, states, targets. */
function findData(analysis: Analysis, forward: ReadonlySet<number>): Set<number> {
  const { tape, dependence } = analysis
  const isParameter = holding(tape, dependence.cut)
  const starts = findMeetings(tape, dependence).map((m) => m.target)
  for (const node of forward) {
    const { op, args } = tape.entry(node)
    if (PRODUCTS.has(op) && args.some((a) => isParameter[a] === 1))
      starts.push(...args.filter((a) => dependence.depends[a] !== 1))
  }
  const data = new Set<number>()
  for (let node = starts.pop(); node !== undefined; node = starts.pop()) {
    if (node < 0 || node >= tape.length || data.has(node)) continue
    data.add(node)
    if (MOVES.has(tape.entry(node).op)) starts.push(...tape.entry(node).args)
  }
  return data
}

/** Values that an operation of the forward pass takes as a whole, not sample by sample. */
function usedWhole(analysis: Analysis, forward: ReadonlySet<number>): Set<number> {
  const { tape, points } = analysis
  const whole = new Set<number>()
  // Not of the data: what only moves elements is not moved before somebody asks.
  const size = (node: number) => (points.values[0]?.[node]?.shape ?? []).reduce((a, b) => a * b, 1)
  for (const node of forward) {
    const { op, args } = tape.entry(node)
    if (op === 'view' || op === 'move' || op === 'copy') continue
    for (let arg of args) {
      while (['view', 'copy'].includes(tape.entry(arg).op) && size(tape.entry(arg).args[0] ?? arg) === size(arg)) {
        whole.add(arg)
        arg = tape.entry(arg).args[0] ?? arg
      }
      whole.add(arg)
    }
  }
  return whole
}

/** Whether two places belong together: the same list, dictionary or attribute, or names that differ by a number. */
function related(a: string, b: string): boolean {
  const stem = (name: string) => name.replace(/\[[^\]]*\]/g, '[]').replace(/\d+/g, '#')
  return stem(a) === stem(b) && /\d|\[/.test(a)
}

function saysSo(analysis: Analysis, site: number): boolean {
  const at = analysis.trace.sites[site]
  const lines = analysis.trace.sources.get(at?.file ?? '')?.split('\n') ?? []
  return at !== undefined && lines.slice(Math.max(0, at.line - 2), at.line).some((l) => MEANT.test(l))
}

/** The first value outside the forward pass that is a multiple of the true gradient at all points. */
function gradientNode(
  analysis: Analysis,
  parameter: number,
  truth: Float64Array,
  forward: ReadonlySet<number>,
): number {
  const { points, tape, dependence, trace } = analysis
  let start = 0
  for (const node of forward) start = Math.max(start, node)
  const size = points.values[0]?.[parameter]?.data.length
  const end = Math.min(trace.nodes.length, parameter + start + MAX_NODES)
  for (let at = 0; at < end; at++) {
    if (forward.has(at) || dependence.depends[at] !== 1 || dependence.cut.has(at) || tape.aside[at] === 1) continue
    if (points.values[0]?.[at]?.data.length !== size || tape.entry(at).site < 0) continue
    const found = join(points.values.map((v) => v[at]))
    const match = proportion(found, truth)
    if (found.length === truth.length && match.residual < MATCH && match.ratio !== 0) return at
  }
  return -1
}
