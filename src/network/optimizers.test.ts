import { describe, expect, test } from 'vitest'
import { evaluateGraph } from '../backend/index.ts'
import { expandComposites, GraphBuilder } from '../graph/index.ts'
import {
  adagrad,
  adam,
  adamw,
  checkClipping,
  clipGradients,
  l1,
  l1l2,
  l2,
  optimizerByName,
  penaltyOf,
  regularizerOf,
  rmsprop,
  sgd,
} from './index.ts'
import type { UpdateContext } from './optimizer.ts'

/** The values that `write` builds from one tensor of these numbers. */
function compute(values: number[], write: (builder: GraphBuilder, x: ReturnType<GraphBuilder['input']>) => void) {
  const builder = new GraphBuilder()
  write(builder, builder.input('x', [values.length]))
  const graph = expandComposites(builder.build())
  const results = evaluateGraph(graph, () => Float64Array.from(values))
  return graph.outputs.map(({ node }) => [...(results.get(node)?.data ?? [])])
}

describe('learning rates', () => {
  test.each([-0.1, 0, Number.NaN, Number.POSITIVE_INFINITY, '0.1', null, [0.1]])('%o is refused', (rate) => {
    for (const make of [sgd, rmsprop, adagrad, adam, adamw]) {
      expect(() => make(rate as number)).toThrow(/E-VALUE: .*learning rate: expected a finite number above 0/)
    }
  })
  test('given as text says so', () => {
    expect(() => adam('0.001' as never)).toThrow(/received "0.001".\nFix: give a positive number: adam\(1e-3\)/)
  })
})

test.each([
  [() => optimizerByName('adma'), /did you mean "adam"/],
  [() => optimizerByName('lion'), /one of the known optimizers: sgd, rmsprop, adagrad, adam, adamw/],
  [() => sgd(0.1, { momentun: 0.9 } as never), /did you mean "momentum"/],
  [() => sgd(0.1, { nesterov: true }), /a momentum above 0/],
  [() => sgd(0.1, { momentum: 1 }), /below 1/],
  [() => adam(0.1, { beta1: 1.5 }), /adam, beta1/],
  [() => rmsprop(0.1, { epsilon: -1 }), /rmsprop, epsilon/],
  [() => adamw(0.1, { weightDecay: Number.NaN }), /adamw, weightDecay/],
  [() => checkClipping({}), /norm or a value/],
  [() => checkClipping({ norm: 1, value: 1 }), /both/],
  [() => checkClipping({ norm: 0 }), /above 0/],
  [() => l2(-1), /l2 strength/],
  [() => regularizerOf('l2', 'fit, regularizer'), /l2\(1e-4\)/],
])('%s is refused', (write, message) => {
  expect(write).toThrow(message)
})

describe('penalties', () => {
  const penalty = (regularizer: ReturnType<typeof l1>) =>
    compute([3, -4], (builder, x) => builder.output('p', penaltyOf(regularizer, x) ?? builder.constant(0)))[0]?.[0]
  test('are λ Σ|w|, λ Σw², ½λ Σw² and both', () => {
    expect(penalty(l1(0.1))).toBeCloseTo(0.7)
    expect(penalty(l2(0.1))).toBeCloseTo(2.5)
    expect(penalty(l2(0.1, { half: true }))).toBeCloseTo(1.25)
    expect(penalty(l1l2(0.1, 0.1))).toBeCloseTo(3.2)
    expect(penalty(l2(0))).toBe(0)
  })
})

describe('clipping', () => {
  const clipped = (values: number[], clipping: Parameters<typeof clipGradients>[1]) =>
    compute(values, (builder, x) => {
      clipGradients([x, x], clipping).forEach((g, i) => {
        builder.output(`g${i}`, g)
      })
    })
  test('by norm scales all gradients by the norm of all of them', () => {
    // Twice [3, 4]: the norm is √50.
    const [first = [], second] = clipped([3, 4], { norm: 1 })
    expect(first[0]).toBeCloseTo(3 / Math.sqrt(50), 6)
    expect(second).toEqual(first)
    expect(clipped([3, 4], { norm: 10 })[0]).toEqual([3, 4])
    expect(clipped([0, 0], { norm: 1 })[0]).toEqual([0, 0])
  })
  test('by value holds each element', () => {
    expect(clipped([3, -4], { value: 3.5 })[0]).toEqual([3, -3.5])
  })
})

test.each([sgd(0.1, { momentum: 0.9 }), rmsprop(0.1, { momentum: 0.9 }), adam(), adamw()])(
  '$name: averages of a gradient that stays 0 end at 0, not among the subnormal numbers',
  (optimizer) => {
    const smallestNormal = 2 ** -126
    const gradients = (step: number) => (step === 1 ? [1, -1] : [0, 0])
    let slots = optimizer.slots.map(({ initial }) => [initial, initial])
    const builder = new GraphBuilder()
    const slotInputs = optimizer.slots.map(({ name }) => builder.input(name, [2]))
    const updated = optimizer.update({
      parameter: builder.input('w', [2]),
      gradient: builder.input('g', [2]),
      slot: (name) => slotInputs[optimizer.slots.findIndex((slot) => slot.name === name)] as never,
      scalar: (name) => builder.input(`scalar ${name}`, []),
    } as UpdateContext)
    for (const { name } of optimizer.slots) builder.output(name, updated.slots[name] as never)
    const graph = expandComposites(builder.build())
    // RMSprop's and Adam's squares shrink by 0.99 and 0.999 at a step: they are followed from near the end on.
    const smallestSquare = optimizer.slots.map(({ name }) => (/square|second/i.test(name) ? 1e-37 : undefined))
    for (let step = 1; step <= 3000; step++) {
      const values = (name: string) => {
        if (name === 'g') return gradients(step)
        const slot = optimizer.slots.findIndex((candidate) => candidate.name === name)
        return slot >= 0 ? (slots[slot] ?? []) : name === 'w' ? [1, 1] : [0.5]
      }
      const results = evaluateGraph(graph, (node) => Float64Array.from(values(node.name)))
      slots = graph.outputs.map(({ node }, i) => {
        const next = [...(results.get(node)?.data ?? [])]
        return step === 2 && smallestSquare[i] !== undefined ? next.map(() => smallestSquare[i] ?? 0) : next
      })
      for (const value of slots.flat())
        expect(value === 0 || Math.abs(value) >= smallestNormal, `step ${step}: ${slots}`).toBe(true)
    }
    expect(slots.flat().every((value) => value === 0)).toBe(true)
  },
)
