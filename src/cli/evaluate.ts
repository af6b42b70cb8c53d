/** `nabla evaluate <run>`: a saved model's loss, accuracy and confusion matrix on test data. */

import { experimentOf, loadRun, loadTestData, metricsField } from '../experiment/node.ts'
import { formatNumber } from '../shared/index.ts'
import { evaluate } from '../training/index.ts'
import { type BackendFlags, chooseBackend } from './choose-backend.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { readFlag } from './read-flag.ts'
import { printEvaluation } from './report-evaluation.ts'

export const EVALUATE_SCHEMA = 'nabla.evaluate/1'

export async function evaluateRun(
  context: CommandContext,
  directory: string,
  flags: { data?: string; metrics?: string } & BackendFlags,
): Promise<number> {
  const run = await loadRun(directory)
  const { experiment } = await experimentOf(run)
  const metrics = flags.metrics === undefined ? experiment.metrics : readFlag(metricsField, flags.metrics, '--metrics')
  const { data, samples } = await loadTestData(run, flags.data)
  const { classNames } = run.model
  const backend = chooseBackend(context, flags)
  const evaluation = await evaluate(run.model, data, { ...backend, ...(metrics.length > 0 ? { metrics } : {}) })
  printEvaluation(context, 'test', samples, evaluation, classNames)
  for (const [name, value] of Object.entries(evaluation.metrics ?? {})) context.print(`${name} ${formatNumber(value)}`)
  context.document(EVALUATE_SCHEMA, { run: directory, data: data.name, ...evaluation, classNames: classNames ?? null })
  return EXIT.fine
}
