/**
 * A loop that ends because the loss changed by less than a tolerance which is as large as the changes are from the
 * start. The tolerance is made smaller on trial: the loop goes on, and nearly all that is learned is learned then.
 */

import type { Analysis } from '../analyse.ts'
import { courseOf, levelAt, startOf, watchedLoss } from '../course/course.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import type { Trace } from '../trace/trace.ts'
import { short } from './trial.ts'

const FINER = 1e-4
const WATCH = { seconds: 2, values: 3000 }
/** Of the loss at the start: what is left without the test; and of what is learned, the share that came before the stop. */
const LEFT = 0.5
const BEFORE = 0.25
const NUMBER = /^(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)$/
const DIFFERENCE = /[\w\])]\s*-\s*[A-Za-z_(]/

export interface Coarse {
  readonly edit: SourceEdit
  readonly tolerance: string
  readonly evidence: string
}

export async function coarseTolerance(
  run: Runner,
  analysis: Analysis,
  test: { readonly file: string; readonly line: number; readonly column: number; readonly condition: string },
  off: SourceEdit,
  before: Trace,
  rounds: (trace: Trace) => number,
): Promise<Coarse | undefined> {
  const lines = analysis.trace.sources.get(test.file)?.split('\n') ?? []
  const edit = finer(lines, test)
  const watched = edit && watchedLoss(analysis)
  if (edit === undefined || watched === undefined) return undefined
  const { trace } = await run({ edits: [edit.edit] })
  const count = rounds(before)
  if (trace.error !== undefined || (trace.status === 'finished' && rounds(trace) <= 2 * count + 1)) return undefined
  const course = await courseOf(run, watched, [off], WATCH)
  const [start, end, stopped] = [startOf(course), levelAt(course), course.first[count - 1]]
  if (stopped === undefined || !(start > 0) || !(end < LEFT * start) || start - stopped > BEFORE * (start - end))
    return undefined
  return {
    ...edit,
    evidence: `checked: ${watched.name} is ${short(stopped)} when the loop ends, and goes on to ${short(end)} in ${course.count} evaluations without the test`,
  }
}

/** The tolerance that a change is compared with, made smaller where its number stands. */
function finer(
  lines: readonly string[],
  { file, line, column, condition }: { file: string; line: number; column: number; condition: string },
): { edit: SourceEdit; tolerance: string } | undefined {
  for (const part of condition.split(/\s+(?:and|or)\s+/)) {
    const [, left = '', sign = '', right = ''] = /^\(*(.+?)\s*([<>])=?\s*([^<>=]+?)\)*$/.exec(part) ?? []
    const [value, tolerance] = NUMBER.test(left) && sign !== '' ? [right, left] : [left, right]
    if (!isDifference(lines, value)) continue
    if (NUMBER.test(tolerance)) {
      const at = column + condition.indexOf(part) + part.lastIndexOf(tolerance)
      return edited(file, line, at, tolerance)
    }
    if (!/^[A-Za-z_][\w.]*$/.test(tolerance)) continue
    const set = lines.flatMap((text, index) => {
      const [, targets, values] = /^\s*([\w., ]+?)\s*=(?!=)\s*([^#]*?)\s*(?:#.*)?$/.exec(text) ?? []
      const k = targets?.split(',').findIndex((t) => t.trim() === tolerance) ?? -1
      const number = k < 0 ? undefined : values?.split(',')[k]?.trim()
      return number === undefined ? [] : [{ index, number, text }]
    })
    const [only] = set
    if (only === undefined || set.length > 1 || !NUMBER.test(only.number)) continue
    return edited(file, only.index + 1, only.text.lastIndexOf(only.number), only.number)
  }
  return undefined
}

function edited(file: string, line: number, at: number, tolerance: string) {
  const text = String(Number((Number(tolerance) * FINER).toPrecision(3)))
  return { edit: { file, span: [line, at, line, at + tolerance.length] as const, text }, tolerance }
}

/** Whether a value is how far something changed: a difference, or a name that is set to one. */
function isDifference(lines: readonly string[], value: string): boolean {
  if (DIFFERENCE.test(value)) return true
  const name = /^[A-Za-z_][\w.]*$/.test(value) ? value.replace(/\./g, '\\.') : undefined
  return (
    name !== undefined && lines.some((line) => new RegExp(`^\\s*${name}\\s*=(?!=).*${DIFFERENCE.source}`).test(line))
  )
}
