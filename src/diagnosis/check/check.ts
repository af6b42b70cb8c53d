/** A script's path in, a report out. */

import type { Analysis } from './analyse.ts'
import { evidenceOf } from './findings/evidence.ts'
import { findingAtLocated, findingOf, unrepaired } from './findings/finding.ts'
import { agreesAsRecorded } from './findings/recorded.ts'
import { reasonFor } from './findings/refusals.ts'
import type { Judged } from './judge.ts'
import { observe } from './observe.ts'
import { locate } from './repair/locate.ts'
import { findRepair, type SourceEdit } from './repair/repair.ts'
import type { Located } from './repair/situation.ts'
import { type Mended, superfluous } from './repair/superfluous.ts'
import { asWeighted, isWeighted, WEIGHTED } from './repair/weighted.ts'
import { type Base, reportOf } from './report/result.ts'
import { courseFaults } from './rules/course-rules.ts'
import { loopFaults } from './rules/loop.ts'
import { lostUpdates } from './rules/lost-update.ts'
import { neverEntered } from './rules/never-entered.ts'
import { noNumbers } from './rules/no-numbers.ts'
import { otherTurns } from './rules/other-turns.ts'
import { setupFindings } from './rules/setup.ts'
import { moves } from './rules/standstill.ts'
import { starvedStates, storedAsTheyAre } from './rules/states.ts'
import { afterStoppingTest } from './rules/stopping-test.ts'
import type { TraceRequest, TraceRun } from './trace/run.ts'
import type { CheckOptions, CheckResult, Finding } from './types.ts'
import { coursesOf } from './verify.ts'

const MAX_ROUNDS = 4
const UNFOLLOWED =
  'as recorded, every update follows the true gradient; at other values not all could be followed, and nothing is said of those'
const LOCATE_MS = 8000
/** A trial takes as long as the trace is: it is worth more than the edits that would be tried without knowing a place. */
const LOCATE_MS_EACH = 0.04
const STILL = 'no parameter changes in the traced steps, and no gradient is other than zero: nothing can be compared'

/**
 * Runs a hand-written network and says where its backward pass is wrong.
 * @throws NablaError E-FILE when it is no file that can be read, E-ENVIRONMENT when no Python can run it; the signal's
 *   reason when it was aborted.
 */
export async function check(path: string, options: CheckOptions = {}): Promise<CheckResult> {
  const started = Date.now()
  const observed = await observe(path, options)
  const { run, first, analysis, deadline } = observed
  const base = {
    file: path,
    python: observed.python,
    started,
    trace: first.trace,
    explain: options.explain === true,
    courses: coursesOf(observed, options),
  }
  if ((analysis.best?.results.length ?? 0) === 0) {
    const stopped = await afterStoppingTest(run, first.trace)
    if (stopped !== undefined) return judgeScript(run, stopped.analysis, deadline, base, stopped)
    const closed = await neverEntered(run, first.trace)
    if (closed !== undefined) return judgeScript(run, closed.analysis, deadline, base, closed)
    const lost = await lostUpdates({ run, analysis, edits: [], deadline })
    if (lost.analysis !== undefined) return judgeScript(run, lost.analysis, deadline, base, lost)
    const idle = [lost.findings, starvedStates(analysis), storedAsTheyAre(analysis)].find((f) => f.length > 0)
    if (idle !== undefined) return reportOf(base, 'faulty', idle, undefined, null)
  }
  const early = await afterStoppingTest(run, first.trace, analysis)
  if (early !== undefined) return judgeScript(run, early.analysis, deadline, base, early)
  const refusal = reasonFor(first, analysis, observed.timeoutMs, observed.path)
  if (refusal !== undefined) return reportOf(base, 'unsupported', [], undefined, refusal)
  return judgeScript(run, analysis, deadline, base)
}

/**
 * Where no gradient is right, what is printed may be no more than a metric: of the losses that the script may be
 * training, the one under which a single change of one statement makes everything right.
 */
function locateUnder(analysis: Analysis, judged: Judged): { judged: Judged; located: Located[] } {
  const patience = LOCATE_MS + analysis.trace.nodes.length * LOCATE_MS_EACH
  const located = locate(analysis, judged, patience)
  const wrong = ({ results }: Judged) => results.filter((r) => r.status !== 'right' && r.status !== 'unreached')
  const isOne = (list: readonly Located[], under: Judged) =>
    list.length === 1 && list[0]?.remake !== undefined && list[0].fixed.length === wrong(under).length
  const isDecided = isOne(located, judged) || isWeighted(judged, located)
  if (judged.results.some((r) => r.status !== 'wrong') || isDecided) return { judged, located }
  const others = analysis.judged.filter((j) => j !== judged && j.results.length >= judged.results.length)
  for (const other of others.slice(0, MOST_LOSSES)) {
    const found = locate(analysis, other, patience / MOST_LOSSES)
    if (isWeighted(other, found) || isOne(found, other)) return { judged: other, located: found }
  }
  return { judged, located }
}

const MOST_LOSSES = 3

async function judgeScript(
  run: (request: Omit<TraceRequest, 'path'>) => Promise<TraceRun>,
  analysis: Analysis,
  deadline: number,
  base: Base,
  before: { edits: readonly SourceEdit[]; findings: readonly Finding[] } = { edits: [], findings: [] },
): Promise<CheckResult> {
  const loop = await loopFaults({ run, analysis, edits: before.edits, deadline })
  const findings: Finding[] = [...before.findings, ...loop.findings]
  const notes: string[] = []
  const edits: SourceEdit[] = [...before.edits, ...loop.edits]
  const mends: Mended[] = []
  const start = loop.analysis ?? analysis
  let current: { analysis: Analysis; judged: Judged } | undefined = start.best && {
    analysis: start,
    judged: start.best,
  }
  const explained = new Set(findings.filter((f) => f.kind !== 'logged-loss').flatMap((f) => f.parameters))
  const open = (judged: Judged) =>
    judged.results.some((r) => r.status !== 'right' && r.status !== 'unreached' && !explained.has(r.chain.name))
  for (let round = 0; round < MAX_ROUNDS && current !== undefined && open(current.judged); round++) {
    const { analysis: now } = current
    const { judged, located } = locateUnder(now, current.judged)
    if (isWeighted(judged, located)) {
      notes.push(WEIGHTED)
      analysis = { ...analysis, best: asWeighted(now, judged, located) }
      break
    }
    const repair = await findRepair(run, now, judged, edits, located, deadline - 1500)
    if (repair === undefined) {
      if (agreesAsRecorded(judged, now.points.values.length)) {
        notes.push(UNFOLLOWED)
        break
      }
      const known = new Set(located.map((l) => now.trace.sites[l.statement.site]?.line))
      const seen = findings.some((f) => f.fix === null && known.has(f.line))
      if (located.length > 0 && !seen) findings.push(...located.flatMap((l) => findingAtLocated(now, judged, l)))
      else findings.push(...unrepaired(now, judged, explained))
      break
    }
    const at = located.find((l) => l.statement.site === repair.suspect.site)
    const finding = findingOf(now, repair.before, repair, at && evidenceOf(now, judged, at))
    findings.push(finding)
    edits.push(repair.edit)
    mends.push({ finding, edit: repair.edit })
    current = { analysis: repair.afterAnalysis, judged: repair.after }
  }
  if (current !== undefined)
    for (const { finding, edit } of await superfluous(
      run,
      [...before.edits, ...loop.edits],
      mends,
      current.judged,
      deadline,
    )) {
      findings.splice(findings.indexOf(finding), 1)
      edits.splice(edits.indexOf(edit), 1)
    }
  const mended = current?.analysis ?? start
  const stopped = findings.some((f) => f.kind === 'stopping-test')
  // The error that a stopping test misjudges is not named a second time.
  const setup = setupFindings(mended).filter((f) => !(stopped && f.kind === 'logged-loss'))
  // Units whose gradients are wrong, and still are, may stay equal for that reason.
  const placeOf = (name: string) => name.replace(/\[\d+\]/g, '')
  const wrong = new Set(findings.flatMap((f) => (f.fix === null ? f.parameters.map(placeOf) : [])))
  const isConsequence = ({ kind, parameters }: Finding) =>
    kind === 'equal-initial-weights' && parameters.some((name) => wrong.has(placeOf(name)))
  findings.push(...setup.filter((f) => !isConsequence(f)))
  const settled = findings.length === 0 || (edits.length > 0 && findings.every((f) => f.fix?.verified === true))
  if (settled) {
    const course = await courseFaults({ run, analysis: mended, edits, deadline })
    findings.push(...course.findings)
  }
  if (findings.length === 0) findings.push(...noNumbers(mended))
  if (findings.length === 0) findings.push(...(await otherTurns({ run, analysis: mended, edits, deadline })))
  if (findings.length === 0 && !moves(mended)) return reportOf(base, 'unsupported', [], analysis, STILL)
  const compared = await base.courses(analysis, edits)
  const result = reportOf(base, findings.length > 0 ? 'faulty' : 'clean', findings, analysis, null)
  return { ...result, course: compared.course, notes: [...result.notes, ...notes, ...compared.notes] }
}
