/** Results as tables of text. */

import type { ContestResult, Measurement } from './rounds.ts'
import type { Summary } from './statistics.ts'

/** Three digits, with the unit that suits. */
export function formatSeconds(seconds: number): string {
  const [value, unit] = seconds < 1e-6 ? [seconds * 1e9, 'ns'] : seconds < 1e-1 ? [seconds * 1e6, 'µs'] : [seconds, 's']
  return `${formatNumber(value)} ${unit}`
}

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(value >= 1 ? 3 : 2)
}

const formatRange = ({ low, high }: Summary, format: (value: number) => string) => `${format(low)} … ${format(high)}`

const HEADINGS = ['', 'median', 'quartiles', 'GFLOP/s', 'ratio', 'quartiles', 'result']

function rowOf(measurement: Measurement): string[] {
  const { contestant, seconds, gflops, ratio, deviation, agrees } = measurement
  return [
    contestant,
    formatSeconds(seconds.median),
    formatRange(seconds, formatSeconds),
    gflops > 0 ? formatNumber(gflops) : '–',
    formatNumber(ratio.median),
    formatRange(ratio, formatNumber),
    agrees ? `agrees (${deviation.toExponential(0)})` : `DIFFERS (${deviation.toExponential(0)})`,
  ]
}

/** Columns as wide as their widest cell; the first and last to the left, the others to the right. */
export function layOut(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const cell = (text: string, column: number) =>
    column === 0 || column === widths.length - 1 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd()).join('\n')
}

export function formatContest({ title, measurements, absent }: ContestResult): string {
  const lines = [title, layOut([HEADINGS, ...measurements.map(rowOf)])]
  for (const { contestant, reason } of absent) lines.push(`  ${contestant}: not measured, ${reason}`)
  return lines.join('\n')
}
