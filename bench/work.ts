/**
 * The work that is timed: a network, a batch, and an optimiser. Data are normal random numbers and random labels,
 * which no network learns in a few steps: gradients stay of ordinary size, away from subnormals, which would slow f32.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type OptimizerName = 'sgd' | 'adam'

/** A multilayer perceptron: dense layers with ReLU between them, cross-entropy on the last one's logits. */
export interface TrainingWork {
  readonly kind: 'train'
  readonly sizes: readonly number[]
  readonly batch: number
  readonly optimizer: OptimizerName
  /** Steps in one call into the library, for those that offer it; one by one where nothing is said. */
  readonly stepsPerCall?: number
  /** Holds x, y, w0, b0, w1, …: little-endian f32, labels i32. Weights are [in, out], row-major. */
  readonly folder: string
}

export interface NetworkSize {
  readonly sizes: readonly number[]
  readonly batch: number
}

/** The four networks that every speed claim is made on, from a cache line's worth of weights to 800,000. */
export const NETWORKS: readonly NetworkSize[] = [
  { sizes: [2, 3, 2], batch: 4 },
  { sizes: [784, 300, 75, 10], batch: 32 },
  { sizes: [784, 512, 512, 10], batch: 128 },
  { sizes: [12288, 64, 2], batch: 128 },
]

export const nameOf = ({ sizes, batch }: NetworkSize) => `${sizes.join('-')} b${batch}`

/**
 * Floating-point operations of the matrix products in one step: forward, the kernels' gradients, and the inputs'
 * gradients of all layers but the first. What is elementwise is left out, as is customary.
 */
export function stepFlops({ sizes, batch }: NetworkSize): number {
  let flops = 0
  for (let i = 0; i + 1 < sizes.length; i++) {
    const product = 2 * batch * (sizes[i] ?? 0) * (sizes[i + 1] ?? 0)
    flops += i === 0 ? 2 * product : 3 * product
  }
  return flops
}

/** Of the forward pass alone. */
export function forwardFlops({ sizes, batch }: NetworkSize): number {
  return sizes.slice(1).reduce((flops, outs, i) => flops + 2 * batch * (sizes[i] ?? 0) * outs, 0)
}

/** Mulberry32 (T. Ettinger, 2017): 32 bits of state are enough for data that only has to look random. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Standard normal numbers times `scale` (G. E. P. Box, M. E. Muller, 1958). */
export function normals(count: number, scale: number, random: () => number): Float32Array {
  const values = new Float32Array(count)
  for (let i = 0; i < count; i += 2) {
    const radius = scale * Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    values[i] = radius * Math.cos(angle)
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle)
  }
  return values
}

/** Data and weights in memory. */
export interface WorkValues {
  readonly x: Float32Array
  readonly y: Int32Array
  readonly kernels: readonly Float32Array[]
  readonly biases: readonly Float32Array[]
}

export function makeValues({ sizes, batch }: NetworkSize, seed = 1): WorkValues {
  const random = randomSource(seed)
  const classes = sizes[sizes.length - 1] ?? 1
  const x = normals(batch * (sizes[0] ?? 0), 1, random)
  const y = Int32Array.from({ length: batch }, () => Math.floor(random() * classes))
  const layers = sizes.slice(1).map((outs, i) => ({ ins: sizes[i] ?? 1, outs }))
  // He's initial weights, √(2/in): activations keep their size from layer to layer.
  const kernels = layers.map(({ ins, outs }) => normals(ins * outs, Math.sqrt(2 / ins), random))
  const biases = layers.map(({ outs }) => normals(outs, 0.01, random))
  return { x, y, kernels, biases }
}

/** Writes the values where contestants in any language read them. */
export function writeValues(folder: string, { x, y, kernels, biases }: WorkValues): void {
  mkdirSync(folder, { recursive: true })
  const put = (name: string, values: Float32Array | Int32Array) => writeFileSync(join(folder, `${name}.bin`), values)
  put('x', x)
  put('y', y)
  kernels.forEach((values, i) => {
    put(`w${i}`, values)
  })
  biases.forEach((values, i) => {
    put(`b${i}`, values)
  })
}

/**
 * Learning rates. While losses are compared, large enough that a wrong gradient or update shows in the next loss, and
 * the smaller the more inputs there are; while time is taken, so small that thousands of steps change nothing.
 */
export function checkRate(optimizer: OptimizerName, ins: number): number {
  return optimizer === 'sgd' ? 10 / (ins + 100) : 1 / (ins + 1000)
}
export const TIMING_RATE = 1e-7
