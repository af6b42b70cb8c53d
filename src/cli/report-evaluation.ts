/** An evaluation as a user reads it: accuracy, or the loss where there are no classes, and the confusion matrix. */

import { formatCount, formatNumber, formatPercent } from '../shared/index.ts'
import type { Evaluation } from '../training/index.ts'
import { formatConfusion } from './confusion.ts'
import type { CommandContext } from './context.ts'
import { widthOf } from './io.ts'

/** `part` is what was evaluated: "test", "validation". */
export function printEvaluation(
  context: CommandContext,
  part: string,
  samples: string,
  evaluation: Evaluation,
  classNames: readonly string[] | undefined,
): void {
  const { loss, accuracy, count, confusion } = evaluation
  const { bold } = context.colors
  const of = `on ${formatCount(count)} ${samples}`
  if (accuracy === undefined) context.print(`${part} loss ${bold(formatNumber(loss))} ${of}`)
  else context.print(`${part} accuracy ${bold(formatPercent(accuracy))} ${of} (loss ${formatNumber(loss)})`)
  if (confusion === undefined) return
  const names = confusion.map((_, index) => classNames?.[index] ?? String(index))
  context.print('')
  context.print('true class by row, answered class by column:')
  for (const line of formatConfusion(confusion, names, widthOf(context.io.stdout))) context.print(line)
}
