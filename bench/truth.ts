/** The losses of the first steps in f64 by plain loops, sharing no code with any contestant. */

import type { NetworkSize, OptimizerName, WorkValues } from './work.ts'

interface Layer {
  ins: number
  outs: number
  w: Float64Array
  b: Float64Array
}

/** Adam's constants, as everybody has them by default (arXiv:1412.6980). */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8]

/** The loss before each of the first `steps` updates. */
export function trueLosses(
  { sizes, batch }: NetworkSize,
  values: WorkValues,
  optimizer: OptimizerName,
  learningRate: number,
  steps: number,
): number[] {
  const layers = sizes.slice(1).map((outs, i): Layer => {
    const [w, b] = [values.kernels[i] ?? [], values.biases[i] ?? []]
    return { ins: sizes[i] ?? 1, outs, w: Float64Array.from(w), b: Float64Array.from(b) }
  })
  const updates = layers.flatMap(({ w, b }) => [makeUpdate(w, optimizer), makeUpdate(b, optimizer)])
  const losses: number[] = []
  for (let step = 1; step <= steps; step++) {
    const activations = forward(layers, Float64Array.from(values.x), batch)
    const { loss, gradient } = crossEntropy(activations[layers.length] ?? new Float64Array(), values.y)
    losses.push(loss)
    if (step === steps) break
    const gradients = backward(layers, activations, gradient, batch)
    gradients.forEach((g, i) => {
      updates[i]?.(g, learningRate, step)
    })
  }
  return losses
}

/** Inputs, then each layer's output; ReLU on all but the last. */
function forward(layers: readonly Layer[], x: Float64Array, batch: number): Float64Array[] {
  const activations = [x]
  layers.forEach(({ ins, outs, w, b }, index) => {
    const a = activations[index] ?? x
    const z = new Float64Array(batch * outs)
    for (let row = 0; row < batch; row++) {
      const out = z.subarray(row * outs, (row + 1) * outs)
      out.set(b)
      for (let i = 0; i < ins; i++) addScaled(out, w, i * outs, a[row * ins + i] ?? 0)
    }
    if (index < layers.length - 1) for (let i = 0; i < z.length; i++) z[i] = Math.max(0, z[i] ?? 0)
    activations.push(z)
  })
  return activations
}

/** target += scale · source[from …] */
function addScaled(target: Float64Array, source: Float64Array, from: number, scale: number): void {
  if (scale === 0) return
  for (let j = 0; j < target.length; j++) target[j] = (target[j] ?? 0) + scale * (source[from + j] ?? 0)
}

/** The mean of −log softmax(z)[y], and its gradient, (softmax(z) − onehot(y)) / batch. */
function crossEntropy(logits: Float64Array, y: Int32Array): { loss: number; gradient: Float64Array } {
  const [batch, classes] = [y.length, logits.length / y.length]
  const gradient = new Float64Array(logits.length)
  let loss = 0
  for (let row = 0; row < batch; row++) {
    const z = logits.subarray(row * classes, (row + 1) * classes)
    const top = Math.max(...z)
    const sum = z.reduce((total, value) => total + Math.exp(value - top), 0)
    const label = y[row] ?? 0
    loss += Math.log(sum) + top - (z[label] ?? 0)
    z.forEach((value, j) => {
      gradient[row * classes + j] = (Math.exp(value - top) / sum - (j === label ? 1 : 0)) / batch
    })
  }
  return { loss: loss / batch, gradient }
}

/** Gradients of w0, b0, w1, b1, … */
function backward(layers: readonly Layer[], activations: Float64Array[], gy: Float64Array, batch: number) {
  const gradients: Float64Array[] = []
  for (let index = layers.length - 1; index >= 0; index--) {
    const { ins, outs, w } = layers[index] as Layer
    const a = activations[index] as Float64Array
    const [gw, gb, ga] = [new Float64Array(w.length), new Float64Array(outs), new Float64Array(batch * ins)]
    for (let row = 0; row < batch; row++) {
      const g = gy.subarray(row * outs, (row + 1) * outs)
      addScaled(gb, g, 0, 1)
      for (let i = 0; i < ins; i++) {
        const value = a[row * ins + i] ?? 0
        if (index > 0 && value === 0) continue // ReLU's derivative: 0 where its output is.
        addScaled(gw.subarray(i * outs, (i + 1) * outs), g, 0, value)
        if (index > 0) ga[row * ins + i] = dot(g, w, i * outs)
      }
    }
    gradients.unshift(gw, gb)
    gy = ga
  }
  return gradients
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += (a[j] ?? 0) * (b[from + j] ?? 0)
  return sum
}

function makeUpdate(w: Float64Array, optimizer: OptimizerName) {
  const [m, v] = [new Float64Array(w.length), new Float64Array(w.length)]
  return (g: Float64Array, learningRate: number, step: number): void => {
    for (let i = 0; i < w.length; i++) {
      const gi = g[i] ?? 0
      if (optimizer === 'sgd') {
        w[i] = (w[i] ?? 0) - learningRate * gi
        continue
      }
      m[i] = BETA1 * (m[i] ?? 0) + (1 - BETA1) * gi
      v[i] = BETA2 * (v[i] ?? 0) + (1 - BETA2) * gi * gi
      const [mHat, vHat] = [(m[i] ?? 0) / (1 - BETA1 ** step), (v[i] ?? 0) / (1 - BETA2 ** step)]
      w[i] = (w[i] ?? 0) - (learningRate * mHat) / (Math.sqrt(vHat) + EPSILON)
    }
  }
}
