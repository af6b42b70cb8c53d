/** Results as tables: cells first, then as text for a terminal or as Markdown. */

import type { GoalResult } from './goals.ts'
import { bestSettings, type ContestResult, type Measurement } from './measurement.ts'
import type { Summary } from './statistics.ts'

/** Three digits, with the unit that suits. */
export function formatSeconds(seconds: number): string {
  const [value, unit] =
    seconds < 1e-6
      ? [seconds * 1e9, 'ns']
      : seconds < 1e-3
        ? [seconds * 1e6, 'µs']
        : seconds < 1
          ? [seconds * 1e3, 'ms']
          : [seconds, 's']
  return `${formatNumber(value)} ${unit}`
}

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(value >= 1 ? 3 : 2)
}

const formatRange = ({ low, high }: Summary, format: (value: number) => string) => `${format(low)} … ${format(high)}`

/** Median and quartiles. */
const formatSummary = (summary: Summary, format: (value: number) => string) =>
  `${format(summary.median)} (${formatRange(summary, format)})`

export type Rows = readonly (readonly string[])[]

const HEADINGS = ['', 'median', 'quartiles', 'GFLOP/s', 'ratio', 'quartiles', 'CPU ratio', 'result']

/** `*` marks the best thread setting of those that have several. */
export function contestRows({ measurements, bytes }: ContestResult): Rows {
  const best = bestSettings(measurements)
  const most = Math.max(...measurements.map(({ rounds }) => rounds.length))
  const headings = bytes === undefined ? HEADINGS : HEADINGS.toSpliced(4, 0, 'GB/s')
  return [
    headings,
    ...measurements.map((measurement) => {
      const row = rowOf(measurement, best, most)
      return bytes === undefined ? row : row.toSpliced(4, 0, formatNumber(bytes / measurement.seconds.median / 1e9))
    }),
  ]
}

function rowOf(measurement: Measurement, best: ReadonlySet<string>, mostRounds: number): string[] {
  const { contestant, seconds, gflops, ratio, cpuRatio, rounds } = measurement
  const fewer = rounds.length < mostRounds ? `, ${rounds.length} of ${mostRounds} rounds` : ''
  return [
    best.has(contestant) ? `${contestant} *` : contestant,
    formatSeconds(seconds.median),
    formatRange(seconds, formatSeconds),
    gflops > 0 ? formatNumber(gflops) : '–',
    formatNumber(ratio.median),
    formatRange(ratio, formatNumber),
    cpuRatio === undefined ? '–' : formatNumber(cpuRatio.median),
    (measurement.note ?? formatResult(measurement)) + fewer,
  ]
}

const formatResult = ({ agrees, deviation }: Measurement) =>
  `${agrees ? 'agrees' : 'DIFFERS'} (${deviation.toExponential(0)})`

const MEASURES = { 'times faster': ' ×', 'share of the time': ' of the time', seconds: '' } as const

export function goalRows(goals: readonly GoalResult[]): Rows {
  return [
    ['goal', 'work', 'who', 'needed', 'found (quartiles)', 'CPU time', 'verdict'],
    ...goals.map(({ claim, work, measure, needed, who, value, cpu, verdict, busy }) => {
      const format = measure === 'seconds' ? formatSeconds : formatNumber
      const least = measure === 'times faster' ? '≥' : '≤'
      return [
        claim,
        work,
        who,
        `${least} ${format(needed)}${MEASURES[measure]}`,
        value === undefined ? '–' : formatSummary(value, format),
        cpu === undefined ? '–' : formatNumber(cpu.median),
        busy && value !== undefined ? `${verdict}, busy` : verdict,
      ]
    }),
  ]
}

/** How many goals are met, and so on. */
export function countVerdicts(goals: readonly GoalResult[]): string {
  const verdicts = ['met', 'open', 'not met', 'not measured'] as const
  const counts = verdicts.map((wanted) => ({ wanted, count: goals.filter(({ verdict }) => verdict === wanted).length }))
  return counts.flatMap(({ wanted, count }) => (count > 0 ? `${count} ${wanted}` : [])).join(', ')
}

/** Columns of figures stand to the right, others to the left. */
const isFigures = (body: Rows, column: number) => body.every((row) => /^[–\d≥≤]/.test(row[column] ?? ''))

/** Columns as wide as their widest cell. */
export function layOut(rows: Rows): string {
  const [headings = [], ...body] = rows
  const columns = headings.map((_, column) => ({
    width: Math.max(...rows.map((row) => (row[column] ?? '').length)),
    figures: isFigures(body, column),
  }))
  const line = (row: readonly string[]) =>
    columns.map(({ width, figures }, i) => (figures ? (row[i] ?? '').padStart(width) : (row[i] ?? '').padEnd(width)))
  return rows.map((row) => `  ${line(row).join('  ')}`.trimEnd()).join('\n')
}

export function layOutMarkdown(rows: Rows): string {
  const [headings = [], ...body] = rows
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = line(headings.map((_, column) => (isFigures(body, column) ? '--:' : '---')))
  return [line(headings), rule, ...body.map(line)].join('\n')
}

export function formatContest(contest: ContestResult): string {
  const lines = [contest.title, layOut(contestRows(contest))]
  for (const { contestant, reason } of contest.absent) lines.push(`  ${contestant}: not measured, ${reason}`)
  return lines.join('\n')
}
