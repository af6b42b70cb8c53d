import { expect, test } from 'vitest'
import { Place } from './place.ts'
import { parsePlain } from './text.ts'

test.each([
  ['0.5', 0.5],
  ['true', true],
  ['adam', 'adam'],
  ['[1, 2]', [1, 2]],
  ['{ logUniform: [1e-4, 1e-1] }', { logUniform: [1e-4, 1e-1] }],
  ['{"a b: c": "x: y", d: {"e": 1}}', { 'a b: c': 'x: y', d: { e: 1 } }],
])('%s', (text, value) => {
  expect(parsePlain(text, new Place())).toEqual(value)
})

test('a bracket that is never closed is said', () => {
  expect(() => parsePlain('{ grid: [1, 2 }', new Place())).toThrow(/close every bracket/)
})
