/** Faults of the set-up: right gradients that cannot train. */

import type { Analysis } from '../analyse.ts'
import type { Finding } from '../types.ts'
import { findingAt } from './at.ts'

export function setupFindings(analysis: Analysis): Finding[] {
  return [equalWeights, targetRange].flatMap((rule) => rule(analysis))
}

/** Hidden units that begin equal stay equal. Only where there are hidden units: a single layer has no such trouble. */
function equalWeights(analysis: Analysis): Finding[] {
  const { best, points } = analysis
  if (best === undefined) return []
  const weights = best.results.filter((r) => {
    const shape = points.values[0]?.[r.step.before]?.shape ?? []
    return shape.length === 2 && Math.min(...shape) > 1
  })
  const layers = best.results.filter((r) => (points.values[0]?.[r.step.before]?.shape.length ?? 0) === 2)
  if (layers.length < 2) return []
  for (const weight of weights) {
    const start = weight.chain.versions[0]
    const data = points.values[0]?.[start?.node ?? -1]?.data
    const first = data?.[0]
    if (data === undefined || first === undefined || !data.every((x) => x === first)) continue
    const site = analysis.trace.events.find((e) => e.kind === 'store' && e.node === start?.node)
    return findingAt(analysis, {
      kind: 'equal-initial-weights',
      site: site !== undefined && 'site' in site ? site.site : -1,
      message: `all elements of ${weight.chain.name} begin at ${first}: its units compute the same and receive the same gradient, for ever`,
      expected: 'random initial weights',
      received: `every element ${first}`,
      evidence: [`${data.length} elements, all equal at the first step`],
      parameters: [],
    })
  }
  return []
}

/** A target that the output cannot reach. */
function targetRange(analysis: Analysis): Finding[] {
  const { best, points, tape } = analysis
  const inferred = analysis.judged.find((j) => j.measured.loss.target !== undefined && j.measured.loss.target >= 0)
    ?.measured.loss
  if (best === undefined || inferred?.prediction === undefined || inferred.target === undefined) return []
  const target = points.values[0]?.[inferred.target]
  const range = boundsOf(analysis, inferred.prediction)
  if (target === undefined || range === undefined) return []
  const high = Math.max(...target.data.slice(0, 100_000))
  const low = Math.min(...target.data.slice(0, 100_000))
  if (low >= range.low - 1e-9 && high <= range.high + 1e-9) return []
  return findingAt(analysis, {
    kind: 'target-range',
    site: tape.entry(inferred.prediction).site,
    message: `the targets reach from ${Number(low.toPrecision(4))} to ${Number(high.toPrecision(4))}, the output only from ${range.low} to ${range.high}`,
    expected: `targets between ${range.low} and ${range.high}, or an output without that bound`,
    received: `targets from ${Number(low.toPrecision(4))} to ${Number(high.toPrecision(4))}`,
    evidence: [`the output is a ${range.name}`],
  })
}

function boundsOf(analysis: Analysis, node: number): { low: number; high: number; name: string } | undefined {
  const { tape, points } = analysis
  const { op, args } = tape.entry(node)
  if (op === 'tanh') return { low: -1, high: 1, name: 'tanh' }
  if (op === 'expit') return { low: 0, high: 1, name: 'sigmoid' }
  const [a, b] = args
  if ((op === 'div' || op === 'divide') && a !== undefined && b !== undefined && points.values[0]?.[a]?.data[0] === 1) {
    const below = tape.entry(b)
    if (below.op === 'add' && below.args.some((x) => tape.entry(x).op === 'exp'))
      return { low: 0, high: 1, name: 'sigmoid' }
  }
  return undefined
}
