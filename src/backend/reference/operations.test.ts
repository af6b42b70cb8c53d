/** Tests made from the dictionary: every record is exercised, and a new one is exercised by being there. */

import { describe, expect, it } from 'vitest'
import { differentiate } from '../../gradient/index.ts'
import { GraphBuilder } from '../../graph/index.ts'
import { dictionary, type MapOperation, type Operation, sum } from '../../ops/index.ts'
import { known } from '../../shared/index.ts'
import { gradientError } from './check-gradient.fixture.ts'
import { evaluateGraph } from './index.ts'

const differentiable = dictionary.filter(({ derivative }) => derivative !== 'zero')
const SEEDS = [1, 2, 3, 4]

describe('gradients against central differences', () => {
  for (const operation of differentiable) {
    it(operation.name, () => {
      for (const seed of SEEDS) {
        expect(gradientError(operation, seed, false)).toBeLessThan(operation.tolerance.gradient)
        expect(gradientError(operation, seed, true)).toBeLessThan(operation.tolerance.gradient * 10)
      }
    })
  }
})

describe('a broken derivative is noticed', () => {
  /** The same operation, with what it passes to one input scaled. */
  const broken = (operation: Operation, input: number, scale: number): Operation => ({
    ...operation,
    derivative: (context) => {
      if (operation.derivative === 'zero') return []
      return operation.derivative(context).map((gradient, i) => {
        if (gradient === 'zero' || i !== input) return gradient
        return gradient.builder.apply(mulRecord, [gradient, gradient.builder.constant(scale, gradient.shape)], {})
      })
    },
  })
  const mulRecord = known(
    dictionary.find(({ name }) => name === 'mul'),
    'mul is in the dictionary',
  )

  for (const operation of differentiable) {
    const slots =
      operation.kind === 'map' && operation.name !== 'where' ? operation.examples(randomOf()).inputs.length : 1
    for (let input = 0; input < slots; input++) {
      it(`${operation.name}, input ${input}`, () => {
        const target = operation.name === 'where' ? input + 1 : input
        for (const scale of [-1, 1.001, 0]) {
          const noticed = SEEDS.some(
            (seed) => gradientError(broken(operation, target, scale), seed, false) > operation.tolerance.gradient,
          )
          expect(noticed, `scaled by ${scale}`).toBe(true)
        }
      })
    }
  }
})

function randomOf() {
  return { below: () => 1, uniform: () => 0.5, shuffle: <T>(x: T) => x } as never
}

/** An operation and its derivative at given scalar inputs. */
function at(operation: MapOperation, inputs: readonly number[]): { value: number; gradients: number[] } {
  const builder = new GraphBuilder()
  const x = inputs.map((_, i) => builder.input(`x${i}`, [1]))
  const y = builder.apply(operation, x, operation.examples(randomOf()).attributes ?? {})
  const gradients = differentiate(builder, sum(y), x, { unreached: 'zero' })
  builder.output('y', y)
  gradients.forEach((g, i) => {
    builder.output(`g${i}`, g)
  })
  const graph = builder.build()
  const values = evaluateGraph(graph, (node) => Float64Array.of(inputs[Number(node.name.slice(1))] ?? 0))
  const read = (name: string) =>
    values.get(graph.outputs.find((o) => o.name === name)?.node ?? -1)?.data[0] ?? Number.NaN
  return { value: read('y'), gradients: gradients.map((_, i) => read(`g${i}`)) }
}

describe('kinks', () => {
  for (const operation of dictionary) {
    if (operation.kind !== 'map') continue
    for (const kink of operation.kinks) {
      it(`${operation.name} at ${kink.at.join(', ')}: ${kink.note}`, () => {
        expect(at(operation, kink.at).gradients).toEqual([...kink.derivative])
      })
    }
  }
})

describe('the edges of every elementwise operation', () => {
  const unary = dictionary.filter(
    (o): o is MapOperation => o.kind === 'map' && o.name !== 'toInt' && o.examples(randomOf()).inputs.length === 1,
  )
  it('passes NaN on and agrees with its limits', () => {
    for (const operation of unary) {
      expect(at(operation, [Number.NaN]).value, operation.name).toBeNaN()
    }
  })

  const inf = Number.POSITIVE_INFINITY
  const limits: Record<string, readonly [number, number, number]> = {
    // at −∞, 0, +∞
    neg: [inf, -0, -inf],
    square: [inf, 0, inf],
    sqrt: [Number.NaN, 0, inf],
    exp: [0, 1, inf],
    expm1: [-1, 0, inf],
    log: [Number.NaN, -inf, inf],
    log1p: [Number.NaN, 0, inf],
    sin: [Number.NaN, 0, Number.NaN],
    cos: [Number.NaN, 1, Number.NaN],
    abs: [inf, 0, inf],
    stopGradient: [-inf, 0, inf],
    toFloat: [-inf, 0, inf],
    clip: [-1, 0, 1.5],
    sigmoid: [0, 0.5, 1],
    tanh: [-1, 0, 1],
    relu: [0, 0, inf],
    leakyRelu: [-inf, 0, inf],
    elu: [-1.5, 0, inf],
    normalCdf: [0, 0.5, 1],
    softplus: [0, Math.LN2, inf],
  }
  for (const operation of unary) {
    const expected = limits[operation.name]
    if (expected === undefined) continue
    it(`${operation.name} at −∞, 0 and ∞`, () => {
      const values = [-inf, 0, inf].map((x) => at(operation, [x]).value)
      values.forEach((value, i) => {
        const want = expected[i] ?? 0
        if (Number.isFinite(want)) expect(value).toBeCloseTo(want, 14)
        else expect(value).toBe(want)
      })
    })
  }
})

describe('the dictionary', () => {
  it('names each operation once and describes it', () => {
    const names = dictionary.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { mathematics } of dictionary) expect(mathematics).not.toBe('')
  })

  it('holds everything that users expect by name', () => {
    const names = new Set(dictionary.map(({ name }) => name))
    const wanted =
      'add sub mul div neg pow square sqrt exp log log1p abs sign minimum maximum clip less lessEqual greater ' +
      'greaterEqual equal notEqual where sigmoid tanh relu leakyRelu elu gelu silu softplus sin cos sum mean max min ' +
      'argmax matmul softmax logSoftmax logSumExp reshape transpose broadcast slice pad concat gather oneHot ' +
      'stopGradient uniform scatterAdd'
    for (const name of wanted.split(' ')) expect(names.has(name), name).toBe(true)
  })
})
