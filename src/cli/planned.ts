/** What `nabla plan` shows a program of: a saved run, an experiment in a file, or a network by its sizes alone. */

import {
  buildOptimizer,
  experimentOf,
  loadExperiment,
  loadRun,
  prepareJob,
  resolveExperiment,
} from '../experiment/node.ts'
import type { Graph } from '../graph/index.ts'
import { crossEntropy, dense, type Layer, type Loss, mse, Network, optimizerByName, relu } from '../network/index.ts'
import { InternalError } from '../shared/index.ts'
import { buildPrediction, buildStep, type TargetSpec } from '../training/index.ts'

export const PROGRAMS = ['step', 'prediction'] as const
export type ProgramName = (typeof PROGRAMS)[number]

export interface Planned {
  /** `batch`: samples in a step; its own number where nothing is said. */
  build(program: ProgramName, batch: number | 'all' | undefined): Graph
}

/** How many samples there are stands in the data: a step on all of them is shown for one, where the data isn't there. */
const sizeOfBatch = (batch: number | 'all' | undefined, own: number | 'all' | undefined) => {
  const given = batch ?? own
  return typeof given === 'number' ? given : 1
}

/** The programs that a run's settings make, as `fit` and `predict` build them. */
export async function describeRun(directory: string): Promise<Planned> {
  const run = await loadRun(directory)
  const { network, loss, classNames } = run.model
  const { experiment } = await experimentOf(run)
  const { regularizer, clip, classWeights, metrics } = experiment
  return {
    build(program, batch) {
      const batchSize = sizeOfBatch(batch, experiment.batchSize)
      if (program === 'prediction') return buildPrediction(network, loss, batchSize)
      if (loss === undefined) throw new InternalError('a run of the command line has a loss that is saved')
      return buildStep({
        network,
        loss,
        targets: targetsOf(network, classNames?.length),
        batchSize,
        weighted: classWeights !== undefined,
        optimizer: buildOptimizer(experiment),
        regularizer,
        clip,
        predictions: metrics.length > 0,
      })
    },
  }
}

function targetsOf(network: Network, classes: number | undefined): TargetSpec {
  return classes === undefined ? { kind: 'values', shape: network.outputShape } : { kind: 'classes', count: classes }
}

/** The same before it is trained: its data is read, for the network's input and outputs follow from it. */
export async function describeExperiment(path: string): Promise<Planned> {
  const { experiment, data, network, loss, optimizer, batchSize, options } = await prepareJob(
    resolveExperiment(await loadExperiment(path)),
  )
  return {
    build(program, batch) {
      const given = batch ?? batchSize
      const size = given === 'all' ? data.train.count : given
      if (program === 'prediction') return buildPrediction(network, loss, size)
      return buildStep({
        network,
        loss,
        targets: targetsOf(network, data.train.classNames?.length),
        batchSize: size,
        weighted: data.train.weighted || experiment.classWeights !== undefined,
        optimizer,
        regularizer: options.regularizer,
        clip: options.clip,
        predictions: experiment.metrics.length > 0,
      })
    },
  }
}

/** "784-300-75-10" */
export const isSizes = (text: string) => /^[1-9]\d{0,8}(-[1-9]\d{0,8})+$/.test(text)

const USUAL_BATCH = 32

/** Dense layers with relu between them, adam, and cross-entropy; the squared error where there is one output. */
export function describeSizes(text: string): Planned {
  const [input = 1, ...units] = text.split('-').map(Number)
  const layers = units.flatMap((count, i): Layer[] => (i === 0 ? [dense(count)] : [relu(), dense(count)]))
  const network = new Network([input], layers)
  const outputs = units[units.length - 1] ?? 1
  const loss: Loss = outputs === 1 ? mse() : crossEntropy()
  return {
    build(program, batch) {
      const batchSize = sizeOfBatch(batch, USUAL_BATCH)
      if (program === 'prediction') return buildPrediction(network, loss, batchSize)
      const targets = targetsOf(network, outputs === 1 ? undefined : outputs)
      const optimizer = optimizerByName('adam')
      return buildStep({ network, loss, targets, batchSize, weighted: false, optimizer, predictions: false })
    },
  }
}
