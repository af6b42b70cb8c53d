/** Two lists of one length that are shuffled one after the other, each into an order of its own; and edits that leave both as they were. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { inOrder, replaceAt, textAt } from '../rules/trial.ts'
import type { Site, TraceEvent } from '../trace/trace.ts'

/** Elements: fewer may come into the same order by chance. */
const FEWEST = 4
/** Lines between the two. */
const APART = 3

export interface OrderTrial {
  readonly site: number
  readonly first: readonly [line: number, element: number]
  readonly second: readonly [line: number, element: number]
  readonly count: number
  readonly edits: readonly SourceEdit[]
}

export function orderTrial(analysis: Analysis): OrderTrial | undefined {
  const { events, sites } = analysis.trace
  const shuffles = events.filter((e): e is Extract<TraceEvent, { kind: 'shuffle' }> => e.kind === 'shuffle')
  for (const [i, second] of shuffles.entries()) {
    const first = shuffles[i - 1]
    if (first === undefined || first.container === second.container || first.order.length !== second.order.length)
      continue
    const [a, b] = [sites[first.site], sites[second.site]]
    if (a === undefined || b === undefined || first.site === second.site || second.order.length < FEWEST) continue
    if (a.file !== b.file || a.function !== b.function || Math.abs(b.line - a.line) > APART) continue
    if (first.order.every((x, k) => x === second.order[k])) continue
    const edits = [a, b].map((site) => unshuffled(analysis, site)).filter((e) => e !== undefined)
    if (edits.length < 2) continue
    return {
      site: second.site,
      first: [a.line, (first.order[0] ?? 0) + 1],
      second: [b.line, (second.order[0] ?? 0) + 1],
      count: second.order.length,
      edits: inOrder(edits),
    }
  }
  return undefined
}

/** `shuffle(x)` as a statement of its own does nothing; `y = permutation(x)` becomes `y = x`. */
function unshuffled(analysis: Analysis, site: Site): SourceEdit | undefined {
  if (site.line !== site.endLine) return undefined
  const line = analysis.trace.sources.get(site.file)?.split('\n')[site.line - 1] ?? ''
  const [before, after] = [line.slice(0, site.column), line.slice(site.endColumn)]
  if (!/^\s*(?:[;#].*)?$/.test(after)) return undefined
  if (/(?:^|;)\s*$/.test(before)) return replaceAt(site, 'None')
  const argument = /^[\w.]+\((\w[\w.]*)\)$/.exec(textAt(analysis, site))?.[1]
  return argument !== undefined && /(?:^|;)\s*[\w.]+\s*=\s*$/.test(before) ? replaceAt(site, argument) : undefined
}
