/** A gradient sum that is never set back: each step adds all the steps before it, with weight 1. */

import type { Analysis } from '../analyse.ts'
import { MATCH, proportion } from '../roles/measure.ts'
import type { Finding } from '../types.ts'
import { findingAt } from './at.ts'

export function accumulatorNotReset(analysis: Analysis): Finding[] {
  // A loss that is printed now and then shows one step; the same loss, inferred, shows them all.
  const { best } = analysis
  const shown = [best, ...analysis.judged.filter((j) => j.explained >= (best?.explained ?? 1))]
  const measured = shown.map((j) => j?.measured.steps ?? []).find((s) => s[1] !== undefined && s[1].length > 0)
  const [first, second] = measured ?? []
  if (first === undefined || second === undefined) return []
  const caught: { name: string; site: number }[] = []
  for (const later of second) {
    const before = first.find((s) => s.chain.id === later.chain.id)
    if (before === undefined || before.match.residual > MATCH || later.match.residual < MATCH) continue
    const scale = before.match.ratio
    const added = later.update.map((x, i) => x - scale * (later.gradient[i] as number))
    const match = proportion(added, before.update)
    if (match.residual < 1e-5 && Math.abs(match.ratio - 1) < 1e-5) {
      const sum = analysis.chains.find(
        (c) =>
          !c.parameter &&
          c.resets === 0 &&
          c.versions.some((v) => analysis.tape.madeFrom([later.after], analysis.dependence.cut).has(v.node)),
      )
      caught.push({ name: later.chain.name, site: sum?.versions[1]?.site ?? later.chain.versions[1]?.site ?? -1 })
    }
  }
  const lineOf = (site: number) => analysis.trace.sites[site]?.line ?? Number.POSITIVE_INFINITY
  const [one] = [...caught].sort((a, b) => lineOf(a.site) - lineOf(b.site))
  if (one === undefined) return []
  return findingAt(analysis, {
    kind: 'accumulator-not-reset',
    site: one.site,
    message: `the gradient of ${caught
      .map((c) => c.name)
      .slice(0, 4)
      .join(', ')} is added up and never set back to zero`,
    expected: 'a sum that begins at zero in every step',
    received: 'the sum of all steps so far',
    evidence: ['the second update is the gradient plus exactly the first update'],
    parameters: caught.map((c) => c.name),
  })
}
