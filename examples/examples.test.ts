/** Each example reaches the figure that its first comment gives; MNIST for a single epoch here. */

import { describe, expect, test } from 'vitest'
import { run as layers } from './01-layers.ts'
import { run as xor } from './02-xor.ts'
import { run as twoLayers } from './03-two-layers.ts'
import { run as spiral } from './04-spiral.ts'
import { run as customLoss } from './05-custom-loss.ts'
import { run as autoencoder } from './06-autoencoder.ts'
import { run as mnist } from './07-mnist.ts'
import { run as overfit } from './08-overfit.ts'
import { run as deepBinary } from './09-deep-binary.ts'
import { run as biases } from './10-biases.ts'

/** Generous, for a machine that is busy with other tests. */
const TIMEOUT_MS = 180_000

describe('the seed networks', { timeout: TIMEOUT_MS }, () => {
  test('01: tanh and sigmoid both train; tanh needs fewer epochs', async () => {
    const { figures } = await layers()
    expect(figures.tanhEpochs).toBeLessThan(500)
    expect(figures.sigmoidEpochs).toBeLessThan(10_000)
    expect(figures.sigmoidEpochs).toBeGreaterThan(2 * (figures.tanhEpochs ?? 0))
    expect(figures.tanhError).toBeLessThan(0.05)
    expect(figures.sigmoidError).toBeLessThan(0.05)
  })

  test('02: XOR stops where the mean absolute error is below its target', async () => {
    const { figures } = await xor()
    expect(figures.reachedTargets).toBe(4)
    expect(figures.smallMean).toBeLessThan(0.3)
    expect(figures.largeMean).toBeLessThan(0.3)
    expect(figures.smallSharpMean).toBeLessThan(0.05)
    expect(figures.largeSharpMean).toBeLessThan(0.05)
    expect(figures.largest).toBeLessThan(0.5)
  })

  test('03: two layers on images of digits, with a rate that decays by epoch', async () => {
    const { figures } = await twoLayers()
    expect(figures.validation).toBeGreaterThan(0.92)
    expect(figures.training).toBeGreaterThan(figures.validation ?? 1)
    expect(figures.lastRate).toBeCloseTo(0.5 * 0.95 ** ((figures.epochs ?? 0) - 1), 6)
  })

  test('04: the spiral, by lines and by a hidden layer', async () => {
    const { figures } = await spiral()
    expect(figures.linear).toBeGreaterThan(0.45)
    expect(figures.linear).toBeLessThan(0.6)
    expect(figures.hidden).toBeGreaterThan(0.98)
  })

  test('05: a loss with random weights; cut paths are refused, naming what cut them', async () => {
    const { figures, lines } = await customLoss()
    expect(figures.before).toBeGreaterThan(5)
    expect(figures.after).toBeLessThan(1.1)
    expect(figures.refused).toBe(3)
    expect(figures.gentle).toBeGreaterThan(1)
    expect(figures.steep).toBe(0)
    const parameters = 'dense1.kernel, dense1.bias, dense2.kernel, dense2.bias'
    const refusals = lines.filter((line) => line.startsWith('refused'))
    for (const line of refusals) expect(line).toContain(parameters)
    expect(refusals.map((line) => /through (\w+)/.exec(line)?.[1])).toEqual(['equal', 'toInt', 'argmax'])
  })

  test('06: an autoencoder; readings that a sigmoid can’t reach are refused', async () => {
    const { figures, lines } = await autoencoder()
    expect(figures.refused).toBe(1)
    expect(lines[0]).toContain('numbers from 0 to 1, the range of the last layer, "sigmoid2" (sigmoid)')
    expect(lines[0]).toContain('in row 0, column 0')
    expect(figures.error).toBeLessThan(0.06)
    expect(figures.trivial).toBeGreaterThan(0.3)
  })

  test('07: MNIST, above 95 % after one epoch', async () => {
    const { figures } = await mnist({ epochs: 1 })
    expect(figures.accuracy).toBeGreaterThan(0.95)
  })

  test('08: ten pictures learnt by heart; a sum in the first layer kills every ReLU', async () => {
    const { figures } = await overfit()
    expect(figures.loss).toBeLessThan(0.01)
    expect(figures.accuracy).toBe(1)
    expect(figures.worst).toBeLessThan(0.7)
    expect(figures.summedWorst).toBeGreaterThan(1)
    expect(figures.summedLoss).toBeCloseTo(Math.LN2, 2)
  })

  test('09: three hidden layers of tanh, and of ReLU, to 100 %', async () => {
    const { figures } = await deepBinary()
    expect(figures.tanh).toBe(1)
    expect(figures.relu).toBe(1)
  })

  test('10: biases and L2, one sample at a time', async () => {
    const { figures } = await biases()
    expect(figures.error).toBeLessThan(0.05)
    expect(figures.strongError).toBeGreaterThan(0.4)
  })
})
