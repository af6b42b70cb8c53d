/** The suite that every backend must pass: each is held against the reference, operation by operation and in whole steps. */

import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { differentiate } from '../gradient/index.ts'
import { type Graph, GraphBuilder } from '../graph/index.ts'
import {
  add,
  concat,
  dictionary,
  div,
  exp,
  gather,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  mul,
  normal,
  type Operation,
  reshape,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  uniform,
} from '../ops/index.ts'
import { mlpStep } from '../plan/mlp.fixture.ts'
import { known, NablaError, RandomStream, sizeOf } from '../shared/index.ts'
import type { Backend, Device, Executable } from './executable.ts'
import { reference } from './reference/index.ts'

interface Pair {
  tested: Executable
  truth: Executable
}

/** Values for every input and state, from the seed; ints are in 0 … 9. */
function fill(graph: Graph, { tested, truth }: Pair, seed: number, low = -2, high = 2): void {
  const random = new RandomStream(seed, 5)
  for (const node of graph.nodes) {
    if (node.kind !== 'input' && node.kind !== 'state') continue
    const draw = () => (node.dtype === 'int' ? random.below(10) : Math.fround(low + (high - low) * random.uniform()))
    const values = Array.from({ length: sizeOf(node.shape) }, draw)
    tested.write(node.name, values)
    truth.write(node.name, values)
  }
}

/** The largest difference, relative to the larger of 1 and the truth; infinite where one alone is NaN or infinite. */
export function difference(tested: ArrayLike<number>, truth: ArrayLike<number>): number {
  let worst = 0
  for (let i = 0; i < truth.length; i++) {
    const [a = Number.NaN, b = Number.NaN] = [tested[i], truth[i]]
    if (Object.is(a, b) || a === b) continue
    const error = Math.abs(a - b) / Math.max(1, Math.abs(b))
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)
  }
  return tested.length === truth.length ? worst : Number.POSITIVE_INFINITY
}

export function conformanceSuite(backend: Backend): void {
  let device: Device
  let truthDevice: Device
  beforeAll(async () => {
    device = await backend.open()
    truthDevice = await reference.open()
  })
  afterAll(() => device.close())

  let opened: Device[] = []
  const open = async (from: Backend): Promise<Device> => {
    const made = await from.open()
    opened.push(made)
    return made
  }
  afterEach(() => {
    for (const made of opened) made.close()
    opened = []
  })

  const compileBoth = async (graph: Graph): Promise<Pair> => ({
    tested: await (await open(backend)).compile(graph),
    truth: await (await open(reference)).compile(graph),
  })
  const runBoth = async ({ tested, truth }: Pair) => {
    await tested.run()
    await truth.run()
  }
  /** Builds, runs once on both, and compares every output. */
  const agree = async (
    build: (b: GraphBuilder) => Tensor | Tensor[],
    tolerance: number,
    range: [number, number] = [-2, 2],
  ) => {
    const builder = new GraphBuilder()
    const built = build(builder)
    const outputs = Array.isArray(built) ? built : [built]
    outputs.forEach((output, i) => {
      builder.output(`out${i}`, output)
    })
    const graph = builder.build()
    const pair = await compileBoth(graph)
    fill(graph, pair, 3, ...range)
    await runBoth(pair)
    outputs.forEach((_, i) => {
      expect(difference(pair.tested.read(`out${i}`), pair.truth.read(`out${i}`))).toBeLessThan(tolerance)
    })
    return pair
  }

  describe('every operation agrees with the reference', () => {
    for (const operation of dictionary) {
      it(operation.name, async () => {
        for (let seed = 1; seed <= 6; seed++) await compareOperation(operation, seed, device, truthDevice)
      })
    }
  })

  describe('contractions of every size, all transpositions', () => {
    const sizes: [number, number, number][] = [
      [1, 1, 1],
      [1, 5, 3],
      [2, 3, 9],
      [3, 7, 1],
      [4, 8, 8],
      [5, 13, 10],
      [7, 2, 17],
      [9, 16, 12],
      [12, 1030, 9],
      [33, 65, 31],
      [1, 700, 33],
      [2, 300, 70],
      [17, 513, 6],
      [1, 37, 1030],
      [8, 9, 514],
      [2, 250, 67],
      [29, 37, 4],
      [55, 600, 14],
      [70, 600, 150],
      [3, 0, 5],
    ]
    for (const [m, k, n] of sizes) {
      it(`${m}×${k}×${n}`, async () => {
        for (const [transposeA, transposeB] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ] as const) {
          await agree((b) => {
            const a = b.input('a', transposeA ? [k, m] : [m, k])
            const right = b.input('b', transposeB ? [n, k] : [k, n])
            const bias = b.input('bias', [n])
            return tanh(mul(add(matmul(a, right, { transposeA, transposeB }), bias), 0.01))
          }, 1e-5)
        }
      })
    }
    it('batched and broadcast', async () => {
      await agree((b) => matmul(b.input('a', [3, 1, 4, 5]), b.input('b', [2, 5, 6])), 1e-5)
      await agree((b) => matmul(b.input('a', [5]), b.input('b', [5, 6])), 1e-5)
      await agree((b) => matmul(b.input('a', [4, 5]), b.input('b', [5])), 1e-5)
    })
  })

  describe('reductions along every axis, and what is fused with them', () => {
    for (const shape of [
      [1, 1],
      [3, 4],
      [5, 7],
      [2, 3, 5],
      [130, 3],
      [4, 67],
      [1, 9],
      [9, 1],
      [6, 1, 4],
    ]) {
      it(`over ${shape.join('×')}`, async () => {
        for (let axis = 0; axis < shape.length; axis++) {
          await agree((b) => {
            const x = b.input('x', shape)
            return [sum(x, { axes: axis }), max(x, { axes: axis }), mean(square(x), { axes: axis, keepDims: true })]
          }, 1e-5)
          await agree((b) => softmax(b.input('x', shape), axis), 1e-5)
          await agree((b) => logSoftmax(b.input('x', shape), axis), 1e-5)
          await agree((b) => {
            // Normalisation: two reductions and three passes.
            const x = b.input('x', shape)
            const centred = sub(x, mean(x, { axes: axis, keepDims: true }))
            return div(centred, sqrt(add(mean(square(centred), { axes: axis, keepDims: true }), 1e-3)))
          }, 1e-4)
        }
        await agree((b) => [sum(b.input('x', shape)), mean(exp(b.input('y', shape)))], 1e-5)
      })
    }
    it('is stable at ±1e4', async () => {
      await agree((b) => [softmax(b.input('x', [3, 5])), logSoftmax(b.input('y', [3, 5]))], 1e-4, [-1e4, 1e4])
    })
  })

  describe('views', () => {
    it('of every kind, in every order, compose', async () => {
      const steps = fc.array(fc.constantFrom('transpose', 'reshape', 'slice', 'broadcast', 'double', 'pad'), {
        maxLength: 5,
      })
      await fc.assert(
        fc.asyncProperty(steps, async (names) => {
          await agree((b) => {
            let x: Tensor = b.input('x', [3, 4, 2])
            for (const name of names) x = known(STEPS[name], 'a step')(x)
            return [x, sum(x, { axes: 0 })]
          }, 1e-4)
        }),
        { numRuns: 25, seed: 7 },
      )
    })
  })

  describe('random numbers', () => {
    it('are those of the reference, bit for bit', async () => {
      const builder = new GraphBuilder()
      const key = builder.input('key', [3], 'int')
      builder.output('u', uniform(key, [5, 7], 3))
      builder.output('n', normal(key, [33], 8))
      const pair = await compileBoth(builder.build())
      for (const words of [
        [1, 2, 3],
        [-5, 7, 1e9],
        [0, 0, 0],
      ]) {
        pair.tested.write('key', Int32Array.from(words))
        pair.truth.write('key', Int32Array.from(words))
        await runBoth(pair)
        expect([...pair.tested.read('u')]).toEqual([...pair.truth.read('u')])
        expect(difference(pair.tested.read('n'), pair.truth.read('n'))).toBeLessThan(1e-4)
      }
    })
  })

  describe('states', () => {
    it('swap, feed each other, and are read as they were', async () => {
      const builder = new GraphBuilder()
      const [a, b] = [builder.state('a', [5]), builder.state('b', [5])]
      builder.update(a, b)
      builder.update(b, add(a, b))
      builder.output('before', a)
      builder.output('dot', sum(mul(a, b)))
      const graph = builder.build()
      const pair = await compileBoth(graph)
      fill(graph, pair, 1)
      for (let step = 0; step < 4; step++) {
        await runBoth(pair)
        for (const name of ['a', 'b', 'before', 'dot']) {
          expect(difference(pair.tested.read(name), pair.truth.read(name)), name).toBeLessThan(1e-5)
        }
      }
    })

    it('scale by a norm over all of them', async () => {
      const builder = new GraphBuilder()
      const x = builder.input('x', [6, 5])
      const w = builder.state('w', [5, 3])
      const loss = mean(square(matmul(x, w)))
      const [g = w] = differentiate(builder, loss, [w])
      const norm = sqrt(sum(square(g)))
      builder.update(w, sub(w, div(g, maximum(norm, 1))))
      builder.output('loss', loss)
      const graph = builder.build()
      const pair = await compileBoth(graph)
      fill(graph, pair, 2)
      for (let step = 0; step < 5; step++) await runBoth(pair)
      expect(difference(pair.tested.read('w'), pair.truth.read('w'))).toBeLessThan(1e-5)
    })

    it('are updated once by products of any number of rows, around the sizes of blocks too', async () => {
      const builder = new GraphBuilder()
      const rows = [
        1, 2, 3, 4, 5, 7, 11, 13, 63, 65, 119, 121, 122, 125, 127, 128, 129, 130, 131, 241, 253, 254, 257, 385,
      ]
      for (const m of rows) {
        for (const k of m % 128 < 3 ? [2, 515] : [2]) {
          const n = k === 2 ? 5 : 14
          const w = builder.state(`w${m}-${k}`, [m, n])
          const product = matmul(builder.input(`a${m}-${k}`, [k, m]), builder.input(`b${m}-${k}`, [k, n]), {
            transposeA: true,
          })
          builder.update(w, sub(w, mul(product, 0.01)))
        }
      }
      const graph = builder.build()
      const pair = await compileBoth(graph)
      fill(graph, pair, 5)
      for (let step = 0; step < 2; step++) await runBoth(pair)
      for (const { kind, name } of graph.nodes) {
        if (kind !== 'state') continue
        expect(difference(pair.tested.read(name), pair.truth.read(name)), name).toBeLessThan(1e-4)
      }
    })

    it('are shared by all programs of a device', async () => {
      const one = new GraphBuilder()
      one.update(one.state('w', [2]), one.input('x', [2]))
      const two = new GraphBuilder()
      two.output('w2', mul(two.state('w', [2]), 2))
      const shared = await open(backend)
      const [first, second] = [await shared.compile(one.build()), await shared.compile(two.build())]
      first.write('x', [3, 4])
      await first.run()
      await second.run()
      expect([...second.read('w2')]).toEqual([6, 8])
    })
  })

  describe('whole training steps', () => {
    const networks = [
      { sizes: [2, 3, 2], batch: 4 },
      { sizes: [7, 13, 5, 10], batch: 9 },
      { sizes: [33, 20, 3], batch: 1 },
      { sizes: [600, 17, 10], batch: 32 },
    ]
    for (const { sizes, batch } of networks) {
      for (const optimizer of ['sgd', 'adam'] as const) {
        it(`${sizes.join('-')}, batch ${batch}, ${optimizer}`, async () => {
          const graph = mlpStep({ sizes, batch, optimizer })
          const pair = await compileBoth(graph)
          fill(graph, pair, 4, -0.3, 0.3)
          for (const node of graph.nodes) {
            if (node.kind === 'state' && /^[mv]/.test(node.name)) {
              for (const executable of [pair.tested, pair.truth])
                executable.write(node.name, new Float32Array(sizeOf(node.shape)))
            }
          }
          const classes = Array.from({ length: batch }, (_, i) => i % (sizes[sizes.length - 1] ?? 1))
          for (const executable of [pair.tested, pair.truth]) {
            executable.write('y', Int32Array.from(classes))
            executable.write('learningRate', [0.01])
          }
          for (let step = 0; step < 10; step++) {
            await runBoth(pair)
            expect(difference(pair.tested.read('loss'), pair.truth.read('loss'))).toBeLessThan(1e-4)
          }
          for (const node of graph.nodes) {
            // Adam divides by the square root of v: where a gradient is nearly 0 its sign alone decides, so w follows loosely.
            const tolerance = optimizer === 'adam' ? 2e-2 : 1e-4
            if (node.kind === 'state') {
              expect(difference(pair.tested.read(node.name), pair.truth.read(node.name)), node.name).toBeLessThan(
                tolerance,
              )
            }
          }
        })
      }
    }

    it('takes many steps in one call as it takes them one by one', async () => {
      const graph = mlpStep({ sizes: [3, 5, 4], batch: 6, optimizer: 'sgd' })
      const pair = await compileBoth(graph)
      const one = await (await open(backend)).compile(graph)
      fill(graph, pair, 8, -0.5, 0.5)
      fill(graph, { tested: one, truth: one }, 8, -0.5, 0.5)
      const count = 5000
      const random = new RandomStream(1, 1)
      const x = Float32Array.from({ length: count * 18 }, () => random.uniform())
      const y = Int32Array.from({ length: count * 6 }, () => random.below(4))
      const learningRate = Float32Array.from({ length: count }, (_, i) => 0.1 / (1 + i))
      await pair.tested.runMany(count, { x, y, learningRate })
      for (let step = 0; step < count; step++) {
        one.write('x', x.subarray(18 * step, 18 * (step + 1)))
        one.write('y', y.subarray(6 * step, 6 * (step + 1)))
        one.write('learningRate', learningRate.subarray(step, step + 1))
        await one.run()
      }
      for (const name of ['w0', 'b0', 'w1', 'b1', 'loss'])
        expect([...pair.tested.read(name)]).toEqual([...one.read(name)])
      await expect((async () => pair.tested.runMany(3, { x }))()).rejects.toThrow(/3 × 18 values/)
      await expect((async () => pair.tested.runMany(3, { z: x }))()).rejects.toThrow(/E-NAME/)
    })

    it('gives the same bits again', async () => {
      const run = async () => {
        const graph = mlpStep({ sizes: [20, 30, 10], batch: 8, optimizer: 'adam' })
        const executable = await (await open(backend)).compile(graph)
        fill(graph, { tested: executable, truth: executable }, 4, 0, 0.3)
        for (let step = 0; step < 5; step++) await executable.run()
        return [...executable.read('w0'), ...executable.read('loss')]
      }
      expect(await run()).toEqual(await run())
    })
  })

  describe('mistakes', () => {
    it('names what is written or read wrongly', async () => {
      const builder = new GraphBuilder()
      builder.output('y', gather(builder.input('x', [3, 2]), builder.input('i', [2], 'int')))
      const executable = await device.compile(builder.build(), { name: 'lookup' })
      expect(() => executable.write('xx', [1])).toThrow(/did you mean "x"/)
      expect(() => executable.write('x', [1])).toThrow(/6 values for float \[3, 2\], received 1 values/)
      expect(() => executable.write('i', [0.5, 1])).toThrow(/an integer of 32 bits/)
      expect(() => executable.read('z')).toThrow(NablaError)
      executable.write('x', [1, 2, 3, 4, 5, 6])
      executable.write('i', [2, 0])
      await executable.run()
      expect([...executable.read('y')]).toEqual([5, 6, 1, 2])
      executable.write('i', [3, 0])
      expect(() => executable.run()).toThrow(/indices from 0 to 2, received 3/)
      executable.write('i', [-1, 0])
      expect(() => executable.run()).toThrow(/indices from 0 to 2, received -1/)
    })
  })
}

const STEPS: Record<string, (x: Tensor) => Tensor> = {
  transpose: (x) => transpose(x),
  reshape: (x) => reshape(x, [-1, x.shape[0] ?? 1]),
  slice: (x) => sliceOf(x),
  broadcast: (x) => concat([x, x], 0),
  double: (x) => add(x, x),
  pad: (x) => concat([x, mul(x, 2)], x.shape.length - 1),
}

function sliceOf(x: Tensor): Tensor {
  const at = known(
    dictionary.find(({ name }) => name === 'slice'),
    'slice',
  )
  const start = x.shape.map((extent) => (extent > 2 ? 1 : 0))
  return x.builder.apply(at, [x], { start, stop: [...x.shape], step: x.shape.map(() => 1) })
}

async function compareOperation(operation: Operation, seed: number, device: Device, truth: Device): Promise<void> {
  const random = new RandomStream(seed, 9)
  const example = operation.examples(random)
  const builder = new GraphBuilder()
  const inputs = example.inputs.map(({ shape, dtype }, i) => builder.input(`x${i}`, shape, dtype))
  builder.output('y', builder.apply(operation, inputs, example.attributes ?? {}))
  const graph = builder.build()
  const pair = { tested: await device.compile(graph), truth: await truth.compile(graph) }
  example.inputs.forEach(({ shape, low, high, dtype }, i) => {
    const draw = () =>
      dtype === 'int' ? low + random.below(high - low) : Math.fround(low + (high - low) * random.uniform())
    const values = Array.from({ length: sizeOf(shape) }, draw)
    pair.tested.write(`x${i}`, values)
    pair.truth.write(`x${i}`, values)
  })
  await pair.tested.run()
  await pair.truth.run()
  const error = difference(pair.tested.read('y'), pair.truth.read('y'))
  expect(error, `seed ${seed}`).toBeLessThanOrEqual(operation.tolerance.float32)
}
