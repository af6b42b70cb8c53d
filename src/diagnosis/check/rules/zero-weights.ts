/**
 * Layers upon layers of weights that all begin at zero: nothing reaches the lower ones, forward or backward. The last
 * layer alone, or a single one, may begin so.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { Chain } from '../roles/chains.ts'
import { MOVES } from '../roles/dependence.ts'
import { PRODUCTS } from '../roles/points.ts'
import { statementOf } from '../trace/location.ts'
import type { Site } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { listed, textAt } from './trial.ts'

const ELEMENTWISE = new Set(['mul', 'multiply'])
const MOST_NODES = 60_000

export function zeroWeights(analysis: Analysis): Finding[] {
  const { weights, factors } = stackedZeros(analysis)
  const [lowest] = weights
  if (lowest === undefined || !lacksGradient(analysis, factors)) return []
  const names = weights.map((c) => c.name)
  return claimAt(analysis, lowest, {
    kind: 'equal-initial-weights',
    site: -1,
    message: `all weights begin at 0: ${listed(names)} lie upon each other, so that nothing passes through them, forward or backward`,
    expected: 'random initial weights',
    received: 'zeros',
    evidence: [
      'in the first step the true gradient of weights below others is exactly 0',
      `${listed(names)} hold nothing but zeros`,
    ],
    parameters: names,
  })
}

/** The parameters that are factors in the first forward pass, where all of them are zero and some lie above others. */
function stackedZeros({ best, tape, dependence, points }: Analysis): { weights: Chain[]; factors: number[] } {
  const terms = best?.measured.loss.steps[0]?.terms.map(([n]) => n) ?? []
  const values = points.values[0]
  const forward = [...tape.ancestors(terms, dependence.cut)].sort((a, b) => a - b)
  if (values === undefined || forward.length > MOST_NODES) return NONE
  const holder = new Map<number, number>()
  const above = new Set<number>()
  const found = new Set<number>()
  const factors: number[] = []
  let stacked = false
  for (const node of forward) {
    const { op, args } = tape.entry(node)
    const chain = dependence.chainOf.get(node)
    if (chain !== undefined) {
      holder.set(node, chain)
      continue
    }
    if (MOVES.has(op)) {
      const from = args.map((a) => holder.get(a)).find((h) => h !== undefined)
      if (from !== undefined) holder.set(node, from)
    }
    if (args.some((a) => above.has(a))) above.add(node)
    if (!PRODUCTS.has(op)) continue
    for (const [k, arg] of args.entries()) {
      const own = holder.get(arg)
      const value = values[arg]
      if (own === undefined || value === undefined) continue
      if (!value.data.every((x) => x === 0)) {
        // A scale of each unit is no weight between units; a weight of a list is a single number.
        if (ELEMENTWISE.has(op) && value.data.length > 1) continue
        return NONE
      }
      found.add(own)
      factors.push(arg)
      stacked ||= args.some((a, j) => j !== k && above.has(a))
      above.add(node)
    }
  }
  return stacked ? { weights: dependence.parameters.filter((c) => found.has(c.id)), factors } : NONE
}

const NONE = { weights: [], factors: [] }

/** Whether the first step's true gradient of some of these is nothing but zeros. */
function lacksGradient({ best }: Analysis, factors: readonly number[]): boolean {
  const adjoint = best?.measured.adjointsAt(0)[0]
  return factors.some((node) => adjoint?.get(node)?.data.some((x) => x !== 0) !== true)
}

const WRITTEN_ZERO = /(?<![\w.])0(?:\.0*)?(?![\w.])/

/** Of numbers in lists that a function of the script's own makes, `[weight() for i in …]`, its `return` of zeros; else -1. */
function givenBy(analysis: Analysis, stored: number): number {
  const { trace } = analysis
  const at = trace.sites[trace.sites[stored]?.statement ?? -1] ?? trace.sites[stored]
  if (at === undefined) return -1
  const text = textAt(analysis, at)
  if (WRITTEN_ZERO.test(text)) return -1
  const called = new Set([...text.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map((m) => m[1]))
  const maker = (site: Site) => site.function.split('.').at(-1) ?? ''
  const found = trace.sites.findIndex(
    (site) => site.kind === 'Return' && called.has(maker(site)) && WRITTEN_ZERO.test(textAt(analysis, site)),
  )
  const giver = trace.sites[found]
  return giver === undefined || servesOthers(analysis, maker(giver)) ? -1 : found
}

/** Whether what a function makes is given to others than parameters as well: velocities, or sums that begin at zero. */
function servesOthers(analysis: Analysis, name: string): boolean {
  const { trace, dependence } = analysis
  const call = new RegExp(`(?<![\\w.])${name}\\s*\\(`)
  const parameters = new Set(dependence.parameters.map((c) => /^\w+/.exec(c.name)?.[0]))
  return trace.events.some((event) => {
    if ((event.kind !== 'bind' && event.kind !== 'store') || event.place !== 'name') return false
    const at = trace.sites[statementOf(trace, event.site)]
    return !parameters.has(String(event.key)) && at !== undefined && call.test(textAt(analysis, at))
  })
}

/** A finding where a parameter's first value is computed; in a literal of several lines, at the line of its key. */
export function claimAt(analysis: Analysis, chain: Chain, claim: Parameters<typeof findingAt>[1]): Finding[] {
  const { trace, tape } = analysis
  const node = chain.versions[0]?.node ?? -1
  const event = trace.events.find((e) => e.kind === 'store' && e.node === node)
  const stored = event !== undefined && 'site' in event ? event.site : -1
  const made = node >= 0 && node < tape.length ? tape.entry(node).site : -1
  const given = made >= 0 ? -1 : givenBy(analysis, stored)
  if (given >= 0) return findingAt(analysis, { ...claim, site: given })
  if (made >= 0 || event?.kind !== 'store' || typeof event.key !== 'string')
    return findingAt(analysis, { ...claim, site: made >= 0 ? made : stored })
  const at = trace.sites[stored]
  const lines = at === undefined ? [] : textAt(analysis, at).split('\n')
  const shift = lines.findIndex((l) => l.includes(`'${event.key}'`) || l.includes(`"${event.key}"`))
  return findingAt(analysis, { ...claim, site: stored }).map((f) =>
    shift <= 0
      ? f
      : { ...f, line: f.line + shift, endLine: f.line + shift, column: 1, endColumn: 1 + (lines[shift]?.length ?? 0) },
  )
}
