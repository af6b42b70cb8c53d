import { expect, test } from 'vitest'
import type { Finding } from '../types.ts'
import { mergeFindings } from './merge.ts'

const finding = (more: Partial<Finding>): Finding => ({
  code: 'C-SIGN',
  kind: 'sign',
  file: 'net.py',
  line: 3,
  column: 5,
  endLine: 3,
  endColumn: 9,
  message: 'the wrong sign',
  expected: '',
  received: '',
  fix: null,
  evidence: [],
  parameters: ['W1'],
  ...more,
})

test('one place and code is said once, with all its parameters and the fix that there is', () => {
  const fix = { removed: ['-'], added: ['+'], verified: true }
  const other = finding({ line: 4 })
  const merged = mergeFindings([finding({}), other, finding({ parameters: ['b1', 'W1'], fix })])
  expect(merged).toEqual([finding({ parameters: ['W1', 'b1'], fix }), other])
})
