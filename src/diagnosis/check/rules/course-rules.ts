/**
 * Faults that the course of the loss shows: inputs that are not scaled, weights that saturate their units, a learning
 * rate out of range. None is said without the script run again with that one thing changed, to the same number of
 * steps, and a loss that is better by far. A script that is merely slow gets no finding.
 */

import {
  type Course,
  courseOf,
  levelAt,
  recentLevel,
  startOf,
  type WatchedLoss,
  watchedLoss,
} from '../course/course.ts'
import { mayOvershoot } from '../course/curvature.ts'
import { decayTrial } from '../course/decay-place.ts'
import { initialTrial } from '../course/initial.ts'
import { dataTrial } from '../course/inputs.ts'
import { orderTrial } from '../course/orders.ts'
import { findRate, type Rate } from '../course/rate.ts'
import { findingAt } from '../findings/at.ts'
import { subjectOf } from '../findings/finding.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import { blindToInputs } from './blind-to-inputs.ts'
import { noNonlinearity } from './no-nonlinearity.ts'
import { ordersApart } from './shuffled-apart.ts'
import { fixOf, NOTHING_FOUND, type Outcome, replaceAt, type Scene, short, textAt } from './trial.ts'
import { errorStatement, undividedBy } from './undivided.ts'

const WATCH_SECONDS = 2.5
/** Runs side by side. */
const AT_ONCE = 2
const FEWEST = 20
/** A loss that is no number any more needs no more values to be judged by. */
const FEWEST_LOST = 5
/** Of the loss at the start: what is left at the end of a run that is not looked into further. */
const GOOD = 0.5
/** The same, for the learning rate alone: with nothing else to suspect a run must have failed. */
const FAIR = 0.8
/** Of the loss at the start: what is left where the task is solved. */
const LEARNED = 0.02
/** The same, of a run that is not watched to its end: what has come so far has learned. */
const WELL = 0.2
/** A changed run that is where the script began, after this share of its steps, is given up. */
const GIVEN_UP = 0.6
const FEWEST_TO_GIVE_UP = 200
const GOOD_FOR_NOTHING = 0.97
/** A change explains the fault when it leaves at most this share of the loss. */
const FAR_BETTER = 0.5
/** Where the loss falls well in spite of saturated units, they are named only if nearly all are, and lost by far. */
const DROWNED = { share: 0.75, factor: 0.1, better: 0.2 }
/** Where a part of the loss is left: inputs are named only if some hardly vary beside their size, and most of it was lost by that. */
const LEFT = 0.1
const OFFSET = { offset: 30, better: 0.2 }
/** Of their size, what the weights move in a whole run at a rate that is too low to be meant. */
const STANDSTILL = 0.02

export interface Watched {
  readonly scene: Scene
  readonly loss: WatchedLoss
  readonly course: Course
  readonly start: number
  readonly end: number
  readonly diverged: boolean
}

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
  const isUnscaled = isDrowned && dataTrial(scene.analysis) !== undefined
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
  const trials = [vanishingRate(watched), orders(watched), inputs(watched), initialWeights(watched), rate(watched)]
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

/** What is stopped, or fails, before anybody waits for it is no error of its own. */
function quietly(all: readonly Promise<unknown>[]): void {
  for (const one of all) one.catch(() => undefined)
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

interface Better {
  readonly level: number
  /** After how many evaluations of the loss. */
  readonly count: number
}

/** The loss that the changed script reaches after as many steps or fewer, where that is better by far. */
export async function better(
  watched: Watched,
  edits: readonly SourceEdit[],
  share = FAR_BETTER,
): Promise<Better | undefined> {
  const { scene, loss, course, start, end, diverged } = watched
  const left = scene.deadline - Date.now()
  if (left < 2000) return undefined
  const seconds = Math.min(left / 1000 - 1, 2 * WATCH_SECONDS)
  const enough = share * (diverged ? start : Math.min(start, end))
  const hopeless = [Math.max(FEWEST_TO_GIVE_UP, GIVEN_UP * course.count), GOOD_FOR_NOTHING * start] as const
  const other = await courseOf(scene.run, loss, [...scene.edits, ...edits], {
    seconds,
    values: course.count,
    until: { below: enough / 2, hopeless },
  })
  if (other.decided === 'reached') return { level: recentLevel(other), count: other.count }
  const fewest = diverged ? FEWEST_LOST : FEWEST
  if (other.decided !== undefined || other.error !== undefined || other.count < fewest) return undefined
  const [count, level] = [Math.min(course.count, other.count), levelAt(other)]
  const before = count < course.count ? levelAt(course, count) : end
  if (!Number.isFinite(level) || level > FAR_BETTER * start) return undefined
  return diverged || level < share * before ? { level, count } : undefined
}

const reaches = ({ level, count }: Better) => `it reaches ${short(level)} in ${count}`

/** `the loss goes from 1.2 to 0.9 in 500 evaluations`. */
export function courseText({ course, start, end, loss }: Watched): string {
  const lost = course.stretches.find((s) => !Number.isFinite(s.mean))
  const to = lost === undefined ? `to ${short(end)} in ${course.count}` : `beyond all numbers within ${lost.end}`
  return `${loss.name} goes from ${short(start)} ${to} evaluations`
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
  if (trial === undefined) return NOTHING_FOUND
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

async function rate(watched: Watched): Promise<Outcome> {
  const still = movement(watched)
  const low = watched.course.ended && !watched.diverged && still < STANDSTILL && watched.end > 0.9 * watched.start
  const failed = watched.diverged || (watched.end > FAIR * watched.start && !falls(watched.course))
  if (!low && (!failed || !(watched.diverged || mayOvershoot(watched.scene.analysis)))) return NOTHING_FOUND
  const found = await findRate(watched.scene)
  if (found === undefined) return NOTHING_FOUND
  const factors = low
    ? [10 ** Math.round(Math.log10(0.5 / still)), 10 ** Math.round(Math.log10(5 / still))]
    : [0.1, 0.01]
  const values = factors.map((factor) => Number((found.value * factor).toPrecision(6)))
  const tried = values.map((value) => better(watched, found.set(value)))
  quietly(tried)
  for (const [k, value] of values.entries()) {
    const reached = await tried[k]
    const edits = found.set(value)
    const [edit] = edits
    if (reached === undefined || edit === undefined) continue
    const summed = low ? undefined : await undivided(watched, found)
    if (summed !== undefined) return summed
    return {
      findings: [
        {
          code: 'C-LEARNING-RATE',
          kind: 'learning-rate',
          file: found.file,
          line: found.span[0],
          column: found.span[1] + 1,
          endLine: found.span[2],
          endColumn: found.span[3] + 1,
          message: `the learning rate ${found.value} is too ${low ? 'low' : 'high'}: ${courseText(watched)}; at ${value} ${reaches(reached)}`,
          expected: `about ${value}`,
          received: String(found.value),
          fix: fixOf(watched.scene.analysis, edit, true),
          evidence: [
            courseText(watched),
            `checked: at ${value}, and nothing else changed, ${reaches(reached)}`,
            ...(low
              ? [`in the whole run no weight matrix moves by more than ${short(100 * still)} % of its size`]
              : []),
          ],
          parameters: [],
        },
      ],
      edits,
    }
  }
  return NOTHING_FOUND
}

/** A rate that would not be too high for a mean over the samples, which the stated loss is: what is missing is the division. */
async function undivided(watched: Watched, rate: Rate): Promise<Outcome | undefined> {
  const { analysis } = watched.scene
  const { trace } = analysis
  const count = undividedBy(analysis)
  const statement = errorStatement(analysis)
  const at = trace.sites[statement ?? -1]
  if (count === undefined || statement === undefined || at === undefined) return undefined
  const reached = await better(watched, rate.set(Number((rate.value / count).toPrecision(6))))
  const [, name, value] = /^([^=]*[^=!<>+*/-])=(?!=)\s*([\s\S]+)$/.exec(textAt(analysis, at)) ?? []
  if (reached === undefined) return undefined
  const edit = name === undefined || value === undefined ? undefined : replaceAt(at, `${name}= (${value}) / ${count}`)
  const findings = findingAt(analysis, {
    kind: 'scale',
    site: statement,
    message: `${subjectOf(trace.sources.get(at.file) ?? '', at)} lacks the division by the ${count} samples that ${watched.loss.name} has: all gradients are ${count} times too large, and at the rate ${rate.value} ${courseText(watched)}`,
    expected: `a mean over the ${count} samples`,
    received: 'their sum',
    evidence: [
      courseText(watched),
      `checked: with gradients ${count} times smaller, and nothing else changed, ${reaches(reached)}`,
    ],
    fix: edit === undefined ? null : fixOf(analysis, edit, true),
  })
  return { findings, edits: edit === undefined ? [] : [edit] }
}

/** Whether the loss goes down nearly all the time: such a rate may be low, and is not too high. */
function falls(course: Course): boolean {
  const means = course.stretches.map((s) => s.mean)
  const ups = means.filter((x, i) => i > 0 && x > (means[i - 1] as number)).length
  return ups < 0.1 * means.length
}

/** How far the weights go in the whole run at most, as a share of their size. */
function movement({ scene, course }: Watched): number {
  const { analysis } = scene
  const values = analysis.points.values[0]
  const norm = (x: ArrayLike<number> | undefined, y?: ArrayLike<number>) => {
    let square = 0
    for (let i = 0; i < (x?.length ?? 0); i++) square += ((x?.[i] ?? 0) - (y?.[i] ?? 0)) ** 2
    return Math.sqrt(square)
  }
  let most = 0
  for (const { step } of analysis.best?.results ?? []) {
    const [a, b] = [values?.[step.before]?.data, values?.[step.after]?.data]
    const before = norm(a)
    if (before > 0) most = Math.max(most, norm(a, b) / before)
  }
  return most * course.count
}
