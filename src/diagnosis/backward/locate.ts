/**
 * Faults by the intermediate values that were probed. Going back from the loss, the first wrong gradient is a fault; the
 * true one takes its place, so that what is wrong after that is a fault of its own and no consequence.
 */

import { type Setting, stepOf } from './differences.ts'
import { type Evidence, elementsOf, isFlat } from './evidence.ts'
import { grouped, listed, nameOf } from './findings.ts'
import type { GradientSource } from './gradient-source.ts'
import { type Context, type Judged, type Judgement, judge } from './judge.ts'
import { measure, sampleOf } from './measure.ts'
import type { Relation } from './relation.ts'
import { appliedSlope } from './slope.ts'

/** The true gradient of an intermediate value of more elements than this, and than are sampled, is not computed whole. */
const LARGEST = 1000

export interface Located {
  readonly wrong: readonly Judgement[]
  readonly where: string | null
}

export interface Location {
  readonly faults: readonly Located[]
  /** Names that are wrong because of a fault before them. */
  readonly consequences: readonly string[]
  /** The gradient from which nothing further back could be told apart; null where all could. */
  readonly blind: string | null
}

/** At the present values: the subject stands there. */
export function locate(
  setting: Setting,
  source: GradientSource,
  all: readonly Evidence[],
  judged: Judged,
  context: Context,
  samples: number,
): Location {
  const intermediates = all.filter(({ target }) => target.role === 'intermediate')
  const truths = new Map<string, Float64Array>()
  let faults: Located[] = []
  let now = judged
  let blind: string | null = null
  let scale = judged.reference
  for (const evidence of [...intermediates].reverse()) {
    const judgement = now.judgements.find((one) => nameOf(one) === evidence.target.name)
    if (judgement === undefined || judgement.status === 'not checked') continue
    if (judgement.status === 'right') {
      scale = judgement.ratio ?? scale
      continue
    }
    const order = now.judgements.filter((one) => one.evidence.target.role === 'intermediate')
    const known = order.filter(({ status }) => status === 'right')
    const slope = slopeOf(judgement, order)
    faults.push({
      wrong: [slope === null ? judgement : { ...judgement, relation: slope }],
      where: between(judgement, intermediates, known.map(nameOf), truths),
    })
    const truth = wholeTruth(setting, evidence, Math.max(LARGEST, samples))
    if (truth === null) {
      blind = evidence.target.name
      break
    }
    truths.set(
      evidence.target.name,
      truth.map((x) => x * scale),
    )
    now = judgeAgain(source, all, truths, context)
  }
  faults = alike(faults)
  const wrong = now.judgements.filter(
    ({ status, evidence }) => status === 'wrong' && evidence.target.role === 'parameter',
  )
  const before = (judgement: Judgement) => blind !== null && isBehind(setting, judgement, blind, intermediates)
  const own = wrong.filter((judgement) => !before(judgement))
  for (const group of grouped(own))
    faults.push({ wrong: group, where: fromIntermediate(setting, group, intermediates) })
  const named = new Set(faults.flatMap((fault) => fault.wrong.map(nameOf)))
  const consequences = judged.judgements
    .filter(({ status, evidence }) => status === 'wrong' && !named.has(evidence.target.name))
    .map(nameOf)
  return { faults, consequences, blind }
}

/** Faults at values whose names differ in their number alone, such as steps in time: of one statement in a loop. */
function alike(faults: readonly Located[]): Located[] {
  const groups = new Map<string, Located>()
  for (const fault of faults) {
    const [judgement] = fault.wrong
    const number = /\d+/g
    const stem = judgement === undefined ? '' : nameOf(judgement).replace(number, '#')
    const key = `${stem} ${judgement?.relation?.kind} ${judgement?.relation?.received.replace(number, '#')}`
    const group = groups.get(key)
    groups.set(key, group === undefined ? fault : { wrong: [...group.wrong, ...fault.wrong], where: group.where })
  }
  return [...groups.values()]
}

function judgeAgain(
  source: GradientSource,
  all: readonly Evidence[],
  truths: ReadonlyMap<string, Float64Array>,
  context: Context,
): Judged {
  const gradients = source.read(truths)
  const again = all.flatMap((evidence): Evidence[] => {
    const { target, points } = evidence
    const given = (target.role === 'parameter' ? gradients.parameters : gradients.intermediates).get(target.name)
    const [first] = points
    if (given === undefined || first === undefined) return []
    const replaced = truths.get(target.name)
    if (replaced !== undefined) {
      return [{ ...evidence, points: [{ ...first, given: { shape: target.shape, values: replaced }, directions: [] }] }]
    }
    const directions = first.given.values.every((x, at) => x === given.values[at]) ? first.directions : []
    return [{ ...evidence, points: [{ ...first, given, directions }] }]
  })
  return judge(again, context)
}

/** The derivative that was applied on the way from the next value whose gradient is right, or was put right. */
function slopeOf(judgement: Judgement, order: readonly Judgement[]): Relation | null {
  const next = order[order.indexOf(judgement) + 1]
  return next?.status === 'right' ? appliedSlope(judgement.evidence, next.evidence) : null
}

/** Every element of the true gradient; at a kink what was given. Null where that is too much. */
function wholeTruth(setting: Setting, { target, points }: Evidence, most: number): Float64Array | null {
  const [first] = points
  if (first === undefined || target.size > most || first.given.values.length !== target.size) return null
  const known = new Map(first.indices.map((at, k) => [at, first.truths[k]]))
  const rest = sampleOf(target, target.size, 1).filter((at) => !known.has(at))
  measure(setting, target, first.given, rest).truths.forEach((truth, k) => void known.set(rest[k] as number, truth))
  return first.given.values.map((given, at) => {
    const truth = known.get(at)
    return truth?.smooth === true ? truth.value : given
  })
}

function between(
  judgement: Judgement,
  order: readonly Evidence[],
  right: readonly string[],
  replaced: ReadonlyMap<string, unknown>,
): string {
  const name = nameOf(judgement)
  const at = order.findIndex(({ target }) => target.name === name)
  const behind = order.slice(at + 1).map(({ target }) => target.name)
  const next = behind.find((other) => right.includes(other) || replaced.has(other))
  if (next === undefined) return `between the loss and ${name}: the statement that makes the gradient of ${name} first`
  const state = replaced.has(next) ? 'with the true gradient in its place' : 'whose gradient is right'
  return `between ${next}, ${state}, and ${name}: the statement that makes the gradient of ${name} from it`
}

/** The first intermediate value that moves when a parameter does. */
function siteOf(setting: Setting, judgement: Judgement, order: readonly Evidence[]): string | null {
  const { subject } = setting
  const { target } = judgement.evidence
  const before = order.map(({ target: { name } }) => subject.valuesAt(name).slice())
  const kept = subject.valuesAt(target.name)
  const step = Math.max(stepOf(setting.noise), 1e-3)
  const point = new Map(
    [...subject.start].map(([name, values]) => [name, name === target.name ? kept.map((x) => x + step) : values]),
  )
  subject.moveTo(point)
  try {
    subject.visit()
    const moved = order.findIndex(({ target: { name } }, at) =>
      subject.valuesAt(name).some((x, i) => x !== before[at]?.[i]),
    )
    return order[moved]?.target.name ?? null
  } finally {
    subject.restore()
    subject.visit()
  }
}

function isBehind(setting: Setting, judgement: Judgement, blind: string, order: readonly Evidence[]): boolean {
  const site = siteOf(setting, judgement, order)
  const position = (name: string | null) => order.findIndex(({ target }) => target.name === name)
  return site !== null && position(site) <= position(blind)
}

function fromIntermediate(setting: Setting, group: readonly Judgement[], order: readonly Evidence[]): string | null {
  const sites = [...new Set(group.map((judgement) => siteOf(setting, judgement, order)))]
  const names = listed(group.map(nameOf))
  const last = order.at(-1)?.target.name
  if (sites.length !== 1 || sites[0] === null) {
    return sites.length === 1 && last !== undefined
      ? `after ${last}: the statement that makes the gradient of ${names}`
      : null
  }
  return `the statement that makes the gradient of ${names}: the gradient of ${sites[0]}, from which it is made, is right, or was put right`
}

/** Whether nothing that was measured moves the loss. */
export function nothingMoves(all: readonly Evidence[]): boolean {
  const parameters = all.filter(({ target }) => target.role === 'parameter')
  return parameters.every((evidence) => {
    const elements = elementsOf(evidence)
    return (
      elements.length > 0 &&
      isFlat(elements) &&
      evidence.points.every(({ directions }) =>
        directions.every(({ truth }) => Math.abs(truth.value) <= 3 * truth.error),
      )
    )
  })
}
