import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestDeviation, quantile, ratioByRound, summarise } from './statistics.ts'

describe('quantile', () => {
  it('is linear between neighbours, in whatever order they come', () => {
    // numpy.quantile([3, 1, 4, 1, 5], [0, 0.1, 0.25, 0.5, 0.9, 1])
    const values = [3, 1, 4, 1, 5]
    expect([0, 0.1, 0.25, 0.5, 0.9, 1].map((q) => quantile(values, q))).toEqual([1, 1, 1, 3, 4.6, 5])
    expect(quantile([1, 2], 0.5)).toBe(1.5)
  })

  it('refuses to speak of nothing', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError)
  })

  it('lies between the extremes and leaves its input alone', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const copy = [...values]
        const result = quantile(values, q)
        expect(values).toEqual(copy)
        expect(result).toBeGreaterThanOrEqual(Math.min(...values))
        expect(result).toBeLessThanOrEqual(Math.max(...values))
      }),
    )
  })
})

describe('summarise', () => {
  it('gives median and quartiles', () => {
    expect(summarise([5, 1, 2, 4, 3])).toEqual({ median: 3, low: 2, high: 4, count: 5 })
  })
})

describe('ratioByRound', () => {
  it('is exact where the machine slows both down alike', () => {
    const drift = [1, 2, 10, 3, 1]
    expect(
      ratioByRound(
        drift.map((d) => 4 * d),
        drift,
      ),
    ).toEqual({ median: 4, low: 4, high: 4, count: 5 })
  })

  it('leaves out rounds that one of the two missed', () => {
    expect(ratioByRound([2, 2, 2], [1, 1]).count).toBe(2)
  })
})

describe('largestDeviation', () => {
  it('is relative to the truth', () => {
    expect(largestDeviation([1.1, 2], [1, 2])).toBeCloseTo(0.1)
  })

  it('lets no NaN pass', () => {
    expect(largestDeviation([1, Number.NaN, 1], [1, 1, 1])).toBeNaN()
  })
})
