/** Which samples a step takes: a pure function of the seed and the step's number. */

import { epochOrder } from '../data/index.ts'

export class StepOrder {
  readonly stepsPerEpoch: number
  readonly batchSize: number
  private readonly count: number
  private readonly seed: number
  private readonly shuffle: boolean
  private order: Int32Array = new Int32Array(0)
  private epoch = -1

  constructor({
    count,
    batchSize,
    seed,
    shuffle,
  }: { count: number; batchSize: number; seed: number; shuffle: boolean }) {
    this.count = count
    this.batchSize = batchSize
    this.seed = seed
    this.shuffle = shuffle
    this.stepsPerEpoch = Math.ceil(count / batchSize)
  }

  /** The epoch of the step after `step` others, counted from 0. */
  epochOf(step: number): number {
    return Math.floor(step / this.stepsPerEpoch)
  }

  /** How many samples that step takes: the last one of an epoch may take fewer. */
  sizeOf(step: number): number {
    const from = (step % this.stepsPerEpoch) * this.batchSize
    return Math.min(this.batchSize, this.count - from)
  }

  /** The samples of the step after `step` others, and of those after it up to `count` in all of its epoch; a view. */
  batchAt(step: number, count = 1): Int32Array {
    const epoch = this.epochOf(step)
    if (epoch !== this.epoch) {
      this.order = epochOrder(this.count, { seed: this.seed, epoch, shuffle: this.shuffle })
      this.epoch = epoch
    }
    const from = (step % this.stepsPerEpoch) * this.batchSize
    return this.order.subarray(from, from + (count - 1) * this.batchSize + this.sizeOf(step + count - 1))
  }
}
