/** Runs a network over a data set, batch by batch, and hands each batch's results on. */

import type { Device } from '../backend/index.ts'
import type { Dataset, StreamedDataset } from '../data/index.ts'
import type { Loss, Network } from '../network/index.ts'
import { sizeOf } from '../shared/index.ts'
import { type BatchFeed, openPass } from './batch-feed.ts'
import { BatchProgram } from './batch-program.ts'
import { hasAccuracy } from './correct.ts'
import { buildEvaluation, PREDICTION, SAMPLE_LOSSES, TOTAL_CORRECT } from './step-program.ts'
import { reachCheck, type TargetSpec } from './targets.ts'

/** What a batch gave. Arrays are valid until the next batch. */
export interface EvaluatedBatch {
  /** [rows, outputs]: probabilities where the loss is one of probabilities. */
  readonly predictions: ArrayLike<number>
  readonly rows: number
  /** Numbers in one sample's prediction. */
  readonly outputs: number
  /** [rows, ...inputShape], scaled as the network takes them. */
  readonly inputs: Float32Array
  /** [rows] class numbers, or [rows, outputs] numbers. */
  readonly targets: ArrayLike<number> | undefined
  readonly targetKind: TargetSpec['kind']
}

export interface EvaluationSums {
  /** Mean over the samples, each weighted. */
  loss: number
  /** The share of right answers, where there are any. */
  accuracy: number | undefined
}

export class Evaluator {
  private readonly options: { network: Network; loss: Loss; targets: TargetSpec; weighted: boolean }
  private readonly device: Device
  private readonly programs = new Map<number, BatchProgram>()

  /** The device's states are the parameters. */
  constructor(device: Device, options: { network: Network; loss: Loss; targets: TargetSpec; weighted: boolean }) {
    this.device = device
    this.options = options
  }

  private async program(batchSize: number, runs?: number): Promise<BatchProgram> {
    const found = this.programs.get(batchSize)
    if (found !== undefined) return found
    const graph = buildEvaluation({ ...this.options, batchSize })
    const name = `the evaluation of batches of ${batchSize}`
    const program = await BatchProgram.compile(this.device, graph, batchSize, { name, runs })
    this.programs.set(batchSize, program)
    return program
  }

  /** Programs for all batch sizes that `count` samples need. */
  async prepare(count: number, batchSize: number): Promise<BatchProgram> {
    const full = await this.program(Math.min(count, batchSize), Math.ceil(count / batchSize))
    if (count > batchSize && count % batchSize > 0) await this.program(count % batchSize)
    return full
  }

  /** Evaluates all samples in their order. */
  async run(
    data: Dataset | StreamedDataset,
    batchSize: number,
    visit?: (batch: EvaluatedBatch) => void,
  ): Promise<EvaluationSums> {
    await this.prepare(data.count, batchSize)
    const { network, loss: by } = this.options
    const feed = openPass(data, batchSize, reachCheck(network, by, data))
    try {
      return await this.sum(data.count, batchSize, feed, visit)
    } finally {
      await feed.close()
    }
  }

  private async sum(
    samples: number,
    batchSize: number,
    feed: BatchFeed,
    visit: ((batch: EvaluatedBatch) => void) | undefined,
  ): Promise<EvaluationSums> {
    const counted = hasAccuracy(this.options)
    const outputs = sizeOf(this.options.network.outputShape)
    let [loss, correct] = [0, 0]
    for (let from = 0; from < samples; from += batchSize) {
      const rows = Math.min(batchSize, samples - from)
      const program = await this.program(rows)
      const loading = feed.load(program, from / batchSize)
      if (loading !== undefined) await loading
      // Loss functions that draw random numbers draw the same ones at each evaluation.
      program.writeKey(0, 0)
      const pending = program.executable.run()
      if (pending !== undefined) await pending
      loss += sumOf(program.executable.read(SAMPLE_LOSSES))
      if (counted) correct += sumOf(program.executable.read(TOTAL_CORRECT))
      if (visit === undefined) continue
      const { inputs, targets } = program.buffers
      const predictions = program.executable.read(PREDICTION)
      visit({ predictions, rows, outputs, inputs, targets, targetKind: this.options.targets.kind })
    }
    return { loss: loss / samples, accuracy: counted ? correct / samples : undefined }
  }
}

/** The class that a row of predictions answers: the largest output, or a single output above a half. */
export function classOf(predictions: ArrayLike<number>, row: number, outputs: number): number {
  const from = row * outputs
  if (outputs === 1) return (predictions[from] ?? 0) > 0.5 ? 1 : 0
  let best = 0
  for (let k = 1; k < outputs; k++) {
    if ((predictions[from + k] ?? 0) > (predictions[from + best] ?? 0)) best = k
  }
  return best
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum
}
