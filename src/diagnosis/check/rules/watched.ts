/** A run whose loss was watched, and whether a changed script does better by far in as many steps. */

import { type Course, courseOf, levelAt, recentLevel, type WatchedLoss } from '../course/course.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { type Scene, short } from './trial.ts'

export const WATCH_SECONDS = 2.5
export const FEWEST = 20
/** A loss that is no number any more needs no more values to be judged by. */
export const FEWEST_LOST = 5
/** A changed run that is where the script began, after this share of its steps, is given up. */
const GIVEN_UP = 0.6
const FEWEST_TO_GIVE_UP = 200
const GOOD_FOR_NOTHING = 0.97
/** A change explains the fault when it leaves at most this share of the loss. */
export const FAR_BETTER = 0.5

export interface Watched {
  readonly scene: Scene
  readonly loss: WatchedLoss
  readonly course: Course
  readonly start: number
  readonly end: number
  readonly diverged: boolean
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

/** `it reaches 0.1 in 500`. */
export const reaches = ({ level, count }: Better) => `it reaches ${short(level)} in ${count}`

/** `the loss goes from 1.2 to 0.9 in 500 evaluations`. */
export function courseText({ course, start, end, loss }: Watched): string {
  const lost = course.stretches.find((s) => !Number.isFinite(s.mean))
  const to = lost === undefined ? `to ${short(end)} in ${course.count}` : `beyond all numbers within ${lost.end}`
  return `${loss.name} goes from ${short(start)} ${to} evaluations`
}

/** What is stopped, or fails, before anybody waits for it is no error of its own. */
export function quietly(all: readonly Promise<unknown>[]): void {
  for (const one of all) one.catch(() => undefined)
}
