/**
 * A loop that its own test ends at once: the error keeps its sign, or `any` stands for `all`. The test is replaced, by
 * a sound one where the text shows how, else by none, and only a script that then goes on and learns is evidence.
 */

import { type Analysis, analyse } from '../analyse.ts'
import { courseOf, levelAt, startOf, watchedLoss } from '../course/course.ts'
import { diffOf } from '../findings/finding.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import type { Trace } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { isLoopHeader, loopsIn } from './blocks.ts'
import { type Coarse, coarseTolerance } from './coarse-tolerance.ts'
import { comparedWithItself } from './compared-with-itself.ts'
import { short } from './trial.ts'
import { turnedStop } from './turned-stop.ts'

/** Rounds after which a loop that ends has not ended at once. */
const MOST_ROUNDS = 12
const WATCH = { seconds: 2, values: 3000 }
const BRANCH = /^(\s*)(?:if|elif) (.+):\s*(break\b.*|return\b.*)?$/
const LOOP = /^(\s*)while (.+):\s*(#.*)?$/
const MAX_TRIALS = 4

interface Test {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly condition: string
  /** What the condition is replaced with to put it out of force. */
  readonly off: string
}

export interface Stopped {
  readonly analysis: Analysis
  readonly findings: Finding[]
  readonly edits: SourceEdit[]
}

export async function afterStoppingTest(run: Runner, trace: Trace, before?: Analysis): Promise<Stopped | undefined> {
  const itself = await comparedWithItself(run, trace, before)
  if (itself !== undefined) return itself
  if (trace.error !== undefined) return undefined
  if (trace.status !== 'finished') return before && (await endsSoon(run, trace, before))
  const found = await notSound(run, trace, before)
  if (found !== undefined || before === undefined) return found
  for (const test of testsIn(trace)
    .filter((t) => t.off === 'False')
    .slice(0, MAX_TRIALS)) {
    const turned = await turnedStop(run, trace, before, test)
    if (turned !== undefined) return turned
  }
  return undefined
}

async function notSound(run: Runner, trace: Trace, before?: Analysis): Promise<Stopped | undefined> {
  for (const test of testsIn(trace)
    .filter((t) => roundsOf(trace, t) <= MOST_ROUNDS)
    .slice(0, MAX_TRIALS)) {
    const off = editOf(test, test.off)
    const rerun = await run({ edits: [off] })
    const analysis = analyse(rerun.trace)
    if (analysis.dependence.parameters.length === 0 || analysis.best === undefined) continue
    if (rerun.trace.error !== undefined || roundsOf(rerun.trace, test) <= roundsOf(trace, test)) continue
    const learned = await learns(run, analysis, off)
    if (before !== undefined && learned === undefined) continue
    const rounds = roundsOf(trace, test)
    const sound = await soundTest(run, test, rounds)
    // A sound test that holds after a few rounds has done what it is for.
    if (sound === undefined) {
      const coarse = before && (await coarseTolerance(run, analysis, test, off, trace, (of) => roundsOf(of, test)))
      if (coarse !== undefined) return { analysis, findings: [tooCoarse(trace, test, coarse, rounds)], edits: [off] }
      continue
    }
    const ends =
      before === undefined
        ? 'the script ends without one update that is used; without this test its loop goes on'
        : `the script ends after ${rounds} rounds; without this test its loop goes on`
    const evidence = learned === undefined ? [ends] : [ends, learned]
    return { analysis, findings: [holdsAtOnce(trace, test, rounds, sound, evidence)], edits: [off] }
  }
  return undefined
}

/** A loop that makes a few rounds more than are traced: how often its test is made is counted in runs of their own. */
async function endsSoon(run: Runner, trace: Trace, before: Analysis): Promise<Stopped | undefined> {
  for (const test of testsIn(trace)
    .filter((t) => soundTexts(t).length > 0)
    .slice(0, MAX_TRIALS)) {
    const rounds = await timesMade(run, test, MOST_ROUNDS)
    if (rounds === undefined || rounds === 0) continue
    const off = editOf(test, test.off)
    const learned = await learns(run, before, off)
    if (learned === undefined) continue
    for (const text of soundTexts(test)) {
      if ((await timesMade(run, { ...test, condition: text }, 2 * rounds + 1, [editOf(test, text)])) !== undefined)
        continue
      const ends = `the loop ends after ${rounds} rounds; without this test it goes on`
      const finding = holdsAtOnce(trace, test, rounds, editOf(test, text), [ends, learned])
      return { analysis: before, findings: [finding], edits: [off] }
    }
  }
  return undefined
}

/** How often a test is made until the script ends; undefined where that is more often than `most`, or takes long. */
async function timesMade(
  run: Runner,
  { file, line, column, condition }: Test,
  most: number,
  edits: readonly SourceEdit[] = [],
): Promise<number | undefined> {
  const site = { file, line, column, endLine: line, endColumn: column + condition.length }
  const watched = {
    site: { ...site, kind: 'Compare', function: '', statement: -1 },
    square: false,
    name: '',
    factor: 1,
  }
  const course = await courseOf(run, watched, edits, { seconds: WATCH.seconds, values: most + 1 })
  return course.ended && course.error === undefined && course.count <= most ? course.count : undefined
}

function holdsAtOnce(
  trace: Trace,
  test: Test,
  rounds: number,
  sound: SourceEdit,
  evidence: readonly string[],
): Finding {
  return {
    code: 'C-STOPPING-TEST',
    kind: 'stopping-test',
    file: test.file,
    line: test.line,
    column: test.column + 1,
    endLine: test.line,
    endColumn: test.column + test.condition.length + 1,
    message: `the stopping test holds ${rounds <= 1 ? 'in the first round' : `after ${rounds} rounds`}, before anything is learned${reasonOf(test)}`,
    expected: 'a test of the size of the error, over all samples: np.mean(np.abs(error)) < …',
    received: test.condition,
    fix: { ...diffOf(sourceOf(trace, test), sound.span, sound.text), verified: true },
    evidence,
    parameters: [],
  }
}

function tooCoarse(trace: Trace, test: Test, { edit, tolerance, evidence }: Coarse, rounds: number): Finding {
  const [line, column, endLine, endColumn] = edit.span
  return {
    code: 'C-STOPPING-TEST',
    kind: 'stopping-test',
    file: test.file,
    line,
    column: column + 1,
    endLine,
    endColumn: endColumn + 1,
    message: `the tolerance ${tolerance} ends the loop in line ${test.line} after ${rounds} rounds, before anything is learned: the loss changes by less than that from the start`,
    expected: `a tolerance that is far smaller, such as ${edit.text}`,
    received: tolerance,
    fix: { ...diffOf(sourceOf(trace, test), edit.span, edit.text), verified: true },
    evidence: [`the script ends after ${rounds} rounds; with ${edit.text} its loop goes on`, evidence],
    parameters: [],
  }
}

function reasonOf({ condition }: Test): string {
  const any = /\bany\b/.test(condition) ? ': one sample is enough for any()' : ''
  return /abs|\*\* ?2|square/.test(condition)
    ? any
    : any === ''
      ? ': errors below zero pass it as well'
      : `${any}, and errors below zero pass it as well`
}

function sourceOf(trace: Trace, test: Test): string {
  return trace.sources.get(test.file) ?? ''
}

function editOf({ file, line, column, condition }: Test, text: string): SourceEdit {
  return { file, span: [line, column, line, column + condition.length], text }
}

/** How many rounds the loops around a test made, the busiest of them; of all loops where none is around it. */
function roundsOf(trace: Trace, { file, line }: Test): number {
  const lines = trace.sources.get(file)?.split('\n') ?? []
  const around = [line - 1, ...loopsIn(lines, line - 1)].filter((at) => isLoopHeader(lines[at] ?? ''))
  const rounds = new Map<number, number>()
  for (const event of trace.events) {
    if (event.kind !== 'iteration') continue
    const at = trace.sites[event.site]
    const isAround = at?.file === file && around.includes(at.line - 1)
    if (isAround || around.length === 0) rounds.set(event.site, (rounds.get(event.site) ?? 0) + 1)
  }
  return Math.max(0, ...rounds.values())
}

/** Tests that leave a loop, or that keep one going. */
function testsIn(trace: Trace): Test[] {
  const tests: Test[] = []
  for (const [file, source] of trace.sources) {
    const lines = source.split('\n')
    lines.forEach((line, index) => {
      const branch = BRANCH.exec(line)
      const loop = LOOP.exec(line)
      const leaves = branch !== null && (branch[3] !== undefined || leavesNext(lines, index, branch[1] ?? ''))
      const condition = leaves ? branch?.[2] : loop?.[2]
      if (condition === undefined || !/[<>]/.test(condition)) return
      tests.push({ file, line: index + 1, column: line.indexOf(condition), condition, off: leaves ? 'False' : 'True' })
    })
  }
  return tests
}

/** Whether the body of a branch ends with break or return. */
function leavesNext(lines: readonly string[], index: number, indent: string): boolean {
  for (const line of lines.slice(index + 1, index + 6)) {
    const inner = /^\s*/.exec(line)?.[0] ?? ''
    if (line.trim() !== '' && inner.length <= indent.length) return false
    if (/^\s*(break|return)\b/.test(line)) return true
  }
  return false
}

/** The course of the loss without the test, where it falls by far. */
async function learns(run: Runner, analysis: Analysis, off: SourceEdit): Promise<string | undefined> {
  const watched = watchedLoss(analysis)
  if (watched === undefined) return undefined
  const course = await courseOf(run, watched, [off], WATCH)
  const [start, end] = [startOf(course), levelAt(course)]
  if (course.count <= MOST_ROUNDS || !Number.isFinite(end) || end > 0.7 * start) return undefined
  return `checked: without it ${watched.name} goes on from ${short(start)} to ${short(end)} in ${course.count} evaluations`
}

/** The test with the size of the error, and for all samples, where such a change lets the loop go on. */
async function soundTest(run: Runner, test: Test, rounds: number): Promise<SourceEdit | undefined> {
  for (const text of soundTexts(test)) {
    const edit = editOf(test, text)
    const { trace } = await run({ edits: [edit] })
    if (trace.error === undefined && (trace.status !== 'finished' || roundsOf(trace, test) > 2 * rounds + 1))
      return edit
  }
  return undefined
}

/** Conditions with the size of the error, and for all samples, in place of one that signs or single samples fulfil. */
function soundTexts({ condition }: Test): string[] {
  const clauses = condition.split(/( or | and )/)
  const isWhole = clauses.every((c) => c.split('(').length === c.split(')').length)
  const parts = isWhole ? clauses : [condition]
  const texts = parts.flatMap((clause, at) =>
    soundClauses(clause).map((sound) => parts.map((part, i) => (i === at ? sound : part)).join('')),
  )
  return [...new Set(texts)].filter((text) => text !== condition)
}

function soundClauses(clause: string): string[] {
  const numpy = /\bnp\./.test(clause) || /\.(any|all|mean)\(/.test(clause)
  const abs = numpy ? 'np.abs' : 'abs'
  const all = clause.replace(/\bany\b/g, 'all')
  const sized = (text: string) =>
    text
      .replace(/np\.(mean|sum|max)\(([^()]+)\)/, `np.$1(${abs}($2))`)
      .replace(/\b([\w.]+)\.(mean|sum|max)\(\)/, `${abs}($1).$2()`)
      .replace(/(?<![\w.])(sum|max)\((\w[\w.]*)\)/, '$1(abs(e) for e in $2)')
      .replace(/^\((\w[\w.[\]]*) ?([<>]=?)/, `(${abs}($1) $2`)
      .replace(/^(\w[\w.[\]]*) ?([<>]=?)/, `${abs}($1) $2`)
      .replace(/^([^<>=]+? - [^<>=]+?) ?(<=? [^<>=]+)$/, `${abs}($1) $2`)
  // The size of a mean in which errors of both signs cancel out.
  const inside = (text: string) =>
    text
      .replace(/(?:np\.)?abs\((\w[\w.]*)\.(mean|sum)\(\)\)/, 'abs($1).$2()')
      .replace(/((?:np\.)?abs)\(((?:np\.)?(?:mean|sum))\(([^()]+)\)\)/, '$2($1($3))')
  const isSized = /abs|\*\* ?2|square/.test(clause)
  return isSized ? [inside(all), all, inside(clause)] : [sized(all), sized(clause)]
}
