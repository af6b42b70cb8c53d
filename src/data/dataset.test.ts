import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NablaError } from '../shared/index.ts'
import { batches, type Dataset, dataset, epochOrder, foldIndices, splitIndices } from './index.ts'

const ROWS = [
  [1, 2],
  [3, 4],
  [5, 6],
  [7, 8],
]

function batchOf(data: Dataset, indices: number[]): number[] {
  const into = new Float32Array(indices.length * data.inputSize)
  data.copyBatch(Int32Array.from(indices), into)
  return [...into]
}

function targetsOf(data: Dataset, indices: number[]): number[] {
  const size = (data.targetShape ?? []).reduce((a, b) => a * b, 1)
  const into = new Float32Array(indices.length * size)
  data.copyTargets(Int32Array.from(indices), into)
  return [...into]
}

describe('dataset', () => {
  it('takes lists of rows with class numbers, names, or values', () => {
    const numbered = dataset({ inputs: ROWS, labels: [0, 2, 2, 0] })
    expect(numbered.count).toBe(4)
    expect(numbered.inputShape).toEqual([2])
    expect(numbered.classNames).toEqual(['0', '1', '2'])
    expect(batchOf(numbered, [2, 0])).toEqual([5, 6, 1, 2])
    expect(targetsOf(numbered, [1, 0])).toEqual([2, 0])

    const named = dataset({ inputs: ROWS, labels: ['dog', 'cat', 'dog', 'ant'] })
    expect(named.classNames).toEqual(['ant', 'cat', 'dog'])
    expect(targetsOf(named, [0, 1, 2, 3])).toEqual([2, 1, 2, 0])

    const valued = dataset({ inputs: ROWS, targets: [0.5, 1, 1.5, 2] })
    expect(valued.targetShape).toEqual([1])
    expect(targetsOf(valued, [3])).toEqual([2])
    expect(dataset({ inputs: ROWS }).targetShape).toBeUndefined()
  })

  it('takes flat and nested typed arrays, and deeper lists', () => {
    const flat = dataset({ inputs: Float64Array.of(1, 2, 3, 4, 5, 6), inputShape: [3], targets: Float32Array.of(1, 2) })
    expect(batchOf(flat, [1])).toEqual([4, 5, 6])
    expect(dataset({ inputs: [1, 2, 3] }).inputShape).toEqual([1])
    expect(batchOf(dataset({ inputs: ROWS.map((row) => Int16Array.from(row)) }), [3])).toEqual([7, 8])
    const deep = dataset({
      inputs: [ROWS, ROWS],
      targets: [
        [1, 2],
        [3, 4],
      ],
    })
    expect(deep.inputShape).toEqual([4, 2])
    expect(batchOf(deep, [1])).toEqual(ROWS.flat())
    expect(deep.reshape([8]).inputShape).toEqual([8])
    expect(() => deep.reshape([7])).toThrow(/E-SHAPE/)
  })

  it('keeps bytes as bytes, with the scale applied when copied', () => {
    const data = dataset({ inputs: Uint8Array.from({ length: 256 }, (_, byte) => byte), scale: 1 / 255 })
    expect(data.inputs).toBeInstanceOf(Uint8Array)
    const all = Array.from({ length: 256 }, (_, byte) => byte)
    expect(batchOf(data, all)).toEqual(all.map((byte) => Math.fround(byte / 255)))
  })

  it('copies byte rows of every length', () => {
    for (let size = 1; size <= 9; size++) {
      const inputs = Uint8Array.from({ length: 3 * size }, (_, k) => k + 1)
      expect(batchOf(dataset({ inputs, inputShape: [size] }), [2, 0])).toEqual([
        ...inputs.subarray(2 * size),
        ...inputs.subarray(0, size),
      ])
    }
  })

  it('copies long rows as it copies short ones', () => {
    const inputs = Float32Array.from({ length: 3 * 500 }, (_, k) => k)
    expect(batchOf(dataset({ inputs, inputShape: [500] }), [2, 0])).toEqual([
      ...inputs.subarray(1000),
      ...inputs.subarray(0, 500),
    ])
  })

  const nan = Number.NaN
  it.each([
    [{ inputs: [] }, /E-DATA: data: inputs: expected at least one sample/],
    [{ inputs: [[]] }, /row 0: expected at least one number/],
    [{ inputs: [[1, 2], [3]] }, /E-DATA: data: inputs, row 1: expected 2 entries, as in row 0, received 1/],
    [
      {
        inputs: [
          [1, 2],
          [3, nan],
        ],
      },
      /E-NAN: data: inputs, row 1, column 1, counted from 0: .*received NaN/,
    ],
    [{ inputs: [[1, -Infinity]], inputNames: ['a', 'b'] }, /row 0, column 1 \("b"\).*received -Infinity/],
    [{ inputs: [[1e300]] }, /E-NAN: .*f32 can hold, received 1e\+300/],
    [{ inputs: [['red']] as never }, /row 0: expected numbers.*received "red"/],
    [{ inputs: [[1], ['red']] as never }, /E-NAN: data: inputs, row 1, column 0.*received "red"/],
    // biome-ignore lint/suspicious/noSparseArray: a hole must not become a row of zeros.
    [{ inputs: [[1], , [2]] as never }, /row 1: expected 1 entries, as in row 0, received undefined/],
    [{ inputs: Float32Array.of(1, 2, nan, 4), inputShape: [2] }, /row 1, column 0/],
    [{ inputs: Float32Array.of(1, 2, 3), inputShape: [2] }, /whole samples of \[2\], received 3 numbers/],
    [{ inputs: ROWS, inputShape: [3] }, /expected samples of \[3\], received \[2\]/],
    [{ inputs: ROWS, labels: [0, 1] }, /data: labels: expected 4 for 4 samples of \[2\], received 2/],
    [{ inputs: ROWS, targets: [0, 1, 2] }, /expected 4 targets, one for each sample, received 3/],
    [{ inputs: ROWS, labels: [0, 1, 1, -1] }, /labels, row 3: expected a class from 0.*received -1/],
    [{ inputs: ROWS, labels: [0, 0.5, 1, 1] }, /labels, row 1: expected a whole number, received 0.5/],
    [{ inputs: ROWS, labels: [0, 3, 0, 0], classNames: ['a', 'b', 'c'] }, /row 1: expected a class from 0 to 2.*3/],
    [{ inputs: ROWS, labels: [0, 2 ** 40, 0, 0] }, /a class from 0 to 65535/],
    [{ inputs: ROWS, labels: ['a', 'cta', 'a', 'a'], classNames: ['a', 'cat'] }, /E-NAME: .*row 1.*\n.*"cat"/],
    [{ inputs: ROWS, labels: ['a', 1, 'a', 'a'] }, /row 1: expected a name, as in row 0/],
    [{ inputs: ROWS, labels: [0, 1, 0, 1], classNames: ['a', 'a'] }, /"a" twice/],
    [{ inputs: ROWS, labels: [0, 1, 0, 1], targets: [0, 1, 0, 1] }, /E-USAGE.*received both/],
    [{ inputs: ROWS, sampleWeights: [1, 1, 1] }, /sampleWeights: expected 4/],
    [{ inputs: ROWS, sampleWeights: [1, 1, 1, -1] }, /sampleWeights, row 3: expected a weight of 0 or more/],
    [{ inputs: ROWS, scale: nan }, /E-VALUE: data: scale/],
  ])('refuses what is wrong, with its place: %j', (source, message) => {
    expect(() => dataset(source)).toThrow(message)
    expect(() => dataset(source)).toThrow(NablaError)
  })

  it('refuses to copy outside itself or into too little room', () => {
    const data = dataset({ inputs: ROWS, labels: [0, 1, 0, 1] })
    expect(() => batchOf(data, [4])).toThrow(/outside 0\.\.3/)
    expect(() => batchOf(data, [-1])).toThrow(/outside 0\.\.3/)
    expect(() => targetsOf(data, [4])).toThrow(/outside 0\.\.3/)
    expect(() => data.copyBatch(Int32Array.of(0, 1), new Float32Array(3))).toThrow(/at least 4 numbers/)
    expect(() => targetsOf(dataset({ inputs: ROWS }), [0])).toThrow(/a data set with targets/)
  })

  it('weighs samples, 1 each where nothing is said', () => {
    const into = new Float32Array(2)
    dataset({ inputs: ROWS, sampleWeights: [1, 2, 3, 4] }).copyWeights(Int32Array.of(3, 1), into)
    expect([...into]).toEqual([4, 2])
    dataset({ inputs: ROWS }).copyWeights(Int32Array.of(3, 1), into)
    expect([...into]).toEqual([1, 1])
  })

  it('picks, takes, shuffles and encodes', () => {
    const data = dataset({ inputs: ROWS, labels: ['b', 'a', 'b', 'b'], sampleWeights: [1, 2, 3, 4] })
    const picked = data.subset([3, 3, 1])
    expect(batchOf(picked, [0, 1, 2])).toEqual([7, 8, 7, 8, 3, 4])
    expect(targetsOf(picked, [0, 1, 2])).toEqual([1, 1, 0])
    expect([...(picked.sampleWeights ?? [])]).toEqual([4, 4, 2])
    expect(() => data.subset([4])).toThrow(/E-VALUE/)
    expect(() => data.subset([])).toThrow(/at least one sample/)
    const taken = data.take(2, 1)
    expect(batchOf(taken, [0, 1])).toEqual([3, 4, 5, 6])
    expect(taken.inputs.buffer).toBe(data.inputs.buffer)
    expect(data.take(100).count).toBe(4)
    expect(data.oneHot().targetShape).toEqual([2])
    expect(targetsOf(data.oneHot(), [0, 1])).toEqual([0, 1, 1, 0])
    expect([...data.classCounts()]).toEqual([1, 3])
    const shuffled = data.shuffle(5)
    expect(batchOf(shuffled, [0, 1, 2, 3]).sort()).toEqual(ROWS.flat())
    expect(data.shuffle(5).inputs).toEqual(shuffled.inputs)
    expect(() => dataset({ inputs: ROWS }).oneHot()).toThrow(/expected classes/)
  })

  it('splits rows with their labels', () => {
    const labels = Array.from({ length: 100 }, (_, k) => (k < 20 ? 1 : 0))
    const data = dataset({ inputs: labels.map((label, k) => [k, label]), labels })
    const [train, rest] = data.split(0.75, { seed: 3, stratify: true })
    expect([train.count, rest.count]).toEqual([75, 25])
    expect([...train.classCounts()]).toEqual([60, 15])
    for (const part of [train, rest]) {
      const all = Array.from({ length: part.count }, (_, k) => k)
      expect(targetsOf(part, all)).toEqual(all.map((k) => part.sample(k)[1]))
    }
  })
})

describe('partitions', () => {
  const labelled = fc.array(fc.nat(3), { minLength: 4, maxLength: 60 })
  const sorted = (parts: Int32Array[]) => parts.flatMap((part) => [...part]).sort((a, b) => a - b)
  const upTo = (count: number) => Array.from({ length: count }, (_, k) => k)

  it('split into disjoint parts of the asked size, stratified or not', () => {
    fc.assert(
      fc.property(labelled, fc.double({ min: 0.2, max: 0.8, noNaN: true }), fc.nat(), (labels, fraction, seed) => {
        for (const given of [undefined, Int32Array.from(labels)]) {
          const [first, rest] = splitIndices(labels.length, fraction, seed, given)
          expect(sorted([first, rest])).toEqual(upTo(labels.length))
          expect(first.length).toBe(Math.round(labels.length * fraction))
          for (const label of given ?? []) {
            const inAll = labels.filter((other) => other === label).length
            const inFirst = first.filter((index) => labels[index] === label).length
            expect(Math.abs(inFirst - inAll * fraction)).toBeLessThan(1)
          }
        }
      }),
    )
  })

  it('give the odd sample to the class that is owed most of one', () => {
    // 9 · 0.7 = 6.3 and 4 · 0.7 = 2.8, of which 9 in all.
    const labels = Int32Array.from({ length: 13 }, (_, k) => (k < 9 ? 0 : 1))
    const [first] = splitIndices(13, 0.7, 0, labels)
    expect(first.filter((index) => labels[index] === 1)).toHaveLength(3)
  })

  it('fold so that each sample is validated once, classes dealt evenly', () => {
    fc.assert(
      fc.property(labelled, fc.integer({ min: 2, max: 4 }), fc.nat(), (labels, count, seed) => {
        const folds = foldIndices(labels.length, count, seed, Int32Array.from(labels))
        expect(sorted(folds.map(({ validation }) => validation))).toEqual(upTo(labels.length))
        for (const { train, validation } of folds) expect(sorted([train, validation])).toEqual(upTo(labels.length))
        for (const label of labels) {
          const counts = folds.map(({ validation }) => validation.filter((index) => labels[index] === label).length)
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('depend on the seed', () => {
    const first = (seed: number) => [...splitIndices(50, 0.5, seed)[0]]
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
    expect(foldIndices(50, 5, 1)).not.toEqual(foldIndices(50, 5, 2))
  })

  it.each([0, 1, -0.5, Number.NaN, 80])('refuse a fraction of %f', (fraction) => {
    expect(() => splitIndices(10, fraction, 0)).toThrow(/E-VALUE.*split fraction/)
  })

  it('refuse an empty part, or more folds than samples', () => {
    expect(() => splitIndices(3, 0.1, 0)).toThrow(/at least one sample on each side.*0 and 3/)
    expect(() => foldIndices(3, 4, 0)).toThrow(/folds: expected a whole number from 2 to 3/)
  })
})

describe('batches', () => {
  it('cover an epoch in an order that (seed, epoch) decides', () => {
    const epoch = batches(10, 4, { seed: 1, epoch: 2 })
    expect(epoch.length).toBe(3)
    expect([...epoch].map((batch) => batch.length)).toEqual([4, 4, 2])
    expect([...epoch].flatMap((batch) => [...batch]).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect([...batches(10, 4, { seed: 1, epoch: 2 }).at(2)]).toEqual([...epoch.at(2)])
    expect(epochOrder(10, { seed: 1, epoch: 3 })).not.toEqual(epoch.order)
    expect(epochOrder(10, { seed: 2, epoch: 2 })).not.toEqual(epoch.order)
    expect([...batches(3, 8, { shuffle: false }).at(0)]).toEqual([0, 1, 2])
    expect(batches(10, 4, { dropLast: true }).length).toBe(2)
  })

  it('refuse sizes that make no sense', () => {
    expect(() => batches(10, 0)).toThrow(/E-VALUE: batchSize/)
    expect(() => batches(10, 2.5)).toThrow(/E-VALUE/)
    expect(() => batches(10, 4, { epoch: -1 })).toThrow(/epoch/)
    expect(() => batches(10, 4).at(3)).toThrow(/batch: expected a whole number from 0 to 2/)
  })
})
