/** A weight that the forward pass uses, whose gradient the script computes, and that no step changes. */

import type { Analysis } from '../analyse.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import type { Finding } from '../types.ts'
import { findingAt } from './at.ts'

const PRODUCTS = new Set(['dot', 'matmul', 'einsum', 'outer', 'inner'])

export function neverUpdated(analysis: Analysis): Finding[] {
  const { best, tape, trace, points, dependence } = analysis
  if (best === undefined) return []
  const adjoints = best.measured.adjoints[0]
  const findings: Finding[] = []
  const step = best.measured.loss.steps[0]
  const end = Math.max(0, ...best.results.map((r) => r.step.after))
  const start = Math.max(0, ...(step?.terms.map(([n]) => n) ?? []))
  const multiplied = new Set<number>()
  for (let node = 0; node <= start; node++) {
    const { op, args } = tape.entry(node)
    if (!PRODUCTS.has(op) || tape.aside[node] === 1) continue
    for (const arg of args) multiplied.add(tape.entry(arg).op === 'view' ? (tape.entry(arg).args[0] ?? arg) : arg)
  }
  for (const event of trace.events) {
    if (event.kind !== 'store' || findings.length >= 3 || event.time > start) continue
    const node = event.node
    const value = points.values[0]?.[node]
    if (
      value === undefined ||
      value.data.length < 2 ||
      dependence.depends[node] === 1 ||
      points.inputs.has(node) ||
      trace.nodes[node]?.dtype.startsWith('f') !== true
    )
      continue
    if (!multiplied.has(node)) continue
    const truth = adjoints?.map((a) => a.get(node))
    if (truth === undefined || truth.some((t) => t === undefined)) continue
    const gradient = join(truth)
    if (gradient.every((x) => x === 0)) continue
    for (let at = start; at < end + 200 && at < trace.nodes.length; at++) {
      if (points.values[0]?.[at]?.data.length !== value.data.length || dependence.depends[at] !== 1) continue
      const found = join(points.values.map((v) => v[at]))
      if (found.length !== gradient.length || proportion(found, gradient).residual > MATCH) continue
      const name = String(event.key)
      findings.push(
        ...findingAt(analysis, {
          kind: 'never-updated',
          site: tape.entry(at).site,
          message: `${name} is never updated: its gradient is computed here and not used`,
          expected: `an update of ${name}`,
          received: 'none in any traced step',
          evidence: ['the value computed here is the true gradient of that weight'],
          parameters: [name],
        }),
      )
      break
    }
  }
  const seen = new Set<string>()
  return findings.filter((f) => !seen.has(f.message) && seen.add(f.message))
}
