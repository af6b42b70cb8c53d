/**
 * An experiment as its author writes it: `export default defineExperiment({ data, network, optimizer, … })`. Every name
 * may be text, every thing with options an object, and whatever nabla's functions make may stand in their place.
 */

import type {
  Clipping,
  Layer,
  Loss,
  Network,
  Optimizer,
  OptimizerName,
  Regularizer,
  Schedule,
} from '../network/index.ts'
import type { ClassWeights, Metric, Patience, Target } from '../training/index.ts'
import type { CodeData, DataDescription } from './data-kinds/index.ts'
import type { MakeNetwork } from './fields/network.ts'
import type { Range } from './search/range.ts'

/** One of the names that are known, which an editor offers, or any other text. */
type NameOr<T extends string> = T | (string & {})

export type MetricName = NameOr<
  | 'precision'
  | 'recall'
  | 'f1'
  | 'rocAuc'
  | 'top3Accuracy'
  | 'top5Accuracy'
  | 'meanAbsoluteError'
  | 'rootMeanSquaredError'
  | 'rSquared'
>

type Activation = 'relu' | 'leakyRelu' | 'elu' | 'gelu' | 'silu' | 'softplus' | 'sigmoid' | 'tanh' | 'sine' | 'identity'

/** A layer as data: `{ kind: 'dense', units: 64 }`, or its kind alone. `outputs` units are as many as are needed. */
export type LayerDescription = string | { readonly kind: string; readonly [option: string]: unknown }

export interface HiddenLayers {
  /** Units of each hidden layer; [64] where nothing is said. */
  hidden?: readonly number[]
  /** After each hidden layer; relu where nothing is said. */
  activation?: Activation
  /** The share of each hidden layer that is dropped while training. */
  dropout?: number
  /** Of each hidden layer, before its activation. */
  normalization?: 'batch' | 'layer' | 'none'
}

export interface AllLayers {
  /** The shape of one sample; the data's where nothing is said. */
  input?: readonly number[]
  layers: readonly (Layer | LayerDescription)[]
}

export type NetworkDescription =
  | HiddenLayers
  | AllLayers
  | Network
  | readonly (Layer | LayerDescription)[]
  | MakeNetwork

/** A name, or a name and options. */
export type OptimizerDescription =
  | OptimizerName
  | { readonly name: OptimizerName; readonly learningRate?: number; readonly [option: string]: unknown }
  | Optimizer

export type ScheduleName =
  | 'constantRate'
  | 'stepDecay'
  | 'exponentialDecay'
  | 'epochDecay'
  | 'cosine'
  | 'warmup'
  | 'oneCycle'
  | 'plateau'

export type ScheduleDescription =
  | ScheduleName
  | { readonly name: ScheduleName; readonly [option: string]: unknown }
  | Schedule

export type LossName = 'mse' | 'mae' | 'huber' | 'binaryCrossEntropy' | 'crossEntropy'

export type LossDescription = LossName | { readonly name: LossName; readonly [option: string]: unknown } | Loss

export interface StoppingDescription {
  steps?: number
  seconds?: number
  /** The run stops at the end of the epoch in which all of them are reached. */
  target?: Target | readonly Target[]
  /** A number: so many epochs. */
  patience?: Patience | number
}

export interface CheckpointDescription {
  everySteps?: number
  everyMinutes?: number
  /** How many of the last ones are kept; 3 where nothing is said. */
  keep?: number
}

export interface SearchDescription {
  /** Fields by path, each with a range; a list is a grid: `{ 'optimizer.learningRate': { logUniform: [1e-4, 1e-1] } }`. */
  vary: Readonly<Record<string, Range | readonly unknown[]>>
  /** How many runs; all of a grid, or 20. */
  trials?: number
  /** What decides; the validation accuracy if there is one, else the validation loss, else the loss. */
  metric?: string
  better?: 'lower' | 'higher'
  seed?: number
  /** Runs at a time, each a process of its own. */
  jobs?: number
}

export interface Experiment {
  /** What the run is called; the data's name where nothing is said. */
  name?: string
  /** What to train on: "mnist", a path, a description, data sets, or a function that makes them. */
  data: string | DataDescription | CodeData
  network?: NetworkDescription
  /** By the kind of target where nothing is said. */
  loss?: LossDescription
  /** adam where nothing is said. */
  optimizer?: OptimizerDescription
  schedule?: ScheduleDescription
  /** 10 where nothing is said. */
  epochs?: number
  /** 32 where nothing is said. */
  batchSize?: number | 'all'
  /** The share of the training data kept apart; 0.1 where nothing is said, or the data's own part. */
  validation?: number | 'none' | 'auto'
  /** Of the inputs: standardised where the data is a table, left alone where it is images or arrays. */
  scaling?: 'standardise' | 'minMax' | 'none' | 'auto'
  regularizer?: Partial<Regularizer>
  clip?: Clipping
  /** Further figures of each epoch. */
  metrics?: readonly (MetricName | Metric)[]
  classWeights?: ClassWeights
  stopping?: StoppingDescription
  /** False keeps the order of the data set. */
  shuffle?: boolean
  /** Decides initial weights, the order of samples, dropout and the split; 0 where nothing is said. */
  seed?: number
  /** auto where nothing is said: native where a run is worth the time that compiling takes, else wasm. */
  backend?: NameOr<'wasm' | 'native' | 'reference' | 'auto'>
  /** How many threads compute: NABLA_THREADS, else the machine's cores, where nothing is said. */
  threads?: number
  /** How often the run is saved so that it can go on: once a minute where nothing is said. */
  checkpoint?: CheckpointDescription | 'none'
  /** Where the run is saved. */
  out?: string
  /** For `nabla search`. */
  search?: SearchDescription
}

/** An experiment, or a function that makes one. */
export type ExperimentLike = Experiment | (() => Experiment | Promise<Experiment>)

/** The experiment, if all of its fields are known: a misspelt one is none of the type's. */
type Known<E> = E extends (...args: never) => unknown
  ? E
  : { readonly [K in keyof E]: K extends keyof Experiment ? E[K] : never }

/**
 * An experiment for `nabla train` and `nabla search`, as the default export of a file. It is checked when it is run, when
 * flags and the data are known too.
 */
export function defineExperiment<const E extends ExperimentLike>(experiment: E & Known<E>): E {
  return experiment
}
