/** A script's path in, a report out. */

import { existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { NablaError } from '../../shared/index.ts'
import { type Analysis, analyse, type Judged } from './analyse.ts'
import { findingOf, unrepaired } from './findings/finding.ts'
import { reasonFor } from './findings/refusals.ts'
import { findPython, pythonWith } from './interpreter.ts'
import { findRepair, type SourceEdit } from './repair/repair.ts'
import { type Base, reportOf } from './report/result.ts'
import { loopFindings } from './rules/loop.ts'
import { setupFindings } from './rules/setup.ts'
import { afterStoppingTest } from './rules/stopping-test.ts'
import { runTracer, type TraceRequest, type TraceRun } from './trace/run.ts'
import type { Trace } from './trace/trace.ts'
import type { CheckOptions, CheckResult, Finding } from './types.ts'

const MAX_ROUNDS = 4

/**
 * Runs a hand-written network and says where its backward pass is wrong.
 * @throws NablaError E-FILE when it is no file that can be read, E-ENVIRONMENT when no Python can run it; the signal's
 *   reason when it was aborted.
 */
export async function check(path: string, options: CheckOptions = {}): Promise<CheckResult> {
  const started = Date.now()
  const full = scriptAt(path)
  let python = options.python ?? (await findPython(full))
  const timeoutMs = (options.timeoutSeconds ?? 60) * 1000
  const deadline = started + timeoutMs
  const { args = [], signal } = options
  // What is named after -- is named from where the command is given; a script alone finds its data beside it.
  const folders = args.length > 0 ? [process.cwd(), dirname(full)] : [dirname(full), process.cwd()]
  let cwd = folders[0] as string
  const run = (request: Omit<TraceRequest, 'path'>): Promise<TraceRun> =>
    runTracer(python, { path: full, args, cwd, ...request }, Math.max(1000, deadline - Date.now()), signal)
  let first = await run({})
  if (missesFile(first.trace, folders[1] as string)) {
    cwd = folders[1] as string
    first = await run({})
  }
  const another = options.python === undefined ? await pythonFor(first.trace) : undefined
  if (another !== undefined && another !== python) {
    python = another
    first = await run({})
  }
  const base = { file: path, python: first.trace.python || python, started, trace: first.trace }
  const analysis = analyse(first.trace)
  if (analysis.chains.length === 0 || analysis.dependence.parameters.length === 0) {
    const stopped = await afterStoppingTest(run, first.trace)
    if (stopped !== undefined) {
      const rest = await judgeScript(run, stopped.analysis, deadline, base, stopped.edits)
      return { ...rest, verdict: 'faulty', findings: [...stopped.findings, ...rest.findings] }
    }
  }
  const refusal = reasonFor(first, analysis, timeoutMs, full)
  if (refusal !== undefined) return reportOf(base, 'unsupported', [], undefined, refusal)
  return judgeScript(run, analysis, deadline, base)
}

async function judgeScript(
  run: (request: Omit<TraceRequest, 'path'>) => Promise<TraceRun>,
  analysis: Analysis,
  deadline: number,
  base: Base,
  before: readonly SourceEdit[] = [],
): Promise<CheckResult> {
  const findings: Finding[] = []
  const first = analysis.best
  let current: { analysis: Analysis; judged: Judged } | undefined = first && { analysis, judged: first }
  const edits: SourceEdit[] = [...before]
  findings.push(...loopFindings(analysis))
  const explained = new Set(findings.filter((f) => f.kind !== 'logged-loss').flatMap((f) => f.parameters))
  const open = (judged: Judged) =>
    judged.results.some((r) => r.status !== 'right' && r.status !== 'unreached' && !explained.has(r.chain.name))
  for (let round = 0; round < MAX_ROUNDS && current !== undefined && open(current.judged); round++) {
    const repair = await findRepair(run, current.analysis, current.judged, edits, deadline - 1500)
    if (repair === undefined) {
      findings.push(...unrepaired(current.analysis, current.judged, explained))
      break
    }
    findings.push(findingOf(current.analysis, current.judged, repair))
    edits.push(repair.edit)
    current = { analysis: repair.afterAnalysis, judged: repair.after }
  }
  findings.push(...setupFindings(analysis))
  return reportOf(base, findings.length > 0 ? 'faulty' : 'clean', findings, analysis, null)
}

/** The absolute path of a script. */
function scriptAt(path: string): string {
  const full = resolve(path)
  const stats = statSync(full, { throwIfNoEntry: false })
  if (stats?.isFile()) return full
  throw new NablaError({
    code: 'E-FILE',
    where: path,
    expected: 'a Python script or a notebook',
    received: stats === undefined ? 'no such file' : stats.isDirectory() ? 'a folder' : 'something that is no file',
    fix: stats?.isDirectory() ? 'name the script in it that trains.' : 'check the path.',
  })
}

/** Whether the script did not find a file that it would find from another folder. */
function missesFile({ error }: Trace, folder: string): boolean {
  if (error?.kind !== 'FileNotFoundError' || error.about === undefined || isAbsolute(error.about)) return false
  return existsSync(join(folder, error.about))
}

/** Another Python, for a script that did not find a module, its own or that of a file beside it. */
async function pythonFor({ error }: Trace): Promise<string | undefined> {
  const name = error?.kind === 'ModuleNotFoundError' ? error.about : undefined
  if (name === undefined || !/^\w+$/.test(name)) return undefined
  return pythonWith(['numpy', name])
}
