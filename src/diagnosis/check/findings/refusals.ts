/** Why a script could not be analysed, in words and with its line. */

import type { Analysis } from '../analyse.ts'
import type { TraceRun } from '../trace/run.ts'

export function failureOf(reason: string): string {
  return reason
}

export function reasonFor(run: TraceRun, analysis: Analysis, timeoutMs: number): string | undefined {
  const { error, status } = run.trace
  if (error !== undefined && status === 'syntax')
    return `line ${error.frames[0]?.line ?? '?'}: ${error.kind}: ${error.message}`
  const seen = analysis.best !== undefined && analysis.best.results.length > 0
  if (seen) return analysis.best !== undefined ? blockedReason(analysis) : undefined
  if (run.flooded) return `the script printed more than ${Math.round(run.outputBytes / 1e6)} MB and was stopped`
  if (run.timedOut) return `the script was stopped after ${timeoutMs / 1000} s, before a training step was seen`
  if (error !== undefined) {
    const at = error.frames.at(-1)
    return `the script raised ${error.kind}: ${error.message}${at === undefined ? '' : ` (${at.file}, line ${at.line}, in ${at.function})`}`
  }
  if (status === 'memory' || run.exit === 'SIGKILL')
    return 'the script needed more memory than a check allows, or was killed'
  if (status === 'killed')
    return `Python ended unexpectedly (${run.exit})${run.stderr === '' ? '' : `: ${run.stderr.split('\n').slice(-2)[0]}`}`
  if (analysis.dependence.parameters.length === 0)
    return 'no training loop was found: nothing updates itself from what is computed with it'
  return 'no loss was found: nothing computed from the parameters meets a target'
}

/** An operation in the forward pass that cannot be differentiated hides everything before it. */
function blockedReason(analysis: Analysis): string | undefined {
  const { best, trace, tape } = analysis
  if (best === undefined || best.consistent || best.explained > 0) return undefined
  const [blocked] = best.measured.blocked
  if (blocked === undefined) return undefined
  const entry = tape.entry(blocked)
  const site = trace.sites[entry.site]
  return `line ${site?.line ?? '?'}: ${String(entry.params.name ?? entry.op)} is an operation whose derivative is not known here`
}
