/** A verified edit in; what kind of fault it repairs, in one word and in one sentence, out. */

import { formatNumber } from '../../../shared/index.ts'
import type { Judged } from '../judge.ts'
import type { Trial } from '../repair/try.ts'
import type { FindingKind } from '../types.ts'

const DERIVATIVE = /\(1(\.0*)?\s*-|> ?0|deriv|prime|grad|dsig|drelu|dtanh|backward|\bd_/i

/** What an expression ends with dividing by. */
const DIVISION = /\/ *([\w.[\]()]+)\)?$/

/** A product, of whatever kind. */
const PRODUCT = /[*@]|\b(?:dot|matmul|multiply|outer|inner|einsum)\(/

/** What the numbers say for certain, however the repair is spelt. */
const SURE: ReadonlySet<FindingKind> = new Set(['sign', 'scale', 'regularisation', 'missing-activation-derivative'])

const BY_EDIT: Readonly<Record<string, FindingKind>> = {
  scale: 'scale',
  sign: 'sign',
  transpose: 'transpose',
  'drop-transpose': 'transpose',
  product: 'product-kind',
  axis: 'reduction-axis',
  mean: 'scale',
  sum: 'bias-gradient',
  'drop-sum': 'reduction-axis',
  'derivative-argument': 'derivative-of-wrong-value',
  'derivative-function': 'wrong-activation-derivative',
  parentheses: 'parentheses',
  regularisation: 'regularisation',
  constant: 'constant',
  operator: 'operator',
  comparison: 'wrong-activation-derivative',
  slice: 'slice',
  term: 'missing-term',
  'drop-call': 'wrong-activation-derivative',
  operand: 'wrong-operand',
}

export function kindOf(trial: Trial, judged: Judged, forward: boolean, seen?: FindingKind): FindingKind {
  const { kind, text, replaced } = trial.row
  if (kind === 'parentheses') return 'parentheses'
  // What must be multiplied with an array lacks more than a constant.
  const isArray = kind === 'scale' && /^\s*\*\s*[A-Za-z_]/.test(addedTo(replaced, text)) && seen === 'scale'
  if (seen !== undefined && SURE.has(seen) && !(isArray && hasWrong(trial, judged))) return seen
  const statuses = new Set(judged.results.filter((r) => trial.fixed.includes(r.chain.id)).map((r) => r.status))
  if (forward && (kind === 'axis' || kind === 'sum')) return 'softmax-axis'
  if (kind !== 'regularisation' && statuses.size === 1 && statuses.has('sign') && kind !== 'parentheses') return 'sign'
  if (kind !== 'axis' && kind !== 'sum' && statuses.size === 1 && statuses.has('scaled')) return 'scale'
  // What mends a gradient that is no multiple of the true one is no constant.
  if (kind === 'scale' && statuses.has('wrong') && seen !== undefined) return 'missing-chain-factor'
  if (kind === 'scale' && statuses.has('wrong') && addedTo(replaced, text).includes('*'))
    return seen === 'missing-activation-derivative' ? seen : 'missing-chain-factor'
  if (kind === 'factor')
    return DERIVATIVE.test(text.slice(replaced.length)) || DERIVATIVE.test(text)
      ? 'missing-activation-derivative'
      : 'missing-chain-factor'
  if (kind === 'product')
    return text.includes(replaced) && !PRODUCT.test(replaced) ? 'missing-chain-factor' : 'product-kind'
  if (kind === 'drop-factor') {
    const dropped = replaced.replace(text, '')
    return DERIVATIVE.test(dropped) ? 'extra-activation-derivative' : 'extra-factor'
  }
  if (kind === 'drop-term')
    return /w|theta/i.test(replaced.replace(text, '')) && statuses.has('wrong') ? 'regularisation' : 'extra-term'
  return BY_EDIT[kind] ?? 'gradient'
}

/** Without brackets at its end that were opened before it. */
function closed(text: string | undefined): string | undefined {
  const count = (sign: string) => (text?.split(sign).length ?? 1) - 1
  return count(')') > count('(') ? closed(text?.replace(/\)[^)]*$/, '')) : text
}

const hasWrong = ({ fixed }: Trial, { results }: Judged) =>
  results.some((r) => fixed.includes(r.chain.id) && r.status === 'wrong')

/** What an edit writes beside what was there. */
function addedTo(replaced: string, text: string): string {
  return text.includes(replaced) ? text.replace(replaced, '') : text
}

export const ABOUT: Readonly<Partial<Record<FindingKind, string>>> = {
  sign: 'has the wrong sign: the update climbs the loss',
  'missing-activation-derivative': 'lacks the derivative of the activation',
  'extra-activation-derivative': 'is multiplied with an activation derivative that does not belong there',
  'wrong-activation-derivative': 'uses the derivative of another function than the one that the forward pass applies',
  'derivative-of-wrong-value': 'takes the derivative at the wrong value',
  'missing-chain-factor': 'lacks a factor of the chain rule',
  'extra-factor': 'has a factor that the chain rule does not have',
  'wrong-operand': 'is computed from the wrong value',
  transpose: 'multiplies with a matrix that should be transposed (or should not be)',
  'product-kind': 'mixes up the matrix product and the elementwise product',
  'reduction-axis': 'sums over the wrong axis',
  'bias-gradient': 'must be summed over the samples',
  'softmax-axis': 'normalises over the wrong axis: each sample must sum to 1 by itself',
  parentheses: 'has its parentheses in the wrong place',
  regularisation: 'does not have the gradient of the regularisation that the loss has',
  constant: 'has a wrong constant',
  operator: 'uses the wrong operation',
  slice: 'takes the wrong part of the array',
  'missing-term': 'lacks a term',
  'overwritten-sum': 'is overwritten where it should add up',
  'extra-term': 'has a term that the gradient does not have',
}

export function messageOf(kind: FindingKind, subject: string, trial: Trial, judged: Judged): string {
  if (kind === 'scale') {
    const result = judged.results.find((r) => trial.fixed.includes(r.chain.id))
    const off = result?.relative ?? 1
    const [was, is] = [trial.row.replaced, trial.row.text].map((text) => closed(DIVISION.exec(text)?.[1]))
    const divisor = is === was ? undefined : is
    // Beside another term, a decay, the gradient as a whole is no multiple.
    if (result?.status !== 'scaled')
      return divisor === undefined ? `${subject} is off by a constant` : `${subject} lacks the division by ${divisor}`
    const factor = off >= 1 ? `${formatNumber(off)} times` : `1/${formatNumber(1 / off)} of`
    if (divisor !== undefined && off > 1)
      return `${subject} lacks the division by ${divisor}: it is ${factor} what the other gradients' scale asks for`
    return `${subject} is off by a constant: ${factor} what the other gradients' scale asks for`
  }
  return `${subject} ${ABOUT[kind] ?? 'is not the gradient'}`
}
