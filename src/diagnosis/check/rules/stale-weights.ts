/** A lower layer's gradient computed with weights that the same step has already updated. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { Finding } from '../types.ts'

export function staleWeights(analysis: Analysis): Finding[] {
  const { best, tape, points, dependence } = analysis
  if (best === undefined) return []
  const wrong = best.results.filter((r) => r.status === 'wrong')
  const fixed: { name: string; replaced: ReadonlyMap<number, number>; nodes: readonly number[] }[] = []
  for (const result of wrong) {
    const made = tape.madeFrom([result.step.after], dependence.cut)
    const replaced = new Map<number, number>()
    for (const other of best.results)
      if (other.chain.id !== result.chain.id && made.has(other.step.after))
        replaced.set(other.step.after, other.step.before)
    if (replaced.size === 0) continue
    const nodes = [...made].filter((n) => !replaced.has(n)).sort((a, b) => a - b)
    const update = join(
      points.values.map((values) => {
        const changed = values.slice()
        for (const node of nodes) {
          if (!tape.entry(node).args.some((a) => replaced.has(a) || changed[a] !== values[a])) continue
          changed[node] = tape.compute(node, changed, NONE, replaced)
        }
        const [a, b] = [values[result.step.before], changed[result.step.after]]
        if (a === undefined || b === undefined) return undefined
        return { shape: a.shape, data: a.data.map((x, i) => x - (b.data[i] ?? 0)) }
      }),
    )
    const match = update.length === result.step.gradient.length ? proportion(update, result.step.gradient) : undefined
    if (match === undefined || !(match.residual < MATCH) || !(match.ratio > 0)) continue
    fixed.push({ name: result.chain.name, replaced, nodes })
  }
  const [one] = fixed
  if (one === undefined) return []
  const { replaced, nodes } = one
  const user =
    nodes.find((n) => tape.entry(n).args.some((a) => replaced.has(a)) && tape.entry(n).site >= 0) ??
    nodes.find((n) =>
      tape.entry(n).args.some((a) => tape.entry(a).op === 'view' && replaced.has(tape.entry(a).args[0] ?? -1)),
    )
  const read = user === undefined ? undefined : tape.ancestors([user], dependence.cut)
  const by = best.results.find((r) => read?.has(r.step.after))?.chain.name ?? 'a weight'
  return findingAt(analysis, {
    kind: 'stale-weights',
    site: user === undefined ? -1 : tape.entry(user).site,
    message: `${by} has been updated before this line uses it to compute the gradient of ${fixed
      .map((f) => f.name)
      .slice(0, 4)
      .join(', ')}`,
    expected: `the value of ${by} that the forward pass used: compute all gradients first, then update`,
    received: `${by} after its update`,
    evidence: ['with the weights of the forward pass put in its place, the gradients agree with the true ones'],
    parameters: fixed.map((f) => f.name),
  })
}

const NONE: ReadonlyMap<number, Tensor> = new Map()
