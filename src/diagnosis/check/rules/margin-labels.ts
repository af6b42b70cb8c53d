/** Labels of 0 and 1 in a loss of the margin, `max(0, 1 - y * score)`: what is multiplied with 0 is never learned from. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { BOUNDS, MULTIPLICATIONS } from '../tape/operations.ts'
import type { Finding } from '../types.ts'
import { namedFirst } from './target-range.ts'

/** What a margin that is reached is cut off by. */
const CUTS = new Set([...BOUNDS, 'where', 'greater', 'greater_equal', 'less', 'less_equal'])

export function marginLabels(analysis: Analysis): Finding[] {
  const { best, tape, points, dependence } = analysis
  const terms = best?.measured.loss.steps.slice(0, 4).flatMap((s) => s.terms.map(([n]) => n)) ?? []
  const values = points.values[0]
  if (values === undefined) return []
  // Of single numbers each sample has a margin of its own.
  const margins = new Map<number, { label: number; labels: number[] }>()
  for (const node of tape.ancestors(terms, dependence.cut)) {
    const { op, args, site } = tape.entry(node)
    const [one = -1, product = -1] = args
    const cuts = tape.readers(node).some((reader) => CUTS.has(tape.entry(reader).op))
    const isOne = values[one]?.data.length === 1 && dependence.depends[one] !== 1
    if (!(op === 'sub' || op === 'subtract') || !isOne || !cuts || !MULTIPLICATIONS.has(tape.entry(product).op))
      continue
    const label = tape.entry(product).args.find((arg) => dependence.depends[arg] !== 1)
    const isScore = tape.entry(product).args.some((arg) => dependence.depends[arg] === 1 && !dependence.cut.has(arg))
    if (label === undefined || !isScore) continue
    const found = margins.get(site) ?? { label, labels: [] }
    found.labels.push(...(values[label]?.data.slice(0, MOST_LABELS) ?? []))
    margins.set(site, found)
  }
  for (const [site, { label, labels }] of margins) {
    const zeros = labels.filter((x) => x === 0).length
    if (zeros === 0 || zeros === labels.length || labels.some((x) => x !== 0 && x !== 1)) continue
    return findingAt(analysis, {
      kind: 'target-range',
      site: namedFirst(analysis, label) ?? site,
      message:
        'the labels are 0 and 1 where the loss asks for -1 and 1: with a label of 0 the loss is the same whatever the score is',
      expected: 'labels of -1 and 1',
      received: `labels of 0 and 1, ${zeros} of ${labels.length} of them 0`,
      evidence: ['the label is multiplied with the score: nothing is learned from a sample whose label is 0'],
    })
  }
  return []
}

const MOST_LABELS = 20_000
