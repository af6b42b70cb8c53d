/** A report in, what a terminal shows out. */

import { formatCount, formatNumber } from '../../shared/index.ts'
import { type Paint, plainPaint, printable, wrapped } from '../check/report/terminal.ts'
import type { BackwardFinding, BackwardReport, GradientReport } from './types.ts'

export interface FormatBackwardOptions {
  /** Columns of the terminal; no line is broken where it is not given. */
  readonly width?: number
  /** Colours; none where it is not given. */
  readonly paint?: Paint
}

const INDENT = 4

/** The report as text: the findings, then each gradient, then the notes. Ends with a line break. */
export function formatBackward(report: BackwardReport, options: FormatBackwardOptions = {}): string {
  const width = Math.max(20, options.width ?? Number.POSITIVE_INFINITY)
  const paint = options.paint ?? plainPaint
  const blocks = report.findings.map((finding) => findingLines(finding, width, paint).join('\n'))
  if (report.verdict === 'clean')
    blocks.push(paint.green(`✓ the gradients are right (loss ${formatNumber(report.loss)})`))
  if (report.verdict === 'unsupported') blocks.push(paint.yellow('? nothing could be compared'))
  const places = `${report.points} point${report.points > 1 ? 's' : ''}`
  const work = `  compared at ${places}, in ${formatCount(report.evaluations)} calls of forward()`
  const notes = report.notes.flatMap((note) => wrapped(`  note: ${printable(note)}`, width, 8))
  return `${blocks.join('\n\n')}\n${[...report.gradients.map((one) => gradientLine(one, paint)), ...notes, paint.dim(work)].join('\n')}\n`
}

function findingLines(finding: BackwardFinding, width: number, paint: Paint): string[] {
  const lines = wrapped(`✗ ${printable(finding.message)}`, width, INDENT).map((line) => paint.bold(paint.red(line)))
  const add = (text: string) => lines.push(...wrapped(`${' '.repeat(INDENT)}${printable(text)}`, width, INDENT + 2))
  if (finding.where !== null) add(`where: ${finding.where}`)
  add(`fix: ${finding.fix}`)
  for (const line of finding.evidence) add(line)
  return lines
}

const MARKS = { right: '✓', wrong: '✗', 'not checked': '·' } as const

function gradientLine(gradient: GradientReport, paint: Paint): string {
  const { name, shape, status, relation, relativeError, elements, compared, directions } = gradient
  const colour = { right: paint.green, wrong: paint.red, 'not checked': paint.yellow }[status]
  const error = relativeError === null ? '' : `  relative error ${formatNumber(relativeError, 2)}`
  const ratio = gradient.ratio === null || relation !== 'scale' ? '' : `  ratio ${formatNumber(gradient.ratio)}`
  const part =
    compared < elements
      ? `  ${formatCount(compared)} of ${formatCount(elements)} elements, ${directions} directions`
      : ''
  const kind = status === 'wrong' ? `  ${relation}` : ''
  const size = shape.length === 0 ? '' : ` [${shape.join(', ')}]`
  return `  ${colour(MARKS[status])} ${printable(name)}${size}${kind}${error}${ratio}${part}`
}
