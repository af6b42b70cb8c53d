/**
 * A stopping test whose two values are one: `before = loss` stands in front of `abs(before - loss) < tolerance`, so that
 * it holds at once. The trace shows the value that is compared with itself; set behind the test, the loop must go on.
 */

import { type Analysis, analyse } from '../analyse.ts'
import { courseOf, watchedLoss } from '../course/course.ts'
import { diffOf } from '../findings/finding.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import { textOfSite } from '../trace/location.ts'
import type { Site, Trace } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { indentOf, loopsIn, sitesTo } from './blocks.ts'
import type { Stopped } from './stopping-test.ts'

const COMPARISONS = new Set(['less', 'less_equal', 'greater', 'greater_equal', 'equal', 'not_equal'])
const DIFFERENCES = new Set(['sub', 'subtract'])
/** What a change may be measured by: its size, as a share of something. */
const SIZES = new Set(['absolute', 'abs', 'fabs', 'div', 'divide', 'true_divide'])
const KEPT = /^(\s*)([A-Za-z_][\w.]*)\s*=\s*([A-Za-z_][\w.]*(?:\[[^\]]*\])?)\s*(?:#.*)?$/
const TEST = /^\s*(?:if|while)\b/
const MOST_TRIALS = 3
const WATCH = { seconds: 2 }

interface Kept {
  readonly test: Site
  /** Lines, from 1: of the assignment, and of the loop. */
  readonly line: number
  readonly loop: number
  readonly name: string
  readonly value: string
  readonly edit: SourceEdit
  readonly isMovedUp: boolean
}

export async function comparedWithItself(run: Runner, trace: Trace, before?: Analysis): Promise<Stopped | undefined> {
  if (trace.error !== undefined) return undefined
  const found = selfCompared(trace).flatMap((test) => keptBefore(trace, test) ?? [])
  for (const kept of found.slice(0, MOST_TRIALS)) {
    const rerun = await run({ edits: [kept.edit] })
    if (rerun.trace.error !== undefined) continue
    const analysis = analyse(rerun.trace)
    if (analysis.dependence.parameters.length === 0 || analysis.best === undefined) continue
    const ends =
      trace.status === 'finished' ? endOf(trace, rerun.trace, kept) : await endSeen(run, before, analysis, kept)
    if (ends !== undefined) return { analysis, findings: [findingOf(trace, kept, ends)], edits: [kept.edit] }
  }
  return undefined
}

/** How the loop ended, where it goes on now. */
function endOf(trace: Trace, edited: Trace, kept: Kept): string | undefined {
  const [rounds, after] = [roundsAt(trace, kept), roundsAt(edited, kept)]
  if (edited.status === 'finished' && after <= 2 * rounds + 1) return undefined
  return `ends ${rounds <= 1 ? 'in its first round' : `after ${rounds} rounds`}`
}

/** The same for a loop that ends after more rounds than are traced: as often as its loss is computed. */
async function endSeen(
  run: Runner,
  before: Analysis | undefined,
  after: Analysis,
  { edit }: Kept,
): Promise<string | undefined> {
  const [loss, later] = [before && watchedLoss(before), watchedLoss(after)]
  if (loss === undefined || later === undefined) return undefined
  const course = await courseOf(run, loss, [], WATCH)
  if (!course.ended || course.error !== undefined) return undefined
  const longer = await courseOf(run, later, [edit], WATCH)
  if (longer.error !== undefined || longer.count <= 2 * course.count + 1) return undefined
  return `ends after ${loss.name} was computed ${course.count} times`
}

/** Tests that compare a value with itself, whenever they are made but for the first time. */
function selfCompared(trace: Trace): Site[] {
  const tests = new Map<number, boolean[]>()
  for (const event of trace.events) {
    const site = event.kind === 'guard' ? testOf(trace, event) : undefined
    if (event.kind !== 'guard' || site === undefined) continue
    const made = tests.get(site) ?? []
    tests.set(site, made)
    made.push(isWithItself(trace, event.node))
  }
  const isAlways = (made: readonly boolean[]) => made.at(-1) === true && made.slice(1).every((x) => x)
  return [...tests].flatMap(([site, made]) => (isAlways(made) ? (trace.sites[site] ?? []) : []))
}

/** Where a test stands that decides on a block: what a function returns is tested where that is called. */
function testOf(trace: Trace, { site, node }: { readonly site: number; readonly node: number }): number | undefined {
  return [site, ...sitesTo(trace, node)].find((s) => {
    const at = trace.sites[s]
    return at !== undefined && TEST.test(trace.sources.get(at.file)?.split('\n')[at.line - 1] ?? '')
  })
}

function isWithItself({ nodes }: Trace, node: number): boolean {
  const { op = '', args = [] } = nodes[node] ?? {}
  if (!COMPARISONS.has(op)) return false
  if (args[0] === args[1]) return true
  return args.some((arg) => {
    let at = nodes[arg]
    for (let depth = 0; depth < 3 && at !== undefined && SIZES.has(at.op); depth++) at = nodes[at.args[0] ?? -1]
    return at !== undefined && DIFFERENCES.has(at.op) && at.args[0] === at.args[1]
  })
}

/** The assignment that makes the two one: in the test's own block before it, or last in the body that a test goes on with. */
function keptBefore({ sources }: Trace, test: Site): Kept | undefined {
  const lines = (sources.get(test.file) ?? '').split('\n')
  const at = test.line - 1
  const header = lines[at] ?? ''
  const isLoop = /^\s*while\b/.test(header)
  if (!TEST.test(header)) return undefined
  const [first, end] = isLoop ? [at + 1, blockEnd(lines, at)] : [blockStart(lines, at), at]
  const width = isLoop ? indentOf(lines[lines.findIndex((l, i) => i > at && isCode(l))] ?? '') : indentOf(header)
  const condition = textOfSite({ sources }, test)
  for (let k = end - 1; k >= first; k--) {
    const [, indent = '', name = '', value = ''] = KEPT.exec(lines[k] ?? '') ?? []
    if (name === '' || name === value || indent.length !== width) continue
    if (!isIn(condition, name) || !isIn(condition, value)) continue
    const loop = isLoop ? at : loopsIn(lines, at)[0]
    if (loop === undefined) return undefined
    const edit = isLoop
      ? moved(test.file, lines, k, first, k)
      : moved(test.file, lines, k, blockEnd(lines, at), blockEnd(lines, at))
    return { test, line: k + 1, loop: loop + 1, name, value, edit, isMovedUp: isLoop }
  }
  return undefined
}

/** The line put in front of another one, of all that stands between them. */
function moved(file: string, lines: readonly string[], line: number, to: number, end: number): SourceEdit {
  const own = lines[line] ?? ''
  const last = Math.max(end, line + 1)
  const start = Math.min(line, to)
  const others = lines.slice(start, last).filter((_, k) => start + k !== line)
  const text = to > line ? [...others, own] : [own, ...others]
  return { file, span: [start + 1, 0, last, [...(lines[last - 1] ?? '')].length], text: text.join('\n') }
}

const isCode = (line: string) => line.trim() !== '' && !line.trim().startsWith('#')

/** Behind the last line of a block with its branches. */
function blockEnd(lines: readonly string[], at: number): number {
  const width = indentOf(lines[at] ?? '')
  let end = at + 1
  for (let k = at + 1; k < lines.length; k++) {
    const line = lines[k] ?? ''
    if (!isCode(line)) continue
    if (indentOf(line) <= width && !(indentOf(line) === width && /^\s*(?:elif|else|\))/.test(line))) break
    end = k + 1
  }
  return end
}

/** The first line of the block that a line stands in. */
function blockStart(lines: readonly string[], at: number): number {
  const width = indentOf(lines[at] ?? '')
  let k = at
  while (k > 0 && (!isCode(lines[k - 1] ?? '') || indentOf(lines[k - 1] ?? '') >= width)) k--
  return k
}

const isIn = (text: string, name: string) =>
  new RegExp(`(?<![\\w.])${name.replace(/[.*+?^$()|[\]\\]/g, '\\$&')}(?![\\w[])`).test(text)

function roundsAt({ events, sites }: Trace, { test, loop }: Kept): number {
  return events.filter(
    (e) => e.kind === 'iteration' && sites[e.site]?.line === loop && sites[e.site]?.file === test.file,
  ).length
}

function findingOf(trace: Trace, { test, line, loop, name, value, edit, isMovedUp }: Kept, ends: string): Finding {
  const source = trace.sources.get(test.file) ?? ''
  const own = source.split('\n')[line - 1] ?? ''
  return {
    code: 'C-STOPPING-TEST',
    kind: 'stopping-test',
    file: test.file,
    line,
    column: indentOf(own) + 1,
    endLine: line,
    endColumn: [...own.trimEnd()].length + 1,
    message: `${name} is overwritten before line ${test.line} compares it with ${value}: the value is compared with itself, and the loop ${ends}`,
    expected: isMovedUp ? `${name} = ${value} at the beginning of the round` : `${name} = ${value} behind the test`,
    received: own.trim(),
    fix: isMovedUp ? null : { ...diffOf(source, edit.span, edit.text), verified: true },
    evidence: [
      `both sides of ${textOfSite(trace, test).trim()} are one value in every round`,
      `checked: with ${own.trim()} ${isMovedUp ? 'at the beginning of the round' : 'behind the test'} the loop of line ${loop} goes on`,
    ],
    parameters: [],
  }
}
