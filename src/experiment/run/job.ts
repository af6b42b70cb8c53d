/** All that a run is made of: an experiment whose data is loaded, with everything that depends on the data filled in. */

import {
  type Loss,
  type Network,
  type Optimizer,
  optimizerByName,
  type Schedule,
  scheduleByName,
} from '../../network/index.ts'
import type { FitOptions, Stopping } from '../../training/index.ts'
import { isCodeData } from '../data-kinds/index.ts'
import { type CheckedExperiment, lossField } from '../fields/index.ts'
import type { Resolved } from '../resolve.ts'
import { Place } from '../schema/index.ts'
import { buildLoss, buildNetwork } from './network.ts'
import { loadParts, type Parts } from './parts.ts'
import { describeCode } from './plain.ts'

export interface Job {
  /** What the run is called: "mnist", "iris". */
  name: string
  /** Everything resolved, as plain data; what only code can say is { code: "what it is" }. */
  config: Readonly<Record<string, unknown>>
  experiment: CheckedExperiment
  place: Place
  data: Parts
  network: Network
  loss: Loss
  optimizer: Optimizer
  /** Samples in a step. */
  batchSize: number | 'all'
  /** What `fit` is given, but for what watches the run. */
  options: FitOptions
}

/** Where nothing is said, and there are so many samples. */
const USUAL_BATCH = 32

/** @throws NablaError for data that can't be read, and for a network, loss or setting that doesn't fit it. */
export async function prepareJob({ experiment, place }: Resolved): Promise<Job> {
  const data = await loadParts(experiment, place)
  const loss = buildLoss(experiment, data.train)
  const built = buildNetwork(experiment, data.train, loss, place)
  const batchSize = chooseBatch(experiment, data.train.count, place.child('batchSize'))
  const optimizer = buildOptimizer(experiment)
  const schedule = scheduleOf(experiment)
  const { network } = built
  return {
    name: experiment.name ?? data.name,
    config: describeJob(experiment, { data, loss, network: built.config, batchSize }),
    experiment,
    place,
    data,
    network,
    loss,
    optimizer,
    batchSize,
    options: {
      ...optionsOf(experiment),
      loss,
      optimizer,
      batchSize,
      ...(schedule === undefined ? {} : { schedule }),
      ...(data.validation === undefined ? {} : { validation: data.validation }),
    },
  }
}

export function buildOptimizer({ optimizer }: CheckedExperiment): Optimizer {
  const { name, learningRate, ...hyperparameters } = optimizer
  return optimizerByName(String(name), Number(learningRate), hyperparameters)
}

function chooseBatch({ batchSize }: CheckedExperiment, count: number, place: Place): number | 'all' {
  if (batchSize === undefined) return Math.min(USUAL_BATCH, count)
  if (batchSize === 'all' || batchSize <= count) return batchSize
  const expected = `at most ${count}, the number of samples to train on`
  throw place.error('E-VALUE', expected, String(batchSize), 'give fewer, or all.')
}

function scheduleOf({ schedule }: CheckedExperiment): Schedule | undefined {
  if (schedule === undefined) return undefined
  if ('factor' in schedule && typeof schedule.factor === 'function') return schedule as unknown as Schedule
  const { name, ...options } = schedule as Readonly<Record<string, unknown>>
  return scheduleByName(String(name), options)
}

/** What goes to `fit` as it is. */
function optionsOf(experiment: CheckedExperiment): Omit<FitOptions, 'loss' | 'optimizer'> {
  const { epochs, seed, shuffle, metrics, backend, threads, regularizer, clip, classWeights, stopping } = experiment
  return {
    epochs,
    seed,
    shuffle,
    metrics,
    backend,
    ...(threads === undefined ? {} : { threads }),
    // On weights, and on biases only where that is asked for.
    ...(regularizer === undefined || (regularizer.l1 === 0 && regularizer.l2 === 0) ? {} : { regularizer }),
    ...(clip === undefined ? {} : { clip }),
    ...(classWeights === undefined ? {} : { classWeights }),
    ...(stopping === undefined ? {} : { stopping: stopping as Stopping }),
  }
}

interface Filled {
  data: Parts
  loss: Loss
  network: unknown
  batchSize: number | 'all'
}

/** The experiment as it is saved: what depended on the data is said, where it was left out. */
function describeJob(experiment: CheckedExperiment, { data, loss, network, batchSize }: Filled) {
  const { out: _, search: _search, ...said } = experiment
  const filled = {
    ...said,
    data: isCodeData(said.data) ? { code: 'data that the experiment makes' } : said.data,
    network,
    loss: said.loss ?? lossField.read(loss.name, new Place('loss')),
    batchSize,
    ...data.resolved,
  }
  return describeCode(filled) as Readonly<Record<string, unknown>>
}
