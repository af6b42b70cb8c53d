/** JSON loses no number. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readNumbers, stringifyNumbers } from './index.ts'
import { appendJsonLine, parseJsonLines } from './node.ts'

test('every number comes back as it was', () => {
  const record = fc.dictionary(
    fc.string(),
    fc.oneof(fc.double(), fc.array(fc.double()), fc.boolean(), fc.constant(null)),
  )
  fc.assert(
    fc.property(record, (value) => {
      const back = readNumbers(JSON.parse(stringifyNumbers(value)))
      // A key of this name sets the prototype of an object literal, and JSON.parse keeps it as a key.
      fc.pre(!Object.hasOwn(value, '__proto__'))
      expect(back).toEqual({ ...value })
    }),
  )
})

test('odd numbers are seen in the text', async () => {
  expect(stringifyNumbers({ a: Number.NaN, b: [-Infinity, -0, 0.5], c: 'NaN is text' })).toBe(
    '{"a":"NaN","b":["-Infinity","-0",0.5],"c":"NaN is text"}',
  )
  const folder = await mkdtemp(join(tmpdir(), 'nabla-'))
  const path = join(folder, 'metrics.jsonl')
  await appendJsonLine(path, { f1: Number.NaN })
  await appendJsonLine(path, { f1: 0.5 })
  expect(readNumbers(parseJsonLines(await readFile(path, 'utf8'), path))).toEqual([{ f1: Number.NaN }, { f1: 0.5 }])
  await rm(folder, { recursive: true })
})
