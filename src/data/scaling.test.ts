import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dataset, dataset, fitMinMax, fitStandardise, scalingFromJSON } from './index.ts'

function all(data: Dataset): number[] {
  const into = new Float32Array(data.count * data.inputSize)
  data.copyBatch(
    Int32Array.from({ length: data.count }, (_, k) => k),
    into,
  )
  return [...into]
}

describe('scaling', () => {
  const data = dataset({
    inputs: [
      [1, 10, 7],
      [3, 30, 7],
    ],
  })

  it('standardises to mean 0 and deviation 1; a constant feature becomes 0 and is named', () => {
    const scaling = fitStandardise(data)
    expect(all(scaling.apply(data))).toEqual([-1, -1, 0, 1, 1, 0])
    expect(scaling.constantFeatures).toEqual([2])
    expect(scaling.apply(data).inputs).toBe(data.inputs)
    expect([...scaling.applyTo([2, 20, 8])]).toEqual([0, 0, 1])
  })

  it('scales to a range; a constant feature becomes its lower bound', () => {
    expect(all(fitMinMax(data).apply(data))).toEqual([0, 0, 0, 1, 1, 0])
    expect(all(fitMinMax(data, [-1, 1]).apply(data))).toEqual([-1, -1, -1, 1, 1, -1])
    expect(() => fitMinMax(data, [1, 1])).toThrow(/E-VALUE/)
  })

  it('applies to other data what it learnt from the first, bytes and scaled data too', () => {
    const bytes = dataset({ inputs: Uint8Array.of(0, 255, 51, 0), inputShape: [2], scale: 1 / 255 })
    const scaling = fitMinMax(bytes)
    const other = dataset({ inputs: Uint8Array.of(102, 51), inputShape: [2], scale: 1 / 255 })
    expect(all(scaling.apply(other)).map((v) => Number(v.toFixed(6)))).toEqual([2, 0.2])
    const twice = fitStandardise(scaling.apply(bytes)).apply(scaling.apply(bytes))
    expect(all(twice).map((v) => Number(v.toFixed(6)))).toEqual([-1, 1, 1, -1])
    const shifted = dataset({ inputs: [[1], [3]], scale: 10, offset: 5 })
    expect(all(shifted)).toEqual([15, 35])
    expect(all(fitMinMax(shifted).apply(shifted))).toEqual([0, 1])
    expect(() => scaling.apply(data)).toThrow(/E-SHAPE: data: expected samples of \[2\], received \[3\]/)
  })

  it('keeps its meaning through JSON', () => {
    const scaling = fitStandardise(data)
    const read = scalingFromJSON(JSON.parse(JSON.stringify(scaling)))
    expect(read.toJSON()).toEqual(scaling.toJSON())
    expect(all(read.apply(data))).toEqual(all(scaling.apply(data)))
    const record = scaling.toJSON()
    for (const wrong of [
      null,
      {},
      { ...record, kind: 'log' },
      { ...record, scale: [1] },
      { ...record, offset: [null] },
    ]) {
      expect(() => scalingFromJSON(wrong, 'run.json')).toThrow(/E-DATA: run\.json/)
    }
  })

  it('leaves mean 0 and deviation 1, far from zero too', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(values, fc.constantFrom(0, 1e6), (list, far) => {
        fc.pre(new Set(list).size > 1)
        const samples = dataset({ inputs: list.map((value) => [value + far]) })
        const scaled = all(fitStandardise(samples).apply(samples))
        const mean = scaled.reduce((a, b) => a + b) / scaled.length
        const deviation = Math.sqrt(scaled.reduce((a, b) => a + (b - mean) ** 2, 0) / scaled.length)
        expect(mean).toBeCloseTo(0, 5)
        expect(deviation).toBeCloseTo(1, 5)
      }),
    )
  })
})
