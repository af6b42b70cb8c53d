/**
 * The order of an epoch and its cut into batches. The order is a pure function of (seed, epoch, count), so a run
 * that resumes in the middle of an epoch sees the same samples that it would have seen.
 */

import { RandomStream } from '../shared/index.ts'
import { checkSeed, checkWhole } from './mistakes.ts'
import { epochStream } from './streams.ts'

export interface BatchOptions {
  /** Seed of the order; 0 where none is given. */
  seed?: number
  /** Which epoch, counted from 0. */
  epoch?: number
  /** False keeps the order of the data set. True where nothing is said. */
  shuffle?: boolean
  /** Leaves out a last batch that is shorter than the others. False where nothing is said. */
  dropLast?: boolean
}

/** The indices 0..count-1 in the order of one epoch. */
export function epochOrder(count: number, options: BatchOptions = {}): Int32Array {
  const { seed = 0, epoch = 0, shuffle = true } = options
  checkWhole(count, 0, 2 ** 31 - 1, 'count')
  checkSeed(seed, 'seed')
  checkWhole(epoch, 0, 2 ** 31 - 4, 'epoch')
  const order = new Int32Array(count)
  for (let index = 0; index < count; index++) order[index] = index
  return shuffle ? new RandomStream(seed, epochStream(epoch)).shuffle(order) : order
}

/** The batches of one epoch, cut from its order on demand. */
export class Batches implements Iterable<Int32Array> {
  /** Every index of the epoch, in order. */
  readonly order: Int32Array
  readonly batchSize: number
  /** How many batches the epoch has. */
  readonly length: number

  constructor(order: Int32Array, batchSize: number, dropLast: boolean) {
    this.order = order
    this.batchSize = batchSize
    this.length = dropLast ? Math.floor(order.length / batchSize) : Math.ceil(order.length / batchSize)
  }

  /** The sample indices of batch `index` (a view, not a copy); the last batch may be short. */
  at(index: number): Int32Array {
    checkWhole(index, 0, this.length - 1, 'batch')
    return this.order.subarray(index * this.batchSize, Math.min((index + 1) * this.batchSize, this.order.length))
  }

  *[Symbol.iterator](): Generator<Int32Array> {
    for (let index = 0; index < this.length; index++) yield this.at(index)
  }
}

/**
 * The batches of one epoch over `count` samples.
 * @throws NablaError E-VALUE for a batch size below 1, or a seed or epoch that is not a non-negative whole number.
 */
export function batches(count: number, batchSize: number, options: BatchOptions = {}): Batches {
  checkWhole(batchSize, 1, Number.MAX_SAFE_INTEGER, 'batchSize')
  return new Batches(epochOrder(count, options), batchSize, options.dropLast ?? false)
}
