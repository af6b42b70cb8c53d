/**
 * What a contestant is: something that can be given work, and does it as often as it is told. Each runs in a process
 * of its own, so that neither garbage, nor engine flags, nor threads of one disturb another.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OptimizerName, TrainingWork } from '../work.ts'

/** Predicts the batch's classes, and has the probabilities on the host. */
export interface InferenceWork {
  readonly kind: 'infer'
  readonly sizes: readonly number[]
  readonly batch: number
  readonly folder: string
}

/** c = a·b, a [rows, inner] in x.bin, b [inner, columns] in w0.bin. */
export interface ProductWork {
  readonly kind: 'product'
  readonly rows: number
  readonly inner: number
  readonly columns: number
  readonly folder: string
}

/**
 * What moves memory more than it computes, over arrays of `count` f32 in w0.bin, w1.bin, …
 * copy: b = a. triad: c = a + scale·b. update: Adam's, of w, m and v with the gradient g.
 */
export interface StreamWork {
  readonly kind: 'stream'
  readonly pattern: 'copy' | 'triad' | 'update'
  readonly count: number
  readonly folder: string
}

/** The constants of these; Python has them too. The step is so small that thousands of updates change nothing. */
export const UPDATE = { scale: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, stepSize: 1e-7, correction: 1 }

/** Trains on all images once, shuffled. Pixels u8 in images.bin, labels i32 in y.bin, initial weights as ever. */
export interface EpochWork {
  readonly kind: 'epoch'
  readonly sizes: readonly number[]
  readonly batch: number
  readonly optimizer: OptimizerName
  readonly count: number
  readonly learningRate: number
  readonly folder: string
}

export type Work = TrainingWork | InferenceWork | ProductWork | StreamWork | EpochWork

/** Work made ready. */
export interface Task {
  /** Back to the initial weights. */
  reset(): void | Promise<void>
  /** Does the work `count` times; all of it is done when this returns. */
  run(count: number, learningRate: number): void | Promise<void>
  /**
   * What shows that the right thing was computed. Training: the loss before the last update. Inference: the
   * cross-entropy of the probabilities. A product: the sum of its first row. A stream: the first
   * element of what is written (of an update, w). An epoch: the mean loss over it.
   */
  result(): number | Promise<number>
  close(): void
}

export interface Contestant {
  /** Version, threads, and what else a reader must know. */
  readonly description: string
  /** @throws Error with the reason where this contestant has no such thing. */
  open(work: Work): Task | Promise<Task>
}

export const notOffered = (work: Work) => new Error(`does not offer this: ${work.kind}`)

/** The shared inputs of a work. */
export function readFloats(folder: string, name: string): Float32Array {
  const bytes = readFileSync(join(folder, `${name}.bin`))
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

export function readLabels(folder: string): Int32Array {
  const bytes = readFileSync(join(folder, 'y.bin'))
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/** Pixels as they are trained on: from 0 to 1. */
export function readImages(folder: string): Float32Array {
  return Float32Array.from(readFileSync(join(folder, 'images.bin')), (pixel) => pixel / 255)
}

export interface LayerValues {
  readonly ins: number
  readonly outs: number
  readonly w: Float32Array
  readonly b: Float32Array
}

export function readLayers(folder: string, sizes: readonly number[]): LayerValues[] {
  return sizes.slice(1).map((outs, i) => ({
    ins: sizes[i] ?? 1,
    outs,
    w: readFloats(folder, `w${i}`),
    b: readFloats(folder, `b${i}`),
  }))
}

/** The mean of −log p[y] over the rows of `probabilities` [batch, classes]. */
export function meanNegativeLog(probabilities: ArrayLike<number>, y: Int32Array): number {
  const classes = probabilities.length / y.length
  return y.reduce((sum, label, row) => sum - Math.log(probabilities[row * classes + label] ?? 0), 0) / y.length
}

export function firstRowSum(product: ArrayLike<number>, size: number): number {
  let sum = 0
  for (let j = 0; j < size; j++) sum += product[j] ?? 0
  return sum
}
