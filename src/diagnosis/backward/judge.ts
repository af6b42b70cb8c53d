/** The evidence on all gradients in; for each whether it is right, and what it is instead, out. */

import { formatNumber } from '../../shared/index.ts'
import {
  type Bystander,
  type Element,
  type Evidence,
  elementsOf,
  isFlat,
  isFlatAlong,
  isMultiple,
  ratioOf,
  relativeErrorOf,
  sizeOfElements,
} from './evidence.ts'
import { describeFactor, type NamedSize } from './factor.ts'
import { type Relation, relate } from './relation.ts'

export interface Judgement {
  readonly evidence: Evidence
  readonly elements: readonly Element[]
  readonly status: 'right' | 'wrong' | 'not checked'
  /** given / true where it is one number. */
  readonly ratio: number | null
  readonly relativeError: number
  /** Null where it is right or was not checked. */
  readonly relation: Relation | null
}

export interface Judged {
  readonly judgements: readonly Judgement[]
  /** given / true of the parameters' gradients that are right. */
  readonly reference: number
}

/** What helps to name what is wrong. */
export interface Context {
  readonly sizes: readonly NamedSize[]
  readonly bystanders: readonly Bystander[]
}

/** Factors this near are one. */
const SAME = 1e-3

export function judge(all: readonly Evidence[], { sizes, bystanders }: Context): Judged {
  const reference = referenceOf(all.filter(({ target }) => target.role === 'parameter'))
  const judgements = all.map((evidence): Judgement => {
    const elements = elementsOf(evidence)
    const own = multipleOf(evidence, elements)
    const base = { evidence, elements }
    const finite = evidence.points.every(({ given }) => given.values.every(Number.isFinite))
    const fits = evidence.points.every(({ given }) => given.values.length === evidence.target.size)
    const directed = evidence.points.some(({ directions }) => directions.length > 0)
    if (elements.length === 0 && !directed && finite && fits) {
      return { ...base, status: 'not checked', ratio: null, relativeError: Number.NaN, relation: null }
    }
    // An intermediate gradient may leave a factor to the statements after it: dz = a − y, and dW = x·dz / m.
    const expected = evidence.target.role === 'intermediate' && own !== null && own > 0 ? own : reference
    if (finite && fits && isMultiple(evidence, elements, expected)) {
      const ratio = isFlat(elements) && isFlatAlong(evidence) ? null : expected
      return { ...base, status: 'right', ratio, relativeError: relativeErrorOf(elements, expected), relation: null }
    }
    const exactness = Math.max(1e-4, 10 * evidence.tolerance)
    const factor = (ratio: number) => describeFactor(ratio, sizes, exactness)
    const relation = relate({ evidence, elements, all, bystanders, reference, factor })
    const relativeError = finite && fits ? relativeErrorOf(elements, 1) : Number.NaN
    return { ...base, status: 'wrong', ratio: relation.ratio, relativeError, relation }
  })
  return { judgements, reference }
}

/** given / true where that is one number that differs from rounding; null elsewhere. */
function multipleOf(evidence: Evidence, elements: readonly Element[]): number | null {
  if (elements.length < 2 || isFlat(elements) || sizeOfElements(elements) === 0) return null
  const ratio = ratioOf(elements)
  return Number.isFinite(ratio) && ratio !== 0 && isMultiple(evidence, elements, ratio, 10) ? ratio : null
}

/** The positive factor that most gradients share; 1 where none is more frequent than it. */
function referenceOf(parameters: readonly Evidence[]): number {
  const ratios = parameters.flatMap((evidence) => multipleOf(evidence, elementsOf(evidence)) ?? []).filter((r) => r > 0)
  const count = (of: number) => ratios.filter((ratio) => Math.abs(ratio / of - 1) <= SAME).length
  let best = 1
  for (const ratio of ratios) if (count(ratio) > count(best)) best = ratio
  return Math.abs(best - 1) <= SAME ? 1 : best
}

/** The note on a factor that all right gradients share. */
export function referenceNote(reference: number, sizes: readonly NamedSize[], one: boolean): string {
  const text = describeFactor(reference, sizes, SAME)
  const whose = one ? 'the gradient is' : 'every gradient that is right is'
  return `${whose} ${text} the true one of this loss: a constant that the learning rate absorbs (${formatNumber(1 / reference)} times the rate is the same step)`
}
