/** Where no edit was found: the first statement whose inputs are right and whose result matches no true gradient. */

import type { Analysis, Judged } from '../analyse.ts'
import { findSuspects, type Suspect } from '../repair/suspects.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'

export function firstMismatch(analysis: Analysis, judged: Judged): Suspect | undefined {
  const { tape, points, trace } = analysis
  const suspects = findSuspects(analysis, judged)
    .filter((s) => s.backward && !s.exonerated)
    .sort((a, b) => a.order - b.order)
  const truths = new Map<number, Float64Array[]>()
  const [first] = judged.measured.adjoints
  for (const node of first?.[0]?.keys() ?? []) {
    const value = join((first ?? []).map((adjoint) => adjoint.get(node)))
    const list = truths.get(value.length) ?? []
    if (list.length < 400) list.push(value)
    truths.set(value.length, list)
  }
  let last: Suspect | undefined
  for (const suspect of suspects) {
    const nodes: number[] = []
    for (let node = suspect.order; node < tape.length && nodes.length < 40; node++) {
      if (trace.sites[tape.entry(node).site]?.statement === suspect.site) nodes.push(node)
    }
    const result = nodes.at(-1)
    if (result === undefined) continue
    const value = join(points.values.map((v) => v[result]))
    if (value.length > 20_000) continue
    const right = (truths.get(value.length) ?? []).some((t) => proportion(value, t).residual < MATCH)
    last = suspect
    if (!right && nodes.some((n) => points.values[0]?.[n] !== undefined)) return suspect
  }
  return last ?? suspects[0]
}
