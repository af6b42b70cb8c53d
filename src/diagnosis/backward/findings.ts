/** Judgements in; findings, each said once for all gradients that it concerns, with what they tell of its place, out. */

import type { Judgement } from './judge.ts'
import type { BackwardFinding, BackwardRelation } from './types.ts'

const CODES: Readonly<Record<BackwardFinding['kind'], string>> = {
  scale: 'B-SCALE',
  sign: 'B-SIGN',
  transpose: 'B-TRANSPOSE',
  flip: 'B-FLIP',
  'missing factor': 'B-FACTOR',
  'wrong axis': 'B-AXIS',
  zero: 'B-ZERO',
  'other parameter': 'B-OTHER',
  'wrong operand': 'B-OPERAND',
  'missing term': 'B-TERM',
  part: 'B-PART',
  unused: 'B-UNUSED',
  accumulated: 'B-ACCUMULATED',
  'not finite': 'B-NAN',
  shape: 'B-SHAPE',
  wrong: 'B-WRONG',
}

/** Relations that several gradients have for one cause. */
const SHARED: readonly BackwardRelation[] = ['scale', 'sign', 'zero', 'unused', 'wrong']

export const nameOf = (judgement: Judgement) => judgement.evidence.target.name

/** Names shown of a long list, and lines of evidence for several names. */
const SHOWN = 6

export function listed(names: readonly string[]): string {
  if (names.length > SHOWN + 1) return `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** What is wrong with one or several gradients in the same way. */
export function findingOf(wrong: readonly Judgement[], where: string | null): BackwardFinding {
  const relation = wrong[0]?.relation
  if (relation === null || relation === undefined || relation.kind === 'right') throw new TypeError('nothing is wrong')
  const names = wrong.map(nameOf)
  const many = names.length > 1
  const exchanged = many && relation.kind === 'other parameter'
  const subject = many
    ? `the gradients of ${listed(names)} are${exchanged ? '' : ' each'}`
    : `the gradient of ${names[0]} is`
  const received = exchanged ? 'exchanged: each is that of the other' : relation.received
  const lines = wrong.flatMap((one) => (one.relation?.evidence ?? []).map((line) => `${nameOf(one)}: ${line}`))
  const evidence = many ? lines.slice(0, SHOWN) : relation.evidence
  return {
    code: CODES[relation.kind],
    kind: relation.kind,
    names,
    message: `${subject} ${received}`,
    expected: many ? 'the derivative of the loss by each of them' : `∂loss/∂${names[0]}`,
    received,
    fix: exchanged ? 'exchange them where they are returned.' : relation.fix,
    where,
    evidence,
  }
}

export function accumulatedFinding(names: readonly string[]): BackwardFinding {
  return {
    code: CODES.accumulated,
    kind: 'accumulated',
    names,
    message: `${names.length > 1 ? 'the gradients' : 'the gradient'} of ${listed(names)} grow${names.length > 1 ? '' : 's'} with each call of backward()`,
    expected: 'the same gradient when backward() is called again at the same values',
    received: 'the sum of all calls so far',
    fix: 'set what is added to back to zero at the start of backward().',
    where: 'where the array that is added to is made: outside of backward()',
    evidence: ['each further call adds the same amount'],
  }
}

/** Gradients that are wrong in the same way, two that are exchanged, and those of which nothing more is known. */
export function grouped(wrong: readonly Judgement[]): Judgement[][] {
  const groups = new Map<string, Judgement[]>()
  for (const judgement of wrong) {
    const name = nameOf(judgement)
    const { kind, received, partner } = judgement.relation ?? { kind: 'right', received: '' }
    const mutual = wrong.some((one) => nameOf(one) === partner && one.relation?.partner === name)
    const key = mutual ? [name, partner].sort().join() : SHARED.includes(kind) ? `${kind}: ${received}` : name
    groups.set(key, [...(groups.get(key) ?? []), judgement])
  }
  return [...groups.values()]
}

/**
 * What right and wrong gradients of parameters, in the order of the forward pass, tell of the place of a fault: what is
 * right before it in this order received the right gradient from behind it.
 */
export function placeAmong(group: readonly Judgement[], ordered: readonly Judgement[]): string | null {
  if (group.length > 1 && group[0]?.relation?.kind === 'other parameter') return null
  const position = (judgement: Judgement) => ordered.indexOf(judgement)
  const first = Math.min(...group.map(position))
  const last = Math.max(...group.map(position))
  const isRight = (judgement: Judgement) => judgement.status === 'right' && judgement.ratio !== null
  const before = ordered.slice(0, first).filter(isRight)
  const after = ordered.slice(last + 1)
  const next = after.find(isRight)
  const names = listed(group.map(nameOf))
  if (before.length > 0) {
    return `${nameOf(before.at(-1) as Judgement)}, which comes earlier in the forward pass, is right, so what flows back past ${names} is: look at the statement that makes the gradient of ${names}`
  }
  const also = ordered.filter((judgement) => judgement.status === 'wrong' && !group.includes(judgement))
  const nearer = also.filter((judgement) => position(judgement) > last)
  if (next !== undefined && nearer.length === 0) {
    const wrong = ordered.filter((judgement) => judgement.status === 'wrong')
    const together = wrong.length > 1 ? `${listed(wrong.map(nameOf))} are wrong and` : ''
    return `${together === '' ? '' : `${together} `}${nameOf(next)} is right: look at what leads back from ${nameOf(next)} to ${nameOf(wrong.at(-1) ?? (group[0] as Judgement))}`
  }
  if (nearer.length > 0)
    return `may follow from ${listed(nearer.map(nameOf))}, which is nearer to the loss: mend that first`
  return ordered.length > 1
    ? 'no gradient is right: look at the derivative of the loss by the output, which all have in common'
    : null
}
