/** What `fit` is given, checked and filled in before anything is built. */

import type { Backend } from '../backend/index.ts'
import type { Dataset, DatasetSource } from '../data/index.ts'
import {
  type Clipping,
  checkClipping,
  checkNumber,
  checkOptions,
  type Loss,
  lossInput,
  type Network,
  Network as NetworkClass,
  type Optimizer,
  type OptimizerName,
  optimizerByName,
  type Regularizer,
  regularizerOf,
  showValue,
} from '../network/index.ts'
import { NablaError } from '../shared/index.ts'
import { type BackendLike, backendOf } from './device.ts'
import type { EpochRecord, Progress } from './history.ts'
import type { ParameterValues } from './model.ts'
import { checkInputs, checkTargets, type TargetSpec } from './targets.ts'
import { datasetOf } from './use.ts'

export interface StepRecord {
  epoch: number
  /** Counted from 1 over all epochs. */
  step: number
  /** The mean over the step's batch. */
  loss: number
  learningRate: number
}

export interface FitOptions {
  loss: Loss
  /** An optimiser, or the name of one with its default learning rate. */
  optimizer: Optimizer | OptimizerName
  /** 10 where nothing is said. */
  epochs?: number
  /** Samples a step; 32 where nothing is said. */
  batchSize?: number | 'all'
  /** A data set, or the share of `data` that is kept apart for it. */
  validation?: Dataset | DatasetSource | number
  /** Decides initial weights, the order of samples, dropout and the validation split; 0 where nothing is said. */
  seed?: number
  backend?: BackendLike
  regularizer?: Regularizer
  clip?: Clipping
  /** False keeps the order of the data set. */
  shuffle?: boolean
  /** Parameters to start from: a model's, to train it further. */
  initial?: ParameterValues
  /** Stops the run after the step that is under way; what was learnt is kept. */
  signal?: AbortSignal
  /** Some ten times a second. */
  onProgress?: (progress: Progress) => void
  /** After every step; reads the loss back each time. */
  onStep?: (record: StepRecord) => void
  /** After every epoch; waited for. */
  onEpoch?: (record: EpochRecord) => void | Promise<void>
}

const OPTIONS = [
  'loss',
  'optimizer',
  'epochs',
  'batchSize',
  'validation',
  'seed',
  'backend',
  'regularizer',
  'clip',
  'shuffle',
  'initial',
  'signal',
  'onProgress',
  'onStep',
  'onEpoch',
]

/** Options with everything filled in. */
export interface FitPlan {
  readonly network: Network
  readonly data: Dataset
  readonly validation: Dataset | undefined
  readonly targets: TargetSpec
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly epochs: number
  readonly batchSize: number
  readonly seed: number
  readonly shuffle: boolean
  readonly backend: Backend
  readonly given: FitOptions
}

/** @throws NablaError E-USAGE, E-NAME, E-VALUE for an option; E-SHAPE, E-DATA where data, network and loss do not fit. */
export function planFit(network: Network, source: Dataset | DatasetSource, options: FitOptions): FitPlan {
  if (!(network instanceof NetworkClass))
    throw wrongKind('fit', 'a network', network, 'write fit(network({ input: [784] }, …), data, …).')
  checkOptions(options, OPTIONS, 'fit')
  const loss = checkLoss(options.loss)
  const optimizer = checkOptimizer(options.optimizer)
  const epochs = checkNumber(options.epochs ?? 10, 'fit, epochs', { least: 1, whole: true })
  const seed = checkNumber(options.seed ?? 0, 'fit, seed', { least: 0, whole: true })
  if (options.clip !== undefined) checkClipping(options.clip, 'fit, clip')
  if (options.regularizer !== undefined) regularizerOf(options.regularizer, 'fit, regularizer')
  lossInput(loss, network)
  const whole = datasetOf(source)
  const [data, validation] = splitValidation(whole, options.validation, seed)
  checkInputs(network, data)
  const targets = checkTargets(network, loss, data)
  if (validation !== undefined) checkValidation(network, loss, validation, targets)
  return {
    network,
    data,
    validation,
    targets,
    loss,
    optimizer,
    epochs,
    batchSize: checkBatchSize(options.batchSize ?? 32, data.count),
    seed,
    shuffle: options.shuffle ?? true,
    backend: backendOf(options.backend),
    given: options,
  }
}

function wrongKind(where: string, expected: string, received: unknown, fix: string): NablaError {
  return new NablaError({ code: 'E-USAGE', where, expected, received: showValue(received), fix })
}

export function checkLoss(loss: unknown): Loss {
  if (typeof loss === 'object' && loss !== null && 'perSample' in loss) return loss as Loss
  const fix = typeof loss === 'function' ? `call it: ${loss.name}().` : 'write loss: crossEntropy(), mse() or another.'
  throw wrongKind('loss', 'a loss', loss, fix)
}

export function checkOptimizer(optimizer: unknown): Optimizer {
  if (typeof optimizer === 'string') return optimizerByName(optimizer)
  if (typeof optimizer === 'object' && optimizer !== null && 'stepScalars' in optimizer) return optimizer as Optimizer
  const fix = typeof optimizer === 'function' ? `call it: ${optimizer.name}(1e-3).` : 'write optimizer: adam(1e-3).'
  throw wrongKind('optimizer', 'an optimiser, or the name of one', optimizer, fix)
}

function checkBatchSize(batchSize: unknown, count: number): number {
  if (batchSize === 'all') return count
  const fix = "give how many samples a step takes, such as 32, or 'all'."
  return Math.min(count, checkNumber(batchSize, 'fit, batchSize', { least: 1, whole: true }, fix))
}

function splitValidation(
  data: Dataset,
  validation: FitOptions['validation'],
  seed: number,
): [Dataset, Dataset | undefined] {
  if (validation === undefined) return [data, undefined]
  if (typeof validation !== 'number') return [data, datasetOf(validation)]
  const fix = 'give the share to keep apart, such as 0.1, or a data set.'
  checkNumber(validation, 'fit, validation', { least: 0, most: 1, open: 'both' }, fix)
  const [train, held] = data.split(1 - validation, { seed })
  return [train, held]
}

function checkValidation(network: Network, loss: Loss, validation: Dataset, targets: TargetSpec): void {
  checkInputs(network, validation)
  const found = checkTargets(network, loss, validation)
  if (found.kind === targets.kind) return
  throw new NablaError({
    code: 'E-DATA',
    where: `validation data set "${validation.name}"`,
    expected: `targets of the kind that the training data has: ${targets.kind}`,
    received: found.kind,
    fix: 'give both data sets labels, or both targets.',
  })
}
