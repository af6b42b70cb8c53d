/** A loss that is not stated, and whose samples have weights. */

import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import { Replay } from './replay.ts'
import { givenOf, type Located } from './situation.ts'
import { regionOf } from './statements.ts'

export const WEIGHTED = 'the script states no loss; its gradients are those of a loss whose samples have weights'

/** A loss that is not stated may have weights: rewards, counts, importance. All outputs of a sample have the same. */
export function isWeighted({ measured, results }: Judged, located: readonly Located[]): boolean {
  const [one, ...others] = located
  if (measured.loss.stated || others.length > 0 || one === undefined) return false
  if (results.some((r) => r.status !== 'wrong' || !one.fixed.includes(r.chain.id))) return false
  return one.occurrences.every(({ given, wanted }) =>
    given.every((x, p) => {
      const [rows = 1, columns = 1] = x?.shape ?? []
      const want = wanted[p]?.data
      if (x === undefined || x.shape.length !== 2 || rows < 2 || columns < 2 || want?.length !== x.data.length)
        return false
      const weightAt = (i: number) => (x.data[i] as number) / (want[i] as number)
      return x.data.every((_, i) => Math.abs(weightAt(i) / weightAt(i - (i % columns)) - 1) < 1e-6)
    }),
  )
}

/** The parameters as they follow the weighted loss: what its errors lead to, without the weights. */
export function asWeighted(analysis: Analysis, judged: Judged, located: readonly Located[]): Judged {
  const forced = new Map(located.flatMap((l) => l.occurrences.map((o) => [o.node, givenOf(o)] as const)))
  const fits = new Replay(analysis, regionOf(analysis, judged).end).fits(forced, judged.results)
  const results = judged.results.map((r) => {
    const fit = fits.find((f) => f.chain === r.chain.id)
    return fit === undefined ? r : { ...r, status: 'right' as const, relative: 1, residual: fit.residual }
  })
  return { ...judged, results, consistent: true }
}
