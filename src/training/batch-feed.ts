/**
 * Where a step's batch comes from: out of a data set in memory, at once; or out of a stream, where the batch after it is
 * read while the step computes. Which samples a step takes is a function of its number alone, in both.
 */

import { type BatchArrays, type BatchCursor, Dataset, type StreamedDataset } from '../data/index.ts'
import type { BatchesByName, BatchProgram } from './batch-program.ts'
import { StepOrder } from './step-order.ts'
import type { ReachCheck } from './targets.ts'

export interface FeedOptions {
  seed: number
  shuffle: boolean
  /** After so many steps nothing more is read ahead. */
  totalSteps: number
  classWeights?: Float64Array | undefined
  /** Refuses targets that can't be learnt; those of a data set in memory are looked at before. */
  checkReach?: ReachCheck | undefined
}

export interface BatchFeed {
  /** Gives the batch of the step after `step` others to its program; a promise only where it has to be waited for. */
  load(program: BatchProgram, step: number): void | Promise<void>
  /**
   * The batches of `count` steps of one epoch, one after another, by the names of the program's inputs; undefined where
   * they can't be had at once.
   */
  loadMany(program: BatchProgram, step: number, count: number): BatchesByName | undefined
  /** Closes what it reads. */
  close(): Promise<void>
}

export function openFeed(data: Dataset | StreamedDataset, order: StepOrder, options: FeedOptions): BatchFeed {
  return data instanceof Dataset ? new MemoryFeed(data, order, options) : new StreamFeed(data, order, options)
}

/** The batches of a data set in its own order, once. */
export function openPass(data: Dataset | StreamedDataset, batchSize: number, checkReach?: ReachCheck): BatchFeed {
  const order = new StepOrder({ count: data.count, batchSize, seed: 0, shuffle: false })
  return openFeed(data, order, { seed: 0, shuffle: false, totalSteps: order.stepsPerEpoch, checkReach })
}

class MemoryFeed implements BatchFeed {
  private readonly data: Dataset
  private readonly order: StepOrder
  private readonly classWeights: Float64Array | undefined

  constructor(data: Dataset, order: StepOrder, { classWeights }: FeedOptions) {
    this.data = data
    this.order = order
    this.classWeights = classWeights
  }

  load(program: BatchProgram, step: number): void {
    program.load(this.data, this.order.batchAt(step), this.classWeights)
  }

  loadMany(program: BatchProgram, step: number, count: number): BatchesByName {
    return program.stage(this.data, this.order.batchAt(step, count), this.classWeights)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** A batch that is being read. */
interface Ahead {
  step: number
  batch: BatchArrays
  done: Promise<void>
}

class StreamFeed implements BatchFeed {
  private readonly data: StreamedDataset
  private readonly order: StepOrder
  private readonly options: FeedOptions
  /** One is read while the other is used. */
  private readonly batches: [BatchArrays, BatchArrays]
  private cursor: BatchCursor | undefined
  /** The step whose batch the cursor gives next. */
  private position = -1
  private ahead: Ahead | undefined

  constructor(data: StreamedDataset, order: StepOrder, options: FeedOptions) {
    this.data = data
    this.order = order
    this.options = options
    this.batches = [data.allocate(order.batchSize), data.allocate(order.batchSize)]
  }

  async load(program: BatchProgram, step: number): Promise<void> {
    if (this.ahead?.step !== step) {
      await this.settle()
      this.ahead = this.read(step)
    }
    const { batch, done } = this.ahead
    await done
    const { checkReach, classWeights } = this.options
    program.loadFrom(batch, classWeights)
    if (program.buffers.targets instanceof Float32Array) checkReach?.(program.buffers.targets)
    this.ahead = step + 1 < this.options.totalSteps ? this.read(step + 1) : undefined
  }

  loadMany(): undefined {
    return undefined
  }

  async close(): Promise<void> {
    await this.settle()
    await this.cursor?.close()
    this.cursor = undefined
  }

  /** Begins to read the batch of a step. What goes wrong is heard of when the batch is asked for. */
  private read(step: number): Ahead {
    const batch = this.batches[step % 2] ?? this.batches[0]
    const done = this.readInto(step, batch)
    done.catch(() => undefined)
    return { step, batch, done }
  }

  private async readInto(step: number, batch: BatchArrays): Promise<void> {
    const { stepsPerEpoch, batchSize } = this.order
    const startsEpoch = step % stepsPerEpoch === 0
    if (this.cursor === undefined || this.position !== step || startsEpoch) {
      await this.cursor?.close()
      const { seed, shuffle } = this.options
      const from = (step % stepsPerEpoch) * batchSize
      this.cursor = this.data.open({ seed, shuffle, epoch: this.order.epochOf(step), from })
    }
    this.position = -1
    await this.cursor.next(this.order.sizeOf(step), batch)
    this.position = step + 1
  }

  /** Waits for what is being read, whatever becomes of it. */
  private async settle(): Promise<void> {
    await this.ahead?.done.catch(() => undefined)
    this.ahead = undefined
  }
}
