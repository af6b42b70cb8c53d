import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NablaError } from '../shared/index.ts'
import { crc32 } from './crc32.ts'
import { damage, damageAsync } from './damage.fixture.ts'
import { decodeNpy, decodeNpz, encodeNpy, encodeNpz, type StoredTensor } from './index.ts'
import { decodeZip, encodeZip } from './zip.ts'

/** Made by fixtures/make_numpy.py. */
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)))

const BY_NUMPY: StoredTensor[] = [
  { name: 'f4', dtype: 'F32', shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
  { name: 'f8_big', dtype: 'F64', shape: [3], data: Float64Array.of(1.5, -2, Infinity) },
  { name: 'i1', dtype: 'I8', shape: [2], data: Int8Array.of(-1, 2) },
  { name: 'i2_big', dtype: 'I16', shape: [2], data: Int16Array.of(-2, 258) },
  { name: 'i4_fortran', dtype: 'I32', shape: [2, 3, 4], data: Int32Array.from({ length: 24 }, (_, k) => k) },
  { name: 'i8', dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 62n)) },
  { name: 'u1', dtype: 'U8', shape: [1, 1], data: Uint8Array.of(255) },
  { name: 'u2', dtype: 'U16', shape: [1], data: Uint16Array.of(65535) },
  { name: 'u4', dtype: 'U32', shape: [1], data: Uint32Array.of(4294967295) },
  { name: 'b1', dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) },
  { name: 'scalar', dtype: 'F32', shape: [], data: Float32Array.of(7) },
  { name: 'empty', dtype: 'F32', shape: [0, 5], data: new Float32Array(0) },
]

/** An npy file of version 1 with this header and data. */
function npy(header: string, data: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header)
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length & 255, text.length >> 8, ...text, ...data])
}

describe('npy', () => {
  it('writes the bytes that NumPy writes', () => {
    const members = new Map(decodeZip(fixture('numpy.npz'), 'numpy.npz', 1e6).map(({ name, bytes }) => [name, bytes]))
    for (const tensor of BY_NUMPY) {
      if (/big|fortran/.test(tensor.name)) continue
      expect(encodeNpy(tensor), tensor.name).toEqual(members.get(`${tensor.name}.npy`))
    }
  })

  it('reads headers of other writers', () => {
    const array = { dtype: 'U8', shape: [2], data: Uint8Array.of(5, 6) }
    expect(decodeNpy(npy(`{"shape": (2L,), "fortran_order": True, "descr": "|u1"}`, [5, 6]), 'a')).toEqual(array)
    const second = npy(`{'descr': 'u1', 'fortran_order': False, 'shape': (2,)}`, [5, 6])
    const longer = Uint8Array.from([...second.slice(0, 6), 2, 0, second[8] ?? 0, 0, 0, 0, ...second.slice(10)])
    expect(decodeNpy(longer, 'a')).toEqual(array)
  })

  const h = (descr: string, shape: string) => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`
  it.each([
    ['nothing', new Uint8Array(0), /a\.npy, byte 0: expected an npy file.*received nothing/],
    ['another format', Uint8Array.from({ length: 20 }, () => 0x50), /byte 0: .*received 50 50 50/],
    ['a later version', npy(h("'<f4'", '(1,)'), [0, 0, 0, 0]).fill(9, 6, 7), /byte 6: expected format version/],
    ['a header beyond the end', npy(h("'<f4'", '(1,)')).slice(0, 40), /byte 8: expected a header of at most 30 bytes/],
    ['no dictionary', npy('[1, 2]'), /byte 10: expected a header with 'descr'/],
    ['code', npy(h("__import__('os')", '(1,)')), /expected a header with 'descr'/],
    ['a pickle', fixture('pickled.npy'), /E-UNSUPPORTED: a\.npy.*Python objects \(a pickle, which can run any code/],
    ['records', npy(h("[('x', '<f4')]", '(1,)')), /E-UNSUPPORTED.*received a record/],
    ['half floats', npy(h("'<f2'", '(1,)'), [0, 0]), /E-UNSUPPORTED.*received <f2.*\n.*astype/],
    ['text', npy(h("'<U5'", '(1,)')), /E-UNSUPPORTED.*received <U5/],
    ['a negative shape', npy(h("'<f4'", '(-1,)')), /E-DATA/],
    ['a nameless extent', npy(h("'<f4'", '(1 2,)')), /a shape of at most 64 whole numbers/],
    ['too many axes', npy(h("'<f4'", `(${'1,'.repeat(65)})`)), /a shape of at most 64/],
    ['a cut-off array', npy(h("'<f4'", '(3,)'), [0, 0, 0, 0]), /expected 12 bytes, for \[3\] of F32, received 4/],
    ['a huge shape', npy(h("'<f8'", '(99999999, 99999999, 99999999)')), /E-DATA/],
    ['bytes too many', npy(h("'<u1'", '(1,)'), [1, 2]), /expected 1 bytes.*received 2/],
  ])('names what is wrong: %s', (_, bytes, message) => {
    expect(() => decodeNpy(bytes, 'a.npy')).toThrow(message)
    expect(() => decodeNpy(bytes, 'a.npy')).toThrow(NablaError)
  })

  it('answers every damaged file with a NablaError or an array of its shape', () => {
    const refused = damage(encodeNpy({ dtype: 'I16', shape: [2, 2], data: Int16Array.of(1, 2, 3, 4) }), (bytes) => {
      const { data, shape } = decodeNpy(bytes, 'file')
      expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
    })
    expect(refused).toBeGreaterThan(136)
  })

  it('turns column-major into row-major, whatever the shape', () => {
    const extents = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(extents, (shape) => {
        const size = shape.reduce((a, b) => a * b, 1)
        // Element (i, j, …) holds its row-major number; columns first, the first index runs fastest.
        const data = Array.from({ length: size }, (_, position) => {
          let rest = position
          const index = shape.map((extent) => {
            const i = rest % extent
            rest = Math.floor(rest / extent)
            return i
          })
          return index.reduce((number, i, axis) => number * (shape[axis] ?? 0) + i, 0)
        })
        const header = `{'descr': '|u1', 'fortran_order': True, 'shape': (${shape.join(', ')}), }\n`
        expect([...decodeNpy(npy(header, data), 'a').data]).toEqual(Array.from({ length: size }, (_, k) => k % 256))
      }),
    )
  })
})

describe('npz', () => {
  it.each(['numpy.npz', 'numpy-compressed.npz'])('reads what NumPy wrote: %s', async (file) => {
    expect(await decodeNpz(fixture(file), file)).toEqual(BY_NUMPY)
  })

  it.each([true, false])('reads what it wrote, the same bytes every time (compressed: %s)', async (compress) => {
    const bytes = await encodeNpz(BY_NUMPY, { compress })
    expect(await encodeNpz(BY_NUMPY, { compress })).toEqual(bytes)
    expect(await decodeNpz(bytes, 'file')).toEqual(BY_NUMPY)
  })

  it('answers every damaged file with a NablaError or a valid result', async () => {
    const tensors: StoredTensor[] = [
      { name: 'a', dtype: 'U8', shape: [40], data: new Uint8Array(40) },
      { name: 'b', dtype: 'F32', shape: [1], data: Float32Array.of(2) },
    ]
    for (const compress of [true, false]) {
      await damageAsync(await encodeNpz(tensors, { compress }), async (bytes) => {
        for (const { data, shape } of await decodeNpz(bytes, 'file')) {
          expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
        }
      })
    }
  })

  it('refuses names that repeat, and members that are no arrays', async () => {
    const one: StoredTensor = { name: 'a', dtype: 'U8', shape: [1], data: Uint8Array.of(1) }
    await expect(encodeNpz([one, one])).rejects.toThrow(/E-NAME: encodeNpz/)
    const bytes = encodeNpy(one)
    await expect(
      decodeNpz(
        encodeZip([
          { name: 'a.npy', bytes },
          { name: 'a.npy', bytes },
        ]),
        'f',
      ),
    ).rejects.toThrow(/names that differ/)
    await expect(decodeNpz(encodeZip([{ name: 'a.txt', bytes }]), 'f')).rejects.toThrow(
      /f, "a\.txt": expected an array, named/,
    )
  })
})

describe('zip', () => {
  const zeros = new Uint8Array(1_000_000)
  const bomb = encodeZip([{ name: 'zeros', bytes: zeros }])
  const centralOf = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(bytes.length - 6, true)

  /** The archive with one 32-bit field of its first directory entry changed. */
  function altered(bytes: Uint8Array, field: number, value: number): Uint8Array {
    const copy = bytes.slice()
    new DataView(copy.buffer).setUint32(centralOf(copy) + field, value, true)
    return copy
  }

  it('bounds what an archive unpacks to', () => {
    expect(bomb.length).toBeLessThan(2_000)
    expect(Buffer.compare(decodeZip(bomb, 'z', 1_000_000)[0]?.bytes ?? new Uint8Array(0), zeros)).toBe(0)
    expect(() => decodeZip(bomb, 'z', 999_999)).toThrow(/unpack to at most 976\.6 KiB.*\n.*mostBytes/)
    const [size, packed, local] = [24, 20, 42]
    expect(() => decodeZip(altered(bomb, size, 10), 'z', 1e9)).toThrow(/z, "zeros": expected 10 bytes, received more/)
    expect(() => decodeZip(altered(bomb, size, 1_000_001), 'z', 1e9)).toThrow(
      /expected 1,000,001 bytes, received 1,000,000/,
    )
    expect(() => decodeZip(altered(bomb, size, 0xfffffff0), 'z', 2 ** 40)).toThrow(/expected at most .* bytes from/)
    expect(() => decodeZip(altered(bomb, packed, 1e8), 'z', 1e9)).toThrow(/100,000,000 bytes before the directory/)
    expect(() => decodeZip(altered(bomb, local, 0xffffffff), 'z', 1e9)).toThrow(/E-UNSUPPORTED.*zip64/)
    expect(() => decodeZip(altered(bomb, 16, 7), 'z', 1e9)).toThrow(/expected checksum 7, received/)
  })

  it('refuses members that share bytes', () => {
    const two = encodeZip([
      { name: 'a', bytes: zeros },
      { name: 'b', bytes: zeros },
    ])
    const second = centralOf(two) + 46 + 1
    new DataView(two.buffer).setUint32(second + 42, 0, true)
    expect(() => decodeZip(two, 'z', 1e9)).toThrow(/expected a member that starts at byte \d+ or later, received 0/)
  })

  it('refuses what it cannot read', () => {
    expect(() => decodeZip(new Uint8Array(10), 'z', 1)).toThrow(
      /z: expected a zip archive.*received 10 bytes without one/,
    )
    const encrypted = bomb.slice()
    new DataView(encrypted.buffer).setUint16(centralOf(bomb) + 8, 1, true)
    expect(() => decodeZip(encrypted, 'z', 1e9)).toThrow(/E-UNSUPPORTED.*encrypted/)
    const lzma = bomb.slice()
    new DataView(lzma.buffer).setUint16(centralOf(bomb) + 10, 14, true)
    expect(() => decodeZip(lzma, 'z', 1e9)).toThrow(/received method 14/)
  })

  it('reads an archive with a comment, and one with nothing in it', () => {
    const empty = encodeZip([])
    expect(decodeZip(empty, 'z', 1)).toEqual([])
    const commented = Uint8Array.from([...empty, 1, 2, 3])
    commented[20] = 3
    expect(decodeZip(commented, 'z', 1)).toEqual([])
  })

  it('knows the published check value of CRC-32', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })
})
