/** An integer array that is updated in place drops every fraction; a small one also wraps around. */

import type { Analysis } from '../analyse.ts'
import type { Finding } from '../types.ts'
import { findingAt } from './at.ts'

export function truncatedUpdate(analysis: Analysis): Finding[] {
  const { trace, points, tape } = analysis
  const values = points.values[0]
  for (const chain of analysis.chains) {
    for (const version of chain.versions.slice(1)) {
      const node = trace.nodes[version.node]
      const value = values?.[version.node]
      if (
        node === undefined ||
        value === undefined ||
        !/^[iu]/.test(node.dtype) ||
        !['put', 'write', 'add', 'sub', 'mul'].includes(node.op)
      )
        continue
      if (typeof node.digest === 'number') continue
      const exact = value.data.reduce((a, b) => a + b, 0)
      const held = node.digest[0] ?? exact
      if (Math.abs(exact - held) < 1e-9) continue
      return findingAt(analysis, {
        kind: 'integer-truncation',
        site: tape.entry(version.node).site,
        message: `${chain.name} is an array of integers (${node.dtype}): what is written into it loses its fraction`,
        expected: 'an array of floats',
        received: `dtype ${node.dtype}`,
        evidence: [`the sum of its elements should be ${Number(exact.toPrecision(6))} and is ${held}`],
        parameters: [chain.name],
      })
    }
  }
  return []
}
