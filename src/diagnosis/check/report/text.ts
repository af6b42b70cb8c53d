/** A report in, what the terminal shows out. */

import { formatNumber } from '../../../shared/index.ts'
import type { CheckResult, Finding, ParameterReport } from '../types.ts'
import { explanationLines } from './explain-text.ts'
import { type Paint, plainPaint, printable, widthOf, wrapped } from './terminal.ts'

export interface TextOptions {
  /** Columns of the terminal; no line is broken where it is not given. */
  readonly width?: number
  /** Colours; none where it is not given. */
  readonly paint?: Paint
}

const MOST_PARAMETERS = 40
const INDENT = 4

/** What `nabla check` prints: a frame of code for each finding, its fix and its evidence; then the parameters. */
export function formatCheck(result: CheckResult, options: TextOptions = {}): string {
  const width = Math.max(20, options.width ?? Number.POSITIVE_INFINITY)
  const paint = options.paint ?? plainPaint
  const sheet: Sheet = { width, paint }
  if (result.verdict === 'unsupported') return `${refusal(result, sheet).join('\n')}\n`
  const blocks = result.findings.map((finding) => findingLines(finding, sheet))
  if (result.verdict === 'clean') blocks.push([cleanLine(result, sheet)])
  const ending = [...courseLines(result, sheet), ...parameterLines(result, sheet), ...noteLines(result, sheet)]
  if (result.explanation !== null) ending.push('', ...explanationLines(result.explanation, width, paint))
  const parts = blocks.map((lines) => lines.join('\n')).join('\n\n')
  return `${parts}\n${ending.join('\n')}\n`
}

interface Sheet {
  readonly width: number
  readonly paint: Paint
}

function refusal(result: CheckResult, { width, paint }: Sheet): string[] {
  const head = `? ${printable(result.file)}  can't be analysed: ${printable(result.reason ?? 'no reason is known')}`
  const lines = wrapped(head, width, INDENT).map((line, i) => (i === 0 ? paint.yellow(line) : line))
  if (result.traceback.length > 1) {
    lines.push(`${' '.repeat(INDENT)}${paint.dim('the way there:')}`)
    for (const at of result.traceback.slice(-8)) {
      const place = at.cell === undefined ? `line ${at.line}` : `cell ${at.cell}, line ${at.line}`
      lines.push(paint.dim(`${' '.repeat(INDENT)}${printable(`${at.file}, ${place}, in ${at.function}`)}`))
    }
  }
  return lines
}

function cleanLine(result: CheckResult, { paint }: Sheet): string {
  const { loss, lossLine } = result.roles
  const about = loss === null ? '' : ` (loss: ${loss}${lossLine === null ? '' : `, line ${lossLine}`})`
  return paint.green(printable(`✓ ${result.file}  the gradients are right${about}`))
}

export function placeOf(finding: Pick<Finding, 'file' | 'cell' | 'line' | 'column'>): string {
  const cell = finding.cell === undefined ? '' : `cell ${finding.cell}:`
  return `${finding.file}:${cell}${finding.line}:${finding.column}`
}

function findingLines(finding: Finding, sheet: Sheet): string[] {
  const { width, paint } = sheet
  const head = `✗ ${printable(placeOf(finding))}  ${printable(finding.message)}`
  const lines = wrapped(head, width, INDENT).map((line) => paint.bold(paint.red(line)))
  lines.push(...frameLines(finding, sheet))
  const pad = ' '.repeat(INDENT)
  if (finding.fix === null) {
    lines.push(...wrapped(`${pad}expected: ${printable(finding.expected)}`, width, INDENT + 10))
    lines.push(...wrapped(`${pad}received: ${printable(finding.received)}`, width, INDENT + 10))
  } else {
    const { removed, added } = unindented(finding.fix)
    removed.forEach((line, i) => {
      lines.push(`${pad}${i === 0 ? 'fix' : '   '} ${paint.red(`- ${printable(line)}`)}`)
    })
    for (const line of added) lines.push(`${pad}    ${paint.green(`+ ${printable(line)}`)}`)
  }
  for (const line of finding.evidence)
    lines.push(...wrapped(`${pad}${printable(line)}`, width, INDENT + (/^\w+: /.exec(line)?.[0].length ?? 2)))
  return lines
}

/** Both sides of a diff without the indentation that all their lines share. */
function unindented(fix: NonNullable<Finding['fix']>): { removed: string[]; added: string[] } {
  const all = [...fix.removed, ...fix.added].filter((line) => line.trim() !== '')
  const shared = Math.min(...all.map((line) => line.length - line.trimStart().length))
  const cut = (line: string) => line.slice(Math.min(shared, line.length))
  return { removed: fix.removed.map(cut), added: fix.added.map(cut) }
}

function frameLines(finding: Finding, { width, paint }: Sheet): string[] {
  const { frame } = finding
  if (frame === undefined) return []
  const digits = String(frame.line + frame.lines.length - 1).length
  const room = Math.max(12, width - digits - 7)
  const before = caretOf(finding, frame)
  // A long line is shown from where its marked part can be seen.
  const from = before.start + 8 < room ? 0 : before.start - Math.min(16, Math.floor(room / 3))
  const lines: string[] = []
  frame.lines.forEach((source, i) => {
    const number = frame.line + i
    const marked = number >= finding.line && number <= finding.endLine
    const text = cutTo(printable(source), from, room)
    const gutter = `  ${marked ? '❯' : ' '} ${String(number).padStart(digits)} │ `
    lines.push(`${marked ? paint.bold(gutter) : paint.dim(gutter)}${marked ? text : paint.dim(text)}`)
    if (number !== finding.line) return
    const carets = '^'.repeat(Math.max(1, Math.min(before.length, room - (before.start - from))))
    const label = finding.label === undefined ? '' : ` ${printable(finding.label)}`
    const head = `    ${' '.repeat(digits)} │ ${' '.repeat(before.start - from)}`
    if (widthOf(head + carets + label) <= width) lines.push(`${paint.dim(head)}${paint.red(carets + label)}`)
    else {
      lines.push(`${paint.dim(head)}${paint.red(carets)}`)
      const under = `    ${' '.repeat(digits)} │ `
      const rows = wrapped(label.trim(), Math.max(20, width - under.length), 0)
      for (const row of label === '' ? [] : rows) lines.push(`${paint.dim(under)}${paint.red(row)}`)
    }
  })
  return lines
}

/** Where the marked part begins on the screen, and how long it is there. */
function caretOf(finding: Finding, frame: NonNullable<Finding['frame']>): { start: number; length: number } {
  const characters = [...(frame.lines[finding.line - frame.line] ?? '')]
  const end = finding.endLine === finding.line ? finding.endColumn - 1 : characters.length
  const shown = (from: number, to: number) => widthOf(printable(characters.slice(from, to).join('')))
  return { start: shown(0, finding.column - 1), length: shown(finding.column - 1, Math.max(end, finding.column)) }
}

function cutTo(text: string, from: number, room: number): string {
  if (from === 0 && widthOf(text) <= room) return text
  const characters = [...text].slice(from)
  const head = from > 0 ? '…' : ''
  const kept = characters.slice(from > 0 ? 1 : 0)
  return (
    head + (kept.length <= room - head.length ? kept.join('') : `${kept.slice(0, room - head.length - 1).join('')}…`)
  )
}

/** What the change does to the loss, where both were run. */
function courseLines({ course }: CheckResult, { width }: Sheet): string[] {
  if (course === null) return []
  const [original, repaired] = [course.original.at(-1), course.repaired.at(-1)].map(sayLoss)
  const changes = 'with all changes'
  const text = `after ${course.steps.at(-1)} steps ${course.name} is ${repaired} instead of ${original}`
  const lines = wrapped(`${' '.repeat(INDENT)}checked: ${changes}, ${printable(text)}`, width, INDENT + 9)
  if (course.steps.length > 1) {
    const cells = [['step', 'original', 'repaired']]
    course.steps.forEach((step, i) => {
      cells.push([String(step), sayLoss(course.original[i]), sayLoss(course.repaired[i])])
    })
    const widths = [0, 1, 2].map((c) => Math.max(...cells.map((row) => (row[c] ?? '').length)))
    for (const row of cells)
      lines.push(`${' '.repeat(INDENT + 2)}${row.map((cell, c) => cell.padStart(widths[c] ?? 0)).join('   ')}`)
  }
  return lines
}

function sayLoss(value: number | null | undefined): string {
  return value === null || value === undefined ? 'not reached' : formatNumber(value)
}

function parameterLines({ parameters, verdict }: CheckResult, { width, paint }: Sheet): string[] {
  if (parameters.length === 0) return []
  const shown = parameters.slice(0, MOST_PARAMETERS)
  const more = parameters.length > shown.length ? [`  and ${parameters.length - shown.length} more`] : []
  return [...(verdict === 'clean' ? errorTable(shown, paint) : markRows(shown, width, paint)), ...more]
}

const MARKS = { right: '✓', wrong: '✗', 'not reached': '·' } as const

/** `✓ W2 ✓ b2   ✗ W1`: the right ones first. */
function markRows(parameters: readonly ParameterReport[], width: number, paint: Paint): string[] {
  const colour = { right: paint.green, wrong: paint.red, 'not reached': paint.dim }
  const order = ['right', 'not reached', 'wrong'] as const
  const groups = order.map((status) => parameters.filter((p) => p.status === status)).filter((g) => g.length > 0)
  const lines: string[] = []
  let [line, used] = [' ', 1]
  for (const [g, group] of groups.entries())
    for (const [i, parameter] of group.entries()) {
      const text = `${MARKS[parameter.status]} ${printable(parameter.name)}`
      const gap = i === 0 && g > 0 ? '   ' : ' '
      if (used > 1 && used + gap.length + widthOf(text) > width) {
        lines.push(line)
        line = ' '
        used = 1
      }
      line += `${used === 1 ? ' ' : gap}${colour[parameter.status](text)}`
      used += gap.length + widthOf(text)
    }
  return [...lines, line]
}

function errorTable(parameters: readonly ParameterReport[], paint: Paint): string[] {
  const longest = Math.max(...parameters.map((p) => widthOf(printable(p.name))))
  return parameters.map((p) => {
    const name = printable(p.name)
    const gap = ' '.repeat(longest - widthOf(name))
    const error =
      p.status === 'not reached' ? 'not reached by the loss' : `relative error ${p.relativeError.toExponential(1)}`
    return `  ${p.status === 'right' ? paint.green('✓') : paint.dim(MARKS[p.status])} ${name}${gap}  ${error}`
  })
}

function noteLines({ notes }: CheckResult, { width, paint }: Sheet): string[] {
  return notes.flatMap((note) => wrapped(`  note: ${printable(note)}`, width, 8).map((line) => paint.dim(line)))
}

/** 0 clean, 1 a fault was found, 3 cannot analyse. */
export function exitCodeOf(result: CheckResult): number {
  return { clean: 0, faulty: 1, unsupported: 3 }[result.verdict]
}
