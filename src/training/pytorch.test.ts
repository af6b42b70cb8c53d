/**
 * Training against PyTorch's numbers: from the same weights, on the same batches, each optimiser's losses follow
 * PyTorch's for 200 steps. The numbers are fixtures/pytorch-trajectories.json, made by the script of that name.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  adagrad,
  adam,
  adamw,
  binaryCrossEntropy,
  crossEntropy,
  dense,
  mse,
  network,
  relu,
  rmsprop,
  sgd,
  tanh,
} from '../network/index.ts'
import { createTrainer } from './index.ts'

interface Trajectories {
  steps: number
  batch: number
  cases: Record<
    string,
    {
      sizes: [number, number, number]
      activation: string
      weights: number[][]
      inputs: number[][]
      targets: number[][]
      losses: Record<string, number[]>
    }
  >
}
const fixture = new URL('fixtures/pytorch-trajectories.json', import.meta.url)
const { steps, cases }: Trajectories = JSON.parse(readFileSync(fixture, 'utf8'))

const OPTIMIZERS = {
  sgd: sgd(0.05),
  momentum: sgd(0.02, { momentum: 0.9, dampening: 0.5, weightDecay: 0.01 }),
  nesterov: sgd(0.02, { momentum: 0.9, nesterov: true }),
  rmsprop: rmsprop(0.005),
  rmspropCentered: rmsprop(0.003, { alpha: 0.95, centered: true, momentum: 0.5 }),
  adagrad: adagrad(0.05, { learningRateDecay: 0.01 }),
  adam: adam(0.01),
  adamDecay: adam(0.01, { beta1: 0, beta2: 0.99, weightDecay: 0.02 }),
  adamw: adamw(0.01, { weightDecay: 0.1 }),
}
const LOSSES = { crossEntropy: crossEntropy(), mse: mse(), binaryCrossEntropy: binaryCrossEntropy() }

/** The largest relative difference between nabla's losses and PyTorch's. */
async function largestDifference(loss: keyof typeof LOSSES, optimizer: keyof typeof OPTIMIZERS, backend: string) {
  const { sizes, activation, weights, inputs, targets, losses } = cases[loss] as Trajectories['cases'][string]
  const [input, hidden, output] = sizes
  const net = network({ input: [input] }, dense(hidden), activation === 'relu' ? relu() : tanh(), dense(output))
  const initial = new Map(net.parameters.map(({ name }, i) => [name, Float32Array.from(weights[i] ?? [])]))
  const trainer = await createTrainer(net, { loss: LOSSES[loss], optimizer: OPTIMIZERS[optimizer], backend, initial })
  let largest = 0
  for (let step = 0; step < steps; step++) {
    const [x, y] = [inputs[step % inputs.length] ?? [], targets[step % targets.length] ?? []]
    const result = await trainer.step(Float32Array.from(x), loss === 'crossEntropy' ? y : Float32Array.from(y))
    const expected = losses[optimizer]?.[step] ?? Number.NaN
    largest = Math.max(largest, Math.abs(result.loss - expected) / expected)
  }
  trainer.close()
  return largest
}

describe.each(['reference', 'wasm'])('on %s', (backend) => {
  describe.each(Object.keys(LOSSES) as (keyof typeof LOSSES)[])('%s', (loss) => {
    test.each(Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[])('follows PyTorch with %s', async (optimizer) => {
      // The reference computes in f64 as PyTorch did; the file holds eight digits.
      const tolerance = backend === 'reference' ? 1e-7 : 1e-4
      expect(await largestDifference(loss, optimizer, backend)).toBeLessThan(tolerance)
    })
  })
})
