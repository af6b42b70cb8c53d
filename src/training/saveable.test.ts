/** A model with layers and losses of the user's: saved by a registered name, or refused before anything is written. */

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataset } from '../data/index.ts'
import {
  constant,
  customLoss,
  dense,
  type Layer,
  type Loss,
  mse,
  network,
  registerLayer,
  registerLoss,
  sgd,
} from '../network/index.ts'
import { abs, mean, mul, sub } from '../ops/index.ts'
import { evaluate, fit, predict, untrainedModel } from './index.ts'
import { loadModel, RunFolder, saveModel } from './node.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Multiplies each feature by a number that is learnt. */
const gain = (kind: string, initial = 1, saved: Layer['options'] = { initial }): Layer => ({
  kind,
  options: saved,
  outputShape: (input) => input,
  parameters: ([features = 0]) => [
    { name: 'gain', shape: [features], initializer: constant(initial), role: 'scale', trainable: true },
  ],
  apply: ({ parameter }, x) => mul(x, parameter('gain')),
})
const data = dataset({
  inputs: [
    [1, 2],
    [3, 4],
    [5, 1],
  ],
  targets: [[3], [7], [6]],
})
const cubic = (scale: number, name = 'cubic') =>
  customLoss(
    ({ predictions, targets }) => {
      const error = abs(sub(predictions, targets ?? predictions))
      return mul(mean(mul(mul(error, error), error), { axes: 1 }), scale)
    },
    { name, options: { scale } },
  )

test('a registered layer and a registered loss come back', async () => {
  registerLayer('test/gain', ({ initial }) => gain('test/gain', initial as number))
  registerLoss('test/cubic', ({ scale }) => cubic(scale as number, 'test/cubic'))
  const net = network({ input: [2] }, gain('test/gain', 2), dense(1))
  const { model } = await fit(net, data, { loss: cubic(0.5, 'test/cubic'), optimizer: sgd(1e-3), epochs: 2 })
  await saveModel(join(folder, 'a'), model)
  const back = await loadModel(join(folder, 'a'))
  expect((await predict(back, data)).values).toEqual((await predict(model, data)).values)
  expect(await evaluate(back, data)).toEqual(await evaluate(model, data))
})

test('a loss that is not registered is left out, under whatever name, and the model predicts the same', async () => {
  const { model } = await fit(network({ input: [2] }, dense(1)), data, {
    loss: cubic(1, 'mse'),
    optimizer: sgd(1e-3),
    epochs: 1,
  })
  await saveModel(join(folder, 'a'), model)
  const back = await loadModel(join(folder, 'a'))
  expect(back.loss).toBeUndefined()
  expect((await predict(back, data)).values).toEqual((await predict(model, data)).values)
  await expect(evaluate(back, data)).rejects.toThrow(/E-USAGE.*registerLoss/s)
})

const linked: Loss = { ...mse(), name: 'linked', link: 'sigmoid' }
test.each<[string, Layer | undefined, Loss | undefined, RegExp]>([
  [
    'a layer that nobody registered',
    gain('test/other'),
    undefined,
    /E-MODEL: saving, layer "test\/other1".*registerLayer\('test\/other'/s,
  ],
  ['a layer called as one of ours', gain('dense'), undefined, /E-MODEL: saving, layer "dense1"/],
  [
    'options that make another layer',
    gain('test/thin', 1, {}),
    undefined,
    /E-MODEL.*its saved options make again.*gain \[2\], received \[2\]/s,
  ],
  ['options that do not make one', gain('test/broken'), undefined, /E-MODEL.*the fuse has blown/s],
  [
    'a loss whose link predictions need',
    undefined,
    linked,
    /E-MODEL: saving, loss "linked".*sigmoid.*registerLoss\('linked'/s,
  ],
  ['a loss that was registered as another', undefined, cubic(1, 'test/square'), /E-MODEL: saving, loss "test\/square"/],
])('%s: refused, and nothing is written', async (_, layer, loss, message) => {
  registerLayer('test/thin', () => ({ ...gain('test/thin'), parameters: () => [] }))
  registerLayer('test/broken', () => {
    throw new Error('the fuse has blown')
  })
  registerLoss('test/square', () => cubic(1, 'square'))
  const net = network({ input: [2] }, ...(layer === undefined ? [] : [layer]), dense(1))
  const model = untrainedModel(net).with({ loss })
  await expect(saveModel(join(folder, 'a'), model)).rejects.toThrow(message)
  expect(existsSync(join(folder, 'a'))).toBe(false)
  const run = await RunFolder.create(join(folder, 'run'), {})
  const stopped = { reason: 'epochs', epoch: 1, step: 1, message: '' } as const
  const ended = { model, history: [], stopped, kept: 'last', seconds: 1, backend: '' } as const
  await expect(run.finish({ ...ended, history: [] })).rejects.toThrow(message)
  expect(existsSync(join(folder, 'run', 'model.safetensors'))).toBe(false)
})

test.each<[string, () => void, RegExp]>([
  ['a kind of ours', () => registerLayer('relu', () => gain('relu')), /E-NAME: registerLayer.*"relu"/s],
  ['a loss of ours', () => registerLoss('mse', () => mse()), /E-NAME: registerLoss.*"mse"/s],
  ['no function', () => registerLoss('x', mse() as never), /E-USAGE: registerLoss/],
  ['no name', () => registerLayer('', () => gain('x')), /E-USAGE: registerLayer/],
])('%s is not registered', (_, register, message) => {
  expect(register).toThrow(message)
})

test('a saved kind that is not registered here says what to call', async () => {
  const { networkFromJson } = await import('../network/index.ts')
  const json = { schema: 'nabla.network/1', input: [2], layers: [{ kind: 'gone', units: 1 }] }
  expect(() => networkFromJson(json)).toThrow(/E-NAME.*registerLayer\("gone", …\) first/s)
})
