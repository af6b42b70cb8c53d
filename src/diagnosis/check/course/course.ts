/**
 * The course of the loss over the script's whole run: the script runs untraced, at full speed, and one expression is
 * watched, the stated loss where the gradients are that loss's, else the error of the predictions (its mean square).
 */

import type { Analysis } from '../analyse.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import { findMeetings } from '../roles/meetings.ts'
import type { TraceRequest, TraceRun } from '../trace/run.ts'
import type { Site } from '../trace/trace.ts'

const MOST_VALUES = 1_000_000

export interface WatchedLoss {
  readonly site: Site
  readonly square: boolean
  readonly name: string
  /** The expression's share in the loss, with its sign. */
  readonly factor: number
}

export interface Course {
  /** How often the loss was computed. */
  readonly count: number
  readonly first: readonly number[]
  /** Means over stretches of the run; the position is the number of values up to a stretch's end. */
  readonly stretches: readonly { readonly end: number; readonly mean: number }[]
  /** Whether the script came to its own end. */
  readonly ended: boolean
  readonly error: string | undefined
  /** How the run ended before its time, where `until` was given. */
  readonly decided: 'reached' | 'hopeless' | undefined
  readonly elapsedMs: number
}

/** What to watch, or undefined where the script has no such expression. */
export function watchedLoss(analysis: Analysis): WatchedLoss | undefined {
  const { best, trace, tape, dependence } = analysis
  if (best === undefined) return undefined
  const { loss } = best.measured
  // A loss that is stated in one step of many says too little about the run.
  const terms = loss.stated && loss.steps.length > 1 ? (loss.steps[0]?.terms ?? []) : []
  for (const [node, factor] of terms) {
    const site = trace.sites[tape.entry(node).site]
    if (site !== undefined && ['BinOp', 'Call', 'UnaryOp'].includes(site.kind))
      return { site, square: false, name: loss.name || 'the loss', factor: Math.sign(factor) }
  }
  for (const meeting of findMeetings(tape, dependence)) {
    const site = trace.sites[meeting.site]
    const { op } = tape.entry(meeting.node)
    if (site?.kind === 'BinOp' && op === 'sub') return { site, square: true, name: 'the mean squared error', factor: 1 }
  }
  return undefined
}

export async function courseOf(
  run: Runner,
  watched: WatchedLoss,
  edits: readonly SourceEdit[],
  limits: { seconds: number; values?: number; until?: TraceRequest['until'] },
): Promise<Course> {
  const { site } = watched
  const result: TraceRun = await run({
    trace: false,
    edits,
    watch: [[site.file, site.line, site.column, site.endLine, site.endColumn]],
    square: watched.square,
    summary: true,
    seconds: limits.seconds,
    values: limits.values ?? MOST_VALUES,
    // Levels are those of the expression; one that is the loss's negative is watched to its end.
    ...(limits.until !== undefined && watched.factor > 0 && { until: limits.until }),
  })
  const { status } = result.trace
  const first: number[] = []
  const stretches: { end: number; mean: number }[] = []
  let count = 0
  for (const row of result.trace.stretches) {
    const mean = row.mean * watched.factor
    if (row.count === 0) first.push(mean)
    else {
      count += row.count
      stretches.push({ end: count, mean })
    }
  }
  return {
    count,
    first,
    stretches,
    ended: result.trace.status === 'finished' || result.trace.error?.kind === 'Refused',
    // What would write a file ends a watched run: mostly a script that is done.
    error: result.trace.error?.kind === 'Refused' ? undefined : result.trace.error?.kind,
    decided: status === 'reached' || status === 'hopeless' ? status : undefined,
    elapsedMs: result.elapsedMs,
  }
}

const RECENT = 20

/** The mean of the last stretches of a run that ended as soon as it was decided. */
export function recentLevel({ stretches }: Course): number {
  const recent = stretches.slice(-RECENT)
  return recent.reduce((sum, s) => sum + s.mean, 0) / recent.length
}

/** Below this share of the very first value the middle one is no beginning: samples one by one, at a rate that jumps. */
const JUMPED = 0.1

/** The loss at the beginning: the middle one of the first values, or the very first where it goes up or jumps from there. */
export function startOf(course: Course): number {
  const some = course.first.slice(0, 15)
  const grows = some.slice(1, 4).every((x, i) => !(x <= 1.2 * (some[i] as number)))
  const middle = [...some].sort((a, b) => a - b)[Math.floor(some.length / 2)] ?? Number.NaN
  return grows || !Number.isFinite(middle) || middle < JUMPED * (some[0] ?? 0) ? (some[0] ?? Number.NaN) : middle
}

/** The mean of the last tenth of the values up to `count`. */
export function levelAt(course: Course, count = course.count): number {
  const inside = course.stretches.filter((s) => s.end <= count * 1.0001 && s.end > count * 0.9)
  const chosen = inside.length > 0 ? inside : course.stretches.filter((s) => s.end >= count * 0.9).slice(0, 1)
  if (chosen.length === 0) return Number.NaN
  return chosen.reduce((sum, s) => sum + s.mean, 0) / chosen.length
}
