/** Using a model: its loss and accuracy on a data set, and its predictions for samples. */

import { Dataset, type DatasetSource, dataset, type NestedNumbers, StreamedDataset } from '../data/index.ts'
import { checkNumber, checkOptions, type Loss, showValue } from '../network/index.ts'
import { NablaError, sizeOf } from '../shared/index.ts'
import { openPass } from './batch-feed.ts'
import { BatchProgram } from './batch-program.ts'
import { type BackendLike, backendOf } from './device.ts'
import { classOf, Evaluator } from './evaluator.ts'
import { type MetricLike, MetricSet, metricsOf } from './metrics.ts'
import type { Model } from './model.ts'
import { buildPrediction, PREDICTION } from './step-program.ts'
import { checkInputs, checkTargets } from './targets.ts'
import { type Mistake, WorstSamples } from './worst-samples.ts'

export interface UseOptions {
  /** Samples at a time; 256 where nothing is said. */
  batchSize?: number
  backend?: BackendLike
  /** For a backend given by its name; NABLA_THREADS, else the machine's cores, where nothing is said. */
  threads?: number
}

export interface EvaluateOptions extends UseOptions {
  /** Further metrics, by value or by name. */
  metrics?: readonly MetricLike[]
  /** The loss to evaluate by, where it isn't the model's own. */
  loss?: Loss
  /** How many of the samples that come out most wrong are listed; none where nothing is said. */
  mistakes?: number
}

export interface Evaluation {
  loss: number
  accuracy?: number
  count: number
  /** Further metrics, by name. */
  metrics?: Record<string, number>
  /** `confusion[target][prediction]`: counts, where targets are classes. */
  confusion?: number[][]
  /** The worst first: of classes, wrong answers by how sure they were; of numbers, by how far off. */
  mistakes?: Mistake[]
}

const DEFAULT_BATCH = 256

/** What samples may be given as: a data set, one that is read while it is used, or arrays. */
export type DataLike = Dataset | StreamedDataset | DatasetSource

/** A data set, from one or from the arrays of one. */
export function dataOf(data: DataLike): Dataset | StreamedDataset {
  return data instanceof StreamedDataset ? data : datasetOf(data)
}

/** A data set in memory, from one or from the arrays of one. @throws NablaError E-USAGE for anything else. */
export function datasetOf(data: Dataset | DatasetSource): Dataset {
  const given: unknown = data
  if (given instanceof Dataset) return given
  if (given instanceof StreamedDataset) throw notData('a data set in memory', `a stream`, 'write await data.load().')
  if (typeof given === 'object' && given !== null && 'inputs' in given) return dataset(given as DatasetSource)
  const expected = 'a data set, or { inputs, labels } or { inputs, targets }'
  throw notData(expected, showValue(given), 'write dataset({ inputs, labels }).')
}

function notData(expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-USAGE', where: 'data', expected, received, fix })
}

/** Raw samples as the network wants them. */
function preprocess(model: Model, data: Dataset | StreamedDataset): Dataset | StreamedDataset {
  return model.preprocessing === undefined ? data : model.preprocessing.apply(data)
}

function lossOf(model: Model, given: Loss | undefined): Loss {
  const loss = given ?? model.loss
  if (loss !== undefined) return loss
  throw new NablaError({
    code: 'E-USAGE',
    where: 'evaluate',
    expected: 'a loss to evaluate by',
    received: 'a model that carries none (a loss of your own is saved with a model only when registerLoss knows it)',
    fix: 'write evaluate(model, data, { loss: crossEntropy() }).',
  })
}

/**
 * The model's loss (and accuracy, and confusion matrix) on a data set, which gets the model's preprocessing first.
 * @throws NablaError E-SHAPE, E-VALUE, E-DATA where the data does not fit.
 */
export async function evaluate(model: Model, source: DataLike, options: EvaluateOptions = {}): Promise<Evaluation> {
  checkOptions(options, ['batchSize', 'backend', 'threads', 'loss', 'metrics', 'mistakes'], 'evaluate')
  const batchSize = checkNumber(options.batchSize ?? DEFAULT_BATCH, 'evaluate, batchSize', { least: 1, whole: true })
  const most = checkNumber(options.mistakes ?? 0, 'evaluate, mistakes', { least: 0, whole: true })
  const worst = new WorstSamples(most)
  const loss = lossOf(model, options.loss)
  const data = preprocess(model, dataOf(source))
  checkInputs(model.network, data)
  const targets = checkTargets(model.network, loss, data)
  const metrics = new MetricSet(metricsOf(options.metrics ?? [], targets))
  const device = await backendOf(options).open()
  try {
    const weighted = data.weighted
    const evaluator = new Evaluator(device, { network: model.network, loss, targets, weighted })
    const program = await evaluator.prepare(data.count, batchSize)
    for (const [name, values] of model.parameters) program.executable.write(name, values)
    const classes = targets.kind === 'classes' ? Math.max(2, sizeOf(model.network.outputShape)) : 0
    const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
    const sums = await evaluator.run(data, batchSize, (batch) => {
      metrics.add(batch)
      if (most > 0) worst.add(batch)
      for (let row = 0; row < batch.rows && classes > 0; row++) {
        const counts = confusion[batch.targets?.[row] ?? 0]
        const answer = classOf(batch.predictions, row, batch.outputs)
        if (counts !== undefined) counts[answer] = (counts[answer] ?? 0) + 1
      }
    })
    const { accuracy } = sums
    return {
      loss: sums.loss,
      ...(accuracy === undefined ? {} : { accuracy }),
      count: data.count,
      ...(options.metrics === undefined ? {} : { metrics: metrics.values() }),
      ...(classes === 0 ? {} : { confusion }),
      ...(most === 0 ? {} : { mistakes: worst.mistakes }),
    }
  } finally {
    device.close()
  }
}

export class Predictions {
  /** `[count, ...shape]`, row-major: probabilities where the model's loss is one of probabilities. */
  readonly values: Float32Array
  /** The shape of one prediction. */
  readonly shape: readonly number[]
  readonly count: number
  readonly classNames: readonly string[] | undefined

  constructor(values: Float32Array, shape: readonly number[], count: number, classNames?: readonly string[]) {
    this.values = values
    this.shape = shape
    this.count = count
    this.classNames = classNames
  }

  /** The prediction for one sample. */
  row(index: number): Float32Array {
    checkNumber(index, 'predictions, row', { least: 0, most: this.count - 1, whole: true })
    const size = sizeOf(this.shape)
    return this.values.subarray(index * size, (index + 1) * size)
  }

  /** The class number that each sample is given: the largest output, or a single output above a half. */
  classes(): Int32Array {
    const outputs = sizeOf(this.shape)
    return Int32Array.from({ length: this.count }, (_, row) => classOf(this.values, row, outputs))
  }

  /** The name of each sample's class; its number as text where there are no names. */
  labels(): string[] {
    return [...this.classes()].map((label) => this.classNames?.[label] ?? String(label))
  }
}

/**
 * Predictions for a data set, or for samples given as arrays.
 * @throws NablaError E-SHAPE where samples have another shape than the network's input; E-NAN, E-DATA for bad numbers.
 */
export async function predict(
  model: Model,
  inputs: Dataset | StreamedDataset | NestedNumbers,
  options: UseOptions = {},
): Promise<Predictions> {
  checkOptions(options, ['batchSize', 'backend', 'threads'], 'predict')
  const { network } = model
  const batchSize = checkNumber(options.batchSize ?? DEFAULT_BATCH, 'predict, batchSize', { least: 1, whole: true })
  const data = preprocess(model, isDataset(inputs) ? inputs : samplesOf(inputs, network.inputShape))
  checkInputs(network, data)
  const size = sizeOf(network.outputShape)
  const values = new Float32Array(data.count * size)
  const device = await backendOf(options).open()
  const feed = openPass(data, batchSize)
  try {
    const programs = new Map<number, BatchProgram>()
    for (let from = 0; from < data.count; from += batchSize) {
      const rows = Math.min(batchSize, data.count - from)
      let program = programs.get(rows)
      if (program === undefined) {
        const graph = buildPrediction(network, model.loss, rows)
        const name = `the prediction of batches of ${rows}`
        const runs = Math.ceil(data.count / batchSize)
        program = await BatchProgram.compile(device, graph, rows, { name, runs })
        if (programs.size === 0) for (const [name, array] of model.parameters) program.executable.write(name, array)
        programs.set(rows, program)
      }
      const loading = feed.load(program, from / batchSize)
      if (loading !== undefined) await loading
      const pending = program.executable.run()
      if (pending !== undefined) await pending
      values.set(program.executable.read(PREDICTION), from * size)
    }
  } finally {
    await feed.close()
    device.close()
  }
  return new Predictions(values, network.outputShape, data.count, model.classNames)
}

function isDataset(inputs: unknown): inputs is Dataset | StreamedDataset {
  return inputs instanceof Dataset || inputs instanceof StreamedDataset
}

/** Arrays as samples; a flat array is cut by the network's input shape. */
function samplesOf(inputs: NestedNumbers, inputShape: readonly number[]): Dataset {
  const isFlat = ArrayBuffer.isView(inputs) || typeof (inputs as ArrayLike<unknown>)[0] === 'number'
  return dataset({ name: 'inputs', inputs, ...(isFlat ? { inputShape } : {}) })
}
