/** Right backward passes of many kinds: nothing is said of them. What a check leaves behind: nothing. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../shared/index.ts'
import { activations, map, twoLayers, unprobed } from './hand-written.fixture.ts'
import { type BackwardOptions, checkBackward, formatBackward } from './index.ts'

const random = new RandomStream(3, 9)
const normals = (n: number, scale = 1) => Array.from({ length: n }, () => scale * random.normal())
const at = (values: ArrayLike<number>, i: number) => values[i] as number
const verdictOf = (options: BackwardOptions) => {
  const { verdict, findings } = checkBackward(options)
  return [verdict, findings]
}

/** 3×3 convolution of a 6×6 image, ReLU, 2×2 maximum, a dense output. */
function convolution(): BackwardOptions {
  const [kernel, bias, head, image] = [normals(9, 0.5), [0.1], normals(4), normals(36)]
  let pooled: number[] = []
  let winners: number[] = []
  const output = () => pooled.reduce((sum, x, q) => sum + x * at(head, q), 0)
  return {
    parameters: { kernel: { values: kernel, shape: [3, 3] }, bias, head },
    forward: () => {
      const z = Array.from({ length: 16 }, (_, q) => {
        let sum = at(bias, 0)
        for (let k = 0; k < 9; k++) {
          sum += at(kernel, k) * at(image, (Math.floor(q / 4) + Math.floor(k / 3)) * 6 + (q % 4) + (k % 3))
        }
        return Math.max(0, sum)
      })
      const windows = [0, 2, 8, 10].map((corner) => [corner, corner + 1, corner + 4, corner + 5])
      winners = windows.map((window) => window.reduce((a, b) => (at(z, b) > at(z, a) ? b : a)))
      pooled = winners.map((q) => at(z, q))
      return (output() - 1) ** 2
    },
    backward: () => {
      const d = 2 * (output() - 1)
      const gKernel = new Float64Array(9)
      let gBias = 0
      for (const [w, q] of winners.entries()) {
        if (at(pooled, w) <= 0) continue
        const dz = d * at(head, w)
        gBias += dz
        for (let k = 0; k < 9; k++) {
          gKernel[k] = at(gKernel, k) + dz * at(image, (Math.floor(q / 4) + Math.floor(k / 3)) * 6 + (q % 4) + (k % 3))
        }
      }
      return { kernel: gKernel, bias: [gBias], head: pooled.map((x) => x * d) }
    },
  }
}

/** h_t = tanh(a·h + b·x_t), all in numbers: backpropagation through time. */
function recurrence(): BackwardOptions {
  const state = { a: 0.7, b: -0.4 }
  const xs = normals(6)
  let h: number[] = []
  const parameter = (name: 'a' | 'b') => ({
    get: () => state[name],
    set: (value: number) => {
      state[name] = value
    },
  })
  return {
    parameters: { a: parameter('a'), b: parameter('b') },
    forward: (probe) => {
      h = [0.2]
      for (const [t, x] of xs.entries()) h.push(probe(`h${t}`, Math.tanh(state.a * at(h, t) + state.b * x)))
      return h.reduce((sum, x) => sum + (x - 0.5) ** 2, 0)
    },
    backward: (probe) => {
      let [a, b, dh] = [0, 0, 0]
      for (let t = xs.length - 1; t >= 0; t--) {
        dh = probe(`h${t}`, dh + 2 * (at(h, t + 1) - 0.5))
        const dz = dh * (1 - at(h, t + 1) ** 2)
        a += dz * at(h, t)
        b += dz * at(xs, t)
        dh = dz * state.a
      }
      return { a, b }
    },
  }
}

/** x -> Wᵀx -> W·h: one matrix in both places. */
function tied(): BackwardOptions {
  const [W, x] = [[normals(2), normals(2), normals(2), normals(2)], normals(4)]
  let [h, error]: [number[], number[]] = [[], []]
  return {
    parameters: { W },
    forward: () => {
      h = [0, 1].map((j) => x.reduce((sum, v, i) => sum + v * at(W[i] ?? [], j), 0))
      error = x.map((v, i) => at(h, 0) * at(W[i] ?? [], 0) + at(h, 1) * at(W[i] ?? [], 1) - v)
      return error.reduce((sum, e) => sum + e * e, 0)
    },
    backward: () => {
      const dh = [0, 1].map((j) => error.reduce((sum, e, i) => sum + 2 * e * at(W[i] ?? [], j), 0))
      return { W: x.map((v, i) => [0, 1].map((j) => 2 * at(error, i) * at(h, j) + v * at(dh, j))) }
    },
  }
}

describe('checkBackward finds nothing in a right', () => {
  it.each([
    ['convolution with ReLU and a maximum', convolution],
    ['recurrence through time, of numbers', recurrence],
    ['autoencoder with tied weights', tied],
  ])('%s', (_, make) => expect(verdictOf(make())).toEqual(['clean', []]))

  it('network of any size, activation, loss and penalty', () => {
    const size = (most: number) => fc.integer({ min: 1, max: most })
    const recipes = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      activation: fc.constantFrom(...(Object.keys(activations) as (keyof typeof activations)[])),
      loss: fc.constantFrom('cross-entropy' as const, 'squares' as const),
      l2: fc.constantFrom(0, 0.3),
      sizes: fc.record({ m: size(5), inputs: size(4), hidden: size(5), outputs: fc.integer({ min: 2, max: 3 }) }),
    })
    fc.assert(
      fc.property(recipes, fc.boolean(), (recipe, probed) => {
        const options = twoLayers(recipe)
        expect(verdictOf(probed ? options : unprobed(options))).toEqual(['clean', []])
      }),
      { numRuns: 30, seed: 5 },
    )
  })

  it('network that stands exactly on the kinks of ReLU, and says how much was left out', () => {
    // Two samples of zero and biases of zero: each hidden unit of them is at its kink.
    const [W, b, v, x] = [normals(3, 0.5), [0, 0, 0], normals(3), [0, 1, -1, 0]]
    const z = (sample: number, j: number) => at(x, sample) * at(W, j) + at(b, j)
    const outputs = () => x.map((_, i) => b.reduce((sum, _b, j) => sum + Math.max(0, z(i, j)) * at(v, j), 0))
    const sums = (f: (sample: number, j: number, d: number) => number) =>
      b.map((_b, j) => outputs().reduce((sum, o, i) => sum + f(i, j, 2 * (o - 1)), 0))
    const slope = (i: number, j: number) => (z(i, j) > 0 ? at(v, j) : 0)
    const report = checkBackward({
      parameters: { W, b, v },
      forward: () => outputs().reduce((sum, o) => sum + (o - 1) ** 2, 0),
      backward: () => ({
        W: sums((i, j, d) => d * slope(i, j) * at(x, i)),
        b: sums((i, j, d) => d * slope(i, j)),
        v: sums((i, j, d) => d * Math.max(0, z(i, j))),
      }),
    })
    expect([report.verdict, report.findings]).toEqual(['clean', []])
    expect(report.gradients.map(({ name, kinks }) => [name, kinks])).toEqual([
      ['W', 0],
      ['b', 3],
      ['v', 0],
    ])
    expect(report.notes.join()).toMatch(/3 elements of b left out: the loss has a kink there/)
    expect(report.gradients[1]).toMatchObject({ status: 'right' })
  })

  it('computation in f32, with a note on what that can carry, and still finds a fault in it', () => {
    const [w, x] = [Float32Array.from(normals(8, 0.4)), normals(8)]
    const output = () => Math.fround(Math.tanh(w.reduce((sum, v, i) => Math.fround(sum + v * at(x, i)), 0)))
    const options = (wrong: number): BackwardOptions => ({
      parameters: { w },
      forward: () => Math.fround(output() ** 2),
      backward: () => ({
        w: Float32Array.from(x, (v, i) => (i === 5 ? wrong : 1) * 2 * output() * (1 - output() ** 2) * v),
      }),
    })
    const before = w.slice()
    const report = checkBackward(options(1))
    expect(report.verdict).toBe('clean')
    expect(report.notes.join()).toMatch(/f32.*use Float64Array/)
    expect(checkBackward(options(1.2)).findings[0]).toMatchObject({ kind: 'part', received: 'right but for element 5' })
    expect(w).toEqual(before)
  })

  it.each([
    ['tiny parameters', 1e-8, 1],
    ['huge parameters', 1e6, 1],
    ['a loss with a large constant', 1, 1e6],
  ])('computation with %s', (_, size, constant) => {
    const w = normals(6, size)
    expect(
      verdictOf({
        parameters: { w },
        forward: () => constant + w.reduce((sum, x) => sum + Math.sin(x / size), 0),
        backward: () => ({ w: w.map((x) => Math.cos(x / size) / size) }),
      }),
    ).toEqual(['clean', []])
  })

  it('loss that is at its minimum, 0', () => {
    const w = [0.1, 0.2, 0.3]
    const far = () => w.map((x, i) => x - (i + 1) / 10)
    const forward = () => far().reduce((sum, x) => sum + x * x, 0)
    expect(verdictOf({ parameters: { w }, forward, backward: () => ({ w: far().map((x) => 2 * x) }) })[0]).toBe('clean')
  })
})

describe('checkBackward on a large network', () => {
  const [rows, columns] = [80, 70]
  const [W, x] = [Float64Array.from(normals(rows * columns, 0.1)), normals(rows)]
  let a: number[] = []
  const options = (change: (g: Float64Array) => void): BackwardOptions => ({
    parameters: { W: { values: W, shape: [rows, columns] } },
    forward: () => {
      a = Array.from({ length: columns }, (_, j) =>
        Math.tanh(x.reduce((sum, v, i) => sum + v * at(W, i * columns + j), 0)),
      )
      return a.reduce((sum, v) => sum + v * v, 0)
    },
    backward: () => {
      const g = Float64Array.from(
        W,
        (_, e) => 2 * at(a, e % columns) * (1 - at(a, e % columns) ** 2) * at(x, Math.floor(e / columns)),
      )
      change(g)
      return { W: g }
    },
  })

  it('compares a sample, and all of it along directions', () => {
    const report = checkBackward(options(() => {}))
    expect(report.verdict).toBe('clean')
    expect(report.gradients[0]).toMatchObject({ elements: 5600, compared: 289 })
    expect(report.evaluations).toBeLessThan(1000)
    expect(formatBackward(report)).toMatch(/✓ W \[80, 70\].*of 5,600 elements, \d directions/)
  })

  it.each([
    ['an element', (g: Float64Array) => void g.set([3], 3_654), /element 3654/],
    ['the last row', (g: Float64Array) => void g.fill(0, (rows - 1) * columns), /row 79, which it leaves at zero/],
  ])('finds %s that is wrong outside of the sample', (_, change, says) => {
    expect(checkBackward(options(change)).findings[0]?.message).toMatch(says)
  })

  it('compares as many as it is told to', () => {
    expect(checkBackward({ ...options(() => {}), samples: 40, points: 0 }).gradients[0]?.compared).toBeLessThanOrEqual(
      40,
    )
  })
})

describe('checkBackward leaves behind', () => {
  it('every parameter as it was, and the same report for the same seed', () => {
    const options = twoLayers({ seed: 7 })
    const before = JSON.stringify(options.parameters)
    const report = checkBackward({ ...options, seed: 4 })
    expect(JSON.stringify(options.parameters)).toBe(before)
    expect(checkBackward({ ...options, seed: 4 })).toEqual(report)
  })

  it('every parameter as it was when forward throws', () => {
    const w = [0.3, 0.1]
    let calls = 0
    const forward = () => {
      calls++
      if (calls > 20) throw new RangeError('enough')
      return w.reduce((sum, x) => sum + x ** 3, 0)
    }
    expect(() => checkBackward({ parameters: { w }, forward, backward: () => ({ w: [0, 0] }) })).toThrow(RangeError)
    expect(w).toEqual([0.3, 0.1])
  })

  it('values that were probed as they were, buffers that are used again too', () => {
    const [w, buffer] = [[0.5, -0.2, 0.8], new Float64Array(3)]
    const { verdict } = checkBackward({
      parameters: { w },
      forward: (probe) => {
        for (const [i, x] of w.entries()) buffer[i] = x * x
        // What probe returns is not used: the array itself is moved.
        probe('square', buffer)
        return buffer.reduce((sum, x) => sum + Math.exp(x), 0)
      },
      backward: (probe) => {
        const d = probe('square', buffer.map(Math.exp))
        return { w: w.map((x, i) => 2 * x * at(d, i)) }
      },
    })
    expect(verdict).toBe('clean')
    expect([...buffer]).toEqual(map([w], (x) => x * x)[0])
  })
})
