import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logScale, logTicks, spaced } from './chart/axes.ts'
import { renderChart } from './charts.ts'
import { type ContestResult, type ItemResult, makeMeasurement, type Place } from './measurement.ts'

function measured(family: string, threads: number, seconds: number, flops = 0) {
  const name = threads === 0 ? family : `${family} ${threads}t`
  const times = {
    identity: { name, family, threads: threads || 1, peer: !family.startsWith('nabla') },
    description: '',
    rounds: [seconds],
  }
  return makeMeasurement(times, times, flops, {})
}

const train = { kind: 'train', sizes: [2, 2], batch: 1, optimizer: 'sgd' } as const
const at = (place: Place, ...measurements: ContestResult['measurements']): ContestResult => ({
  title: '',
  work: train,
  flops: 0,
  place,
  measurements,
  absent: [],
})
const item = (name: string, ...contests: ContestResult[]): ItemResult => ({ item: name, contests })

describe('a logarithmic axis', () => {
  it('has ticks that enclose all values, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const ticks = logTicks(values)
        expect(ticks.length).toBeGreaterThan(1)
        expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks)
        const place = logScale(ticks, 0, 100)
        for (const value of values) {
          expect(place(value)).toBeGreaterThanOrEqual(-1e-9)
          expect(place(value)).toBeLessThanOrEqual(100 + 1e-9)
        }
      }),
    )
  })

  it('has 1, 2 and 5 in a decade where there are few', () => {
    expect(logTicks([3e-6, 4e-5])).toEqual([2e-6, 5e-6, 1e-5, 2e-5, 5e-5])
    expect(logTicks([3, 4000])).toEqual([1, 10, 100, 1000, 10000])
  })

  it('refuses to draw nothing', () => {
    expect(() => logTicks([0, Number.NaN])).toThrow(RangeError)
  })

  it('leaves out labels that would touch', () => {
    expect(spaced([1, 2, 30, 31, 60], (tick) => tick, 10)).toEqual([2, 31, 60])
  })
})

describe('the chart of a sweep', () => {
  const place = (value: number) => ({ quantity: 'hidden units', value, series: 'batch 1 & <2>' })
  const chart = renderChart(
    item(
      'widths',
      at(place(100), measured('nabla wasm', 1, 2e-3), measured('PyTorch', 1, 3e-3), measured('PyTorch', 2, 1e-3)),
      at(place(10), measured('nabla wasm', 1, 1e-3), measured('PyTorch', 1, 1e-3), measured('PyTorch', 2, 9e-3)),
    ),
  )

  it('has every thread setting of ours, the best of others, in the order of what varies', () => {
    expect(chart?.tables).toEqual([
      {
        caption: 'batch 1 & <2>',
        rows: [
          ['hidden units', 'nabla wasm 1t', 'PyTorch'],
          ['10', '1.00 ms', '1.00 ms'],
          ['100', '2.00 ms', '1.00 ms'],
        ],
      },
    ])
  })

  it('says in words what it shows, and escapes what it is given', () => {
    expect(chart?.svg).toContain('role="img" aria-labelledby="widths-title widths-description"')
    expect(chart?.svg).toMatch(/<desc id="widths-description">.*nabla wasm 1t from 1.00 ms at 10 to 2.00 ms at 100/)
    expect(chart?.svg).toContain('batch 1 &amp; &lt;2&gt;')
    expect(chart?.svg).not.toContain('<2>')
    expect(chart?.svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('takes threads from who was measured', () => {
    const threads = { quantity: 'threads', series: 'a network' }
    const [table] =
      renderChart(item('threads', at(threads, measured('nabla wasm', 2, 1), measured('nabla wasm', 1, 2))))?.tables ??
      []
    expect(table?.rows).toEqual([
      ['threads', 'nabla wasm'],
      ['1', '2.00 s'],
      ['2', '1.00 s'],
    ])
  })

  it('is none where nobody was measured, or the item has none', () => {
    expect(renderChart(item('widths', at(place(1))))).toBeUndefined()
    expect(renderChart(item('steps', at(place(1), measured('nabla wasm', 1, 1))))).toBeUndefined()
  })
})

describe('the roofline', () => {
  const product = (rows: number, seconds: number): ContestResult => {
    const [flops, bytes] = [2 * rows * 1e6, 4 * (2000 * rows + 1e6)]
    const work = { kind: 'product', rows, inner: 1000, columns: 1000 } as const
    return { title: '', work, flops, bytes, measurements: [measured('nabla wasm', 1, seconds, flops)], absent: [] }
  }
  const copy: ContestResult = {
    title: 'b = a',
    work: { kind: 'stream', pattern: 'copy', count: 1e9 },
    flops: 0,
    bytes: 8e9,
    measurements: [measured('plain copy', 0, 0.4)],
    absent: [],
  }

  it('has a slope by the copy and a top by the largest product', () => {
    const chart = renderChart(item('roofline', copy, product(1000, 0.02), product(1, 0.001)))
    const [table] = chart?.tables ?? []
    expect(table?.rows).toEqual([
      ['work', 'operations per byte', 'roof, GFLOP/s', 'nabla wasm'],
      // 2e6 operations over 4·(1000 + 1e6 + 1000) bytes, times 20 GB/s.
      ['m = 1', '0.50', '9.98', '2.00'],
      ['m = 1,000', '167', '100', '100'],
    ])
    expect(chart?.svg).toContain('memory: 20.0 GB/s')
    expect(chart?.svg).toContain('peak: 100 GFLOP/s')
    expect(chart?.svg).not.toMatch(/NaN|undefined|Infinity/)
  })
})
