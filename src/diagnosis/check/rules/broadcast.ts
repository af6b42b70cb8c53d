/** (n,) against (n, 1): NumPy makes (n, n) of it, and every prediction is held against every target. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { findMargins, findMeetings } from '../roles/meetings.ts'
import type { Finding } from '../types.ts'

export function broadcastGrows(analysis: Analysis): Finding[] {
  const { tape, dependence, points } = analysis
  const values = points.values[0]
  // What is multiplied with labels of -1 and 1; other products of a row and a column are meant.
  const isSide = (node: number) => values?.[node]?.data.every((x) => x === 1 || x === -1) === true
  const isFlat = (node: number) => values?.[node]?.shape.length === 1
  const margins = () =>
    findMargins(tape, dependence).filter((m) => isSide(m.target) && (isFlat(m.target) || isFlat(m.prediction)))
  const meetings = () => [...findMeetings(tape, dependence), ...margins()]
  for (const meeting of values === undefined ? [] : meetings()) {
    const [p, t, y] = [
      values?.[meeting.prediction]?.shape,
      values?.[meeting.target]?.shape,
      values?.[meeting.node]?.shape,
    ]
    if (p === undefined || t === undefined || y === undefined || y.length !== 2) continue
    const n = Math.max(...p)
    const flat = (s: readonly number[]) => s.length === 1 || (s.length === 2 && s[0] === 1)
    const tall = (s: readonly number[]) => s.length === 2 && s[1] === 1
    if (n < 2 || y[0] !== n || y[1] !== n || !((flat(p) && tall(t)) || (tall(p) && flat(t)))) continue
    return findingAt(analysis, {
      kind: 'broadcast',
      site: meeting.site,
      message: `the prediction [${p}] and the target [${t}] broadcast to [${y}]: every sample is compared with every other one`,
      expected: `two arrays of the same shape, [${p}]`,
      received: `[${p}] and [${t}]`,
      evidence: [`the result has ${n * n} elements for ${n} samples`],
      parameters: (analysis.best?.results ?? []).map((r) => r.chain.name),
    })
  }
  return []
}
