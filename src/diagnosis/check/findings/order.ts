/** Findings in, the same in the order in which they matter: what keeps all from learning first, hints last. */

import type { Finding, FindingKind } from '../types.ts'

/** 0: the training does not do what it seems to; 1: gradients point elsewhere; 2: they are too long or too short; 3: the set-up; 4: hints. */
const RANK: Readonly<Record<FindingKind, 0 | 1 | 2 | 3 | 4>> = {
  'stopping-test': 0,
  'lost-update': 0,
  'shuffled-apart': 0,
  broadcast: 0,
  'integer-overflow': 0,
  'integer-truncation': 0,
  'aliased-array': 0,
  'accumulator-not-reset': 0,
  sign: 1,
  'missing-activation-derivative': 1,
  'extra-activation-derivative': 1,
  'wrong-activation-derivative': 1,
  'derivative-of-wrong-value': 1,
  'missing-chain-factor': 1,
  'extra-factor': 1,
  'wrong-operand': 1,
  transpose: 1,
  'product-kind': 1,
  'reduction-axis': 1,
  'bias-gradient': 1,
  'softmax-axis': 1,
  parentheses: 1,
  operator: 1,
  slice: 1,
  'missing-term': 1,
  'overwritten-sum': 1,
  'extra-term': 1,
  'stale-weights': 1,
  'never-updated': 1,
  gradient: 1,
  optimiser: 1,
  scale: 2,
  constant: 2,
  regularisation: 2,
  'equal-initial-weights': 3,
  'dead-units': 3,
  'no-nonlinearity': 3,
  'target-range': 3,
  saturation: 3,
  'unscaled-inputs': 4,
  'learning-rate': 4,
  'logged-loss': 4,
}

/** By kind, then by the number of parameters that it concerns, then by place: the same for the same findings in any order. */
export function inOrderOfWeight(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) =>
      RANK[a.kind] - RANK[b.kind] ||
      b.parameters.length - a.parameters.length ||
      compare(a.file, b.file) ||
      (a.cell ?? 0) - (b.cell ?? 0) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code),
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
