/** Verified edits in; the stated loss with and without them out, both from the same start. */

import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Analysis } from './analyse.ts'
import type { Observed } from './observe.ts'
import type { SourceEdit } from './repair/repair.ts'
import type { Base } from './report/result.ts'
import type { Site } from './trace/trace.ts'
import type { CheckOptions, LossCourse } from './types.ts'

/** What is always done: so many steps, for so long at most. */
const BRIEF = { values: 200, seconds: 3 }
const MOST_VALUES = 200_000
const MOST_COPIED_BYTES = 200e6
const MOST_COPIED_FILES = 5000
const NOT_COPIED = new Set(['.git', '.venv', 'venv', 'env', 'node_modules', '__pycache__', '.ipynb_checkpoints'])

type Span = readonly [string, number, number, number, number]

/** The loss after some 200 steps; undefined where the script has no expression for it, or a run does not get to one. */
async function briefCourse(
  observed: Observed,
  analysis: Analysis,
  edits: readonly SourceEdit[],
): Promise<LossCourse | undefined> {
  const site = lossSite(analysis)
  const left = observed.deadline - Date.now()
  if (site === undefined || left < 2 * BRIEF.seconds * 1000) return undefined
  const values = await bothRuns(observed, site, edits, BRIEF, {})
  if (values === undefined) return undefined
  const count = Math.min(values.original.length, values.repaired.length)
  return count < 2 ? undefined : courseAt(nameOf(analysis), [count], values)
}

/**
 * The loss over the whole run, as far as the time allows, in a copy of the script's folder: what the script writes
 * there is not written to the folder itself.
 */
async function fullCourse(
  observed: Observed,
  analysis: Analysis,
  edits: readonly SourceEdit[],
): Promise<LossCourse | string> {
  const site = lossSite(analysis)
  if (site === undefined) return 'nothing to verify by: no single expression of the script is its loss'
  const folder = dirname(observed.path)
  const most = tooLarge(folder)
  if (most !== undefined) return `not verified by a whole run: ${most}`
  const place = mkdtempSync(join(tmpdir(), 'nabla-check-'))
  try {
    const copy = join(place, basename(folder) || 'script')
    cpSync(folder, copy, {
      recursive: true,
      dereference: true,
      filter: (from) => from === folder || !NOT_COPIED.has(basename(from)),
    })
    const seconds = Math.max(2, (observed.deadline - Date.now()) / 2000 - 1)
    const there = { path: join(copy, basename(observed.path)), ...(observed.cwd === folder && { cwd: copy }) }
    const values = await bothRuns(observed, site, edits, { values: MOST_VALUES, seconds }, there)
    if (values === undefined) return 'not verified by a whole run: one of the two was stopped before its loss was seen'
    const count = Math.max(values.original.length, values.repaired.length)
    const steps = [1, 10, 100, 1000, 10_000, 100_000].filter((step) => step < count)
    return courseAt(nameOf(analysis), [...steps, count], values)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** How the losses of a script are compared, as the options ask. */
export function coursesOf(observed: Observed, options: CheckOptions): Base['courses'] {
  return async (analysis, edits) => {
    if (edits.length === 0) {
      const notes = options.verify ? ['nothing to verify: there is no repair to run'] : []
      return { course: null, notes }
    }
    const found = await (options.verify ? fullCourse : briefCourse)(observed, analysis, edits)
    if (typeof found === 'string') return { course: null, notes: [found] }
    return { course: found ?? null, notes: [] }
  }
}

const nameOf = (analysis: Analysis) => analysis.best?.measured.loss.name ?? 'the loss'

/** The expression whose values are the stated loss. */
function lossSite(analysis: Analysis): Site | undefined {
  const { best, trace, tape } = analysis
  const [term] = best?.measured.loss.stated ? (best.measured.loss.steps[0]?.terms ?? []) : []
  const site = term === undefined ? undefined : trace.sites[tape.entry(term[0]).site]
  return site !== undefined && ['BinOp', 'Call', 'UnaryOp'].includes(site.kind) ? site : undefined
}

interface Values {
  readonly original: readonly number[]
  readonly repaired: readonly number[]
}

async function bothRuns(
  observed: Observed,
  site: Site,
  edits: readonly SourceEdit[],
  limits: { values: number; seconds: number },
  there: { path?: string; cwd?: string },
): Promise<Values | undefined> {
  const span: Span = [site.file, site.line, site.column, site.endLine, site.endColumn]
  const moved = edits.reduce<Span | undefined>(shifted, span)
  if (moved === undefined) return undefined
  const valuesOf = async (watched: Span, changes: readonly SourceEdit[]) => {
    const { trace } = await observed.run({ trace: false, watch: [watched], edits: changes, ...limits, ...there })
    return trace.watched.map(([, value]) => value)
  }
  const original = await valuesOf(span, [])
  const repaired = await valuesOf(moved, edits)
  return original.length > 0 && repaired.length > 0 ? { original, repaired } : undefined
}

/** Where an expression stands after an edit; undefined where the edit changes the expression itself. */
function shifted(span: Span | undefined, edit: SourceEdit): Span | undefined {
  if (span === undefined || edit.file !== span[0]) return span
  const [file, line, column, endLine, endColumn] = span
  const [first, , last, end] = edit.span
  const added = edit.text.split('\n')
  const lines = added.length - 1 - (last - first)
  if (last < line) return [file, line + lines, column, endLine + lines, endColumn]
  if (first > endLine) return span
  if (last !== line || end > column || added.length > 1 || first !== last || endLine !== line) {
    const after = first === endLine && edit.span[1] >= endColumn
    return after ? span : undefined
  }
  const wider = [...edit.text].length - (end - edit.span[1])
  return [file, line, column + wider, endLine, endColumn + wider]
}

function courseAt(name: string, steps: readonly number[], { original, repaired }: Values): LossCourse {
  const at = (values: readonly number[]) => steps.map((step) => values[step - 1] ?? null)
  return { name, steps, original: at(original), repaired: at(repaired) }
}

/** Why a folder is not copied, or undefined. */
function tooLarge(folder: string): string | undefined {
  let [files, bytes] = [0, 0]
  const stack = [folder]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (NOT_COPIED.has(entry.name)) continue
      const path = join(at, entry.name)
      if (entry.isDirectory()) stack.push(path)
      else bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
      if (++files > MOST_COPIED_FILES) return `the script's folder holds more than ${MOST_COPIED_FILES} files to copy`
      if (bytes > MOST_COPIED_BYTES) return `the script's folder holds more than ${MOST_COPIED_BYTES / 1e6} MB to copy`
    }
  }
  return undefined
}
