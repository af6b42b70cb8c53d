/**
 * The short way: `await classifier({ hidden: [64] }).fit(X, y)`, then predict and score. Inputs are standardised by what
 * the training data shows, classes keep their names, and the network is the usual one.
 */

import { type Dataset, dataset, fitStandardise, type NestedNumbers } from '../data/index.ts'
import {
  adam,
  checkNumber,
  checkOptions,
  crossEntropy,
  dense,
  flatten,
  type Layer,
  type Loss,
  l2,
  layerByName,
  mse,
  Network,
} from '../network/index.ts'
import { NablaError } from '../shared/index.ts'
import { fit } from './fit.ts'
import type { FitOptions } from './fit-options.ts'
import type { Run } from './history.ts'
import { rSquared } from './metric.ts'
import type { Model, ParameterArray } from './model.ts'
import { evaluate, type Predictions, predict } from './use.ts'

export interface EstimatorOptions
  extends Pick<
    FitOptions,
    'epochs' | 'batchSize' | 'seed' | 'backend' | 'threads' | 'validation' | 'signal' | 'onEpoch'
  > {
  /** Units of each hidden layer; [64] where nothing is said, [] for a linear model. */
  hidden?: readonly number[]
  /** The kind of the hidden layers' activation; relu where nothing is said. */
  activation?: string
  learningRate?: number
  /** λ of λΣw² on the kernels. */
  l2?: number
  /** Epochs without a better loss after which training stops; 10 where nothing is said. */
  patience?: number
}

const OPTIONS: readonly (keyof EstimatorOptions)[] = [
  ...(['hidden', 'activation', 'learningRate', 'l2', 'patience', 'epochs', 'batchSize', 'seed'] as const),
  ...(['backend', 'threads', 'validation', 'signal', 'onEpoch'] as const),
]

/** A label as the user gave it. */
export type ClassLabel = string | number

export interface Classifier {
  /** Trains on samples X and their classes y, names or numbers. @throws NablaError E-DATA, E-NAN for bad data. */
  fit(X: NestedNumbers, y: readonly ClassLabel[] | ArrayLike<number>): Promise<Classifier>
  /** The class of each sample, as it was given to `fit`. */
  predict(X: NestedNumbers): Promise<ClassLabel[]>
  /** The probability of each class, in the order of `classes`, for each sample. */
  predictProbabilities(X: NestedNumbers): Promise<number[][]>
  /** The share of right answers. */
  score(X: NestedNumbers, y: readonly ClassLabel[] | ArrayLike<number>): Promise<number>
  /** In order: numbers by size, names by the alphabet. @throws NablaError E-USAGE before `fit`. */
  readonly classes: readonly ClassLabel[]
  readonly model: Model
  readonly run: Run
}

export interface Regressor {
  /** Trains on samples X and numbers y: a list, or a row for each sample. @throws NablaError E-DATA, E-NAN. */
  fit(X: NestedNumbers, y: NestedNumbers): Promise<Regressor>
  /** A number for each sample where y was a list, else a row. */
  predict(X: NestedNumbers): Promise<number[] | number[][]>
  /** r²: 1 for exact predictions, 0 for those of the mean. */
  score(X: NestedNumbers, y: NestedNumbers): Promise<number>
  readonly model: Model
  readonly run: Run
}

function hiddenNetwork(
  data: Dataset,
  outputs: number,
  { hidden = [64], activation = 'relu' }: EstimatorOptions,
): Network {
  for (const units of hidden) checkNumber(units, 'hidden', { least: 1, whole: true }, 'write hidden: [64].')
  const layers: Layer[] = [
    ...(data.inputShape.length === 1 ? [] : [flatten()]),
    ...hidden.flatMap((units) => [dense(units), layerByName(activation, {}, 'activation')]),
    dense(outputs),
  ]
  return new Network(data.inputShape, layers)
}

/** Trains, the usual way, on data that is scaled already. */
function train(network: Network, data: Dataset, loss: Loss, options: EstimatorOptions): Promise<Run> {
  const { learningRate = 1e-3, l2: lambda = 0, patience = 10, epochs = 200, batchSize = 32 } = options
  const { seed, validation, signal, onEpoch } = options
  return fit(network, data, {
    loss,
    optimizer: adam(learningRate),
    epochs,
    batchSize,
    stopping: { patience: { epochs: patience, leastGain: 1e-4 } },
    ...(lambda === 0 ? {} : { regularizer: l2(lambda) }),
    ...(seed === undefined ? {} : { seed }),
    ...usage(options),
    ...(validation === undefined ? {} : { validation }),
    ...(signal === undefined ? {} : { signal }),
    ...(onEpoch === undefined ? {} : { onEpoch }),
  })
}

function notFitted(where: string): NablaError {
  return new NablaError({
    code: 'E-USAGE',
    where,
    expected: 'a call of fit first',
    received: 'none',
    fix: 'write await model.fit(X, y).',
  })
}

const usage = ({ backend, threads }: EstimatorOptions) => ({
  ...(backend === undefined ? {} : { backend }),
  ...(threads === undefined ? {} : { threads }),
})

/** The classes that occur, numbers by size or names by the alphabet, and each sample's place among them. */
function readClasses(y: readonly ClassLabel[] | ArrayLike<number>): { classes: ClassLabel[]; labels: Int32Array } {
  const given = Array.from(y as ArrayLike<ClassLabel>)
  const classes = [...new Set(given)].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1,
  )
  const odd = given.findIndex((label) => typeof label !== 'string' && !Number.isFinite(label))
  if (odd < 0 && classes.length >= 2) {
    const places = new Map(classes.map((label, place) => [label, place]))
    return { classes, labels: Int32Array.from(given, (label) => places.get(label) ?? 0) }
  }
  throw new NablaError({
    code: 'E-DATA',
    where: odd < 0 ? 'classifier, y' : `classifier, y, row ${odd}`,
    expected: odd < 0 ? 'two classes or more' : 'a class: a name or a number',
    received: odd < 0 ? `${classes.length}: ${classes.map(String).join(', ')}` : String(given[odd]),
    fix: odd < 0 ? 'give samples of every class.' : 'correct the label.',
  })
}

/**
 * A classifier with hidden layers: `await classifier({ hidden: [64] }).fit(X, y)`.
 * @throws NablaError E-NAME for an unknown option or activation; E-VALUE for numbers out of range.
 */
export function classifier(options: EstimatorOptions = {}): Classifier {
  checkOptions(options, OPTIONS, 'classifier')
  let fitted: { run: Run; model: Model; classes: readonly ClassLabel[] } | undefined
  const ready = () => {
    if (fitted === undefined) throw notFitted('classifier')
    return fitted
  }
  const answers = (X: NestedNumbers): Promise<Predictions> => predict(ready().model, X, usage(options))
  const self: Classifier = {
    async fit(X, y) {
      const { classes, labels } = readClasses(y)
      const classNames = classes.map(String)
      const raw = dataset({ name: 'X', inputs: X, labels, classNames })
      const scaling = fitStandardise(raw)
      const data = scaling.apply(raw)
      const run = await train(hiddenNetwork(data, classes.length, options), data, crossEntropy(), options)
      fitted = { run, classes, model: run.model.with({ preprocessing: scaling }) }
      return self
    },
    async predict(X) {
      const { classes } = ready()
      return [...(await answers(X)).classes()].map((place) => classes[place] ?? '')
    },
    async predictProbabilities(X) {
      const predictions = await answers(X)
      return Array.from({ length: predictions.count }, (_, row) => [...predictions.row(row)])
    },
    async score(X, y) {
      const predicted = await self.predict(X)
      const given = Array.from(y as ArrayLike<ClassLabel>)
      return predicted.filter((label, row) => label === given[row]).length / predicted.length
    },
    get classes() {
      return ready().classes
    },
    get model() {
      return ready().model
    },
    get run() {
      return ready().run
    },
  }
  return self
}

/** Mean and deviation of each column of targets; a deviation of 1 where a column never changes. */
function measureTargets(values: Float32Array, columns: number): { mean: number[]; deviation: number[] } {
  const rows = values.length / columns
  const column = (k: number) => Array.from({ length: rows }, (_, row) => values[row * columns + k] ?? 0)
  const mean = Array.from({ length: columns }, (_, k) => column(k).reduce((sum, value) => sum + value / rows, 0))
  const deviation = mean.map((center, k) => {
    const variance = column(k).reduce((sum, value) => sum + (value - center) ** 2 / rows, 0)
    return variance > 0 ? Math.sqrt(variance) : 1
  })
  return { mean, deviation }
}

/** The model for targets as they were, from one that was trained on standardised targets: its last layer, rescaled. */
function unscale(model: Model, mean: readonly number[], deviation: readonly number[]): Model {
  const last = model.network.layers[model.network.layers.length - 1]?.name
  const parameters = new Map(model.parameters)
  const rescale = (name: string, change: (value: number, column: number) => number) => {
    const values = parameters.get(`${last}.${name}`)
    const map = (array: ParameterArray) => array.map((value, at) => change(value, at % mean.length)) as ParameterArray
    if (values !== undefined) parameters.set(`${last}.${name}`, map(values))
  }
  rescale('kernel', (value, k) => value * (deviation[k] ?? 1))
  rescale('bias', (value, k) => value * (deviation[k] ?? 1) + (mean[k] ?? 0))
  return model.with({ parameters })
}

/**
 * A regressor with hidden layers: `await regressor({ hidden: [64] }).fit(X, y)`. It is trained on standardised targets
 * (so the losses of its run are in those units), and predicts in the units of y.
 * @throws NablaError E-NAME for an unknown option or activation; E-VALUE for numbers out of range.
 */
export function regressor(options: EstimatorOptions = {}): Regressor {
  checkOptions(options, OPTIONS, 'regressor')
  let fitted: { run: Run; model: Model; isList: boolean } | undefined
  const ready = () => {
    if (fitted === undefined) throw notFitted('regressor')
    return fitted
  }
  const self: Regressor = {
    async fit(X, y) {
      const raw = dataset({ name: 'X', inputs: X, targets: y })
      if (raw.targets?.kind !== 'values') throw notFitted('regressor')
      const { values, shape } = raw.targets
      const columns = values.length / raw.count
      const { mean, deviation } = measureTargets(values, columns)
      const scaled = values.map((value, at) => (value - (mean[at % columns] ?? 0)) / (deviation[at % columns] ?? 1))
      const scaling = fitStandardise(raw)
      const data = scaling.apply(raw.with({ targets: { kind: 'values', values: scaled, shape } }))
      const run = await train(hiddenNetwork(data, columns, options), data, mse(), options)
      const model = unscale(run.model, mean, deviation).with({ preprocessing: scaling })
      fitted = { run, model, isList: ArrayBuffer.isView(y) || typeof (y as ArrayLike<unknown>)[0] === 'number' }
      return self
    },
    async predict(X) {
      const { model, isList } = ready()
      const predictions = await predict(model, X, usage(options))
      if (isList) return [...predictions.values]
      return Array.from({ length: predictions.count }, (_, row) => [...predictions.row(row)])
    },
    async score(X, y) {
      const data = dataset({ name: 'X', inputs: X, targets: y })
      const { metrics } = await evaluate(ready().model, data, { ...usage(options), metrics: [rSquared()] })
      return metrics?.rSquared ?? Number.NaN
    },
    get model() {
      return ready().model
    },
    get run() {
      return ready().run
    },
  }
  return self
}
