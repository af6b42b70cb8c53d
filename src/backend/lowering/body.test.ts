import { describe, expect, it } from 'vitest'
import { MEANING, type PrimitiveOperation, type Scalar, ScalarWriter } from '../../ops/index.ts'
import type { Body } from '../../plan/index.ts'
import { lowerBody } from './body.ts'

/** A body over four loads that stores what `write` returns. */
function bodyOf(write: (s: ScalarWriter, inputs: [Scalar, Scalar, Scalar, Scalar]) => Scalar[]): Body {
  const s = new ScalarWriter()
  const results = write(s, [s.input(0), s.input(1), s.input(2), s.input(3)])
  const { instructions } = s.finish(results)
  const access = (buffer: number) => ({ buffer, dtype: 'float', offset: 0, strides: [1] }) as const
  return {
    instructions,
    loads: [0, 1, 2, 3].map(access),
    stores: results.map((value, i) => ({ ...access(4 + i), value: value.position, perRow: false, accumulate: false })),
  }
}

/** What a body stores for these loads, and the instructions that it takes for that. */
function run({ instructions, stores }: Body, loads: readonly number[]) {
  const used = new Set<string>()
  const valueAt = (position: number): number => {
    const { operation, operands, slot, value } = instructions[position] ?? { operation: 'input', operands: [] }
    if (operation === 'input') return loads[slot ?? -1] ?? Number.NaN
    if (operation === 'constant') return value ?? Number.NaN
    used.add(operation)
    const [a = 0, b = 0, c = 0] = operands.map(valueAt)
    return MEANING[operation as PrimitiveOperation](a, b, c)
  }
  return { values: stores.map(({ value }) => valueAt(value)), used: [...used].sort() }
}

describe('lowerBody', () => {
  const loads = [3, 5, 7, 11]
  const cases: [string, Parameters<typeof bodyOf>[0], number[], string[]][] = [
    ['a product and a sum', (s, [a, b, c]) => [s.add(s.mul(a, b), c)], [22], ['multiplyAdd']],
    ['a sum with the product last', (s, [a, b, c]) => [s.add(c, s.mul(a, b))], [22], ['multiplyAdd']],
    ['a sum of two products', (s, [a, b, c, d]) => [s.add(s.mul(a, b), s.mul(c, d))], [92], ['mul', 'multiplyAdd']],
    ['a difference', (s, [a, b, c]) => [s.sub(c, s.mul(a, b))], [-8], ['subtractProduct']],
    ['a product less something', (s, [a, b, c]) => [s.sub(s.mul(a, b), c)], [8], ['mul', 'sub']],
  ]
  for (const [name, write, values, used] of cases) {
    it(`makes one instruction of ${name} where it can`, () => {
      expect(run(lowerBody(bodyOf(write)).body, loads)).toEqual({ values, used })
    })
  }

  it('leaves a product alone that is stored, used twice, or kept for a later pass', () => {
    const stored = bodyOf((s, [a, b, c]) => [s.mul(a, b), s.add(s.mul(a, b), c)])
    expect(run(lowerBody(stored).body, loads)).toEqual({ values: [15, 22], used: ['add', 'mul'] })
    const twice = bodyOf((s, [a, b, c, d]) => [s.add(s.mul(a, b), c), s.add(s.mul(a, b), d)])
    expect(run(lowerBody(twice).body, loads)).toEqual({ values: [22, 26], used: ['add', 'mul'] })
    const kept = bodyOf((s, [a, b, c]) => [s.add(s.mul(a, b), c)])
    const product = kept.instructions.findIndex(({ operation }) => operation === 'mul')
    expect(run(lowerBody(kept, [product]).body, loads).used).toEqual(['add', 'mul'])
  })
})
