import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NablaError } from '../shared/index.ts'
import { damage } from './damage.fixture.ts'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './index.ts'
import { appendJsonLine, parseJsonLines, writeFileAtomic } from './node.ts'
import { findRepeatedKey } from './repeated-key.ts'

const TENSORS: StoredTensor[] = [
  { name: 'bias', dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
  { name: 'kernel', dtype: 'F32', shape: [2, 2], data: Float32Array.of(0.5, -0, Number.NaN, Infinity) },
  { name: 'step', dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 62n)) },
  { name: 'empty', dtype: 'F64', shape: [0, 4], data: new Float64Array(0) },
]

/** A file with this header text, padded or not, and this many bytes of data. */
function fileWith(header: string, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

describe('safetensors', () => {
  it('reads what it wrote, whatever the order it was given in', () => {
    const bytes = encodeSafetensors(TENSORS, { format: 'nabla', epoch: '3' })
    expect(encodeSafetensors([...TENSORS].reverse(), { epoch: '3', format: 'nabla' })).toEqual(bytes)
    const { tensors, metadata } = decodeSafetensors(bytes, 'file')
    expect(metadata).toEqual({ format: 'nabla', epoch: '3' })
    const byName = (list: StoredTensor[]) => new Map(list.map((tensor) => [tensor.name, tensor]))
    expect(byName(tensors)).toEqual(byName(TENSORS))
  })

  it('reads what the reference implementation wrote, and writes the same bytes', () => {
    // Made by fixtures/make_safetensors.py.
    const bytes = new Uint8Array(readFileSync(new URL('fixtures/reference.safetensors', import.meta.url)))
    const { tensors, metadata } = decodeSafetensors(bytes, 'reference.safetensors')
    const byName = Object.fromEntries(tensors.map(({ name, ...array }) => [name, array]))
    expect(metadata).toEqual({ format: 'np' })
    expect(byName['dense.kernel']).toEqual({
      dtype: 'F32',
      shape: [2, 3],
      data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25),
    })
    expect(byName['dense.bias']?.data).toEqual(Float64Array.of(1.5, -2, 0))
    expect(byName.mask).toEqual({ dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) })
    expect(byName.byte).toEqual({ dtype: 'U8', shape: [], data: Uint8Array.of(255) })
    expect(byName.u8?.data).toEqual(BigUint64Array.of(2n ** 64n - 1n))
    expect(encodeSafetensors([...tensors].reverse(), metadata)).toEqual(bytes)
  })

  it('writes the bytes that the format describes', () => {
    const bytes = encodeSafetensors([{ name: 'w', dtype: 'F32', shape: [1], data: Float32Array.of(1) }])
    const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    expect(Buffer.from(bytes).toString('latin1')).toBe(
      `\x38\0\0\0\0\0\0\0${header.padEnd(56)}${String.fromCharCode(0, 0, 0x80, 0x3f)}`,
    )
  })

  it('aligns every array to its element', () => {
    const bytes = encodeSafetensors(TENSORS)
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect((8 + headerBytes) % 8).toBe(0)
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString())
    const starts = Object.fromEntries(TENSORS.map(({ name }) => [name, header[name].data_offsets[0]]))
    expect(starts).toEqual({ step: 0, empty: 8, kernel: 8, bias: 24 })
  })

  it('keeps names that mean something to JavaScript, or are no ASCII', () => {
    const names = ['__proto__', 'constructor', '∇ "quoted" \\ \n', '']
    const tensors = names.map((name): StoredTensor => ({ name, dtype: 'U8', shape: [1], data: Uint8Array.of(7) }))
    const read = decodeSafetensors(encodeSafetensors(tensors), 'file').tensors
    expect(read.map(({ name }) => name).sort()).toEqual([...names].sort())
  })

  it('refuses to write what could not be read', () => {
    const one: StoredTensor = { name: 'w', dtype: 'F32', shape: [2], data: new Float32Array(3) }
    expect(() => encodeSafetensors([one])).toThrow(/tensor "w": expected 2 elements of F32, for \[2\]/)
    const fine: StoredTensor = { ...one, shape: [3] }
    expect(() => encodeSafetensors([fine, fine])).toThrow(/E-NAME.*names that differ/)
    expect(() => encodeSafetensors([{ ...fine, name: '__metadata__' }])).toThrow(/E-NAME/)
  })

  const w = (more: string) => `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]${more}}`
  it.each([
    ['a cut-off length', new Uint8Array(5), /byte 5: expected the 8 bytes of a header length/],
    ['a forged length', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 1), /byte 0: expected a header length/],
    ['no JSON', fileWith('{"w":'), /byte 8: expected a JSON object/],
    ['no object', fileWith('[1]'), /expected a JSON object, received a list/],
    ['bad UTF-8', fileWith('{}').fill(0xff, 8), /expected a JSON object/],
    ['a name twice', fileWith(`${w('}')}`.replace(/}$/, `,${w('}').slice(1)}`), 4), /the name "w" twice/],
    ['an unknown dtype', fileWith('{"w":{"dtype":"Q4","shape":[],"data_offsets":[0,4]}}', 4), /received "Q4"/],
    ['half floats', fileWith('{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', 4), /E-UNSUPPORTED/],
    ['a negative shape', fileWith('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4), /whole numbers/],
    ['a wrong size', fileWith('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4), /expected 8 bytes/],
    ['a huge shape', fileWith('{"w":{"dtype":"F32","shape":[9e15,9e15],"data_offsets":[0,4]}}', 4), /E-DATA/],
    ['an end outside', fileWith('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 4), /within 0\.\.4/],
    ['a start after its end', fileWith('{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4), /within 0\.\.4/],
    ['a gap', fileWith('{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8), /starts at 0/],
    [
      'bytes that no name owns',
      fileWith('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 8),
      /4 bytes of data/,
    ],
    [
      'an overlap',
      fileWith(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}',
        6,
      ),
      /tensor "b": expected data that starts at 4/,
    ],
    ['metadata that is no text', fileWith('{"__metadata__":{"epoch":3}}'), /expected an object of texts, received 3/],
  ])('names what is wrong: %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(message)
    expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(/model\.safetensors/)
    expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(NablaError)
  })

  it('answers every damaged file with a NablaError or a valid result', () => {
    damage(encodeSafetensors(TENSORS, { a: 'b' }), (bytes) => {
      for (const { data, shape } of decodeSafetensors(bytes, 'file').tensors) {
        expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
      }
    })
  })

  it('reads any arrays it wrote', () => {
    const tensor = fc.record({ name: fc.string(), data: fc.float32Array({ maxLength: 20 }) })
    fc.assert(
      fc.property(fc.uniqueArray(tensor, { selector: ({ name }) => name }), (list) => {
        const tensors = list.map(({ name, data }): StoredTensor => ({ name, dtype: 'F32', shape: [data.length], data }))
        const read = decodeSafetensors(encodeSafetensors(tensors), 'file').tensors
        const sorted = (all: StoredTensor[]) => [...all].sort((a, b) => (a.name < b.name ? -1 : 1))
        expect(sorted(read)).toEqual(sorted(tensors))
      }),
      { numRuns: 50 },
    )
  })
})

describe('repeated keys', () => {
  it.each([
    ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]}', undefined],
    ['{"a":"b","b":"a","c":":"}', undefined],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"x":{"k\\"":1,"k\\"":2}}', 'k"'],
  ])('%s', (json, expected) => {
    expect(findRepeatedKey(json)).toBe(expected)
  })
})

describe('files', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nabla-formats-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('replaces a file whole and leaves nothing beside it', async () => {
    const path = join(folder, 'model.json')
    await writeFileAtomic(path, 'first')
    await writeFileAtomic(path, Uint8Array.of(0x6e, 0x65, 0x77))
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await readdir(folder)).toEqual(['model.json'])
  })

  it('keeps what was there when writing fails, and says why', async () => {
    await expect(writeFileAtomic(join(folder, 'no', 'model'), 'x')).rejects.toThrow(/E-FILE.*a folder that does not/)
    // A folder of that name cannot be replaced by a file: the rename fails after the bytes were written.
    await mkdir(join(folder, 'taken'))
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow(/E-FILE.*a folder of that name/)
    expect(await readdir(folder)).toEqual(['taken'])
  })

  it('lets many writers of one name race: one of them wins, whole', async () => {
    const path = join(folder, 'race')
    const contents = Array.from({ length: 20 }, (_, writer) => String(writer).repeat(5_000))
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)))
    expect(contents).toContain(await readFile(path, 'utf8'))
    expect(await readdir(folder)).toEqual(['race'])
  })

  it('appends records, also after a line that a crash cut off', async () => {
    const path = join(folder, 'metrics.jsonl')
    await appendJsonLine(path, { epoch: 1 })
    await writeFileAtomic(path, `${await readFile(path, 'utf8')}{"epoch": 2, "lo`)
    expect(parseJsonLines(await readFile(path, 'utf8'), path)).toEqual([{ epoch: 1 }])
    await appendJsonLine(path, { epoch: 2 })
    const text = await readFile(path, 'utf8')
    const cut: number[] = []
    expect(parseJsonLines(text, path, (line) => cut.push(line))).toEqual([{ epoch: 1 }, { epoch: 2 }])
    expect(cut).toEqual([2])
    expect(() => parseJsonLines(text, path)).toThrow(/metrics\.jsonl, line 2: expected one JSON record/)
  })
})

it('reads a Node Buffer, whose slice() is no copy', () => {
  const bytes = Buffer.from(encodeSafetensors([{ name: 'w', shape: [2], dtype: 'F32', data: Float32Array.of(3, 4) }]))
  expect(decodeSafetensors(bytes, 'file').tensors[0]?.data).toEqual(Float32Array.of(3, 4))
})
