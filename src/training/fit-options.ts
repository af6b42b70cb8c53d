/** What `fit` is given, checked and filled in before anything is built. */

import type { Backend } from '../backend/index.ts'
import type { Dataset, StreamedDataset } from '../data/index.ts'
import {
  type Clipping,
  checkClipping,
  checkNumber,
  checkOptions,
  constantRate,
  type Loss,
  lossInput,
  Network,
  type Optimizer,
  type OptimizerName,
  optimizerByName,
  type Regularizer,
  regularizerOf,
  type Schedule,
  showValue,
} from '../network/index.ts'
import { NablaError } from '../shared/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type ClassWeights, classWeightsOf } from './class-weights.ts'
import { hasAccuracy } from './correct.ts'
import { type BackendLike, backendOf } from './device.ts'
import type { EpochRecord, Progress } from './history.ts'
import type { Metric } from './metric.ts'
import { type MetricLike, metricsOf, validationName } from './metrics.ts'
import type { ParameterValues } from './model.ts'
import {
  checkWatched,
  planStopping,
  type Stopping,
  type StoppingPlan,
  usualMetric,
  type Watchable,
} from './stopping.ts'
import { checkInputs, checkTargets, type TargetSpec } from './targets.ts'
import { type DataLike, dataOf } from './use.ts'

export interface StepRecord {
  /** Counted from 1. */
  epoch: number
  /** Counted from 1 over all epochs. */
  step: number
  /** The mean over the step's batch. */
  loss: number
  learningRate: number
}

export interface DeviceRecord {
  /** "native", "wasm". */
  backend: string
  /** "wasm, 2 threads, 128-bit SIMD". */
  description: string
  /** Why it is this one, where there was a choice. */
  reason?: string
}

/** Where checkpoints go, and how often. `checkpointFolder` of the Node door makes one that writes files. */
export interface CheckpointSink {
  /** Steps from one checkpoint to the next. */
  everySteps?: number | undefined
  /** Seconds from one checkpoint to the next. */
  everySeconds?: number | undefined
  save(checkpoint: Checkpoint): void | Promise<void>
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
  validation?: DataLike | number
  /** Decides initial weights, the order of samples, dropout and the validation split; 0 where nothing is said. */
  seed?: number
  backend?: BackendLike
  /** For a backend given by its name; NABLA_THREADS, else the machine's cores, where nothing is said. */
  threads?: number
  /** Further metrics, by value or by name: each epoch, for training and validation. */
  metrics?: readonly MetricLike[]
  /** What the learning rate is multiplied by as the run goes on. */
  schedule?: Schedule
  /** When to stop before the last epoch. */
  stopping?: Stopping
  regularizer?: Regularizer
  clip?: Clipping
  /** How much the samples of each class count in the training loss; sample weights are part of the data set. */
  classWeights?: ClassWeights
  /** False keeps the order of the data. A sequential stream is shuffled in its `shuffleBuffer`. */
  shuffle?: boolean
  /** Parameters to start from: a model's, to train it further. */
  initial?: ParameterValues
  checkpoint?: CheckpointSink
  /** Goes on where a checkpoint of the same run was made, to the same bits. */
  resume?: Checkpoint
  /** Stops the run after the step that is under way; what was learnt is kept. */
  signal?: AbortSignal
  /** What the run is computed by, once that is decided. */
  onDevice?: (device: DeviceRecord) => void
  /** Some ten times a second. */
  onProgress?: (progress: Progress) => void
  /** After every step; reads the loss back each time. */
  onStep?: (record: StepRecord) => void
  /** After every epoch; waited for. */
  onEpoch?: (record: EpochRecord) => void | Promise<void>
}

const OPTIONS: readonly (keyof FitOptions)[] = [
  ...(['loss', 'optimizer', 'epochs', 'batchSize', 'validation', 'seed', 'metrics', 'schedule'] as const),
  ...(['stopping', 'regularizer', 'clip', 'classWeights', 'shuffle', 'initial', 'checkpoint', 'resume'] as const),
  ...(['backend', 'threads', 'signal', 'onDevice', 'onProgress', 'onStep', 'onEpoch'] as const),
]

/** Options with everything filled in. */
export interface FitPlan {
  readonly network: Network
  readonly data: Dataset | StreamedDataset
  readonly validation: Dataset | StreamedDataset | undefined
  readonly targets: TargetSpec
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly schedule: Schedule
  /** The metric that the schedule watches, if it watches one. */
  readonly scheduleMetric: { readonly name: string; readonly better: 'higher' | 'lower' } | undefined
  readonly stopping: StoppingPlan
  readonly metrics: readonly Metric[]
  readonly classWeights: Float64Array | undefined
  readonly epochs: number
  readonly batchSize: number
  readonly seed: number
  readonly shuffle: boolean
  readonly backend: Backend
  readonly given: FitOptions
}

/** @throws NablaError E-USAGE, E-NAME, E-VALUE for an option; E-SHAPE, E-DATA where data, network and loss do not fit. */
export function planFit(network: Network, source: DataLike, options: FitOptions): FitPlan {
  if (!(network instanceof Network)) {
    throw wrongKind('fit', 'a network', network, 'write fit(network({ input: [784] }, …), data, …).')
  }
  checkOptions(options, OPTIONS, 'fit')
  const loss = checkLoss(options.loss)
  const optimizer = checkOptimizer(options.optimizer)
  checkParts(options)
  lossInput(loss, network)
  const seed = checkNumber(options.seed ?? 0, 'fit, seed', { least: 0, whole: true })
  const [data, validation] = splitValidation(dataOf(source), options.validation, seed)
  checkInputs(network, data)
  const targets = checkTargets(network, loss, data)
  if (validation !== undefined) checkValidation(network, loss, validation, targets)
  const metrics = metricsOf(options.metrics ?? [], targets)
  const watchable = watchableOf(metrics, hasAccuracy({ loss, targets }), validation !== undefined)
  const schedule = checkSchedule(options.schedule)
  return {
    network,
    data,
    validation,
    targets,
    loss,
    optimizer,
    schedule,
    scheduleMetric: watchedBy(schedule, watchable),
    stopping: planStopping(options.stopping, watchable),
    metrics,
    classWeights: classWeightsOf(options.classWeights, data),
    epochs: checkNumber(options.epochs ?? 10, 'fit, epochs', { least: 1, whole: true }),
    batchSize: checkBatchSize(options.batchSize ?? 32, data.count),
    seed,
    shuffle: options.shuffle ?? true,
    backend: backendOf(options),
    given: options,
  }
}

function checkParts({ clip, regularizer, checkpoint }: FitOptions): void {
  if (clip !== undefined) checkClipping(clip, 'fit, clip')
  if (regularizer !== undefined) regularizerOf(regularizer, 'fit, regularizer')
  if (checkpoint === undefined) return
  const { everySteps, everySeconds } = checkpoint
  if (everySteps !== undefined) checkNumber(everySteps, 'checkpoint, everySteps', { least: 1, whole: true })
  if (everySeconds !== undefined) checkNumber(everySeconds, 'checkpoint, everySeconds', { least: 0 })
}

/** The metrics that an epoch's record will have. */
function watchableOf(metrics: readonly Metric[], accuracy: boolean, validated: boolean): Watchable {
  const training: [string, 'higher' | 'lower'][] = [
    ['loss', 'lower'],
    ...(accuracy ? ([['accuracy', 'higher']] as [string, 'higher'][]) : []),
    ...metrics.map(({ name, better }): [string, 'higher' | 'lower'] => [name, better]),
  ]
  const validation = validated ? training.map(([name, better]) => [validationName(name), better] as const) : []
  return new Map([...training, ...validation])
}

function watchedBy(schedule: Schedule, watchable: Watchable): FitPlan['scheduleMetric'] {
  if (schedule.metric === undefined) return undefined
  const where = `schedule ${schedule.name}`
  const name = schedule.metric === 'auto' ? usualMetric(watchable) : checkWatched(schedule.metric, watchable, where)
  return { name, better: watchable.get(name) ?? 'lower' }
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

function checkSchedule(schedule: unknown): Schedule {
  if (schedule === undefined) return constantRate()
  if (typeof schedule === 'object' && schedule !== null && 'factor' in schedule && 'name' in schedule) {
    return schedule as Schedule
  }
  const fix = typeof schedule === 'function' ? `call it: ${schedule.name}().` : 'write schedule: cosine().'
  throw wrongKind('fit, schedule', 'a schedule', schedule, fix)
}

function checkBatchSize(batchSize: unknown, count: number): number {
  if (batchSize === 'all') return count
  const fix = "give how many samples a step takes, such as 32, or 'all'."
  return Math.min(count, checkNumber(batchSize, 'fit, batchSize', { least: 1, whole: true }, fix))
}

function splitValidation(
  data: Dataset | StreamedDataset,
  validation: FitOptions['validation'],
  seed: number,
): [Dataset | StreamedDataset, Dataset | StreamedDataset | undefined] {
  if (validation === undefined) return [data, undefined]
  if (typeof validation !== 'number') return [data, dataOf(validation)]
  const fix = 'give the share to keep apart, such as 0.1, or a data set.'
  checkNumber(validation, 'fit, validation', { least: 0, most: 1, open: 'both' }, fix)
  const [train, held] = data.split(1 - validation, { seed })
  return [train, held]
}

function checkValidation(
  network: Network,
  loss: Loss,
  validation: Dataset | StreamedDataset,
  targets: TargetSpec,
): void {
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
