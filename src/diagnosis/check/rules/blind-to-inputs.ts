/**
 * Inputs so badly scaled that nothing is learned of them, though the loss falls: it only falls to what the best constant
 * answer would have. Both that and what the same steps learn with the inputs standardised are measured by the mean
 * square of the error, beside the variance of the targets.
 */

import type { Analysis } from '../analyse.ts'
import { courseOf, levelAt, type WatchedLoss } from '../course/course.ts'
import { dataTrial } from '../course/inputs.ts'
import { findingAt } from '../findings/at.ts'
import { findMeetings } from '../roles/meetings.ts'
import { NOTHING_FOUND, type Outcome, type Scene, short } from './trial.ts'

const SECONDS = 2.5
const FEWEST = 100
/** Of the targets' variance, what the mean square of the error is where nothing was learned, and where much was. */
const NOTHING = 0.9
const MUCH = 0.75
const FEWEST_TARGETS = 30

export async function blindToInputs({ analysis, run, edits, deadline }: Scene): Promise<Outcome> {
  const trial = dataTrial(analysis)
  const error = trial && errorOf(analysis)
  if (trial === undefined || error === undefined) return NOTHING_FOUND
  const seconds = Math.min(SECONDS, (deadline - Date.now()) / 5000)
  if (seconds < 0.5) return NOTHING_FOUND
  const course = await courseOf(run, error.watched, edits, { seconds })
  const share = levelAt(course) / error.variance
  if (course.count < FEWEST || course.error !== undefined || !(share >= NOTHING && share < 2)) return NOTHING_FOUND
  const other = await courseOf(run, error.watched, [...edits, trial.edit], {
    seconds: 2 * seconds,
    values: course.count,
  })
  const reached = levelAt(other) / error.variance
  if (other.error !== undefined || other.count < 0.9 * course.count || !(reached <= MUCH)) return NOTHING_FOUND
  const findings = findingAt(analysis, {
    kind: 'unscaled-inputs',
    site: trial.site,
    message: `${trial.name} is not scaled: ${trial.reason}`,
    expected: 'inputs of mean 0 and standard deviation 1, each (and test data scaled by the same figures)',
    received: trial.reason,
    evidence: [
      `after ${course.count} evaluations the mean square of the error is ${short(share)} times the variance of the targets: a constant answer would do as well`,
      `checked: with ${trial.name} standardised, and nothing else changed, it is ${short(reached)} times that after as many`,
    ],
    fix: { removed: [trial.line], added: [trial.line, trial.added], verified: true },
  })
  return { findings, edits: [trial.edit] }
}

/** The expression that takes the targets from the predictions, and the variance of the targets. */
function errorOf(analysis: Analysis): { watched: WatchedLoss; variance: number } | undefined {
  const { tape, trace, dependence, points } = analysis
  const bySite = new Map<number, { count: number; targets: Map<number, Float64Array>; width: number }>()
  for (const { node, site, target } of findMeetings(tape, dependence)) {
    const data = target < 0 ? undefined : points.values[0]?.[target]
    if (data === undefined || trace.sites[site]?.kind !== 'BinOp' || tape.entry(node).op !== 'sub') continue
    const known = bySite.get(site) ?? { count: 0, targets: new Map(), width: 1 }
    known.count++
    known.targets.set(target, Float64Array.from(data.data))
    known.width = data.shape.length === 2 ? Math.min(...data.shape) : 1
    bySite.set(site, known)
  }
  const [found] = [...bySite].sort((a, b) => b[1].count - a[1].count)
  const site = found === undefined ? undefined : trace.sites[found[0]]
  if (found === undefined || site === undefined || found[1].width > 1) return undefined
  const all = [...found[1].targets.values()].flatMap((x) => [...x])
  const mean = all.reduce((a, b) => a + b, 0) / all.length
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length
  if (all.length < FEWEST_TARGETS || !(variance > 0)) return undefined
  return { watched: { site, square: true, name: 'the mean squared error', factor: 1 }, variance }
}
