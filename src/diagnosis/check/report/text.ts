/** A report in, what the terminal shows out. */

import type { CheckResult, Finding } from '../types.ts'

/** `sources` gives the script's text, for the lines around a finding. */
export function formatCheck(result: CheckResult, source: (file: string) => string | undefined): string {
  if (result.verdict === 'unsupported')
    return `? ${result.file}  cannot analyse this: ${result.reason ?? 'no reason known'}\n`
  const parts = result.findings.map((f) => formatFinding(f, source(f.file) ?? ''))
  if (result.verdict === 'clean')
    parts.push(
      `✓ ${result.file}  the gradients are right${result.roles.loss ? ` (loss: ${result.roles.loss}${result.roles.lossLine ? `, line ${result.roles.lossLine}` : ''})` : ''}\n`,
    )
  const table = result.parameters
    .slice(0, 24)
    .map(
      (p) =>
        `  ${p.status === 'right' ? '✓' : p.status === 'wrong' ? '✗' : '·'} ${p.name}  relative error ${p.relativeError.toExponential(1)}`,
    )
  const more = result.parameters.length > 24 ? [`  and ${result.parameters.length - 24} more`] : []
  const notes = result.notes.map((n) => `  note: ${n}`)
  return `${[...parts, ...table, ...more, ...notes].join('\n')}\n`
}

function formatFinding(finding: Finding, source: string): string {
  const lines = source.split('\n')
  const width = String(finding.endLine + 1).length
  const gutter = (n: number, mark: string) => `  ${mark} ${String(n).padStart(width)} │ ${lines[n - 1] ?? ''}`
  const shown = [`✗ ${finding.file}:${finding.line}:${finding.column}  ${finding.message}`]
  if (finding.line > 1) shown.push(gutter(finding.line - 1, ' '))
  shown.push(gutter(finding.line, '❯'))
  const end = finding.endLine === finding.line ? finding.endColumn - 1 : (lines[finding.line - 1] ?? '').length
  shown.push(
    `    ${' '.repeat(width)} │ ${' '.repeat(finding.column - 1)}${'^'.repeat(Math.max(1, end - finding.column + 1))}`,
  )
  if (finding.fix !== null) {
    finding.fix.removed.forEach((l, i) => void shown.push(`${i === 0 ? '    fix' : '       '} - ${l.trim()}`))
    for (const l of finding.fix.added) shown.push(`        + ${l.trim()}`)
  } else shown.push(`    expected: ${finding.expected}`, `    received: ${finding.received}`)
  for (const line of finding.evidence) shown.push(`    ${line}`)
  return `${shown.join('\n')}\n`
}

/** 0 clean, 1 a fault was found, 3 cannot analyse. */
export function exitCodeOf(result: CheckResult): number {
  return { clean: 0, faulty: 1, unsupported: 3 }[result.verdict]
}
