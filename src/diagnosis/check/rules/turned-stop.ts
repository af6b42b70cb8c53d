/**
 * A test that leaves a loop in its first round because it stands the wrong way round: `if waited <= patience: break`. Turned,
 * the loop goes on; a script that had learned next to nothing by then, and learns with the test turned, is the evidence.
 */

import { type Analysis, analyse } from '../analyse.ts'
import { courseOf, levelAt, startOf, watchedLoss } from '../course/course.ts'
import { diffOf } from '../findings/finding.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import type { Trace } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { loopsIn } from './blocks.ts'
import { short } from './trial.ts'

const WATCH_SECONDS = 2
const FEWEST_ROUNDS = 3
/** Of the loss at the start, what is left where something was learned before the stop; and of that, what a run that goes on may leave. */
const UNLEARNED = 0.6
const FAR_BETTER = 0.5
const TURNED: Readonly<Record<string, string>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' }

export interface LeavingTest {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly condition: string
}

/** @returns the script with the test turned, and the finding; undefined where that is not what is wrong. */
export async function turnedStop(
  run: Runner,
  trace: Trace,
  before: Analysis,
  test: LeavingTest,
): Promise<{ analysis: Analysis; findings: Finding[]; edits: SourceEdit[] } | undefined> {
  const compared = /^([^<>=!]+?)\s*(<=|>=|<|>)\s*([^<>=!]+)$/.exec(test.condition)
  const loop = loopLeft(trace, test)
  const watched = watchedLoss(before)
  if (compared === null || / (?:and|or|not|if) /.test(test.condition) || loop === undefined) return undefined
  if (roundsAt(trace, loop) !== 1 || watched === undefined) return undefined
  const { file, line, column, condition } = test
  const text = `${compared[1]} ${TURNED[compared[2] as string]} ${compared[3]}`
  const edit: SourceEdit = { file, span: [line, column, line, column + condition.length], text }
  const rerun = await run({ edits: [edit] })
  if (rerun.trace.error !== undefined || roundsAt(rerun.trace, loop) < 2) return undefined
  const analysis = analyse(rerun.trace)
  if (analysis.dependence.parameters.length === 0 || analysis.best === undefined) return undefined
  const course = await courseOf(run, watched, [], { seconds: WATCH_SECONDS })
  const longer = await courseOf(run, watched, [edit], { seconds: WATCH_SECONDS })
  const [start, end, later] = [startOf(course), levelAt(course), levelAt(longer)]
  if (!course.ended || longer.error !== undefined || longer.count < FEWEST_ROUNDS * course.count) return undefined
  if (!(end > UNLEARNED * start) || !(later < FAR_BETTER * end)) return undefined
  const finding: Finding = {
    code: 'C-STOPPING-TEST',
    kind: 'stopping-test',
    file,
    line,
    column: column + 1,
    endLine: line,
    endColumn: column + condition.length + 1,
    message: 'the stopping test stands the wrong way round: it holds in the first round, before anything is learned',
    expected: text,
    received: condition,
    fix: { ...diffOf(trace.sources.get(file) ?? '', edit.span, text), verified: true },
    evidence: [
      `the loop of line ${loop} makes one round, in which ${watched.name} goes from ${short(start)} to ${short(end)}`,
      `checked: with ${text} it goes on, and ${watched.name} comes to ${short(later)} in ${longer.count} evaluations`,
    ],
    parameters: [],
  }
  return { analysis, findings: [finding], edits: [edit] }
}

/** The line of the loop that a test leaves: the innermost around it, in its function. */
function loopLeft(trace: Trace, { file, line }: LeavingTest): number | undefined {
  const lines = trace.sources.get(file)?.split('\n') ?? []
  const [loop] = loopsIn(lines, line - 1)
  return loop === undefined ? undefined : loop + 1
}

function roundsAt({ events, sites }: Trace, line: number): number {
  return events.filter((e) => e.kind === 'iteration' && sites[e.site]?.line === line).length
}
