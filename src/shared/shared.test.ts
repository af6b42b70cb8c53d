import { describe, expect, it } from 'vitest'
import {
  broadcastShapes,
  editDistance,
  formatBytes,
  formatDuration,
  formatNumber,
  NablaError,
  nearest,
  normalizeAxes,
  philox,
  RandomStream,
  rowMajorStrides,
  sizeOf,
  uniformAt,
} from './index.ts'

describe('philox', () => {
  // Known answers: Random123's kat_vectors for philox4x32, 10 rounds.
  it('gives the published answers', () => {
    expect(philox([0, 0, 0, 0], [0, 0]).map((w) => w.toString(16))).toEqual([
      '6627e8d5',
      'e169c58d',
      'bc57ac4c',
      '9b00dbd8',
    ])
    const ones = 0xffffffff
    expect(philox([ones, ones, ones, ones], [ones, ones]).map((w) => w.toString(16))).toEqual([
      '408f276d',
      '41c83b0e',
      'a20bc7c6',
      '6d5451fd',
    ])
  })

  it('is a pure function of its counter, uniform on average', () => {
    let sum = 0
    for (let index = 0; index < 10_000; index++) sum += uniformAt([1, 0], 3, 7, index)
    expect(sum / 10_000).toBeCloseTo(0.5, 1)
    expect(uniformAt([1, 0], 3, 7, 5)).toBe(uniformAt([1, 0], 3, 7, 5))
    expect(uniformAt([1, 0], 4, 7, 5)).not.toBe(uniformAt([1, 0], 3, 7, 5))
  })
})

describe('RandomStream', () => {
  it('repeats for the same seed and differs for another stream', () => {
    const draw = (seed: number, stream: number) => {
      const random = new RandomStream(seed, stream)
      return Array.from({ length: 9 }, () => random.uniform())
    }
    expect(draw(1, 2)).toEqual(draw(1, 2))
    expect(draw(1, 2)).not.toEqual(draw(1, 3))
    expect(draw(2, 2)).not.toEqual(draw(1, 2))
  })

  it('draws normals of mean 0 and variance 1', () => {
    const random = new RandomStream(5, 0)
    const values = Array.from({ length: 20_000 }, () => random.normal())
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(Math.abs(variance - 1)).toBeLessThan(0.04)
  })

  it('shuffles to a permutation', () => {
    const order = new RandomStream(1, 1).shuffle(Int32Array.from({ length: 100 }, (_, i) => i))
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b))
  })
})

describe('shapes', () => {
  it('broadcasts as NumPy does', () => {
    expect(broadcastShapes([3, 1], [4], 'add')).toEqual([3, 4])
    expect(broadcastShapes([], [2, 2], 'add')).toEqual([2, 2])
    expect(broadcastShapes([0, 1], [1, 5], 'add')).toEqual([0, 5])
    expect(() => broadcastShapes([3], [4], 'add')).toThrow(NablaError)
  })

  it('knows strides, sizes and axes', () => {
    expect(rowMajorStrides([2, 3, 4])).toEqual([12, 4, 1])
    expect(sizeOf([])).toBe(1)
    expect(normalizeAxes(-1, 3, 'sum')).toEqual([2])
    expect(normalizeAxes(undefined, 2, 'sum')).toEqual([0, 1])
    expect(() => normalizeAxes(2, 2, 'sum')).toThrow(/axes from -2 to 1/)
    expect(() => normalizeAxes([0, -2], 2, 'sum')).toThrow(/each axis at most once/)
  })
})

describe('suggestions and formats', () => {
  it('finds the nearest name and no far one', () => {
    expect(editDistance('adma', 'adam')).toBe(1)
    expect(nearest('adma', ['sgd', 'adam', 'rmsprop'])).toBe('adam')
    expect(nearest('zzz', ['sgd', 'adam'])).toBeUndefined()
    expect(nearest('3', ['a', 'bc'])).toBeUndefined()
  })

  it('writes numbers for people', () => {
    expect(formatNumber(0.000012345)).toBe('1.234e-5')
    expect(formatNumber(0.5)).toBe('0.5')
    expect(formatBytes(1536)).toBe('1.50 KiB')
    expect(formatDuration(185)).toBe('3 min 05 s')
  })

  it('states a problem in full', () => {
    const error = new NablaError({ code: 'E-VALUE', where: 'x', expected: 'a', received: 'b', fix: 'do c.' })
    expect(error.message).toBe('E-VALUE: x: expected a, received b.\nFix: do c.')
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'E-VALUE',
      where: 'x',
      expected: 'a',
      received: 'b',
      fix: 'do c.',
    })
  })
})
