import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataset, fitStandardise } from '../data/index.ts'
import { crossEntropy, dense, dropout, network, relu } from '../network/index.ts'
import { evaluate, Model, predict, untrainedModel } from './index.ts'
import { loadModel, RunFolder, saveModel } from './node.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const net = network({ input: [3] }, dense(4, { name: 'hidden' }), relu(), dropout(0.1), dense(2))
const data = dataset({
  inputs: [
    [1, 2, 3],
    [4, 5, 7],
  ],
  labels: ['cat', 'dog'],
})
const model = untrainedModel(net, 5).with({
  loss: crossEntropy(),
  classNames: ['cat', 'dog'],
  preprocessing: fitStandardise(data),
})

describe('a saved model', () => {
  test('comes back with the same numbers, names, loss and preprocessing', async () => {
    const directory = join(folder, 'new', 'model')
    await saveModel(directory, model)
    const back = await loadModel(directory)
    expect(back.parameters).toEqual(model.parameters)
    expect(back.classNames).toEqual(['cat', 'dog'])
    expect(await evaluate(back, data)).toEqual(await evaluate(model, data))
    expect((await predict(back, [[1, 2, 3]])).values).toEqual((await predict(model, [[1, 2, 3]])).values)
    expect((await readdir(directory)).sort()).toEqual(['model.safetensors', 'network.json'])
  })

  test('is not written over', async () => {
    const directory = join(folder, 'a')
    await saveModel(directory, model)
    const before = await readFile(join(directory, 'model.safetensors'))
    await expect(saveModel(directory, untrainedModel(net, 6))).rejects.toMatchObject({ code: 'E-FILE' })
    expect(await readFile(join(directory, 'model.safetensors'))).toEqual(before)
    await saveModel(directory, untrainedModel(net, 6), { overwrite: true })
    expect(await readFile(join(directory, 'model.safetensors'))).not.toEqual(before)
  })

  test('with the parameters of another network is refused, with the parameter', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')]
    await saveModel(one, model)
    await saveModel(
      two,
      untrainedModel(network({ input: [3] }, dense(5, { name: 'hidden' }), dense(2, { name: 'dense1' }))),
    )
    await writeFile(join(one, 'model.safetensors'), await readFile(join(two, 'model.safetensors')))
    await expect(loadModel(one)).rejects.toMatchObject({
      code: 'E-MODEL',
      where: expect.stringContaining('parameter "hidden.kernel"'),
      expected: 'shape [3, 4]',
      received: '[3, 5]',
    })
  })

  test.each([
    ['not json', 'E-DATA'],
    ['{"schema":"nabla.model/9"}', 'E-MODEL'],
    [
      '{"schema":"nabla.model/1","network":{"schema":"nabla.network/1","input":[3],"layers":[{"kind":"dens","units":2}]}}',
      'E-NAME',
    ],
    [
      '{"schema":"nabla.model/1","network":{"schema":"nabla.network/1","input":[3],"layers":[{"kind":"dense","units":-2}]}}',
      'E-VALUE',
    ],
    ['{"schema":"nabla.model/1","network":{"schema":"nabla.network/1","input":"3","layers":[]}}', 'E-MODEL'],
    ['null', 'E-MODEL'],
  ])('with the description %s is refused by %s', async (text, code) => {
    await saveModel(folder, model)
    await writeFile(join(folder, 'network.json'), text)
    await expect(loadModel(folder)).rejects.toMatchObject({ code })
  })

  test('that is missing is a missing file', async () => {
    await expect(loadModel(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'E-FILE', received: 'no such file' })
  })

  test('refuses parameters of another size', () => {
    expect(() => new Model({ network: net, parameters: new Map() })).toThrow(/hidden.kernel/)
  })
})

test('a run folder is claimed once', async () => {
  const directory = join(folder, 'run')
  await RunFolder.create(directory, { seed: 1 })
  await expect(RunFolder.create(directory, { seed: 2 })).rejects.toMatchObject({
    code: 'E-FILE',
    received: expect.stringContaining("another run's"),
  })
  expect(JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'))).toMatchObject({ seed: 1 })
})
