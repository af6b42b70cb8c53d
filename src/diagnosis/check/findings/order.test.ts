import { describe, expect, it } from 'vitest'
import type { Finding, FindingKind } from '../types.ts'
import { inOrderOfWeight } from './order.ts'

const finding = (kind: FindingKind, line: number, ...parameters: string[]): Finding => ({
  code: `C-${kind.toUpperCase()}`,
  kind,
  file: 'net.py',
  line,
  column: 1,
  endLine: line,
  endColumn: 9,
  message: kind,
  expected: '',
  received: '',
  fix: null,
  evidence: [],
  parameters,
})

describe('the order of findings', () => {
  const sorted = [
    finding('stopping-test', 40),
    finding('sign', 30, 'W1', 'W2'),
    finding('transpose', 12, 'W1'),
    finding('wrong-operand', 20, 'W2'),
    finding('scale', 5, 'b1'),
    finding('equal-initial-weights', 3),
    finding('learning-rate', 1),
  ]

  it('is what keeps all from learning, wrong gradients, wrong lengths, the set-up, hints; in each, what concerns more first', () => {
    expect(inOrderOfWeight([...sorted].reverse())).toEqual(sorted)
  })

  it('does not depend on the order in which they were found', () => {
    for (let by = 1; by < sorted.length; by++)
      expect(inOrderOfWeight([...sorted.slice(by), ...sorted.slice(0, by)])).toEqual(sorted)
  })
})
