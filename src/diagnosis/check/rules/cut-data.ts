/**
 * Data that an integer division, or a cast to integers, leaves nothing of but its largest value: `pixels // 255`.
 * Who wants two values compares; who divides by the largest value wants what lies between.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { Finding } from '../types.ts'
import { dataFactors } from './provenance.ts'
import { short, textAt } from './trial.ts'

/** Different values between zero and the largest that are lost. */
const FEWEST = 4

export function cutData(analysis: Analysis): Finding[] {
  const { tape, points, dependence, trace } = analysis
  const values = points.values[0] ?? []
  for (const node of [...tape.ancestors(dataFactors(tape, dependence, trace.nodes.keys()))].sort((a, b) => a - b)) {
    const { op, args, site } = tape.entry(node)
    const [from = -1, by = -1] = args
    if ((op !== 'floordiv' && op !== 'trunc') || dependence.depends[node] === 1 || node >= trace.nodes.length) continue
    const unit = op === 'trunc' ? 1 : values[by]?.data.length === 1 ? (values[by]?.data[0] ?? 0) : 0
    const data = values[from]?.data
    if (data === undefined || !(unit > 0) || data.some((x) => !(x >= 0 && x <= unit))) continue
    const lost = data.filter((x) => x > 0 && x < unit)
    if (new Set(lost).size < FEWEST) continue
    const at = trace.sites[site]
    return findingAt(analysis, {
      kind: 'integer-truncation',
      site,
      message: `${op === 'trunc' ? 'the conversion to integers' : 'the integer division'} leaves nothing of what lies between 0 and ${short(unit)}: the network gets 0 in its place`,
      expected: op === 'trunc' ? 'floats' : `/ ${short(unit)}, a division that keeps the fraction`,
      received: at === undefined ? '' : textAt(analysis, at).trim(),
      evidence: [
        `${lost.length} of ${data.length} values lie between 0 and ${short(unit)}, ${new Set(lost).size} different ones; all of them become 0`,
      ],
    })
  }
  return []
}
