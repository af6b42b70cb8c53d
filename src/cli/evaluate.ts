/** `nabla evaluate <run>`: a saved model's loss, accuracy and confusion matrix on test data. */

import { evaluate } from '../training/index.ts'
import { chooseBackend } from './choose-backend.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { printEvaluation } from './report-evaluation.ts'
import { loadRun, loadTestData } from './saved-run.ts'

export const EVALUATE_SCHEMA = 'nabla.evaluate/1'

export async function evaluateRun(
  context: CommandContext,
  directory: string,
  flags: { data?: string; backend?: string },
): Promise<number> {
  const run = await loadRun(directory)
  const { data, samples } = await loadTestData(run, flags.data)
  const { classNames } = run.model
  const evaluation = await evaluate(run.model, data, { backend: chooseBackend(context, flags.backend) })
  printEvaluation(context, 'test', samples, evaluation, classNames)
  context.document(EVALUATE_SCHEMA, { run: directory, data: data.name, ...evaluation, classNames: classNames ?? null })
  return EXIT.fine
}
