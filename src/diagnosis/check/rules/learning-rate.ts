/** A learning rate that is too high or too low, by trial; or one that is too high for a sum where a mean is meant. */

import type { Course } from '../course/course.ts'
import { mayOvershoot } from '../course/curvature.ts'
import { findRate, type Rate } from '../course/rate.ts'
import { findingAt } from '../findings/at.ts'
import { subjectOf } from '../findings/finding.ts'
import { fixOf, NOTHING_FOUND, type Outcome, replaceAt, short, textAt } from './trial.ts'
import { errorStatement, undividedBy } from './undivided.ts'
import { better, courseText, quietly, reaches, type Watched } from './watched.ts'

/** The same, for the learning rate alone: with nothing else to suspect a run must have failed. */
const FAIR = 0.8
/** Of their size, what the weights move in a whole run at a rate that is too low to be meant. */
const STANDSTILL = 0.02

export async function learningRate(watched: Watched): Promise<Outcome> {
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
