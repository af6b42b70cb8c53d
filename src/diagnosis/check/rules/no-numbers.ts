/** Parameters that are no numbers after a few steps: where the first value arises that is none, from values that are. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { Finding } from '../types.ts'
import { listed } from './trial.ts'

export function noNumbers(analysis: Analysis): Finding[] {
  const { tape, points, dependence, trace } = analysis
  const values = points.values[0] ?? []
  const holdsNumbers = (node: number) => values[node]?.data.every(Number.isFinite) !== false
  const lost = dependence.parameters.flatMap((chain) => {
    const at = chain.versions.findIndex((v, k) => k > 0 && !holdsNumbers(v.node))
    const version = chain.versions[at]
    return version !== undefined && holdsNumbers(chain.versions[0]?.node ?? -1)
      ? [{ chain, at, node: version.node }]
      : []
  })
  const [first] = lost
  if (first === undefined) return []
  const origins = [...tape.ancestors(lost.map((l) => l.node))].filter(
    (node) => !holdsNumbers(node) && tape.entry(node).site >= 0 && tape.entry(node).args.every(holdsNumbers),
  )
  const origin = origins.length === 0 ? first.node : Math.min(...origins)
  const inUpdate = tape.madeFrom([first.node], dependence.cut).has(origin)
  const names = lost.map((l) => l.chain.name)
  const { op, args, site } = tape.entry(origin)
  const bound = (f: (...x: number[]) => number) => f(...(values[args[0] ?? -1]?.data.slice(0, 10_000) ?? []))
  return findingAt(analysis, {
    kind: inUpdate ? 'optimiser' : 'gradient',
    site: site >= 0 ? site : (first.chain.versions[first.at]?.site ?? -1),
    message: `${listed(names)} ${names.length > 1 ? 'are' : 'is'} no number after ${first.at} step${first.at > 1 ? 's' : ''}: what this computes is not finite`,
    expected: 'finite values',
    received: [...(values[origin]?.data.filter((x) => !Number.isFinite(x)).slice(0, 1) ?? [])].join(''),
    evidence: [
      `it is the first value that is not finite; ${op} is given values from ${Number(bound(Math.min).toPrecision(3))} to ${Number(bound(Math.max).toPrecision(3))}`,
      `line ${trace.sites[site]?.line ?? '?'} leads to ${listed(names)}`,
    ],
    parameters: names,
  })
}
