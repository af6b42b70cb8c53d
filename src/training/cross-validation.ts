/** k-fold cross-validation: as many runs as folds, each validated on the samples that it was not trained on. */

import type { Dataset, DatasetSource } from '../data/index.ts'
import { checkNumber, checkOptions, type Network } from '../network/index.ts'
import { fit } from './fit.ts'
import type { FitOptions } from './fit-options.ts'
import { type EpochRecord, metricOf, type Run } from './history.ts'
import { datasetOf } from './use.ts'

export interface CrossValidationOptions {
  /** 5 where nothing is said. */
  folds?: number
  /** Keeps each class's share in every fold; true where the targets are classes. */
  stratify?: boolean
}

export interface Score {
  mean: number
  /** The deviation over the folds, with n − 1. */
  deviation: number
  /** One a fold. */
  values: number[]
}

export interface CrossValidation {
  runs: Run[]
  /** The validation figures of the epoch whose parameters each run kept: "validationLoss", "validationAccuracy", … */
  scores: Record<string, Score>
}

/**
 * Trains the network once for each fold.
 * @throws NablaError E-VALUE for fewer than two folds or more than samples; E-USAGE where a validation set is given; what
 *   `fit` throws.
 */
export async function crossValidate(
  network: Network,
  source: Dataset | DatasetSource,
  fitOptions: Omit<FitOptions, 'validation' | 'checkpoint' | 'resume'>,
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  checkOptions(options, ['folds', 'stratify'], 'crossValidate')
  const data = datasetOf(source)
  const { folds = 5, stratify = data.classNames !== undefined } = options
  checkNumber(folds, 'crossValidate, folds', { least: 2, most: data.count, whole: true })
  const runs: Run[] = []
  for (const fold of data.folds(folds, { seed: fitOptions.seed ?? 0, stratify })) {
    const validation = data.subset(fold.validation)
    runs.push(await fit(network, data.subset(fold.train), { ...fitOptions, validation }))
    if (fitOptions.signal?.aborted === true) break
  }
  return { runs, scores: scoresOf(runs) }
}

function keptRecord({ history, kept, best }: Run): EpochRecord | undefined {
  const epoch = kept === 'best' ? best?.epoch : undefined
  return history.find((record) => record.epoch === epoch) ?? history[history.length - 1]
}

function scoresOf(runs: readonly Run[]): Record<string, Score> {
  const records = runs.map(keptRecord).filter((record) => record !== undefined)
  const own = Object.keys(records[0]?.metrics ?? {}).filter((name) => name.startsWith('validation'))
  const names = ['validationLoss', 'validationAccuracy', ...own]
  const scores = names.map((name): [string, Score] | undefined => {
    const values = records.map((record) => metricOf(record, name)).filter((value) => value !== undefined)
    if (values.length === 0) return undefined
    const mean = values.reduce((sum, value) => sum + value / values.length, 0)
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return [name, { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)), values }]
  })
  return Object.fromEntries(scores.filter((score) => score !== undefined))
}
