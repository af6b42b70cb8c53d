/**
 * Weights that the forward pass uses and no step changes. That alone is a choice (random features, frozen layers); it
 * is a fault where the script computes their gradient, or trains others of the same name or in the same list.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import type { Finding } from '../types.ts'
import { findStill, type Still } from './still-weights.ts'
import { listed } from './trial.ts'

export function neverUpdated(analysis: Analysis): Finding[] {
  const { best, trace } = analysis
  if (best === undefined || best.explained === 0) return []
  const still = findStill(analysis)
  const [first] = still
  if (first === undefined) return []
  const names = still.map((s) => s.name)
  const lines = [
    ...new Set(still.flatMap((s) => trace.sites[analysis.tape.entry(Math.max(0, s.gradient)).site]?.line ?? [])),
  ]
  const trained = best.results.map((r) => r.chain.name)
  return findingAt(analysis, {
    kind: 'never-updated',
    site: siteOf(analysis, first, still),
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

/**
 * Where its gradient is computed, and then dropped; but where others are updated elsewhere, or that line serves others of
 * its list as well, where those are updated. Without a gradient: where it gets its value, or, in a list, where the error
 * arrives at its layer.
 */
function siteOf(analysis: Analysis, first: Still, all: readonly Still[]): number {
  const { gradient, sibling, partner, made, inside, restored } = first
  if (restored >= 0) return restored
  const { best, tape, trace } = analysis
  const results = best?.results ?? []
  const update = (name: string | undefined) => {
    const sites = results
      .filter((r) => r.chain.name === name)
      .map((r) => r.chain.versions.find((v) => v.node === r.step.after)?.site ?? -1)
    return Math.max(-1, ...sites)
  }
  const siblings = partner === undefined ? all.map((s) => update(s.sibling)) : []
  const near = Math.max(update(partner), ...siblings)
  const site = gradient < 0 ? -1 : tape.entry(gradient).site
  if (site >= 0) {
    const apart = trace.sites[near]?.function !== trace.sites[site]?.function || entersState(analysis, gradient)
    const shared = sibling !== undefined && results.some((r) => serves(analysis, r.step.after, site))
    const other = shared ? update(sibling) : apart ? near : -1
    return other >= 0 ? other : keptAt(analysis, gradient)
  }
  if (!inside) return made
  const error = errorAt(analysis, partner)
  return error >= 0 ? error : near >= 0 ? near : made
}

/** Where a value gets its name, in the function that computes it. */
function keptAt({ tape, trace }: Analysis, node: number): number {
  const { site } = tape.entry(node)
  const home = trace.sites[site]?.function
  let kept = site
  for (const event of trace.events)
    if (event.kind === 'store' && event.node === node && trace.sites[event.site]?.function === home) kept = event.site
  return kept
}

/** Whether a velocity or a mean is made of a gradient: then what is missing is behind that. */
function entersState({ tape, chains, dependence }: Analysis, gradient: number): boolean {
  const states = chains.filter((c) => !c.parameter && c.resets === 0)
  return states.some((c) =>
    c.versions.slice(1, 3).some((v) => v.node > gradient && tape.madeFrom([v.node], dependence.cut).has(gradient)),
  )
}

/** Where the gradient of a trained bias is computed: what its update takes. */
function errorAt({ best, tape, dependence, points, trace }: Analysis, name: string | undefined): number {
  const step = best?.results.find((r) => r.chain.name === name)?.step
  if (step === undefined || step.part !== undefined) return -1
  const own = trace.sites[tape.entry(step.after).site]?.line
  const isGradient = (node: number) => {
    const { site } = tape.entry(node)
    const value = join(points.values.map((v) => v[node]))
    return (
      site >= 0 &&
      trace.sites[site]?.line !== own &&
      dependence.depends[node] === 1 &&
      value.length === step.gradient.length &&
      proportion(value, step.gradient).residual < MATCH
    )
  }
  const made = [...tape.madeFrom([step.after], dependence.cut)].filter((n) => n > step.before && isGradient(n))
  return made.length === 0 ? -1 : tape.entry(Math.max(...made)).site
}

/** Whether a version of a trained parameter is made with what `site` computed. */
function serves({ tape, dependence, trace }: Analysis, version: number, site: number): boolean {
  const statement = trace.sites[site]?.statement ?? site
  for (const node of tape.madeFrom([version], dependence.cut)) {
    const own = tape.entry(node).site
    if (own === site || (own >= 0 && trace.sites[own]?.statement === statement && statement >= 0)) return true
  }
  return false
}
