/** The figures as Markdown, written between two marks of a page. Enters: the data; leaves: tables and links to charts. */

import { readFileSync } from 'node:fs'
import { UsageError } from './arguments.ts'
import { renderChart } from './charts.ts'
import type { BenchDocument } from './document.ts'
import { formatMachine } from './machine.ts'
import { type ContestResult, fastest, type ItemResult, type Measurement } from './measurement.ts'
import { ratioByRound } from './statistics.ts'
import { countVerdicts, formatNumber, formatSeconds, goalRows, layOutMarkdown, type Rows } from './table.ts'

const [OPEN, CLOSE] = ['<!-- figures: written by npm run bench -- --figures -->', '<!-- /figures -->']

/** The page with these figures in place of those it has. @throws UsageError where it has no place for them. */
export function placeFigures(path: string, figures: string): string {
  let page: string
  try {
    page = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--figures ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const [start, end] = [page.indexOf(OPEN), page.indexOf(CLOSE)]
  if (start < 0 || end < start) {
    throw new UsageError(`--figures ${path}: expected the lines "${OPEN}" and "${CLOSE}", between which figures go.`)
  }
  return `${page.slice(0, start + OPEN.length)}\n\n${figures}\n\n${page.slice(end)}`
}

export function writeMarkdown(document: BenchDocument): string {
  const { machine, date, load, rounds, contestants, missing, goals, items } = document
  const loads = `${load.start.toFixed(1)} at the start, ${load.end.toFixed(1)} at the end`
  const who = contestants.map(({ name, description }) => `${name} (${description})`)
  const absent = missing.map(({ contestant, reason }) => `${contestant} (${reason})`)
  const goalsPart = [
    '### What was to be reached',
    `${countVerdicts(goals)}. A goal is met, or not met, where both quartiles say so, and open where they disagree.`,
    layOutMarkdown(goalRows(goals)),
  ]
  return [
    `${date.slice(0, 10)}, ${formatMachine(machine)}. Rounds: ${rounds}. Load average ${loads}; others kept ${load.othersCores.toFixed(1)} cores busy during the rounds.`,
    ...document.warnings.map((warning) => `> **${warning}**`),
    `Took part: ${who.join('; ')}.${absent.length === 0 ? '' : ` Missing: ${absent.join('; ')}.`}`,
    ...(goals.length === 0 ? [] : goalsPart),
    ...items.flatMap(writeItem),
  ].join('\n\n')
}

function writeItem(item: ItemResult): string[] {
  if (item.contests.length === 0) return []
  const chart = renderChart(item)
  const heading = `### ${chart?.title ?? `Item \`${item.item}\``}`
  if (chart === undefined) return [heading, layOutMarkdown(familyRows(item.contests)), ...listAbsent(item.contests)]
  const tables = chart.tables.flatMap(({ caption, rows }) => [`${caption}:`, layOutMarkdown(rows)])
  const details = ['<details><summary>The same as tables</summary>', ...tables, '</details>']
  return [heading, `![${chart.title}](${chart.file})`, ...details]
}

/** A row for each contest, a column for each family: of the first its time, of the others how many times as long. */
function familyRows(contests: readonly ContestResult[]): Rows {
  const families = [...new Set(contests.flatMap(({ measurements }) => measurements.map(({ family }) => family)))]
  const [first = '', ...others] = families
  const rows = contests.map(({ title, measurements }) => {
    const best = families.map((family) => fastest(measurements.filter((each) => each.family === family)))
    const reference = best[0]
    const cells = best.slice(1).map((each) => (each === undefined ? '–' : formatOther(each, reference)))
    return [title, reference === undefined ? '–' : formatFirst(reference), ...cells]
  })
  return [['work', `${first}, best setting`, ...others.map((family) => `${family}, times as long`)], ...rows]
}

const settingOf = ({ contestant, family }: Measurement) => contestant.slice(family.length)
const remark = ({ agrees }: Measurement) => (agrees ? '' : ', differs')

function formatFirst(measurement: Measurement): string {
  const { seconds, gflops } = measurement
  const rate = gflops > 0 ? `, ${formatNumber(gflops)} GFLOP/s` : ''
  return `${formatSeconds(seconds.median)}${rate}${settingOf(measurement)}${remark(measurement)}`
}

function formatOther(measurement: Measurement, reference: Measurement | undefined): string {
  if (reference === undefined) return `${formatSeconds(measurement.seconds.median)}${settingOf(measurement)}`
  const { median, low, high } = ratioByRound(measurement.rounds, reference.rounds)
  const quartiles = `(${formatNumber(low)} … ${formatNumber(high)})`
  return `${formatNumber(median)} ${quartiles}${settingOf(measurement)}${remark(measurement)}`
}

/** Each reason once. */
function listAbsent(contests: readonly ContestResult[]): string[] {
  const reasons = new Map<string, string[]>()
  for (const { title, absent } of contests) {
    for (const { contestant, reason } of absent) {
      const key = `${contestant}: ${reason}`
      reasons.set(key, [...(reasons.get(key) ?? []), title])
    }
  }
  const lines = [...reasons].map(([said, titles]) => `- ${said} (${titles.join('; ')})`)
  return lines.length === 0 ? [] : ['Not measured:', lines.join('\n')]
}
