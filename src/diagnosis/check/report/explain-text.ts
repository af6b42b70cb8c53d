/** An explanation in, its lines for a terminal out. */

import { formatNumber } from '../../../shared/index.ts'
import type { ExplainedStep, Explanation, StatementText } from '../types.ts'
import { type Paint, printable, wrapped } from './terminal.ts'

export const AGREEMENT_MARKS = { agrees: '✓', proportional: '≈', update: '✓', differs: '✗', 'not found': '·' } as const

export function explanationLines(explanation: Explanation, width: number, paint: Paint): string[] {
  const lines = [
    paint.bold(
      `the true backward pass, from ∂${printable(explanation.loss)}/∂${printable(explanation.loss)} = 1 down, beside the script's`,
    ),
  ]
  for (const step of explanation.steps) {
    const shape = `[${step.shape.join(', ')}]`
    const alike = step.times > 1 ? `, ${step.times} alike` : ''
    lines.push('', ...wrapped(paint.dim(`    ${sayStatement(step.forward)}`), width, 8))
    lines.push(
      ...wrapped(
        `  ∂${printable(explanation.loss)}/∂${printable(step.of)} = ${printable(step.formula)}   ${shape}${alike}`,
        width,
        8,
      ),
    )
    const colour = {
      agrees: paint.green,
      proportional: paint.yellow,
      update: paint.green,
      differs: paint.red,
      'not found': paint.dim,
    }[step.agreement]
    lines.push(...wrapped(`  ${AGREEMENT_MARKS[step.agreement]} ${agreementText(step)}`, width, 8).map(colour))
  }
  return lines
}

export function agreementText(step: ExplainedStep): string {
  if (step.script === null) return 'nothing that the script keeps is this gradient'
  const statement = sayStatement(step.script)
  if (step.agreement === 'agrees') return statement
  if (step.agreement === 'proportional')
    return `${statement}   (${formatNumber(Number((step.factor ?? 1).toPrecision(4)))} times it)`
  if (step.agreement === 'update')
    return `${statement}   (adds ${formatNumber(Number((step.factor ?? 1).toPrecision(4)))} times it)`
  return `${statement}   (its value is another)`
}

function sayStatement(statement: StatementText | null): string {
  if (statement === null) return ''
  const place =
    statement.cell === undefined ? `line ${statement.line}` : `cell ${statement.cell}, line ${statement.line}`
  return printable(`${place}: ${statement.text}`)
}
