/** Sums over the samples where a stated loss has their mean: how many samples there are, and where the error begins. */

import type { Analysis } from '../analyse.ts'
import { showsRatio } from '../judge.ts'
import { findMeetings } from '../roles/meetings.ts'
import { statementOf } from '../trace/location.ts'

/** How many samples there may be in a training pass, of a script that states its loss. */
export function countsOf({ tape, trace, dependence, judged }: Analysis): ReadonlySet<number> {
  if (!judged.some(({ measured }) => measured.loss.stated)) return new Set()
  const lengths = findMeetings(tape, dependence).flatMap((m) => trace.nodes[m.prediction]?.shape ?? [])
  return new Set(lengths.filter((n) => n > 2))
}

/**
 * The statement by which the error gets into the updates: where the prediction meets the target, or, of an error that the
 * loss is computed from as well, the first of the backward pass that takes it.
 */
export function errorStatement({ tape, trace, dependence, best }: Analysis): number | undefined {
  const updated = dependence.parameters.flatMap((c) => c.versions.slice(1).map((v) => v.node))
  const made = tape.madeFrom(updated, dependence.cut)
  const meetings = findMeetings(tape, dependence)
  const error = meetings.find((m) => made.has(m.node)) ?? meetings[0]
  if (error === undefined) return undefined
  const statementAt = (site: number) => statementOf(trace, site)
  const home = statementAt(error.site)
  const terms = best?.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n)) ?? []
  const forward = tape.ancestors(terms, dependence.cut)
  if (!forward.has(error.node)) return home
  const renamed = trace.events.find((e) => e.kind === 'store' && e.node === error.node && statementAt(e.site) !== home)
  const reader = tape.readers(error.node).find((n) => made.has(n) && !forward.has(n) && tape.aside[n] !== 1)
  if (renamed?.kind === 'store') return statementAt(renamed.site)
  return reader === undefined ? home : statementAt(tape.entry(reader).site)
}

/** The number of samples, if the gradients of all parameters are so many times those of the loss, and nothing absorbs that but the rate. */
export function undividedBy(analysis: Analysis): number | undefined {
  const { best } = analysis
  const shown = best?.measured.loss.stated === true ? best.results.filter(showsRatio) : []
  const [one] = shown
  if (one === undefined || shown.length < (best?.results.length ?? 0)) return undefined
  if (shown.some((r) => r.gradientNode !== undefined)) return undefined
  const count = Math.round(one.ratio / one.ownRate)
  const isAll = shown.every((r) => Math.abs(r.ratio / r.ownRate / count - 1) < 1e-5)
  return isAll && countsOf(analysis).has(count) ? count : undefined
}
