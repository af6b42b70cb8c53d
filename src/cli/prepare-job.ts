/** From the command line to all that a training run is made of. */

import type { Loss, Network, Optimizer } from '../network/index.ts'
import { NablaError } from '../shared/index.ts'
import { buildNetwork, chooseLoss, chooseOptimizer } from './build-network.ts'
import type { CommandContext } from './context.ts'
import { loadTrainingData, type TrainingData } from './load-data.ts'
import { readSettingsFile } from './run-config.ts'
import { resolveSettings, type TrainSettings } from './train-settings.ts'

/** All that a run is made of, checked. */
export interface Job {
  dataName: string
  settings: TrainSettings
  data: TrainingData
  loss: Loss
  network: Network
  optimizer: Optimizer
}

/**
 * Settings, data and network of a run.
 * @throws NablaError for settings, files and data that are wrong; E-USAGE where nothing is named to train on.
 */
export async function prepareJob(
  context: CommandContext,
  given: string | undefined,
  flags: Readonly<Record<string, unknown>>,
): Promise<Job> {
  const file = typeof flags.config === 'string' ? await readSettingsFile(flags.config) : undefined
  const resolved = resolveSettings(flags, context.io.env, file)
  const dataName = given ?? file?.data
  if (dataName === undefined) throw missingData()
  const { settings } = resolved
  const optimizer = chooseOptimizer(resolved)
  const data = await loadTrainingData(dataName, settings)
  for (const note of data.notes) context.note(note)
  const loss = chooseLoss(settings, data.train)
  return { dataName, settings, data, loss, network: buildNetwork(settings, data.train, loss), optimizer }
}

function missingData(): NablaError {
  return new NablaError({
    code: 'E-USAGE',
    where: 'nabla train',
    expected: 'what to train on: mnist, or the path of a CSV file',
    received: 'nothing',
    fix: 'write nabla train mnist, or nabla train FILE.csv --target COLUMN.',
  })
}
