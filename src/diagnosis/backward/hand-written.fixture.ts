/** A network of two layers as people write it by hand, whose backward pass can be changed at each of its statements. */

import { RandomStream } from '../../shared/index.ts'
import type { BackwardOptions, Numeric, Probe } from './index.ts'

export type Matrix = number[][]

export const map = (a: Matrix, f: (x: number, row: number, column: number) => number): Matrix =>
  a.map((row, i) => row.map((x, j) => f(x, i, j)))
export const zip = (a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix =>
  map(a, (x, i, j) => f(x, b[i]?.[j] as number))
export const transposed = (a: Matrix): Matrix => (a[0] ?? []).map((_, j) => a.map((row) => row[j] as number))
export const dot = (a: Matrix, b: Matrix): Matrix => {
  const columns = transposed(b)
  return a.map((row) => columns.map((column) => row.reduce((sum, x, k) => sum + x * (column[k] as number), 0)))
}
export const sumRows = (a: Matrix): number[] => transposed(a).map((column) => column.reduce((x, y) => x + y, 0))
export const addRow = (a: Matrix, b: readonly number[]): Matrix => map(a, (x, _, j) => x + (b[j] as number))
export const total = (a: Matrix): number => a.flat().reduce((x, y) => x + y, 0)

export function randomMatrix(rows: number, columns: number, random: RandomStream, scale = 1): Matrix {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => scale * random.normal()))
}

export const activations = {
  tanh: { f: Math.tanh, slope: (z: number) => 1 - Math.tanh(z) ** 2 },
  sigmoid: { f: (z: number) => 1 / (1 + Math.exp(-z)), slope: (z: number) => Math.exp(-z) / (1 + Math.exp(-z)) ** 2 },
  relu: { f: (z: number) => Math.max(0, z), slope: (z: number) => (z > 0 ? 1 : 0) },
  softplus: { f: (z: number) => Math.log1p(Math.exp(z)), slope: (z: number) => 1 / (1 + Math.exp(-z)) },
} as const

export interface Sizes {
  m: number
  inputs: number
  hidden: number
  outputs: number
}

/** Everything that a backward pass has at hand. */
export interface Pass {
  x: Matrix
  y: Matrix
  W1: Matrix
  b1: number[]
  W2: Matrix
  b2: number[]
  z1: Matrix
  a1: Matrix
  z2: Matrix
  p: Matrix
  m: number
  slope: (z: number) => number
  probe: Probe
}

type Gradients = Record<string, Numeric>

export interface Recipe {
  sizes?: Sizes
  activation?: keyof typeof activations
  /** Softmax with cross-entropy, or half the squared error. */
  loss?: 'cross-entropy' | 'squares'
  seed?: number
  l2?: number
  /** Steps of the backward pass that replace the right ones. */
  dz2?: (pass: Pass) => Matrix
  da1?: (pass: Pass, dz2: Matrix) => Matrix
  dz1?: (pass: Pass, da1: Matrix) => Matrix
  /** Changes what was returned. */
  change?: (gradients: { W1: Matrix; b1: number[]; W2: Matrix; b2: number[] }, pass: Pass) => Gradients
}

const softmax = (z: Matrix): Matrix =>
  z.map((row) => {
    const top = Math.max(...row)
    const powers = row.map((x) => Math.exp(x - top))
    const sum = powers.reduce((a, b) => a + b, 0)
    return powers.map((x) => x / sum)
  })

/** The options of a check on a network x·W1 + b1 -> activation -> ·W2 + b2 -> loss, the mean over m samples. */
export function twoLayers(recipe: Recipe = {}): BackwardOptions {
  const { sizes = { m: 6, inputs: 4, hidden: 5, outputs: 3 }, activation = 'tanh', loss = 'cross-entropy' } = recipe
  const random = new RandomStream(recipe.seed ?? 1, 1)
  const { m, inputs, hidden, outputs } = sizes
  const { f, slope } = activations[activation]
  const x = randomMatrix(m, inputs, random)
  const classes = Array.from({ length: m }, () => random.below(outputs))
  const y = classes.map((label) => Array.from({ length: outputs }, (_, j) => (j === label ? 1 : 0)))
  const W1 = randomMatrix(inputs, hidden, random, 0.7)
  const b1 = Array.from({ length: hidden }, () => 0.1 * random.normal())
  const W2 = randomMatrix(hidden, outputs, random, 0.7)
  const b2 = Array.from({ length: outputs }, () => 0.1 * random.normal())
  let cache: { z1: Matrix; a1: Matrix; z2: Matrix; p: Matrix } | undefined
  const l2 = recipe.l2 ?? 0
  return {
    parameters: { W1, b1, W2, b2 },
    sizes: { m },
    forward: (probe) => {
      const z1 = probe('z1', addRow(dot(probe('x', x), W1), b1))
      const a1 = probe('a1', map(z1, f))
      const z2 = probe('z2', addRow(dot(a1, W2), b2))
      const p = probe('p', loss === 'squares' ? z2 : softmax(z2))
      cache = { z1, a1, z2, p }
      const data =
        loss === 'squares' ? total(zip(p, y, (a, b) => (a - b) ** 2 / 2)) : -total(zip(p, y, (a, b) => b * Math.log(a)))
      return data / m + (l2 / 2) * (total(map(W1, (w) => w * w)) + total(map(W2, (w) => w * w)))
    },
    backward: (probe) => {
      const pass: Pass = { x, y, W1, b1, W2, b2, m, slope, probe, ...(cache as NonNullable<typeof cache>) }
      const dz2 = probe(
        'z2',
        recipe.dz2?.(pass) ??
          map(
            zip(pass.p, y, (a, b) => a - b),
            (d) => d / m,
          ),
      )
      const da1 = probe('a1', recipe.da1?.(pass, dz2) ?? dot(dz2, transposed(W2)))
      const dz1 = probe('z1', recipe.dz1?.(pass, da1) ?? zip(da1, map(pass.z1, slope), (d, s) => d * s))
      const decay = (g: Matrix, w: Matrix) => zip(g, w, (a, b) => a + l2 * b)
      const gradients = {
        W1: decay(dot(transposed(x), dz1), W1),
        b1: sumRows(dz1),
        W2: decay(dot(transposed(pass.a1), dz2), W2),
        b2: sumRows(dz2),
      }
      return recipe.change?.(gradients, pass) ?? gradients
    },
  }
}

/** The same without a word on intermediate values. */
export function unprobed(options: BackwardOptions): BackwardOptions {
  const same: Probe = (_, value) => value
  return { ...options, forward: () => options.forward(same), backward: () => options.backward(same) }
}
