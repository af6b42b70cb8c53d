/** One fault in the backward pass of a right network each; what it is called. */

import { describe, expect, it } from 'vitest'
import { dot, map, type Recipe, transposed, twoLayers, unprobed, zip } from './hand-written.fixture.ts'
import { type BackwardRelation, checkBackward } from './index.ts'

interface Case {
  fault: string
  recipe: Recipe
  kind: BackwardRelation
  names: string[]
  /** In the message of the finding. */
  says: RegExp
}

const error = (p: number[][], y: number[][]) => zip(p, y, (a, b) => a - b)
const square = { m: 6, inputs: 5, hidden: 5, outputs: 3 }

const cases: Case[] = [
  {
    fault: 'one gradient is a sum where the loss is a mean',
    recipe: { change: (g, { m }) => ({ ...g, W1: map(g.W1, (x) => x * m) }) },
    kind: 'scale',
    names: ['W1'],
    says: /m = 6 times/,
  },
  {
    fault: 'a bias gradient is a mean twice',
    recipe: { change: (g, { m }) => ({ ...g, b2: g.b2.map((x) => x / m) }) },
    kind: 'scale',
    names: ['b2'],
    says: /1\/m = 1\/6 times/,
  },
  {
    fault: 'the factor 2 of a square in one gradient',
    recipe: { loss: 'squares', change: (g) => ({ ...g, W2: map(g.W2, (x) => 2 * x) }) },
    kind: 'scale',
    names: ['W2'],
    says: /is 2 times/,
  },
  {
    fault: 'target − output',
    recipe: { dz2: ({ p, y, m }) => map(error(y, p), (x) => x / m) },
    kind: 'sign',
    names: ['W1', 'b1', 'W2', 'b2'],
    says: /opposite sign/,
  },
  {
    fault: 'the sign of one gradient',
    recipe: { change: (g) => ({ ...g, b1: g.b1.map((x) => -x) }) },
    kind: 'sign',
    names: ['b1'],
    says: /opposite sign/,
  },
  {
    fault: 'a square gradient transposed',
    recipe: { sizes: square, change: (g) => ({ ...g, W1: transposed(g.W1) }) },
    kind: 'transpose',
    names: ['W1'],
    says: /transpose/,
  },
  {
    fault: 'a gradient in the transposed shape',
    recipe: { change: (g) => ({ ...g, W2: transposed(g.W2) }) },
    kind: 'transpose',
    names: ['W2'],
    says: /transpose/,
  },
  {
    fault: 'a gradient that is reversed',
    recipe: { change: (g) => ({ ...g, b1: [...g.b1].reverse() }) },
    kind: 'flip',
    names: ['b1'],
    says: /reversed/,
  },
  {
    fault: 'a bias gradient summed over all axes',
    recipe: { change: (g) => ({ ...g, b1: g.b1.map(() => g.b1.reduce((a, b) => a + b)) }) },
    kind: 'wrong axis',
    names: ['b1'],
    says: /same number everywhere/,
  },
  {
    fault: 'a bias gradient that is one number',
    recipe: { change: (g) => ({ ...g, b1: g.b1.reduce((a, b) => a + b) }) },
    kind: 'wrong axis',
    names: ['b1'],
    says: /shape \[\]/,
  },
  {
    fault: 'a bias gradient that is not summed over the samples',
    recipe: { change: (g, { p, y, m }) => ({ ...g, b2: map(error(p, y), (x) => x / m) }) },
    kind: 'wrong axis',
    names: ['b2'],
    says: /shape \[6, 3\]/,
  },
  {
    fault: 'a gradient of another shape',
    recipe: { change: (g) => ({ ...g, b1: [1, 2] }) },
    kind: 'shape',
    names: ['b1'],
    says: /shape \[2\]/,
  },
  {
    fault: 'a gradient that is never filled',
    recipe: { change: (g) => ({ ...g, b2: [0, 0, 0] }) },
    kind: 'zero',
    names: ['b2'],
    says: /zero everywhere/,
  },
  {
    fault: 'two gradients exchanged',
    recipe: { sizes: { ...square, hidden: 3 }, change: (g) => ({ ...g, b1: g.b2, b2: g.b1 }) },
    kind: 'other parameter',
    names: ['b1', 'b2'],
    says: /exchanged/,
  },
  {
    fault: 'a gradient taken for another one',
    recipe: { sizes: { ...square, hidden: 3 }, change: (g) => ({ ...g, b1: g.b2 }) },
    kind: 'other parameter',
    names: ['b1'],
    says: /gradient of b2/,
  },
  {
    fault: 'weight decay that the loss has',
    recipe: { l2: 0.1, change: (g, { W1 }) => ({ ...g, W1: zip(g.W1, W1, (a, w) => a - 0.1 * w) }) },
    kind: 'missing term',
    names: ['W1'],
    says: /without 0\.1 times the parameter/,
  },
  {
    fault: 'weight decay twice',
    recipe: { l2: 0.1, change: (g, { W2 }) => ({ ...g, W2: zip(g.W2, W2, (a, w) => a + 0.1 * w) }) },
    kind: 'missing term',
    names: ['W2'],
    says: /and 0\.1 times the parameter/,
  },
  {
    fault: 'the signs of the weights added',
    recipe: { change: (g, { W2 }) => ({ ...g, W2: zip(g.W2, W2, (a, w) => a + 0.2 * Math.sign(w)) }) },
    kind: 'missing term',
    names: ['W2'],
    says: /and 0\.2 times the parameter's signs/,
  },
  {
    fault: 'a loop that ends too early',
    recipe: { change: (g) => ({ ...g, W1: map(g.W1, (x, row) => (row === 3 ? 0 : x)) }) },
    kind: 'part',
    names: ['W1'],
    says: /row 3, which it leaves at zero/,
  },
  {
    fault: 'a factor of its own for each row',
    recipe: { change: (g) => ({ ...g, W1: map(g.W1, (x, row) => (row + 2) * x) }) },
    kind: 'missing factor',
    names: ['W1'],
    says: /for each row \(2, 3, 4, 5/,
  },
  {
    fault: 'a factor of its own for each column',
    recipe: { change: (g) => ({ ...g, W1: map(g.W1, (x, _, column) => (column + 2) * x) }) },
    kind: 'missing factor',
    names: ['W1'],
    says: /for each column/,
  },
  {
    fault: 'a positive factor of its own for each element',
    recipe: { change: (g) => ({ ...g, W2: map(g.W2, (x) => x * Math.abs(x)) }) },
    kind: 'missing factor',
    names: ['W2'],
    says: /positive factor of its own in each element/,
  },
  {
    fault: 'the loss as a factor',
    recipe: { change: (g, { W2 }) => ({ ...g, W1: map(g.W1, (x) => x * (1 + (W2[0]?.[0] ?? 0) ** 2)) }) },
    kind: 'missing factor',
    names: ['W1'],
    says: /a number that changes with the weights/,
  },
  {
    fault: 'NaN in one element',
    recipe: { change: (g) => ({ ...g, b1: [Number.NaN, ...g.b1.slice(1)] }) },
    kind: 'not finite',
    names: ['b1'],
    says: /NaN at element 0/,
  },
  {
    fault: 'an activation derivative that is missing',
    recipe: { dz1: (_, da1) => da1 },
    kind: 'wrong',
    names: ['W1', 'b1'],
    says: /not the gradient of the loss/,
  },
]

describe('checkBackward names', () => {
  it.each(cases)('$fault', ({ recipe, kind, names, says }) => {
    const { verdict, findings, gradients } = checkBackward(unprobed(twoLayers(recipe)))
    expect(findings.map((finding) => [finding.kind, finding.names])).toEqual([[kind, names]])
    expect(findings[0]?.message).toMatch(says)
    expect(verdict).toBe('faulty')
    expect(gradients.filter(({ status }) => status === 'wrong').map(({ name }) => name)).toEqual(names)
  })

  it('two faults, each by itself', () => {
    const change: Recipe['change'] = (g) => ({ ...g, b1: g.b1.map((x) => -x), W2: map(g.W2, (x) => 3 * x) })
    const { findings } = checkBackward(unprobed(twoLayers({ change })))
    expect(findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual(['scale W2', 'sign b1'])
  })

  it('a constant that all gradients share in a note alone', () => {
    const report = checkBackward(unprobed(twoLayers({ dz2: ({ p, y }) => error(p, y) })))
    expect([report.verdict, report.findings]).toEqual(['clean', []])
    expect(report.notes.join()).toMatch(/m = 6 times the true one.*learning rate absorbs/)
    expect(report.gradients.map(({ relation, ratio }) => [relation, Math.round(ratio ?? 0)])).toEqual(
      Array.from({ length: 4 }, () => ['scale', 6]),
    )
  })

  it('the gradient that has not the constant that the others share', () => {
    const recipe: Recipe = {
      dz2: ({ p, y }) => error(p, y),
      change: (g, { m }) => ({ ...g, b1: g.b1.map((x) => x / m) }),
    }
    const { findings } = checkBackward(unprobed(twoLayers(recipe)))
    expect(findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual(['scale b1'])
    expect(findings[0]?.message).toMatch(/1\/m = 1\/6 times what the scale of the other gradients asks for/)
  })

  it('a coincidence at the present values, by looking beside them', () => {
    const recipe: Recipe = { change: (g, { b2 }) => ({ ...g, b2: g.b2.map((x, j) => x + (b2[j] ?? 0) ** 2) }) }
    const options = unprobed(twoLayers(recipe))
    ;(options.parameters.b2 as number[]).fill(0)
    expect(checkBackward({ ...options, points: 0 }).verdict).toBe('clean')
    expect(checkBackward(options).findings[0]).toMatchObject({
      names: ['b2'],
      received: expect.stringMatching(/alone/),
    })
  })

  it('a factor of an embedding, most of which is zero', () => {
    const [rows, columns] = [3000, 2]
    const E = Float64Array.from({ length: rows * columns }, (_, i) => Math.sin(i))
    const used = [5, 1200, 2999].flatMap((row) => [row * columns, row * columns + 1])
    const report = checkBackward({
      parameters: { E: { values: E, shape: [rows, columns] }, c: [0.5] },
      sizes: { m: 3 },
      forward: () => used.reduce((sum, at) => sum + Math.tanh(E[at] as number), 0) / 3,
      backward: () => {
        const g = new Float64Array(E.length)
        for (const at of used) g[at] = 1 - Math.tanh(E[at] as number) ** 2
        return { E: g, c: [0] }
      },
    })
    expect(report.gradients[0]).toMatchObject({ relation: 'scale', ratio: expect.closeTo(3, 6) })
    expect(report.notes.join()).toMatch(/m = 3 times.*the loss does not depend on c here/)
  })

  it('a gradient that is added up from call to call, and nothing else', () => {
    const options = unprobed(twoLayers())
    const sums = new Map<string, number[]>()
    const backward: typeof options.backward = (probe) => {
      const b2 = options.backward(probe).b2 as number[]
      sums.set(
        'b2',
        (sums.get('b2') ?? [0, 0, 0]).map((x, j) => x + (b2[j] as number)),
      )
      return { ...options.backward(probe), b2: sums.get('b2') as number[] }
    }
    const report = checkBackward({ ...options, backward })
    expect(report.findings.map(({ kind, names }) => `${kind} ${names}`)).toEqual(['accumulated b2'])
  })

  it('weights that are updated before they are used, in the evidence', () => {
    const options = unprobed(
      twoLayers({
        da1: ({ W2 }, dz2) => {
          for (const row of W2) row[0] = (row[0] as number) + 0.5
          return dot(dz2, transposed(W2))
        },
      }),
    )
    const { findings, notes } = checkBackward(options)
    expect(findings[0]?.evidence.join()).toMatch(/backward\(\) changes W2/)
    expect(notes.join()).toMatch(/it was put back/)
  })
})
