/** What is read while it is used is what would be read into memory; and every wrong file is named. */

import { mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { encode as encodePng } from 'fast-png'
import { encode as encodeJpeg } from 'jpeg-js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeNpy, encodeNpz, type StoredArray } from '../../formats/index.ts'
import { RandomStream } from '../../shared/index.ts'
import { CsvParser, parseCsvText } from '../csv-text.ts'
import { type CsvOptions, csvDataset, dataset, idxDataset, type StreamedDataset } from '../index.ts'
import {
  type ImageFolderOptions,
  readImageFolder,
  readNpyDataset,
  readPictureSample,
  streamCsv,
  streamIdx,
  streamImageFolder,
  streamNpy,
} from '../node.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const put = async (name: string, content: Uint8Array | string) => {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, content)
  return path
}
/** All batches of a pass, joined. */
async function pass(data: StreamedDataset, options = {}) {
  const [inputs, targets]: [number[], number[]] = [[], []]
  for await (const batch of data.batches({ batchSize: 5, ...options })) {
    inputs.push(...batch.inputs)
    targets.push(...(batch.targets ?? []))
  }
  return { inputs, targets }
}
/** The same of a data set in memory. */
function orderOf(data: ReturnType<typeof dataset>, indices: Int32Array) {
  const inputs = new Float32Array(indices.length * data.inputSize)
  data.copyBatch(indices, inputs)
  const targets = new Float32Array(indices.length)
  if (data.targets !== undefined) data.copyTargets(indices, targets)
  return { inputs: [...inputs], targets: [...targets] }
}
const counting = (count: number) => Int32Array.from({ length: count }, (_, index) => index)

const random = new RandomStream(3, 0)
const ROWS = 23
const numbers = Float32Array.from({ length: ROWS * 3 }, () => random.normal())
const classes = Array.from({ length: ROWS }, (_, i) => (i * 7) % 4)

describe('npy', () => {
  const bigEndian = (bytes: Uint8Array, width: number) => {
    const text = new TextDecoder('latin1').decode(bytes.subarray(0, 128)).replace("'<", "'>")
    const turned = bytes.slice()
    turned.set(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))
    const data = turned.subarray(128)
    for (let at = 0; at < data.length; at += width) data.subarray(at, at + width).reverse()
    return turned
  }
  const single: StoredArray = { dtype: 'F32', shape: [ROWS, 3], data: numbers }
  test.each<[string, Uint8Array]>([
    ['f32', encodeNpy(single)],
    ['f32, big-endian', bigEndian(encodeNpy(single), 4)],
    ['f64', encodeNpy({ dtype: 'F64', shape: [ROWS, 3], data: Float64Array.from(numbers) })],
    ['i16', encodeNpy({ dtype: 'I16', shape: [ROWS, 3], data: Int16Array.from(numbers, (x) => 1000 * x) })],
    ['u8', encodeNpy({ dtype: 'U8', shape: [ROWS, 3], data: Uint8Array.from(numbers, (x) => 50 * x + 100) })],
    ['bool', encodeNpy({ dtype: 'BOOL', shape: [ROWS, 3], data: Uint8Array.from(numbers, (x) => (x > 0 ? 1 : 0)) })],
  ])('of %s: any order, as in memory', async (_, bytes) => {
    const inputs = await put('x.npy', bytes)
    const labels = await put(
      'y.npy',
      encodeNpy({ dtype: 'I64', shape: [ROWS], data: BigInt64Array.from(classes, BigInt) }),
    )
    const data = await streamNpy({ inputs, labels, scale: 0.5 })
    const memory = await readNpyDataset({ inputs, labels, scale: 0.5 })
    expect(data).toMatchObject({ access: 'random', count: ROWS, inputShape: [3], classNames: ['0', '1', '2', '3'] })
    expect([...data.classCounts()]).toEqual([...memory.classCounts()])
    expect(await pass(data, { shuffle: false })).toEqual(orderOf(memory, counting(ROWS)))
    const some = Int32Array.of(22, 3, 4, 5, 0, 3)
    expect(await pass(data.subset(some), { shuffle: false })).toEqual(orderOf(memory, some))
    const [train, held] = data.split(0.7, { seed: 1, stratify: true })
    const [inMemory] = memory.split(0.7, { seed: 1, stratify: true })
    expect(await pass(train, { seed: 4, epoch: 2 })).toEqual(
      await pass(await streamed(inMemory), { seed: 4, epoch: 2 }),
    )
    expect(train.count + held.count).toBe(ROWS)
  })

  /** A data set in memory as a source. */
  async function streamed(data: ReturnType<typeof dataset>): Promise<StreamedDataset> {
    const { streamDataset } = await import('../index.ts')
    return streamDataset({
      count: data.count,
      inputShape: data.inputShape,
      classNames: [...(data.classNames ?? [])],
      read: (indices, { inputs, targets }) => {
        data.copyBatch(indices, inputs)
        if (targets !== undefined) data.copyTargets(indices, targets)
      },
    })
  }

  test('in an archive, when it is stored as it is', async () => {
    const tensors = [
      { name: 'X', ...single },
      { name: 'y', dtype: 'F32' as const, shape: [ROWS], data: Float32Array.from(classes, (c) => c / 4) },
    ]
    const npz = await put('data.npz', await encodeNpz(tensors, { compress: false }))
    const data = await streamNpy({ inputs: { npz, array: 'X' }, targets: { npz, array: 'y' } })
    expect(data.targets).toEqual({ kind: 'values', shape: [1] })
    const memory = dataset({ inputs: numbers, inputShape: [3], targets: Float32Array.from(classes, (c) => c / 4) })
    expect(await pass(data, { shuffle: false })).toEqual(orderOf(memory, counting(ROWS)))
    const packed = await put('packed.npz', await encodeNpz(tensors))
    const inputs = { npz: packed, array: 'X' }
    await expect(streamNpy({ inputs })).rejects.toThrow(/E-UNSUPPORTED: .*compressed.*numpy.savez/s)
    const unpacked = await readNpyDataset({ inputs, targets: { npz: packed, array: 'y' } })
    expect(orderOf(unpacked, counting(ROWS))).toEqual(orderOf(memory, counting(ROWS)))
    const turned = Float32Array.from(numbers, (_, i) => numbers[(i % ROWS) * 3 + Math.floor(i / ROWS)] ?? 0)
    const fortran = encodeNpy({ ...single, data: turned })
    fortran.set(new TextEncoder().encode("'fortran_order': True, "), Buffer.from(fortran).indexOf("'fortran_order'"))
    const columns = await put('f.npy', fortran)
    await expect(streamNpy({ inputs: columns })).rejects.toThrow(/E-UNSUPPORTED: .*column-major/)
    expect(orderOf(await readNpyDataset({ inputs: columns }), counting(ROWS)).inputs).toEqual([...numbers])
    await expect(streamNpy({ inputs: { npz, array: 'x' } })).rejects.toThrow(/E-NAME.*did you mean.*X/s)
    await expect(streamNpy({ inputs: npz })).rejects.toThrow(/E-DATA: .*one array, received 2: X, y/)
  })

  test('that is wrong is refused, when it is opened or when it is read', async () => {
    const whole = encodeNpy(single)
    const inputs = await put('x.npy', whole)
    const labelled = async (array: StoredArray, rest = {}) =>
      streamNpy({ inputs, labels: await put('y.npy', encodeNpy(array)), ...rest })
    await expect(streamNpy({ inputs: join(folder, 'none.npy') })).rejects.toThrow(/E-FILE: .*none.npy/)
    await expect(streamNpy({ inputs: folder })).rejects.toThrow(/E-FILE: .*a folder/)
    await expect(streamNpy({ inputs: await put('c.npy', whole.subarray(0, 300)) })).rejects.toThrow(
      /E-DATA: .*c.npy, byte 128/,
    )
    const short: StoredArray = { dtype: 'I32', shape: [3], data: Int32Array.of(0, 1, 0) }
    await expect(labelled(short)).rejects.toThrow(/E-SHAPE: .*y.npy.*\[23\], received \[3\]/)
    const halves: StoredArray = { dtype: 'F32', shape: [ROWS], data: new Float32Array(ROWS).fill(0.5) }
    await expect(labelled(halves)).rejects.toThrow(/E-DATA: .*y.npy.*whole numbers, as labels, received 0.5/)
    const negative: StoredArray = { dtype: 'I8', shape: [ROWS], data: new Int8Array(ROWS).fill(-1) }
    await expect(labelled(negative)).rejects.toThrow(/E-DATA: .*y.npy, row 0/)
    const gap = numbers.slice()
    gap[10] = Number.NaN
    const holed = await streamNpy({ inputs: await put('n.npy', encodeNpy({ ...single, data: gap })) })
    await expect(pass(holed)).rejects.toThrow(/E-NAN: .*n.npy: inputs, row 3, column 1/)
    const cut = await streamNpy({ inputs })
    await truncate(inputs, 200)
    await expect(pass(cut)).rejects.toThrow(/E-DATA: .*x.npy, byte \d+: expected as many bytes as when it was opened/)
  })
})

test('IDX as in memory', async () => {
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 2, ...counting(24).map((i) => i * 10))
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 0, 1, 2)
  const paths = [await put('images', images), await put('labels', labels)] as const
  const data = await streamIdx(...paths, { inputShape: [4] })
  expect(await pass(data, { shuffle: false })).toEqual(
    orderOf(idxDataset(images, labels, { inputShape: [4] }), counting(6)),
  )
  const shorter = await put('shorter', images.subarray(0, 39))
  await expect(streamIdx(shorter, paths[1])).rejects.toThrow(/E-DATA: .*shorter, byte 39/)
  await expect(streamIdx(paths[1], paths[0])).rejects.toThrow(/E-DATA: .*images, byte 3.*name the labels file second/s)
})

describe('CSV', () => {
  const line = (i: number) =>
    `${i},${['Bonn', '"Köln, am\nRhein"', 'Ulm'][i % 3]},${i % 5 === 4 ? 'NA' : i / 7},${'mf'[i % 2]}`
  const text = `age,city,height,sex\n${Array.from({ length: 400 }, (_, i) => line(i)).join('\r\n')}\n`
  const options: CsvOptions = { target: 'sex', missing: 'drop' }

  test.each([
    ['plain', text],
    ['packed', gzipSync(text)],
  ])('%s: schema, notes and numbers as in memory', async (_, content) => {
    const path = await put('d.csv', content)
    const memory = csvDataset(text, path, options)
    const { data, schema, notes } = await streamCsv(path, options)
    expect({ schema, notes }).toEqual({ schema: memory.schema, notes: memory.notes })
    expect(data).toMatchObject({ count: 320, classNames: ['f', 'm'], inputNames: memory.data.inputNames })
    expect(await pass(data, { shuffle: false })).toEqual(orderOf(memory.data, counting(320)))
    expect([...data.classCounts()]).toEqual([...memory.data.classCounts()])
    const again = await streamCsv(path, { schema, missing: 'drop' })
    expect(await pass(again.data, { seed: 2 })).toEqual(await pass(data, { seed: 2 }))
  })

  test('in pieces, cut anywhere, gives the rows of the whole', () => {
    const cell = fc.oneof(
      fc.stringMatching(/^[a-z0-9 ]{0,5}$/),
      fc.constantFrom('"x,""y"""', '"a\r\nb"', '""', 'ü', '1,5'),
    )
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(80), { maxLength: 5 }), (cells, end, cuts) => {
        const whole = `a;b${end}${cells.map((each) => each.join(';')).join(end)}`
        const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
        const parser = new CsvParser('d.csv', ';')
        const found = at.slice(1).flatMap((stop, i) => parser.push(whole.slice(at[i], stop), i === at.length - 2))
        expect(found).toEqual(parseCsvText(whole, 'd.csv', ';').rows)
      }),
    )
  })

  test.each<[string, string | Uint8Array, RegExp]>([
    [
      'a row of another length',
      `${text}1,2\n`,
      /E-DATA: .*d.csv, line \d+: expected 4 cells, as in line 1, received 2/,
    ],
    ['an open quote', `${text}"1,2\n`, /E-DATA: .*d.csv, line \d+: expected a closing quote/],
    ['only a header', 'a,b,sex\n', /E-DATA: .*at least one row of data/],
    ['nothing', '', /E-DATA: .*at least one row/],
    [
      'half a letter at the end',
      Uint8Array.of(...Buffer.from('a,sex\n1,m\n2,'), 0xc3),
      /E-DATA: .*byte 13: expected UTF-8/,
    ],
    ['broken gzip', gzipSync(text).subarray(0, 900), /E-DATA: .*a whole gzip file/],
  ])('with %s is refused', async (_, content, message) => {
    await expect(streamCsv(await put('d.csv', content), options)).rejects.toThrow(message)
  })

  test('that changes while it is used is refused', async () => {
    const path = await put('d.csv', text)
    const { data } = await streamCsv(path, options)
    await writeFile(path, text.slice(0, text.lastIndexOf('\r\n398,')))
    await expect(pass(data)).rejects.toThrow(/E-DATA: .*320 samples, as when it was opened, received 3\d\d/)
    await writeFile(path, `${text}7,Rom,2,m\n`)
    await expect(pass(data)).rejects.toThrow(/E-DATA: .*line 535.*"Rom"/)
    await rm(path)
    await expect(pass(data)).rejects.toThrow(/E-FILE: .*no file of that name/)
  })
})

describe('a folder of pictures', () => {
  const colour = (width: number, height: number, [r = 0, g = 0, b = 0]: number[]) =>
    Uint8Array.from({ length: width * height * 3 }, (_, i) => [r, g, b][i % 3] ?? 0)
  const png = (width: number, height: number, rgb: number[]) =>
    encodePng({ width, height, channels: 3, depth: 8, data: colour(width, height, rgb) })
  const jpeg = (width: number, height: number, rgb: number[]) => {
    const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => [...rgb, 255][i % 4] ?? 0)
    return new Uint8Array(encodeJpeg({ width, height, data }, 95).data)
  }
  const fill = async () => {
    await put('set/blue/b.png', png(4, 2, [0, 0, 255]))
    await put('set/blue/a.jpg', jpeg(4, 2, [10, 20, 250]))
    await put('set/.DS_Store', 'x')
    await put('set/red/c.png', png(4, 2, [255, 0, 0]))
    return join(folder, 'set')
  }
  const open = async (options: ImageFolderOptions = {}) => streamImageFolder(join(folder, 'set'), options)

  test('by class, PNG and JPEG, in colour and in grey, of their own size and another', async () => {
    const path = await fill()
    const data = await open()
    expect(data).toMatchObject({ count: 3, inputShape: [2, 4, 3], classNames: ['blue', 'red'], access: 'random' })
    const memory = await readImageFolder(path)
    expect(memory.inputs).toBeInstanceOf(Uint8Array)
    expect(await pass(data, { shuffle: false })).toEqual(orderOf(memory, counting(3)))
    expect([...memory.sample(1).subarray(0, 6)]).toEqual([0, 0, 1, 0, 0, 1])
    const [r = 0, g = 0, b = 0] = memory.sample(0)
    for (const [value, wanted] of [
      [r, 10],
      [g, 20],
      [b, 250],
    ] as const)
      expect(Math.abs(255 * value - wanted)).toBeLessThan(4)
    const grey = await readImageFolder(path, { channels: 1, size: [1, 2] })
    expect(grey.inputShape).toEqual([1, 2])
    expect(255 * (grey.sample(2)[0] ?? 0)).toBeCloseTo(Math.round(0.299 * 255), 4)
    expect(await readPictureSample(join(path, 'red/c.png'), [1, 2])).toEqual(grey.sample(2))
  })

  test('resized by the mean of the area', async () => {
    const data = Uint8Array.of(0, 100, 200, 100, 0, 100, 200, 100)
    await put('set/a/x.png', encodePng({ width: 4, height: 2, channels: 1, depth: 8, data }))
    const small = await readImageFolder(join(folder, 'set'), { size: [1, 2] })
    expect([...small.inputs]).toEqual([50, 150])
    const same = await readImageFolder(join(folder, 'set'))
    expect([...same.inputs]).toEqual([...data])
    expect(same.inputShape).toEqual([2, 4])
  })

  test.each<[string, string, () => Uint8Array | string, RegExp]>([
    ['zero bytes', 'blue/z.png', () => '', /E-DATA: .*z.png: expected a PNG or JPEG file, received an empty file/],
    [
      'a JPEG called PNG',
      'blue/z.png',
      () => jpeg(4, 2, [1, 2, 3]),
      /E-DATA: .*z.png: expected a PNG file, as it is named, received a JPEG.*rename it to end in .jpg/s,
    ],
    ['a cut PNG', 'blue/z.png', () => png(4, 2, [1, 2, 3]).subarray(0, 60), /E-DATA: .*z.png, byte 60/],
    [
      'a cut JPEG',
      'red/z.jpeg',
      () => jpeg(4, 2, [1, 2, 3]).subarray(0, -5),
      /E-DATA: .*z.jpeg, byte \d+: expected the end-of-image/,
    ],
    [
      'another size',
      'red/z.png',
      () => png(2, 4, [1, 2, 3]),
      /E-SHAPE: .*z.png: expected 4 × 2 pixels.*size: \[2, 4\]/s,
    ],
    ['a text', 'red/z.txt', () => 'hello', /E-DATA: .*z.txt: expected a picture/],
    ['a GIF', 'red/z.png', () => 'GIF89a', /E-DATA: .*z.png: .*a GIF file/],
    ['a file beside the classes', 'z.png', () => png(4, 2, [1, 2, 3]), /E-DATA: .*z.png: expected a folder/],
    ['folders in a class', 'red/more/z.png', () => png(4, 2, [1, 2, 3]), /E-DATA: .*more: .*received a folder/],
  ])('with %s: the file is named', async (_, name, content, message) => {
    await fill()
    await put(join('set', name), content())
    await expect(open()).rejects.toThrow(message)
  })

  test('with an empty class, another class, damaged pixels, a wrong size: refused', async () => {
    const path = await fill()
    await expect(open({ size: [0, 2] })).rejects.toThrow(/E-VALUE: image folder, size/)
    await expect(open({ classNames: ['red'] })).rejects.toThrow(/E-NAME: .*blue/)
    expect((await open({ classNames: ['green', 'red', 'blue'] })).classCounts()).toEqual(Int32Array.of(0, 1, 2))
    await mkdir(join(path, 'none'))
    await expect(open()).rejects.toThrow(/E-DATA: .*none: expected at least one picture/)
    await rm(join(path, 'none'), { recursive: true })
    const damaged = await readFile(join(path, 'red/c.png'))
    damaged[45] = (damaged[45] ?? 0) ^ 255
    await writeFile(join(path, 'red/c.png'), damaged)
    await expect(pass(await open())).rejects.toThrow(/E-DATA: .*c.png/)
    await rename(join(path, 'red'), join(path, '.red'))
    await expect(open({ classNames: ['x'] })).rejects.toThrow(/E-NAME/)
    await expect(streamImageFolder(join(folder, 'nowhere'))).rejects.toThrow(/E-FILE: .*nowhere/)
  })
})
