/** Where no edit was found: the first value of the backward pass that is the gradient of nothing in the forward one. */

import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import { signalNodes } from '../repair/statements.ts'
import { findSuspects, type Suspect } from '../repair/suspects.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'

export interface Mismatch {
  readonly suspect: Suspect
  /** True when the value is a right gradient times a factor of the forward pass that does not belong there. */
  readonly localFactor: boolean
}

export function firstMismatch(analysis: Analysis, judged: Judged): Mismatch | undefined {
  const { tape, trace } = analysis
  const suspects = findSuspects(analysis, judged).filter((s) => s.backward)
  const bySite = new Map(suspects.map((s) => [s.site, s]))
  const end = Math.max(0, ...judged.results.map((r) => r.step.after))
  const signal = signalNodes(analysis, end)
  const isRight = matcher(analysis, judged)
  const region = tape.madeFrom(
    judged.results.filter((r) => r.status !== 'right' && r.status !== 'unreached').map((r) => r.step.after),
    analysis.dependence.cut,
  )
  const inner = new Set<number>()
  for (let node = 0; node <= end; node++) {
    const { args, site } = tape.entry(node)
    const statement = trace.sites[site]?.statement
    for (const arg of args)
      if (statement !== undefined && trace.sites[tape.entry(arg).site]?.statement === statement) inner.add(arg)
  }
  let last: Suspect | undefined
  for (let node = 0; node <= end; node++) {
    if (!region.has(node) || inner.has(node) || signal[node] !== 1) continue
    const suspect = bySite.get(trace.sites[tape.entry(node).site]?.statement ?? -1)
    if (suspect === undefined) continue
    last = suspect
    if (isRight(node)) continue
    const { op, args } = tape.entry(node)
    const localFactor =
      (op === 'mul' || op === 'multiply') &&
      args.some((a) => signal[a] === 1 && isRight(a)) &&
      args.some((a) => signal[a] !== 1)
    return { suspect, localFactor }
  }
  const fallback = last ?? suspects[0]
  return fallback && { suspect: fallback, localFactor: false }
}

interface Truth {
  readonly node: number
  readonly value: Float64Array
}

function truthsOf(judged: Judged): Map<number, Truth[]> {
  const truths = new Map<number, Truth[]>()
  const first = judged.measured.adjointsAt(0)
  for (const node of first[0]?.keys() ?? []) {
    const value = join(first.map((adjoint) => adjoint.get(node)))
    const list = truths.get(value.length) ?? []
    if (list.length < 400) list.push({ node, value })
    truths.set(value.length, list)
  }
  return truths
}

function matcher(analysis: Analysis, judged: Judged): (node: number) => boolean {
  const truths = truthsOf(judged)
  return (node) => {
    const value = join(analysis.points.values.map((v) => v[node]))
    return (
      value.length > 50_000 || (truths.get(value.length) ?? []).some((t) => proportion(value, t.value).residual < MATCH)
    )
  }
}
