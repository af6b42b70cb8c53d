/** A script's path in, a report out. */

import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { NablaError } from '../../shared/index.ts'
import { type Analysis, analyse, type Judged } from './analyse.ts'
import { findingOf, unrepaired } from './findings/finding.ts'
import { failureOf, reasonFor } from './findings/refusals.ts'
import { findPython } from './interpreter.ts'
import { findRepair, type SourceEdit } from './repair/repair.ts'
import { loopFindings } from './rules/loop.ts'
import { setupFindings } from './rules/setup.ts'
import { runTracer, type TraceRequest, type TraceRun } from './trace/run.ts'
import type { CheckOptions, CheckResult, Finding } from './types.ts'

const MAX_ROUNDS = 4

/**
 * Runs a hand-written network and says where its backward pass is wrong.
 * @throws NablaError E-FILE when there is no such file, E-ENVIRONMENT when no Python can run it.
 */
export async function check(path: string, options: CheckOptions = {}): Promise<CheckResult> {
  const started = Date.now()
  const full = resolve(path)
  if (!existsSync(full) || !statSync(full).isFile()) {
    throw new NablaError({
      code: 'E-FILE',
      where: path,
      expected: 'a Python script or a notebook',
      received: 'no such file',
      fix: 'check the path.',
    })
  }
  const python = options.python ?? (await findPython(full))
  const timeoutMs = (options.timeoutSeconds ?? 60) * 1000
  const deadline = started + timeoutMs
  const run = (request: Omit<TraceRequest, 'path'>): Promise<TraceRun> =>
    runTracer(python, { path: full, args: options.args ?? [], ...request }, Math.max(1000, deadline - Date.now()))
  const first = await run({})
  const base = { file: path, python: first.trace.python || python, started }
  const analysis = analyse(first.trace)
  const refusal = reasonFor(first, analysis, timeoutMs)
  if (refusal !== undefined) return report(base, 'unsupported', [], undefined, failureOf(refusal))
  return judgeScript(run, analysis, deadline, base)
}

interface Base {
  readonly file: string
  readonly python: string
  readonly started: number
}

async function judgeScript(
  run: (request: Omit<TraceRequest, 'path'>) => Promise<TraceRun>,
  analysis: Analysis,
  deadline: number,
  base: Base,
): Promise<CheckResult> {
  const findings: Finding[] = []
  const first = analysis.best
  let current: { analysis: Analysis; judged: Judged } | undefined = first && { analysis, judged: first }
  const edits: SourceEdit[] = []
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
  return report(base, findings.length > 0 ? 'faulty' : 'clean', findings, analysis, null)
}

function report(
  base: Base,
  verdict: CheckResult['verdict'],
  findings: readonly Finding[],
  analysis: Analysis | undefined,
  reason: string | null,
): CheckResult {
  const best = analysis?.best
  const site = analysis?.trace.sites[best?.measured.loss.site ?? -1]
  const parameters = (best?.results ?? []).map((r) => ({
    name: r.chain.name,
    status:
      r.status === 'right'
        ? ('right' as const)
        : r.status === 'unreached'
          ? ('not reached' as const)
          : ('wrong' as const),
    relativeError: r.residual,
    ratio: r.ratio,
    relativeRatio: r.relative,
  }))
  return {
    schema: 'nabla.check/1',
    file: base.file,
    verdict,
    findings,
    notes: best === undefined ? [] : notesOf(best),
    parameters,
    roles: {
      loss: best?.measured.loss.name ?? null,
      lossLine: site?.line ?? null,
      stated: best?.measured.loss.stated ?? false,
      parameters: parameters.map((p) => p.name),
    },
    reason,
    python: base.python,
    elapsedMs: Date.now() - base.started,
  }
}

function notesOf(best: Judged): string[] {
  const { loss } = best.measured
  const notes: string[] = []
  if (!loss.stated)
    notes.push(`the script states no loss that its gradients follow; they are those of the ${loss.form} loss`)
  const share = best.results.find((r) => r.status === 'right')
  const factor = share === undefined ? 1 : share.ratio / share.rate
  if (loss.stated && share !== undefined && share.rate !== 1 && Math.abs(factor - 1) > 1e-5)
    notes.push(
      `all gradients are ${Number(factor.toPrecision(4))} times those of ${loss.name}; the learning rate absorbs that`,
    )
  return notes
}
