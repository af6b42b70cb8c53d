/** Where a fault is put: among the parameters in their order, and between values that are probed. */

import { describe, expect, it } from 'vitest'
import { dot, map, type Recipe, sumRows, transposed, twoLayers, unprobed, zip } from './hand-written.fixture.ts'
import { checkBackward } from './index.ts'

const error = (p: number[][], y: number[][]) => zip(p, y, (a, b) => a - b)

describe('checkBackward puts a fault', () => {
  const whereOf = (recipe: Recipe) => checkBackward(unprobed(twoLayers(recipe))).findings[0]?.where

  it('by what is right before and behind it', () => {
    expect(whereOf({ change: (g) => ({ ...g, W2: map(g.W2, (x) => -x) }) })).toMatch(
      /^b1, which comes earlier in the forward pass, is right/,
    )
    expect(whereOf({ dz1: (_, da1) => da1 })).toMatch(/what leads back from W2 to b1/)
    expect(whereOf({ dz2: ({ p, y, m }) => map(error(y, p), (x) => x / m) })).toMatch(
      /derivative of the loss by the output/,
    )
  })

  it('between two values that are probed, and calls nothing a fault that follows from it', () => {
    const report = checkBackward(twoLayers({ da1: ({ W2 }, dz2) => dot(dz2, transposed(map(W2, (w) => w * w))) }))
    expect(report.findings.map(({ names }) => names)).toEqual([['a1']])
    expect(report.findings[0]?.where).toMatch(/^between z2, whose gradient is right, and a1/)
    expect(report.notes.join()).toMatch(/W1, b1 and z1 follow from that/)
  })

  it('at each of two statements, although the one hides the other', () => {
    const recipe: Recipe = {
      da1: ({ W2 }, dz2) => dot(dz2, transposed(map(W2, (w) => w * w))),
      change: (g) => ({ ...g, W1: map(g.W1, (x) => 2 * x) }),
    }
    const { findings } = checkBackward(twoLayers(recipe))
    expect(findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual(['wrong a1', 'scale W1'])
  })

  const slopes: [string, Recipe, RegExp][] = [
    ['missing', { dz1: (_, da1) => da1 }, /1 − a1² is missing/],
    ['missing, of ReLU', { activation: 'relu', dz1: (_, da1) => da1 }, /\(z1 > 0\) is missing/],
    [
      'of the wrong value',
      { activation: 'sigmoid', dz1: ({ z1 }, da1) => zip(da1, z1, (d, z) => d * z * (1 - z)) },
      /times z1·\(1 − z1\), where it takes a1·\(1 − a1\)/,
    ],
    [
      'applied to what is already activated',
      { activation: 'sigmoid', dz1: ({ a1, slope }, da1) => zip(da1, a1, (d, a) => d * slope(a)) },
      /times σ′\(a1\), where it takes a1·\(1 − a1\)/,
    ],
    [
      'of another activation',
      { activation: 'tanh', dz1: ({ a1 }, da1) => zip(da1, a1, (d, a) => d * a * (1 - a)) },
      /times a1·\(1 − a1\), where it takes 1 − a1²/,
    ],
  ]
  it.each(slopes)('at the activation whose derivative is %s', (_, recipe, says) => {
    const { findings } = checkBackward(twoLayers(recipe))
    expect(findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual(['missing factor z1'])
    expect(findings[0]?.message).toMatch(says)
  })

  it('at an output whose softmax or sigmoid is differentiated twice', () => {
    const dz2: Recipe['dz2'] = ({ p, y, m }) => zip(error(p, y), p, (d, a) => (d * a * (1 - a)) / m)
    const { findings } = checkBackward(twoLayers({ dz2 }))
    expect(findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual(['missing factor z2'])
    expect(findings[0]?.message).toMatch(/is the true one times p·\(1 − p\)/)
  })

  it.each<[string, Recipe, string, RegExp]>([
    [
      'the sum in the derivative of softmax',
      { dz2: ({ y, m }) => map(y, (t) => -t / m) },
      'missing term z2',
      /off by p times a number for each row: a sum over the columns is missing/,
    ],
    [
      'a mean over the samples',
      {
        dz1: ({ z1, slope }, da1) => zip(da1, z1, (d, z) => d * slope(z)).map((row) => row.map((x, j) => x + 0.1 * j)),
      },
      'missing term z1',
      /off by a number of its own for each column: a sum over the rows is missing/,
    ],
  ])('at the value that lacks %s', (_, recipe, finding, says) => {
    const { findings } = checkBackward(twoLayers(recipe))
    expect(findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual([finding])
    expect(findings[0]?.message).toMatch(says)
  })

  const products: [string, Recipe, string, string, RegExp][] = [
    [
      'z1 for a1',
      { change: (g, { z1, p, y, m }) => ({ ...g, W2: map(dot(transposed(z1), error(p, y)), (x) => x / m) }) },
      'wrong operand W2',
      'the statement',
      /is z1ᵀ·∂z2, and the true one is a1ᵀ·∂z2/,
    ],
    [
      'the values after the activation for the inputs',
      {
        sizes: { m: 6, inputs: 4, hidden: 4, outputs: 3 },
        change: (g, { x, a1, z1, p, y, W2, m, slope }) => {
          const dz1 = zip(dot(error(p, y), transposed(W2)), map(z1, slope), (d, s) => (d * s) / m)
          return { ...g, W1: dot(transposed(x.map((_, i) => a1[i] ?? [])), dz1) }
        },
      },
      'wrong operand W1',
      'the statement',
      /is a1ᵀ·∂z1, and the true one is xᵀ·∂z1/,
    ],
    [
      'W2 for its transpose',
      { sizes: { m: 6, inputs: 4, hidden: 3, outputs: 3 }, da1: ({ W2 }, dz2) => dot(dz2, W2) },
      'wrong operand a1',
      'between z2',
      /is ∂z2·W2, and the true one is ∂z2·W2ᵀ/,
    ],
    [
      'the gradient of a1 for that of z1',
      {
        activation: 'sigmoid',
        change: (g, { W2, p, y, m }) => ({ ...g, b1: sumRows(map(dot(error(p, y), transposed(W2)), (x) => x / m)) }),
      },
      'wrong operand b1',
      'the statement',
      /is the sum of ∂a1 over axis 0, and the true one is the sum of ∂z1 over axis 0/,
    ],
  ]
  it.each(products)('at the product that takes %s', (_, recipe, finding, where, says) => {
    const { findings } = checkBackward(twoLayers(recipe))
    expect(findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual([finding])
    expect(findings[0]?.message).toMatch(says)
    expect(findings[0]?.where).toMatch(where)
  })

  it('nowhere where intermediate gradients have a factor that later statements take away', () => {
    const recipe: Recipe = {
      dz2: ({ p, y }) => error(p, y),
      change: (g, { m }) => ({
        W1: map(g.W1, (x) => x / m),
        b1: g.b1.map((x) => x / m),
        W2: map(g.W2, (x) => x / m),
        b2: g.b2.map((x) => x / m),
      }),
    }
    expect(checkBackward(twoLayers(recipe)).findings).toEqual([])
    const twice = {
      ...recipe,
      da1: ({ W2 }: { W2: number[][] }, dz2: number[][]) => dot(dz2, transposed(map(W2, (w) => w * w))),
    }
    expect(checkBackward(twoLayers(twice)).findings.map(({ names }) => names)).toEqual([['a1']])
  })

  it('once, where it stands in a loop over steps', () => {
    const W = [
      [0.5, -0.3],
      [0.2, 0.4],
    ]
    const state: number[][] = []
    const report = checkBackward({
      parameters: { W },
      forward: (probe) => {
        let h = [0.3, -0.6]
        state.length = 0
        for (let t = 0; t < 4; t++) {
          state.push(h)
          h = probe(
            `h${t}`,
            W.map((row) => Math.tanh(row.reduce((s, w, j) => s + w * (h[j] as number), 0.1))),
          )
        }
        state.push(h)
        return h.reduce((s, x) => s + x ** 2, 0)
      },
      backward: (probe) => {
        const gW = [
          [0, 0],
          [0, 0],
        ]
        let dh = (state[4] ?? []).map((x) => 2 * x)
        for (let t = 3; t >= 0; t--) {
          dh = probe(`h${t}`, dh)
          const dz = dh.map((d, i) => d * (1 - (state[t + 1]?.[i] as number) ** 2))
          for (const i of [0, 1])
            for (const j of [0, 1])
              (gW[i] as number[])[j] = (gW[i]?.[j] ?? 0) + (dz[i] as number) * (state[t]?.[j] as number)
          // Of W and not of its transpose.
          dh = W.map((row) => row.reduce((s, w, j) => s + w * (dz[j] as number), 0))
        }
        return { W: gW }
      },
    })
    expect(report.findings.map(({ names }) => names)).toEqual([['h2', 'h1', 'h0']])
    expect(report.findings[0]?.where).toMatch(/^between h3, whose gradient is right, and h2/)
    expect(sumRows(W)).toEqual([0.7, 0.10000000000000003])
  })
})
