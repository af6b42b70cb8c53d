/**
 * Faults that the course of the loss shows: inputs that are not scaled, weights that saturate their units, a learning
 * rate out of range. None is said without the script run again with that one thing changed, to the same number of
 * steps, and a loss that is better by far. A script that is merely slow gets no finding.
 */

import { courseOf, levelAt, startOf, watchedLoss } from '../course/course.ts'
import { decayTrial } from '../course/decay-place.ts'
import { discardedTrials } from '../course/discarded.ts'
import { initialTrial } from '../course/initial.ts'
import { dataTrial } from '../course/inputs.ts'
import { listedTrial } from '../course/listed.ts'
import { orderTrial } from '../course/orders.ts'
import { findingAt } from '../findings/at.ts'
import type { Runner } from '../repair/repair.ts'
import { blindToInputs } from './blind-to-inputs.ts'
import { learningRate } from './learning-rate.ts'
import { noNonlinearity } from './no-nonlinearity.ts'
import { ordersApart } from './shuffled-apart.ts'
import { fixOf, NOTHING_FOUND, type Outcome, type Scene, short } from './trial.ts'
import {
  better,
  courseText,
  FAR_BETTER,
  FEWEST,
  FEWEST_LOST,
  quietly,
  reaches,
  WATCH_SECONDS,
  type Watched,
} from './watched.ts'

/** Runs side by side. */
const AT_ONCE = 2
/** Of the loss at the start: what is left at the end of a run that is not looked into further. */
const GOOD = 0.5
/** Of the loss at the start: what is left where the task is solved. */
const LEARNED = 0.02
/** The same, of a run that is not watched to its end: what has come so far has learned. */
const WELL = 0.2
/** Where the loss falls well in spite of saturated units, they are named only if nearly all are, and lost by far. */
const DROWNED = { share: 0.75, factor: 0.1, better: 0.2 }
/** Where a part of the loss is left: inputs are named only if some hardly vary beside their size, and most of it was lost by that. */
const LEFT = 0.1
const OFFSET = { offset: 30, better: 0.2 }

export async function courseFaults(scene: Scene): Promise<Outcome> {
  const found = await courseOfLoss(scene)
  return found.findings.length > 0 ? found : blindToInputs(scene)
}

async function courseOfLoss(scene: Scene): Promise<Outcome> {
  const loss = watchedLoss(scene.analysis)
  const seconds = Math.min(WATCH_SECONDS, (scene.deadline - Date.now()) / 4000)
  if (loss === undefined || seconds < 0.5) return NOTHING_FOUND
  const linear = noNonlinearity(scene.analysis)
  // Units that large inputs saturate may well learn a part: they are watched further.
  const first = initialTrial(scene.analysis)
  const isDrowned = first !== undefined && first.share >= DROWNED.share && first.factor <= DROWNED.factor
  const isUnscaled = isDrowned && (dataTrial(scene.analysis) !== undefined || listedTrial(scene.analysis) !== undefined)
  const share = linear.length > 0 || isUnscaled ? LEARNED : WELL
  const course = await courseOf(scene.run, loss, scene.edits, { seconds, until: { share } })
  const [start, end] = [startOf(course), levelAt(course)]
  const diverged = !Number.isFinite(end) || end > 2 * start
  const fewest = diverged ? FEWEST_LOST : FEWEST
  if (course.decided === 'reached' || course.count < fewest || !Number.isFinite(start) || start <= 0)
    return NOTHING_FOUND
  // A linear network is enough for a linear task.
  if (linear.length > 0 && (diverged || end > LEARNED * start)) return { findings: linear, edits: [] }
  if (!diverged && end < GOOD * start) {
    const watched = { scene, loss, course, start, end, diverged }
    const vanished = await vanishingRate(watched)
    if (vanished.findings.length > 0) return vanished
    const offset = end > LEFT * start ? await inputs(watched, OFFSET) : NOTHING_FOUND
    if (offset.findings.length > 0) return offset
    const scaled = isUnscaled ? await inputs(watched, DROWNED) : NOTHING_FOUND
    if (scaled.findings.length > 0) return scaled
    return isDrowned ? initialWeights(watched, DROWNED.better) : NOTHING_FOUND
  }
  const stop = new AbortController()
  const run = atMost(AT_ONCE, (request) => scene.run({ ...request, signal: stop.signal }))
  const watched = { scene: { ...scene, run }, loss, course, start, end, diverged }
  // All begin at once; the first in this order that explains the course is said.
  const trials = [
    vanishingRate(watched),
    orders(watched),
    inputs(watched),
    initialWeights(watched),
    learningRate(watched),
  ]
  quietly(trials)
  try {
    for (const trial of trials) {
      const found = await trial
      if (found.findings.length > 0) return found
    }
    return NOTHING_FOUND
  } finally {
    stop.abort()
    await Promise.allSettled(trials)
  }
}

/** At most so many runs at a time, in the order in which they were asked for. */
function atMost(count: number, run: Runner): Runner {
  const waiting: (() => void)[] = []
  let running = 0
  return async (request) => {
    if (running >= count) await new Promise<void>((go) => void waiting.push(go))
    running++
    try {
      return await run(request)
    } finally {
      running--
      waiting.shift()?.()
    }
  }
}

async function orders(watched: Watched): Promise<Outcome> {
  const trial = orderTrial(watched.scene.analysis)
  if (trial === undefined) return NOTHING_FOUND
  const reached = await better(watched, trial.edits)
  if (reached === undefined) return NOTHING_FOUND
  const [[line, element], [other, another]] = [trial.first, trial.second]
  const findings = ordersApart(watched.scene.analysis, trial.site, [
    `line ${line} puts element ${element} of ${trial.count} first, line ${other} element ${another}`,
    courseText(watched),
    `checked: with neither of the two shuffled, and nothing else changed, ${reaches(reached)}`,
  ])
  return { findings, edits: trial.edits }
}

async function vanishingRate(watched: Watched): Promise<Outcome> {
  const trial = decayTrial(watched.scene.analysis, watched.course, watched.loss)
  if (trial === undefined) return NOTHING_FOUND
  const reached = await better(watched, trial.edits)
  if (reached === undefined) return NOTHING_FOUND
  const { site, name, ratio, runs, outer } = trial
  const findings = findingAt(watched.scene.analysis, {
    kind: 'learning-rate',
    site,
    message: `${name} is multiplied with ${short(ratio)} in the inner loop, and is next to nothing long before the training is over: ${courseText(watched)}`,
    expected: `the same in the loop of line ${outer}, once in each of its rounds`,
    received: `${runs} times in all, which leaves ${short(ratio ** runs)} of it`,
    evidence: [
      courseText(watched),
      `checked: in the loop of line ${outer}, and nothing else changed, ${reaches(reached)}`,
    ],
  })
  return { findings, edits: trial.edits }
}

async function inputs(watched: Watched, only?: { offset?: number; better: number }): Promise<Outcome> {
  const trial = dataTrial(watched.scene.analysis, only?.offset)
  const thrownAway = trial === undefined ? NOTHING_FOUND : await discarded(watched, trial.reason)
  if (thrownAway.findings.length > 0) return thrownAway
  if (trial === undefined) return only?.offset === undefined ? listedInputs(watched, only?.better) : NOTHING_FOUND
  const reached = await better(watched, [trial.edit], only?.better)
  if (reached === undefined) return NOTHING_FOUND
  const finding = findingAt(watched.scene.analysis, {
    kind: 'unscaled-inputs',
    site: trial.site,
    message: `${trial.name} is not scaled: ${trial.reason}`,
    expected: 'inputs of mean 0 and standard deviation 1, each (and test data scaled by the same figures)',
    received: trial.reason,
    evidence: [courseText(watched), `checked: with ${trial.name} standardised ${reaches(reached)}`],
    fix: { removed: [trial.line], added: [trial.line, trial.added], verified: true },
  })
  return { findings: finding, edits: [trial.edit] }
}

/** A call that would scale the inputs, whose result nobody takes. */
async function discarded(watched: Watched, reason: string): Promise<Outcome> {
  const { analysis } = watched.scene
  for (const { site, name, call, edit } of discardedTrials(analysis)) {
    const reached = await better(watched, [edit])
    if (reached === undefined) continue
    const findings = findingAt(analysis, {
      kind: 'unscaled-inputs',
      site,
      message: `what ${call} returns is thrown away: ${name} is not scaled, ${reason}`,
      expected: edit.text,
      received: call,
      evidence: [courseText(watched), `checked: with ${edit.text}, and nothing else changed, ${reaches(reached)}`],
      fix: fixOf(analysis, edit, true),
    })
    return { findings, edits: [edit] }
  }
  return NOTHING_FOUND
}

/** The same for data in plain lists, which are scaled where they lie while the changed script runs. */
async function listedInputs(watched: Watched, share?: number): Promise<Outcome> {
  const trial = listedTrial(watched.scene.analysis)
  const thrownAway = trial === undefined ? NOTHING_FOUND : await discarded(watched, trial.reason)
  if (thrownAway.findings.length > 0) return thrownAway
  const reached = trial && (await better(watched, [trial.edit], share))
  if (trial === undefined || reached === undefined) return NOTHING_FOUND
  const findings = findingAt(watched.scene.analysis, {
    kind: 'unscaled-inputs',
    site: trial.site,
    message: `${trial.name} is not scaled: ${trial.reason}`,
    expected: 'inputs of mean 0 and standard deviation 1, each (and test data scaled by the same figures)',
    received: trial.reason,
    evidence: [
      courseText(watched),
      `checked: with each feature standardised, and nothing else changed, ${reaches(reached)}`,
    ],
  })
  return { findings, edits: [trial.edit] }
}

async function initialWeights(watched: Watched, share = FAR_BETTER): Promise<Outcome> {
  const { analysis } = watched.scene
  const trial = initialTrial(analysis)
  if (trial === undefined) return NOTHING_FOUND
  const reached = await better(watched, trial.edits, share)
  if (reached === undefined) return NOTHING_FOUND
  const [edit] = trial.edits
  const finding = findingAt(analysis, {
    kind: 'saturation',
    site: trial.site,
    message: `the initial weights ${trial.names} are so large that units saturate: ${trial.reason}`,
    expected: `weights about ${short(1 / trial.factor)} times smaller, so that the units' inputs are near ±1`,
    received: trial.reason,
    evidence: [
      courseText(watched),
      `checked: with the initial weights times ${short(trial.factor)} ${reaches(reached)}`,
    ],
    fix: edit === undefined ? null : fixOf(analysis, edit, true),
  })
  return { findings: finding, edits: trial.edits }
}
