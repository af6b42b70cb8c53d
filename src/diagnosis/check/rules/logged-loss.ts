/**
 * A loss that is shown and does not measure what is trained, while the gradients are right. Any measure of error falls
 * when a prediction moves towards its target; one that rises then, for many predictions, or that does not see some of
 * them, misleads. Another scale, another offset, another sensible measure (the mean absolute error) are no fault.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { Loss } from '../roles/losses.ts'
import type { Measured } from '../roles/measure.ts'
import { findMeetings } from '../roles/meetings.ts'
import { LOSS_NAME } from '../roles/stated-losses.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { Finding } from '../types.ts'

/** The error itself, whose square is the loss. */
const ERROR = /^e$/i
const GAIN = /likelihood|reward|score|accuracy|gain/i
/** The share of predictions for which the measure points the wrong way. */
const WRONG_WAY = 0.2
const MOST_PAIRS = 400

export function loggedLoss(analysis: Analysis): Finding[] {
  const { best, tape, dependence } = analysis
  if (best === undefined || best.measured.loss.stated || !best.consistent) return []
  const pairs = pairsOf(analysis, best.measured.loss)
  if (pairs.length === 0) return []
  const taken = tape.ancestors(dependence.parameters.flatMap((c) => c.rests.flat()))
  for (const { measured } of analysis.judged) {
    const { loss } = measured
    if (!loss.stated || !LOSS_NAME.test(loss.name) || ERROR.test(loss.name) || GAIN.test(loss.name)) continue
    const [term] = loss.steps[0]?.terms ?? []
    if (term !== undefined && taken.has(term[0]) && !isShown(analysis, loss)) continue
    const counts = countsOf(analysis, measured, pairs)
    const { all, wrong, unseen, absent } = counts
    const half = absent > 0 && unseen === absent && isOfSingleOutputs(analysis, best.measured.loss, pairs)
    const cancels = counts.slopes.size === 1 && wrong > 0
    if (all === 0 || (wrong < WRONG_WAY * all && !half && !cancels)) continue
    const site = term === undefined ? loss.site : (summedAt(analysis, loss, term[0]) ?? tape.entry(term[0]).site)
    const share = `for ${wrong} of ${all} predictions, at the recorded and at random points, a step towards the target raises it`
    return findingAt(analysis, {
      kind: 'logged-loss',
      site: site >= 0 ? site : loss.site,
      message: half
        ? `${loss.name} does not see the samples whose target is 0: the term (1 − target)·log(1 − prediction) is missing. The gradients are right`
        : `${loss.name} is no measure of the error: ${misled(counts)}. The gradients are right, and are those of the ${best.measured.loss.form} loss`,
      expected: `a loss that falls when predictions come nearer to their targets, such as the ${best.measured.loss.form} loss`,
      received: half ? 'a slope of 0 wherever the target is 0' : share,
      evidence: [
        half ? `for all ${absent} predictions whose target is 0 its slope is exactly 0` : share,
        `the updates follow the gradient of the ${best.measured.loss.form} loss`,
      ],
    })
  }
  return []
}

/** Of a sum that is opened into its terms, the statement that adds them up. */
function summedAt({ trace, dependence }: Analysis, { name }: Loss, term: number): number | undefined {
  const stores = trace.events.flatMap((e) =>
    e.kind === 'store' && String(e.key) === name && dependence.depends[e.node] === 1 ? [e] : [],
  )
  return stores.some((e) => e.node === term) ? undefined : stores[0]?.site
}

/** Whether the script prints it or keeps it: what it gives back may be the error that the gradients begin with, under a name. */
function isShown({ trace }: Analysis, { steps }: Loss): boolean {
  const terms = new Set(steps.flatMap((s) => s.terms.map(([node]) => node)))
  return trace.events.some((e) => e.kind === 'mark' && e.as !== 'handed' && e.as !== 'return' && terms.has(e.node))
}

interface Pair {
  readonly prediction: number
  readonly target: number
}

/** Each prediction with its target: one array of them, or number by number. */
function pairsOf({ tape, dependence }: Analysis, { site, prediction, target }: Loss): Pair[] {
  const all = findMeetings(tape, dependence).filter((m) => m.site === site && m.target >= 0)
  if (all.length > 1 && all.some((m) => m.prediction === prediction)) return all.slice(0, MOST_PAIRS)
  return prediction === undefined || target === undefined || target < 0 ? [] : [{ prediction, target }]
}

interface Counts {
  all: number
  wrong: number
  unseen: number
  absent: number
  /** The wrong ones among those whose targets are 0. */
  wrongAtZero: number
  readonly slopes: Set<string>
}

function countsOf({ points }: Analysis, measured: Measured, pairs: readonly Pair[]): Counts {
  const counts: Counts = { all: 0, wrong: 0, unseen: 0, absent: 0, wrongAtZero: 0, slopes: new Set() }
  const steps = pairs.length > 1 ? measured.steps.length : 1
  for (let step = 0; step < steps; step++) {
    const adjoints = measured.adjointsAt(step)
    points.values.forEach((values, i) => {
      for (const { prediction, target } of pairs) {
        const [p, t, slope] = [values[prediction], values[target], adjoints[i]?.get(prediction)]
        if (p !== undefined && t !== undefined && slope !== undefined) tally(counts, p, t, slope)
      }
    })
  }
  return counts
}

function misled({ all, wrong, absent, wrongAtZero }: Counts): string {
  if (wrong === all) return 'it rises as the predictions improve'
  if (wrong === absent && wrong === wrongAtZero) return 'where the target is 0 it rises as the predictions improve'
  return 'errors of opposite sign cancel'
}

function tally(counts: Counts, p: Tensor, t: Tensor, slope: Tensor): void {
  if (p.data.length !== t.data.length || slope.data.length !== p.data.length) return
  p.data.forEach((x, i) => {
    const [y, s] = [t.data[i] as number, slope.data[i] as number]
    if (Math.abs(x - y) < 1e-9) return
    counts.all++
    const isWrong = s * (x - y) < 0
    if (counts.slopes.size < 2) counts.slopes.add(s.toPrecision(9))
    if (isWrong) counts.wrong++
    if (y === 0) counts.absent++
    if (y === 0 && s === 0) counts.unseen++
    if (y === 0 && isWrong) counts.wrongAtZero++
  })
}

/** Whether a target of 0 speaks for itself: the others of its sample do not stand for it. */
function isOfSingleOutputs({ points }: Analysis, { form }: Loss, pairs: readonly Pair[]): boolean {
  const [only, another] = pairs
  if (another !== undefined) return form === 'binary cross-entropy'
  return !isNormalised(points.values[0]?.[only?.prediction ?? -1])
}

/** Whether every row or every column is a distribution: then one target stands for all. */
function isNormalised(p: Tensor | undefined): boolean {
  const [rows = 1, columns = 1] = p?.shape.length === 2 ? p.shape : [1, p?.data.length ?? 0]
  if (p === undefined) return false
  const sums = (count: number, at: (i: number) => number) => {
    const found = new Float64Array(count)
    p.data.forEach((x, i) => {
      found[at(i)] = (found[at(i)] as number) + x
    })
    return found.every((s) => Math.abs(s - 1) < 1e-6)
  }
  return sums(rows, (i) => Math.floor(i / columns)) || sums(columns, (i) => i % columns)
}
