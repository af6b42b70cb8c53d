/**
 * The evidence on one wrong gradient in; what its relation to the truth is, out. A relation must hold at every point.
 * Those that say more come first: each is a function that answers, or leaves it to the next.
 */

import { formatNumber } from '../../shared/index.ts'
import {
  type Bystander,
  type Element,
  type Evidence,
  elementsOf,
  isFlat,
  isFlatAlong,
  isMultiple,
  normOf,
  ratioOf,
  relativeErrorOf,
  sumOf,
} from './evidence.ts'
import { wrongOperand } from './operand.ts'
import { slopeTwice } from './slope.ts'
import { arranged, byAxis, partly, sameSignFactor, summedUp } from './structure.ts'
import { missingSum, missingTerm } from './term.ts'
import type { BackwardRelation } from './types.ts'
import { ofWrongShape } from './wrong-shape.ts'

export interface Relation {
  readonly kind: BackwardRelation
  /** given / true, where that is one number. */
  readonly ratio: number | null
  /** What the gradient is, after "the gradient of W1 is". */
  readonly received: string
  readonly evidence: readonly string[]
  readonly fix: string
  /** Whose gradient it is, for `other parameter`. */
  readonly partner?: string
}

export interface Suspect {
  readonly evidence: Evidence
  readonly elements: readonly Element[]
  /** All gradients that were measured. */
  readonly all: readonly Evidence[]
  readonly bystanders: readonly Bystander[]
  /** given / true of the gradients that are right: 1, or what the learning rate absorbs. */
  readonly reference: number
  /** A factor in the names of the sizes. */
  readonly factor: (ratio: number) => string
}

/** Null where it is right. */
export function relate(suspect: Suspect): Relation {
  const { evidence } = suspect
  for (const ask of [
    notFinite,
    ofWrongShape,
    unused,
    zero,
    multiple,
    arranged,
    otherParameter,
    wrongOperand,
    slopeTwice,
    partly,
    missingTerm,
    missingSum,
    summedUp,
    multipleByPoint,
    byAxis,
    sameSignFactor,
  ]) {
    const relation = ask(suspect)
    if (relation !== null) return relation
  }
  const { elements } = suspect
  const coincident = evidence.points.length > 1 && elements.some((e) => e.point > 0)
  const first = elements.filter((e) => e.point === 0)
  const atFirst =
    first.length > 0 && isMultiple({ ...evidence, points: evidence.points.slice(0, 1) }, first, suspect.reference)
  return {
    kind: 'wrong',
    ratio: null,
    received:
      atFirst && coincident
        ? 'the true one at the present values alone, and not near them'
        : 'not the gradient of the loss, nor a known relation of it',
    evidence: angleOf(elements),
    fix: atFirst
      ? 'look for a term that vanishes at the present values: a bias or weight that is zero, a derivative at a special value.'
      : 'compare the statement that makes it with the forward statement: operand, derivative, order of the factors.',
  }
}

/** How far off it is: the angle, or of a number its ratio to the true one. */
function angleOf(elements: readonly Element[]): string[] {
  if (new Set(elements.map((e) => e.at)).size < 2) {
    const ratios = elements.filter((e) => e.truth !== 0).map((e) => formatNumber(e.given / e.truth))
    return ratios.length === 0 ? [] : [`it is ${ratios.join(', ')} times the true one, at ${ratios.length} points`]
  }
  const norms = normOf(elements, (e) => e.given) * normOf(elements, (e) => e.truth)
  const cosine = sumOf(elements, (e) => e.given * e.truth) / norms
  if (!Number.isFinite(cosine)) return []
  const degrees = (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI
  const climbs = degrees < 90 ? '' : ': a step against it raises the loss'
  return [`it makes an angle of ${formatNumber(degrees, 3)}° with the true one${climbs}`]
}

function notFinite({ evidence }: Suspect): Relation | null {
  for (const { given } of evidence.points) {
    const at = given.values.findIndex((x) => !Number.isFinite(x))
    if (at < 0) continue
    const bad = given.values.filter((x) => !Number.isFinite(x)).length
    return {
      kind: 'not finite',
      ratio: null,
      received: `${given.values[at]} at element ${at}${bad > 1 ? ` and ${bad - 1} more` : ''}`,
      evidence: ['the loss is finite there, and so is its derivative'],
      fix: 'look for a division by zero, a logarithm of zero, an index past the end (undefined in a sum is NaN), or an exponential that overflows.',
    }
  }
  return null
}

function unused({ evidence, elements }: Suspect): Relation | null {
  if (!isFlat(elements) || !isFlatAlong(evidence)) return null
  return {
    kind: 'unused',
    ratio: 0,
    received: 'not zero, and the loss stays as it is when the values are moved',
    evidence: [`the largest given element is ${formatNumber(Math.max(...elements.map((e) => Math.abs(e.given))))}`],
    fix:
      evidence.target.role === 'intermediate'
        ? 'use what probe() returns, or the array that it was given, in what follows.'
        : 'let forward() read the very array that is given here and no copy; or leave the parameter out.',
  }
}

function zero({ evidence }: Suspect): Relation | null {
  if (!evidence.points.every(({ given }) => given.values.every((x) => x === 0))) return null
  return {
    kind: 'zero',
    ratio: 0,
    received: 'zero everywhere',
    evidence: [],
    fix: 'compute it: it may be an array that was made and never filled, or filled under another name.',
  }
}

function multiple({ evidence, elements, reference, factor }: Suspect): Relation | null {
  const ratio = ratioOf(elements)
  if (elements.length < 2 || !Number.isFinite(ratio) || !isMultiple(evidence, elements, ratio, 10)) return null
  const agreed = `after division by it the relative error is ${formatNumber(relativeErrorOf(elements, ratio), 2)}, over ${elements.length} elements`
  const beside = ratio / reference
  const sign = beside < 0
  const plain = Math.abs(Math.abs(beside) - 1) < 1e-4
  const scale = `${factor(beside)} ${reference === 1 ? 'the true one' : 'what the scale of the other gradients asks for'}`
  return {
    kind: sign ? 'sign' : 'scale',
    ratio,
    received: sign && plain ? 'the true one with the opposite sign' : scale,
    evidence: [agreed],
    fix: sign
      ? plain
        ? 'turn its sign: often the error is target − output where the loss asks for output − target.'
        : 'turn its sign, and divide by the factor.'
      : Math.abs(beside) > 1
        ? 'divide by the factor: a mean over the samples is missing, or a factor is applied twice.'
        : 'multiply by its inverse: a mean is taken twice, or a factor of the derivative (2 of a square) is missing.',
  }
}

/** One factor for all elements that is another one at each point: of the loss, a norm, a single unit. */
function multipleByPoint({ evidence, elements, reference }: Suspect): Relation | null {
  const ratios: number[] = []
  for (const [point, at] of evidence.points.entries()) {
    const here = elements.filter((e) => e.point === point)
    if (here.length === 0 || isFlat(here)) continue
    const ratio = ratioOf(here)
    if (here.length < 3 || !isMultiple({ ...evidence, points: [at] }, here, ratio, 10)) return null
    ratios.push(ratio / reference)
  }
  if (ratios.length < 2) return null
  return {
    kind: 'missing factor',
    ratio: null,
    received: `the true one times a number that changes with the weights (${ratios.map((r) => formatNumber(r)).join(', ')})`,
    evidence: [`at each of ${ratios.length} points it is one number for all elements`],
    fix: 'look for a scalar of the chain rule that is missing or too much: the derivative at a single output, a norm, the loss itself.',
  }
}

function otherParameter({ evidence, elements, all, reference }: Suspect): Relation | null {
  if (elements.length < 2) return null
  for (const other of all) {
    if (other === evidence || other.target.size !== evidence.target.size) continue
    if (other.target.role !== evidence.target.role) continue
    const theirs = new Map(elementsOf(other).map((e) => [`${e.point}:${e.at}`, e]))
    const paired = elements.flatMap((e) => {
      const their = theirs.get(`${e.point}:${e.at}`)
      return their === undefined ? [] : [{ ...e, truth: their.truth, error: their.error }]
    })
    if (paired.length < 2 || isFlat(paired)) continue
    const bare = { ...evidence, points: evidence.points.map((point) => ({ ...point, directions: [] })) }
    if (!isMultiple(bare, paired, reference, 10)) continue
    return {
      kind: 'other parameter',
      ratio: null,
      received: `the gradient of ${other.target.name}`,
      partner: other.target.name,
      evidence: [`${paired.length} elements agree with ∂loss/∂${other.target.name}`],
      fix: `exchange them: it is returned under the wrong name, or made from the operand of ${other.target.name}.`,
    }
  }
  return null
}
