/** Why a script could not be analysed, in words and with its line. */

import { basename } from 'node:path'
import type { Analysis } from '../analyse.ts'
import { sayWhere } from '../trace/location.ts'
import type { TraceRun } from '../trace/run.ts'
import type { ScriptError, Trace } from '../trace/trace.ts'

/** Libraries that compute: what they do leaves no trace in Python. */
const UNFOLLOWED = new Set(
  'autograd chainer cntk cupy flax haiku jax keras lasagne mindspore minitorch mxnet paddle tensorflow theano tinygrad torch'.split(
    ' ',
  ),
)
const FOLLOWS = 'nabla check follows NumPy and plain Python'

/** The reason, or undefined where enough was seen to judge. `path` is the script's. */
export function reasonFor(run: TraceRun, analysis: Analysis, timeoutMs: number, path: string): string | undefined {
  const { trace } = run
  const script = basename(path)
  if (trace.error !== undefined && trace.status === 'syntax') return unreadable(trace, trace.error, script)
  const seen = analysis.best !== undefined && analysis.best.results.length > 0
  if (seen) return analysis.best !== undefined ? blockedReason(analysis, script) : undefined
  return stopped(run, timeoutMs, script) ?? nothingFound(trace, analysis, script)
}

function unreadable(trace: Trace, error: ScriptError, script: string): string {
  const at = error.frames.at(-1)
  const where = at === undefined || at.line < 1 ? '' : `${sayWhere(trace, script, at)}: `
  if (error.kind === 'Unreadable') return `${where}${error.message}`
  const hint = /Missing parentheses in call to 'print'/.test(error.message)
    ? '. This is Python 2: convert it first, as 2to3 does'
    : ''
  return `${where}${error.kind}: ${error.message}${hint}`
}

/** What ended the script before a training step was seen. */
function stopped(run: TraceRun, timeoutMs: number, script: string): string | undefined {
  const { trace } = run
  if (run.flooded)
    return `the script printed more than ${Math.floor(run.outputBytes / 1e6)} MB and was stopped, before a training step was seen`
  if (run.timedOut)
    return `the script was stopped after ${timeoutMs / 1000} s, before a training step was seen: --timeout gives it longer`
  if (trace.error !== undefined) return raised(trace, trace.error, script)
  if (trace.status === 'limit')
    return 'the script computes so much before its first training step that the trace was stopped: try it with less data'
  if (trace.exit !== undefined && trace.exit !== 0) return endedItself(trace.exit, run.stderr)
  if (trace.status === 'killed') {
    const last = run.stderr.trimEnd().split('\n').at(-1)
    const memory = run.exit === 'SIGKILL' ? ', perhaps for want of memory' : ''
    return `Python ended unexpectedly (${run.exit})${memory}${last ? `: ${last}` : ''}`
  }
  return undefined
}

/** An error that the script raised, with its line. */
export function raised(trace: Trace, error: ScriptError, script: string): string {
  const at = error.frames.at(-1)
  const where = at === undefined ? '' : `${sayWhere(trace, script, at)}: `
  if (error.kind === 'Refused') return `${where}${error.message}`
  if (error.kind === 'MemoryError') return `${where}the script needs more memory than a check allows (4 GB)`
  if (error.kind === 'ModuleNotFoundError' && error.about !== undefined) {
    const [library = ''] = error.about.split('.')
    if (UNFOLLOWED.has(library))
      return `${where}the script computes with ${library}, which can't be followed: ${FOLLOWS}`
    return `${where}the script imports ${error.about}, which ${trace.python || 'this Python'} does not have: install it, or name another Python with --python`
  }
  return `${where}the script raised ${error.kind}${error.message === '' ? '' : `: ${error.message}`}`
}

function endedItself(status: number | string, stderr: string): string {
  const text = typeof status === 'string' ? status : (stderr.trimEnd().split('\n').at(-1) ?? '')
  const hint = /^usage: /m.test(stderr) ? '. Its arguments can be given after --' : ''
  const how = typeof status === 'number' ? ` with status ${status}` : ''
  return `the script ended itself${how} before a training step was seen${text === '' ? '' : `: ${text}`}${hint}`
}

function nothingFound(trace: Trace, analysis: Analysis, script: string): string {
  const library = trace.imports.find((i) => UNFOLLOWED.has(i.name))
  if (library !== undefined)
    return `${sayWhere(trace, script, library)}: the script computes with ${library.name}, which can't be followed: ${FOLLOWS}`
  if (analysis.dependence.parameters.length === 0)
    return `no training loop was found: nothing updates itself from what is computed with it${neverCalled(trace, script)}`
  return 'no loss was found: nothing computed from the parameters meets a target'
}

/** A function of the script that its text never names again may hold the training. */
function neverCalled(trace: Trace, script: string): string {
  const source = trace.sources.get(script) ?? ''
  for (const match of source.matchAll(/^(?:async )?def (\w+)/gm)) {
    const name = match[1] ?? ''
    if ((source.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0) > 1) continue
    const line = source.slice(0, match.index).split('\n').length
    return `. ${name} (${sayWhere(trace, script, { file: script, line })}) is never called`
  }
  return ''
}

/** An operation in the forward pass that cannot be differentiated hides everything before it. */
function blockedReason(analysis: Analysis, script: string): string | undefined {
  const { best, trace, tape, dependence } = analysis
  if (best === undefined || best.consistent || best.explained > 0) return undefined
  // What is drawn, a mask for instance, is computed from no parameter and hides nothing.
  const blocked = [...best.measured.blocked].find((node) => dependence.depends[node] !== 0)
  if (blocked === undefined) return undefined
  const entry = tape.entry(blocked)
  const site = trace.sites[entry.site]
  const where = site === undefined ? '' : `${sayWhere(trace, script, site)}: `
  return `${where}${String(entry.params.name ?? entry.op)} is an operation whose derivative is not known here`
}
