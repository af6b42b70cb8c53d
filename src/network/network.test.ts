import { describe, expect, test } from 'vitest'
import { NablaError, RandomStream } from '../shared/index.ts'
import {
  constant,
  dense,
  dropout,
  elu,
  flatten,
  glorotNormal,
  heNormal,
  heUniform,
  initialValues,
  type Layer,
  l2,
  layerByName,
  layerKinds,
  leakyRelu,
  lecunUniform,
  network,
  networkFromJson,
  randomNormal,
  randomUniform,
  relu,
  reshape,
  sigmoid,
  softmax,
  tanh,
} from './index.ts'

/** The problem that `write` is refused with. */
function refusal(write: () => unknown) {
  try {
    write()
  } catch (error) {
    if (error instanceof NablaError) return error.toJSON()
    throw error
  }
  throw new Error('not refused')
}

describe('a network', () => {
  const net = network({ input: [784] }, dense(300), relu(), dense(75, { name: 'narrow' }), relu(), dense(10))

  test('names layers and parameters, and infers shapes', () => {
    expect(net.layers.map(({ name }) => name)).toEqual(['dense1', 'relu1', 'narrow', 'relu2', 'dense2'])
    expect(net.outputShape).toEqual([10])
    expect(net.parameters.map(({ name, shape }) => `${name} ${shape}`)).toEqual([
      'dense1.kernel 784,300',
      'dense1.bias 300',
      'narrow.kernel 300,75',
      'narrow.bias 75',
      'dense2.kernel 75,10',
      'dense2.bias 10',
    ])
    expect(net.trainableCount).toBe(258835)
  })

  test('shows itself as a table', () => {
    expect(net.summary()).toMatchInlineSnapshot(`
      "layer   kind   output        parameters
      ---------------------------------------
      input          [batch, 784]
      dense1  dense  [batch, 300]     235,500
      relu1   relu   [batch, 300]           0
      narrow  dense  [batch, 75]       22,575
      relu2   relu   [batch, 75]            0
      dense2  dense  [batch, 10]          760
      ---------------------------------------
      258,835 parameters (1011.1 KiB in f32)"
    `)
  })

  test('gives a numbered name that the user has not taken', () => {
    const names = network({ input: [2] }, dense(2), dense(2, { name: 'dense1' }), dense(2)).layers.map((l) => l.name)
    expect(names).toEqual(['dense2', 'dense1', 'dense3'])
  })

  test('comes back from JSON with every layer and option', () => {
    const layers: Layer[] = [
      flatten(),
      dense(6, { name: 'first', bias: false, kernelInitializer: randomUniform(-1, 2), regularizer: l2(0.1) }),
      leakyRelu(0.2),
      dense(6, { biasInitializer: constant(0.5), kernelInitializer: 'lecunNormal', inputs: 6 }),
      elu(0.5),
      dropout(0.25),
      reshape([2, 3]),
      flatten(),
      ...layerKinds.filter((kind) => !['dense', 'dropout', 'reshape'].includes(kind)).map((kind) => layerByName(kind)),
    ]
    const whole = network({ input: [2, 3] }, ...layers)
    const text = JSON.stringify(whole)
    const back = networkFromJson(JSON.parse(text))
    expect(JSON.stringify(back)).toBe(text)
    expect(back.initialParameters(3)).toEqual(whole.initialParameters(3))
    expect(back.parameters).toEqual(whole.parameters)
  })
})

describe('initial parameters', () => {
  test('are decided by the seed', () => {
    const net = network({ input: [4] }, dense(3), relu(), dense(2))
    expect(net.initialParameters(1)).toEqual(net.initialParameters(1))
    expect(net.initialParameters(1)).not.toEqual(net.initialParameters(2))
  })

  test("suit the activation that follows: He's before a rectifier, else Glorot's", () => {
    const net = network({ input: [4] }, dense(3), relu(), dense(3), tanh(), dense(2))
    const names = net.parameters.filter(({ role }) => role === 'kernel').map(({ initializer }) => initializer.name)
    expect(names).toEqual(['heNormal', 'glorotUniform', 'glorotUniform'])
  })

  test.each([
    [heNormal(), 2 / 200],
    [heUniform(), 2 / 200],
    [glorotNormal(), 2 / 500],
    [lecunUniform(), 1 / 200],
    [randomNormal(0.3), 0.09],
    [randomUniform(-0.5, 0.5), 1 / 12],
  ])('%o have their variance', (initializer, variance) => {
    const values = initialValues(initializer, [200, 300], new RandomStream(5, 0))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const measured = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    // The deviation of a variance measured on 60,000 numbers is below 0.6 % of it; five of those.
    expect(Math.abs(measured / variance - 1)).toBeLessThan(0.03)
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / values.length))
  })
})

describe('what does not fit is refused', () => {
  test('a layer that expects other inputs, with the layer before it', () => {
    expect(
      refusal(() => network({ input: [8] }, dense(32, { name: 'hidden1' }), dense(9, { name: 'hidden2', inputs: 64 }))),
    ).toEqual({
      code: 'E-SHAPE',
      where: 'layer "hidden2" (dense)',
      expected: 'input [batch, 64]',
      received: '[batch, 32] from "hidden1"',
      fix: 'give "hidden1" 64 units, or write dense(9) without inputs.',
    })
  })

  test('a picture that meets a dense layer, with the code to write', () => {
    expect(refusal(() => network({ input: [28, 28] }, dense(10)))).toEqual({
      code: 'E-SHAPE',
      where: 'layer "dense1" (dense)',
      expected: 'input [batch, features]',
      received: "[batch, 28, 28] from the network's input",
      fix: 'write flatten() before dense(10), which makes [batch, 28, 28] into [batch, 784].',
    })
  })

  test.each([
    ['softmax over one unit', () => network({ input: [3] }, dense(1), softmax()), 'E-SHAPE', 'dense(1), sigmoid()'],
    ['reshape to another size', () => network({ input: [5] }, reshape([2, 3])), 'E-SHAPE', 'as many numbers'],
    [
      'a repeated name',
      () => network({ input: [3] }, dense(1, { name: 'a' }), sigmoid({ name: 'a' })),
      'E-NAME',
      'another name',
    ],
    ['a name with a dot', () => network({ input: [3] }, dense(1, { name: 'a.b' })), 'E-NAME', 'another name'],
    ['no layer', () => network({ input: [3] }), 'E-USAGE', 'dense(10)'],
    ['a layer function that was not called', () => network({ input: [3] }, relu as never), 'E-USAGE', 'call it'],
    ['an input that is no list', () => network({ input: 784 as never }, dense(1)), 'E-USAGE', '[784]'],
    ['an input of nothing', () => network({ input: [0] }, dense(1)), 'E-SHAPE', 'at least one'],
    ['units as text', () => dense('300' as never), 'E-VALUE', 'dense(64)'],
    ['no units', () => dense(0), 'E-VALUE', 'dense(64)'],
    ['half a unit', () => dense(2.5), 'E-VALUE', 'dense(64)'],
    ['an unknown option', () => dense(2, { kernelInitialiser: 'zeros' } as never), 'E-NAME', 'kernelInitializer'],
    ['an unknown initializer', () => dense(2, { kernelInitializer: 'heNorml' as never }), 'E-NAME', 'heNormal'],
    ['a number as initializer', () => dense(2, { kernelInitializer: 3 as never }), 'E-USAGE', 'heNormal()'],
    ['a dropout of everything', () => dropout(1), 'E-VALUE', '0.5'],
    ['a negative dropout', () => dropout(-0.1), 'E-VALUE', '0.5'],
    ['a negative deviation', () => randomNormal(-1), 'E-VALUE', '0 or more'],
    ['an unknown kind in a file', () => layerByName('dens'), 'E-NAME', 'dense'],
  ])('%s', (_, write, code, fix) => {
    const problem = refusal(write)
    expect(problem.code).toBe(code)
    expect(problem.fix).toContain(fix)
  })
})
