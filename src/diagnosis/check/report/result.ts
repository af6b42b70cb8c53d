/** What was found in; the document `nabla.check/1` out, with places as the script's author counts them. */

import { basename } from 'node:path'
import type { Analysis } from '../analyse.ts'
import { explain } from '../explain/explanation.ts'
import { mergeFindings } from '../findings/merge.ts'
import { inOrderOfWeight } from '../findings/order.ts'
import { raised } from '../findings/refusals.ts'
import type { Judged } from '../judge.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { locationOf } from '../trace/location.ts'
import type { Trace } from '../trace/trace.ts'
import type { CheckResult, Finding, LossCourse, ParameterReport } from '../types.ts'

export interface Base {
  /** The path as it was given. */
  readonly file: string
  readonly python: string
  readonly started: number
  readonly trace: Trace
  /** Whether the true backward pass is to be written down. */
  readonly explain: boolean
  /** The loss with and without these edits. */
  readonly courses: (analysis: Analysis, edits: readonly SourceEdit[]) => Promise<Compared>
}

export interface Compared {
  readonly course: LossCourse | null
  readonly notes: readonly string[]
}

const AROUND = 1

export function reportOf(
  base: Base,
  verdict: CheckResult['verdict'],
  findings: readonly Finding[],
  analysis: Analysis | undefined,
  reason: string | null,
): CheckResult {
  const { trace } = base
  const best = analysis?.best
  const site = analysis?.trace.sites[best?.measured.loss.site ?? -1]
  const parameters = parametersOf(best)
  const raisedAt = trace.error?.frames ?? []
  return {
    schema: 'nabla.check/1',
    file: base.file,
    verdict,
    findings: inOrderOfWeight(mergeFindings(findings)).map((finding) => placed(trace, finding)),
    notes: best === undefined ? [] : [...notesOf(best), ...endNotes(base)],
    parameters,
    roles: {
      loss: best?.measured.loss.name ?? null,
      lossLine: site === undefined ? null : locationOf(trace, site.file, site.line).line,
      stated: best?.measured.loss.stated ?? false,
      parameters: parameters.map((p) => p.name),
    },
    course: null,
    explanation: base.explain && analysis !== undefined && best !== undefined ? explain(analysis, best) : null,
    reason,
    traceback: raisedAt.map((f) => ({ file: f.file, ...locationOf(trace, f.file, f.line), function: f.function })),
    python: base.python,
    elapsedMs: Date.now() - base.started,
  }
}

/** The same finding with the lines around it, and a notebook's lines counted in their cell. */
function placed(trace: Trace, finding: Finding): Finding {
  const lines = (trace.sources.get(finding.file) ?? '').split('\n')
  const starts = trace.cells.get(finding.file)
  const { cell, line } = locationOf(trace, finding.file, finding.line)
  const shift = finding.line - line
  const first = Math.max(shift + 1, finding.line - AROUND)
  const end = cell === undefined ? lines.length : (starts?.[cell] ?? lines.length + 1) - 1
  const last = Math.min(end, Math.max(finding.line, finding.endLine))
  return {
    ...finding,
    ...(cell !== undefined && { cell }),
    line,
    endLine: finding.endLine - shift,
    frame: { line: first - shift, lines: lines.slice(first - 1, last) },
  }
}

function parametersOf(best: Judged | undefined): ParameterReport[] {
  const words = { right: 'right', unreached: 'not reached', scaled: 'wrong', sign: 'wrong', wrong: 'wrong' } as const
  return (best?.results ?? []).map((r) => ({
    name: r.chain.name,
    status: words[r.status],
    relativeError: r.residual,
    ratio: r.ratio,
    relativeRatio: r.relative,
  }))
}

function notesOf(best: Judged): string[] {
  const { loss } = best.measured
  const notes: string[] = []
  if (!loss.stated)
    notes.push(`the script states no loss that its gradients follow; they are those of the ${loss.name} loss`)
  const share = best.results.find((r) => r.status === 'right')
  const factor = share === undefined ? 1 : share.ratio / share.rate
  if (loss.stated && share !== undefined && share.rate !== 1 && Math.abs(factor - 1) > 1e-5)
    notes.push(
      `all gradients are ${Number(factor.toPrecision(4))} times those of ${loss.name}; the learning rate absorbs that`,
    )
  return notes
}

/** How the script ended, where that is worth knowing. */
function endNotes({ trace, file }: Base): string[] {
  if (trace.error === undefined) return []
  return [`${raised(trace, trace.error, basename(file))}; what is said here is from before that`]
}
