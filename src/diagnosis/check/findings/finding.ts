/** A repair (or the lack of one) in, a finding with its evidence out. */

import { formatNumber } from '../../../shared/index.ts'
import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import type { Repair } from '../repair/repair.ts'
import type { Located } from '../repair/situation.ts'
import { sayWhere } from '../trace/location.ts'
import type { Site } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { findingAt } from './at.ts'
import { type Evidence, evidenceOf } from './evidence.ts'
import { ABOUT, kindOf, messageOf } from './kinds.ts'
import { firstMismatch } from './mismatch.ts'

const scientific = (x: number) => (x === 0 ? '0' : x.toExponential(0))

/** The lines that a change touches, before and after. */
export function diffOf(source: string, span: readonly number[], text: string): { removed: string[]; added: string[] } {
  const lines = source.split('\n')
  const [first = 1, column = 0, last = 1, end = 0] = span
  const removed = lines.slice(first - 1, last)
  // Columns count characters, of which one may take two places in a string here.
  const head = [...(lines[first - 1] ?? '')].slice(0, column).join('')
  const tail = [...(lines[last - 1] ?? '')].slice(end).join('')
  return { removed: removed.map((l) => l.trimEnd()), added: (head + text + tail).split('\n').map((l) => l.trimEnd()) }
}

/** `w += -(…)` as an author would write it: `w -= …`. */
function asUpdate(
  diff: { removed: string[]; added: string[] },
  kind: string,
  text: string,
): { removed: string[]; added: string[] } {
  const [line] = diff.removed
  const match = line === undefined || diff.removed.length !== 1 ? null : /^(.*?) ([-+])= (.*)$/.exec(line)
  if (match === null || kind !== 'sign' || !text.startsWith('-') || !diff.added[0]?.endsWith(text)) return diff
  return { removed: diff.removed, added: [`${match[1]} ${match[2] === '+' ? '-' : '+'}= ${match[3]}`] }
}

/** What a statement makes: `grads["dW1"]`, or what it returns. */
export function subjectOf(source: string, site: Site): string {
  const line = source.split('\n')[site.line - 1] ?? ''
  const match = /^\s*([\w.[\]'"() +-]+?)\s*[-+*/]?=(?!=)/.exec(line.slice(site.column) || line)
  if (match?.[1] !== undefined) return match[1].trim()
  return site.kind === 'Return' ? `what ${site.function} returns` : 'this value'
}

export function findingOf(analysis: Analysis, judged: Judged, repair: Repair, seen?: Evidence): Finding {
  const { trial, suspect, edit } = repair
  const source = analysis.trace.sources.get(edit.file) ?? ''
  const site = analysis.trace.sites[suspect.site]
  const kind = kindOf(trial, judged, !suspect.backward, seen?.kind)
  const subject = site === undefined ? 'this value' : subjectOf(source, site)
  const [line, column, endLine, endColumn] = edit.span
  const worst = Math.max(0, ...repair.after.results.map((r) => (r.status === 'right' ? r.residual : 0)))
  const rightAfter = repair.after.results.filter((r) => r.status === 'right').length
  return {
    code: `C-${kind.toUpperCase()}`,
    kind,
    file: edit.file,
    line,
    column: column + 1,
    endLine,
    endColumn: endColumn + 1,
    message: messageOf(kind, subject, trial, judged),
    expected: edit.text,
    received: trial.row.replaced,
    fix: { ...asUpdate(diffOf(source, edit.span, edit.text), kind, edit.text), verified: true },
    evidence: [
      `before: ${judged.results
        .filter((r) => trial.fixed.includes(r.chain.id))
        .slice(0, 6)
        .map(
          (r) =>
            `${r.chain.name} ${r.status === 'wrong' ? `relative error ${r.residual.toPrecision(2)}` : `ratio ${Number(r.relative.toPrecision(4))}`}`,
        )
        .join(', ')}`,
      `checked: applying it, ${agreement(repair.after)}${rightAfter === 0 ? '' : ` (largest relative error ${scientific(worst)})`}`,
      ...(repair.alternatives.length > 0 ? [`the same could be mended at ${alternativesOf(analysis, repair)}`] : []),
      ...(seen === undefined ? [] : [seen.text]),
    ],
    parameters: repair.fixedNames,
    ...labelOf(judged, repair),
  }
}

/** The other places, `line 12, line 15`, with their file or cell where that is not the finding's own. */
function alternativesOf({ trace }: Analysis, { alternatives, edit }: Repair): string {
  const places = alternatives.map((a) => sayWhere(trace, edit.file, { file: a.suspect.file, line: a.row.span[0] }))
  return [...new Set(places)].slice(0, 3).join(', ')
}

function agreement({ results }: Judged): string {
  const right = results.filter((r) => r.status === 'right').length
  if (right === 0 && results.some((r) => r.status === 'sign')) return 'what is wrong still is the sign'
  if (results.length === 1)
    return right === 1 ? 'the gradient agrees with the true one' : 'the gradient does not agree yet'
  const share = right === results.length ? 'all' : right === 0 ? 'none of the' : `${right} of`
  return `${share} ${results.length} gradients agree with the true ones`
}

/** What the marked part is of the true gradient, where it is a multiple of that. */
function labelOf(judged: Judged, { trial, edit }: Repair): { label?: string } {
  const result = judged.results.find((r) => trial.fixed.includes(r.chain.id))
  if (result === undefined || trial.fixed.length !== 1 || result.status !== 'scaled') return {}
  const divisor = /\/ *([A-Za-z_][\w.]*)$/.exec(edit.text)?.[1]
  const times = formatNumber(result.relative)
  const factor = divisor !== undefined && result.relative > 1 ? `${divisor} = ${times}` : times
  const error = `(relative error after ÷${times}: ${scientific(result.residual)})`
  return { label: `is ${factor} times ∂${judged.measured.loss.name}/∂${result.chain.name} ${error}` }
}

/** A fault whose place and kind are known from what should have been computed there, though no small edit mends it. */
export function findingAtLocated(analysis: Analysis, judged: Judged, located: Located): Finding[] {
  const site = analysis.trace.sites[located.statement.site]
  if (site === undefined) return []
  const source = analysis.trace.sources.get(site.file) ?? ''
  const { kind, text } = evidenceOf(analysis, judged, located)
  const target = located.occurrences[0]?.target ?? -1
  const names = judged.results.filter((r) => located.fixed.includes(r.chain.id)).map((r) => r.chain.name)
  return findingAt(analysis, {
    kind,
    site: located.statement.site,
    message: `${subjectOf(source, site)} ${ABOUT[kind] ?? 'is not the gradient that is needed here'}`,
    expected: target < 0 ? 'the gradient' : `the gradient of ${describeTarget(analysis, target)}`,
    received: source.split('\n')[site.line - 1]?.trim() ?? '',
    evidence: [
      text,
      `with the true gradient in its place, ${names.slice(0, 6).join(', ')} ${names.length > 1 ? 'are' : 'is'} right`,
    ],
    parameters: names,
  })
}

/** A value of the forward pass as the script names it. */
function describeTarget({ trace, dependence, tape }: Analysis, node: number): string {
  const chain = dependence.parameters.find((c) => c.versions.some((v) => v.node === node))
  if (chain !== undefined) return chain.name
  const store = trace.events.find((e) => e.kind === 'store' && e.node === node)
  if (store !== undefined && store.kind === 'store') return String(store.key)
  return `what line ${trace.sites[tape.entry(node).site]?.line ?? '?'} computes`
}

export function unrepaired(analysis: Analysis, judged: Judged, explained: ReadonlySet<string>): Finding[] {
  const wrong = judged.results.filter(
    (r) => r.status !== 'right' && r.status !== 'unreached' && !explained.has(r.chain.name),
  )
  const mismatch = firstMismatch(analysis, judged)
  const turned = wrong.every((r) => r.status === 'sign')
  const site = analysis.trace.sites[mismatch?.suspect.site ?? -1]
  if (site === undefined || wrong.length === 0) return []
  const source = analysis.trace.sources.get(site.file) ?? ''
  return [
    {
      code: 'C-GRADIENT',
      kind: turned
        ? 'sign'
        : wrong.every((r) => r.status === 'scaled')
          ? 'scale'
          : mismatch?.localFactor
            ? 'wrong-activation-derivative'
            : 'gradient',
      file: site.file,
      line: site.line,
      column: site.column + 1,
      endLine: site.endLine,
      endColumn: site.endColumn + 1,
      message: turned
        ? `${subjectOf(source, site)} has the wrong sign: the update climbs the loss`
        : mismatch?.localFactor
          ? `${subjectOf(source, site)} is a right gradient times the derivative of another function than the one that the forward pass applies here`
          : `${subjectOf(source, site)} is where the gradients first go wrong: its inputs are right, and its result is the gradient of nothing in the forward pass`,
      expected: 'the gradient of the loss',
      received: source.split('\n')[site.line - 1]?.trim() ?? '',
      fix: null,
      evidence: wrong
        .slice(0, 8)
        .map(
          (r) =>
            `${r.chain.name}: relative error ${r.residual.toPrecision(2)}, ratio ${Number(r.relative.toPrecision(4))}`,
        ),
      parameters: wrong.map((r) => r.chain.name),
    },
  ]
}
