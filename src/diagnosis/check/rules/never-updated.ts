/**
 * Weights that the forward pass uses and no step changes. That alone is a choice (random features, frozen layers); it
 * is a fault where the script computes their gradient, or trains others of the same name or in the same list.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { holding, MOVES } from '../roles/dependence.ts'
import { findMeetings } from '../roles/losses.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { resolvePlaces } from '../roles/places.ts'
import type { Finding } from '../types.ts'
import { listed } from './trial.ts'

const MEANT = /frozen|freeze|fixed|random (features?|projection)|not trained|untrained|reservoir|extreme learning/i
const MAX_NODES = 6000

interface Still {
  readonly node: number
  readonly name: string
  /** The site at which its gradient is computed, or −1. */
  readonly gradient: number
  readonly sibling: string | undefined
}

export function neverUpdated(analysis: Analysis): Finding[] {
  const { best, trace } = analysis
  if (best === undefined || best.explained === 0) return []
  const still = findStill(analysis).filter((s) => s.gradient >= 0 || s.sibling !== undefined)
  if (still.length === 0) return []
  const siblings = new Set(still.flatMap((s) => s.sibling ?? []))
  const updates = best.results
    .filter((r) => siblings.size === 0 || siblings.has(r.chain.name))
    .map((r) => r.chain.versions.find((v) => v.node === r.step.after)?.site ?? -1)
  const site = Math.max(...updates)
  const names = still.map((s) => s.name)
  const lines = [...new Set(still.flatMap((s) => trace.sites[s.gradient]?.line ?? []))]
  const trained = best.results.map((r) => r.chain.name)
  return findingAt(analysis, {
    kind: 'never-updated',
    site,
    message: `${listed(names)} ${names.length > 1 ? 'are' : 'is'} never updated: ${lines.length > 0 ? `the gradient computed on line ${lines.join(', ')} is not used` : `no gradient of ${names.length > 1 ? 'them' : 'it'} is computed`}, and only ${listed(trained)} ${trained.length > 1 ? 'learn' : 'learns'}`,
    expected: `an update of ${listed(names)} in every step`,
    received: 'none in any traced step',
    evidence: [
      ...(lines.length > 0 ? [`what line ${lines.join(', ')} computes is the true gradient of ${listed(names)}`] : []),
      `the loss depends on ${listed(names)}: the true gradient is not zero`,
    ],
    parameters: names,
  })
}

function findStill(analysis: Analysis): Still[] {
  const { best, trace, tape, dependence, points } = analysis
  const terms = best?.measured.loss.steps[0]?.terms.map(([n]) => n) ?? []
  const forward = tape.ancestors(terms, dependence.cut)
  const next = best?.measured.loss.steps[1]?.terms.map(([n]) => n)
  const later = next && tape.ancestors(next, dependence.cut)
  const adjoints = best?.measured.adjoints[0]
  const samples = sampleCounts(analysis)
  const placeOf = resolvePlaces(trace)
  const names = new Map<number, { name: string; site: number; rank: number }>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || !forward.has(event.node) || dependence.depends[event.node] === 1) continue
    const rank = event.place !== 'name' ? 2 : event.owner === '<module>' ? 1 : 0
    const known = names.get(event.node)
    if (known === undefined || rank > known.rank)
      names.set(event.node, { name: placeOf(event.place, event.owner, event.key), site: event.site, rank })
  }
  const whole = usedWhole(analysis, forward)
  const data = findData(analysis, forward)
  const trained = best?.results.map((r) => r.chain.name) ?? []
  const found: Still[] = []
  for (const [node, { name, site }] of names) {
    const value = points.values[0]?.[node]
    const kind = trace.nodes[node]?.dtype
    if (value === undefined || kind?.startsWith('f') !== true || data.has(node) || !whole.has(node)) continue
    // Made anew in every step, or nothing but zeros that something is multiplied with: a state to begin with, as a cell's.
    if (later?.has(node) === false || (value.data.every((x) => x === 0) && isFactor(analysis, node, forward))) continue
    if (trained.includes(name)) continue // a state of it from before training, as a gradient check leaves it
    const truth = join(adjoints?.map((a) => a.get(node)) ?? [])
    if (truth.length === 0 || truth.every((x) => x === 0) || saysSo(analysis, site)) continue
    const sibling = trained.find((t) => t !== name && related(t, name))
    const sampled = value.shape.some((n) => samples.has(n))
    const gradient = sampled && sibling === undefined ? -1 : gradientSite(analysis, node, truth, forward)
    if (value.data.length < 2 && sibling === undefined) continue
    found.push({ node, name, gradient, sibling })
  }
  return found
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

const PRODUCTS = new Set(['dot', 'matmul', 'mul', 'multiply', 'einsum', 'outer', 'inner', 'vdot'])

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
  const size = (node: number) => points.values[0]?.[node]?.data.length ?? 0
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

function gradientSite(
  analysis: Analysis,
  parameter: number,
  truth: Float64Array,
  forward: ReadonlySet<number>,
): number {
  const { points, tape, dependence, trace } = analysis
  const start = Math.max(...forward)
  const size = points.values[0]?.[parameter]?.data.length
  const end = Math.min(trace.nodes.length, parameter + start + MAX_NODES)
  for (let at = 0; at < end; at++) {
    if (forward.has(at) || dependence.depends[at] !== 1 || dependence.cut.has(at) || tape.aside[at] === 1) continue
    if (points.values[0]?.[at]?.data.length !== size || tape.entry(at).site < 0) continue
    const found = join(points.values.map((v) => v[at]))
    if (found.length === truth.length && proportion(found, truth).residual < MATCH) return tape.entry(at).site
  }
  return -1
}
