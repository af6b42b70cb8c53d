import { encode } from 'fast-png'
import { zlibSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { NablaError } from '../shared/index.ts'
import { decodePng, imageSample } from './index.ts'

const grey = (width: number, height: number, pixels: number[], options = {}) =>
  encode({ width, height, channels: 1, depth: 8, data: Uint8Array.from(pixels) }, options)

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** A PNG made by hand: header fields, more chunks, and the rows with their filter bytes. */
function png(header: number[], rows: number[], more: [string, number[]][] = []): Uint8Array {
  const chunk = (type: string, data: ArrayLike<number>) => {
    const body = Uint8Array.from([...Buffer.from(type), ...Array.from(data)])
    const bytes = new Uint8Array(body.length + 8)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, data.length)
    bytes.set(body, 4)
    view.setUint32(4 + body.length, crc32(body))
    return [...bytes]
  }
  const chunks = [
    chunk('IHDR', header),
    ...more.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', zlibSync(Uint8Array.from(rows))),
    chunk('IEND', []),
  ]
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...chunks.flat()])
}

const header = (width: number, height: number, depth: number, colour: number) => [
  ...[0, 0, 0, width, 0, 0, 0, height],
  ...[depth, colour, 0, 0, 0],
]
const pixelsOf = async (bytes: Uint8Array) =>
  [...(await decodePng(bytes, 'file')).pixels].map((v) => Number(v.toFixed(4)))

describe('decodePng', () => {
  it('reads greys and colours of 8 and 16 bits', async () => {
    expect(await decodePng(grey(2, 1, [0, 255]), 'file')).toEqual({
      width: 2,
      height: 1,
      pixels: Float32Array.of(0, 1),
    })
    const sixteen = encode({ width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(65535, 13107) })
    expect(await pixelsOf(sixteen)).toEqual([1, 0.2])
    const rgb = encode({
      width: 4,
      height: 1,
      channels: 3,
      data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255),
    })
    expect(await pixelsOf(rgb)).toEqual([0.299, 0.587, 0.114, 1])
    const pixels = Array.from({ length: 81 }, (_, k) => k)
    expect(await pixelsOf(grey(9, 9, pixels, { interlace: 'Adam7' }))).toEqual(await pixelsOf(grey(9, 9, pixels)))
  })

  it('reads packed bits and palettes', async () => {
    // 1 bit: 1 0 1 | row two 0 1 1; each row starts a byte.
    expect(await pixelsOf(png(header(3, 2, 1, 0), [0, 0b10100000, 0, 0b01100000]))).toEqual([1, 0, 1, 0, 1, 1])
    expect(await pixelsOf(png(header(2, 1, 4, 0), [0, 0x3c]))).toEqual([0.2, 0.8])
    const palette: [string, number[]][] = [['PLTE', [255, 255, 255, 51, 51, 51]]]
    expect(await pixelsOf(png(header(2, 1, 2, 3), [0, 0b01000000], palette))).toEqual([0.2, 1])
    await expect(decodePng(png(header(2, 1, 2, 3), [0, 0b01110000], palette), 'file')).rejects.toThrow(
      /file, pixel 1, 0: expected a colour from 0 to 1, received 3/,
    )
  })

  it('puts light ink on black and dark ink on white', async () => {
    const greyAlpha = (data: number[]) =>
      encode({ width: 2, height: 1, channels: 2, depth: 8, data: Uint8Array.from(data) })
    expect(await pixelsOf(greyAlpha([255, 255, 0, 0]))).toEqual([1, 0])
    expect(await pixelsOf(greyAlpha([0, 255, 0, 0]))).toEqual([0, 1])
    expect(await pixelsOf(greyAlpha([255, 51, 255, 255]))).toEqual([0.2, 1])
    const key: [string, number[]][] = [['tRNS', [0, 7]]]
    expect(await pixelsOf(png(header(2, 1, 8, 0), [0, 7, 255], key))).toEqual([0, 1])
  })

  const valid = grey(3, 3, [1, 2, 3, 4, 5, 6, 7, 8, 9])
  it.each([
    ['an empty file', new Uint8Array(0), /p\.png, byte 0: expected a PNG file.*an empty file/],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0), /byte 0: .*received ff d8 ff e0/],
    ['a cut-off file', valid.slice(0, 40), /byte 40: expected \d+ more bytes, received the end of the file/],
    ['rows missing', png(header(2, 2, 8, 0), [0, 1, 2]), /expected 6 bytes of pixels, for 2 × 2, received 3/],
    ['rows too many', png(header(1, 1, 8, 0), [0, 1, 0, 2]), /expected 2 bytes of pixels.*received more/],
    ['a bomb', png(header(1, 1, 8, 0), Array(1_000_000).fill(0)), /expected 2 bytes of pixels, for 1 × 1/],
    ['a huge picture', png([127, 255, 255, 255, 0, 0, 0, 9, 8, 0, 0, 0, 0], [0]), /byte 16: expected from 1 to/],
    ['no width', png(header(0, 1, 8, 0), [0]), /received 0 × 1/],
    ['an unknown colour type', png(header(1, 1, 8, 5), [0, 1]), /byte 25: expected a colour type/],
    ['a depth that PNG lacks', png(header(1, 1, 3, 0), [0, 1]), /E-DATA/],
    ['an unknown filter', png(header(1, 1, 8, 0), [9, 1]), /E-DATA/],
    ['a palette that is missing', png(header(1, 1, 8, 3), [0, 1]), /E-DATA/],
  ])('names what is wrong: %s', async (_, bytes, message) => {
    await expect(decodePng(bytes, 'p.png')).rejects.toThrow(message)
    await expect(decodePng(bytes, 'p.png')).rejects.toThrow(NablaError)
  })

  it('answers every damaged file with a NablaError or a picture of its size', async () => {
    const attempt = async (bytes: Uint8Array) => {
      try {
        const { width, height, pixels } = await decodePng(bytes, 'file')
        expect(pixels.length).toBe(width * height)
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(NablaError)
        return false
      }
    }
    for (const sample of [valid, png(header(2, 1, 2, 3), [0, 0b01000000], [['PLTE', [1, 2, 3, 4, 5, 6]]])]) {
      for (let at = 0; at < sample.length; at++) {
        expect(await attempt(sample.slice(0, at))).toBe(false)
        for (const mask of [1, 2, 4, 0x20, 0x80, 0xff]) {
          const flipped = sample.slice()
          flipped[at] = (flipped[at] ?? 0) ^ mask
          await attempt(flipped)
        }
      }
    }
  })
})

describe('imageSample', () => {
  const light = { width: 2, height: 2, pixels: Float32Array.of(1, 1, 1, 0) }

  it('inverts dark ink on light, unless told', () => {
    expect([...imageSample(light, { shape: [4] }).input]).toEqual([0, 0, 0, 1])
    expect(imageSample(light, { shape: [4] }).inverted).toBe(true)
    expect([...imageSample(light, { shape: [2, 2], invert: false }).input]).toEqual([1, 1, 1, 0])
    expect([...imageSample(light, { shape: [1, 2, 2] }).input]).toEqual([0, 0, 0, 1])
    expect([...imageSample(light, { shape: [2, 2, 1], invert: true }).input]).toEqual([0, 0, 0, 1])
  })

  it('averages the area that a pixel covers', () => {
    const pixels = Float32Array.of(0, 0, 0.4, 0.4, 0, 0, 0.4, 0.4, 0.8, 0.8, 0, 0, 0.8, 0.8, 0, 0.4)
    const { input, resized } = imageSample({ width: 4, height: 4, pixels }, { shape: [2, 2], invert: false })
    expect([...input].map((v) => Number(v.toFixed(4)))).toEqual([0, 0.4, 0.8, 0.1])
    expect(resized).toBe(true)
    // Three columns to two: each covers one and a half.
    const three = { width: 3, height: 3, pixels: Float32Array.of(0.3, 0.6, 0.9, 0.3, 0.6, 0.9, 0.3, 0.6, 0.9) }
    expect([...imageSample(three, { shape: [4], invert: false }).input].map((v) => Number(v.toFixed(4)))).toEqual([
      0.4, 0.8, 0.4, 0.8,
    ])
  })

  it('keeps proportions, with the border around', () => {
    const wide = { width: 4, height: 2, pixels: new Float32Array(8).fill(0.25) }
    expect([...imageSample(wide, { shape: [4, 4] }).input]).toEqual(Array(16).fill(0.25))
    const tall = { width: 1, height: 3, pixels: Float32Array.of(0, 1, 0) }
    expect([...imageSample(tall, { shape: [9], invert: false }).input].map((v) => Number(v.toFixed(2)))).toEqual([
      0.33, 0, 0.33, 0.33, 1, 0.33, 0.33, 0, 0.33,
    ])
  })

  it.each([[[10]], [[28, 28, 3]], [[]], [[0]]])('refuses a shape that is no grey picture: %j', (shape) => {
    expect(() => imageSample(light, { shape })).toThrow(/E-SHAPE: imageSample/)
  })
})
