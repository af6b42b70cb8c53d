/** A measured update in; which one departure from the known optimisers explains it, out. What fits none of them is left alone. */

import type { Tape, Values } from '../tape/tape.ts'
import { wrongCorrection } from './optimizer-correction.ts'
import { type Correction, correctionOf, formOf, type Moment } from './optimizer-form.ts'
import type { UpdateStep } from './optimizer-step.ts'
import { adadeltaFault, decayFault, forgottenSum, velocityFault } from './optimizer-terms.ts'

export type Departure =
  | 'no-root'
  | 'multiplied'
  | 'not-squared'
  | 'squared'
  | 'momentum-sign'
  | 'weight-first'
  | 'weight-second'
  | 'correction-first'
  | 'correction-second'
  | 'correction-swapped'
  | 'correction-other'
  | 'correction-foreign'
  | 'correction-stuck'
  | 'correction-formula'
  | 'correction-zero'
  | 'correction-none'
  | 'decay-reversed'
  | 'decay-sign'
  | 'velocity-sign'
  | 'adadelta-gradient'
  | 'adadelta-swapped'
  | 'adadelta-root'
  | 'forgets'
  | 'negative-square'
  | 'along-squares'
  | 'grows'

export interface Fault {
  readonly departure: Departure
  readonly step: UpdateStep
  readonly moment: Moment
  /** The other moment, where there is one. */
  readonly other?: Moment
  /** The node that shows it, where it is not the moment's own. */
  readonly node?: number
  readonly evidence: string
}

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b))
const show = (x: number) => String(Number(x.toPrecision(4)))

export function faultOf(tape: Tape, values: Values, steps: readonly UpdateStep[]): Fault | undefined {
  const zero = zeroCorrection(tape, values, steps[0])
  if (zero !== undefined) return zero
  const step = steps[1] ?? steps[0]
  if (step === undefined) return undefined
  const apart = decayFault(tape, step) ?? adadeltaFault(tape, step) ?? forgottenSum(tape, values, step)
  if (apart !== undefined) return apart
  const form = formOf(step)
  if (form === undefined || form.moments.length === 0) return undefined
  const formula = wrongCorrection(tape, values, steps, form.moments)
  if (formula !== undefined) return { departure: 'correction-formula', step, ...formula }
  const ways = form.moments.filter((m) => m.power === 1 && m.exponent === 1)
  const [alone] = ways.length === 1 && form.moments.every((m) => m.power === 2 || m === ways[0]) ? ways : []
  const climbs = alone && velocityFault(step, alone, form.direct)
  if (climbs !== undefined) return climbs
  const [squares, means] = [form.moments.filter((m) => m.power === 2), form.moments.filter((m) => m.power === 1)]
  if (form.moments.some((m) => m.exponent === 0)) return undefined
  const power = (m: Moment) =>
    `the update goes with ${m.name} to the power ${show(m.exponent)}: with it four times as large, the update is ${show(4 ** m.exponent)} times as large`
  for (const moment of squares) {
    const other = form.moments.find((m) => m !== moment)
    const base = { step, moment, ...(other && { other }) }
    if (moment.weight < 0 && moment.decay > 0 && moment.exponent < 0)
      return {
        ...base,
        departure: 'negative-square',
        evidence: `a gradient of ${show(step.size)} changes ${moment.name} by ${show(moment.weight * step.size ** 2)}: it becomes negative, and has no square root`,
      }
    if (moment.exponent === -1) return { ...base, departure: 'no-root', evidence: power(moment) }
    if (moment.exponent > 0 && !form.odd && squares.length === 1)
      return {
        ...base,
        departure: 'along-squares',
        node: step.after,
        evidence: 'with the gradient turned round, the update stays as it is',
      }
    if (moment.exponent > 0 && form.odd) return { ...base, departure: 'multiplied', evidence: power(moment) }
    if (moment.exponent === 1 && squares.length === 2)
      return { ...base, departure: 'squared', evidence: 'with the gradient turned round, the update stays as it is' }
  }
  for (const moment of means) {
    const other = squares[0]
    const base = { step, moment, ...(other && { other }) }
    if (moment.exponent === -0.5 || moment.exponent === -1)
      return {
        ...base,
        departure: 'not-squared',
        evidence: `with the gradient turned round, ${moment.name} turns round: it averages the gradient, and the update divides by it`,
      }
    if (moment.exponent === 1 && moment.decay > 1 + 1e-6)
      return {
        ...base,
        departure: 'grows',
        evidence: `with a gradient of 0, ${moment.name} becomes ${show(moment.decay)} times what it was in each step: it grows without end`,
      }
    const through = form.throughOld.get(moment.id) ?? 0
    const now = form.direct
    if (
      form.moments.length === 1 &&
      moment.exponent === 1 &&
      now > 0 &&
      through * moment.weight < 0 &&
      moment.decay !== 0
    )
      return {
        ...base,
        departure: 'momentum-sign',
        evidence: `the last gradient enters this update with weight ${show(through * moment.weight)}, its own gradient with ${show(now)}`,
      }
  }
  const [second] = squares
  const first = means.find((m) => m.exponent === 1)
  if (second === undefined || squares.length > 1 || means.length > 1) return undefined
  if (second.exponent !== -0.5) return undefined
  return first === undefined ? unweighted(step, second) : adaptive(tape, values, steps, step, first, second)
}

/** β·v + β·g²: the weight of what is new is that of what was. */
function unweighted(step: UpdateStep, moment: Moment, other?: Moment): Fault | undefined {
  const { decay, weight } = moment
  if (!(decay > 0.5 && decay < 1) || !near(weight, decay)) return undefined
  const departure = moment.power === 1 ? 'weight-first' : 'weight-second'
  const evidence = `${moment.name} keeps ${show(decay)} of itself and takes ${show(weight)} of what is new: after many equal steps it is ${show(weight / (1 - decay))} times that`
  return { departure, step, moment, ...(other && { other }), evidence }
}

function adaptive(
  tape: Tape,
  values: Values,
  steps: readonly UpdateStep[],
  step: UpdateStep,
  first: Moment,
  second: Moment,
): Fault | undefined {
  const inside = (m: Moment) => m.decay > 0 && m.decay < 1
  if (!inside(first) || !inside(second)) return undefined
  const stuck = stuckCorrection(tape, values, steps, [first, second])
  if (stuck !== undefined)
    return {
      departure: 'correction-stuck',
      step,
      moment: first,
      other: second,
      node: stuck,
      evidence: `1 − β^t is ${show(1 - (values[stuck]?.data[0] ?? 0))} in each of the ${steps.length} steps seen`,
    }
  const correction = correctionOf(steps, first, second)
  const plain = unweighted(step, first, second) ?? unweighted(step, second, first)
  if (plain !== undefined) return plain
  const seen = (which: Correction | string) => `the size of the first ${steps.length} updates follows ${which}`
  if (correction === 'both' || correction === 'first')
    if (!near(first.weight, 1 - first.decay) && near(first.weight, 1))
      return {
        departure: 'weight-first',
        step,
        moment: first,
        other: second,
        evidence: `${first.name} takes ${show(first.weight)} of the gradient, and is then divided by 1 − ${show(first.decay)}^t`,
      }
  if (correction === 'both' || correction === 'second')
    if (!near(second.weight, 1 - second.decay) && near(second.weight, 1))
      return {
        departure: 'weight-second',
        step,
        moment: second,
        other: first,
        evidence: `${second.name} takes ${show(second.weight)} of the squared gradient, and is then divided by 1 − ${show(second.decay)}^t`,
      }
  const own = near(first.weight, 1 - first.decay) && near(second.weight, 1 - second.decay)
  if (!own) return undefined
  const base = { step, moment: first, other: second }
  if (correction === 'none' && step.states.every(({ chain }) => startsAtZero(values, chain.versions[0]?.node))) {
    const [most, at] = distortion(first.decay, second.decay)
    if (most > MOST_DISTORTED)
      return {
        ...base,
        departure: 'correction-none',
        evidence: `in step ${at} the update is ${show(most)} times what it is after many equal gradients: (1 − ${show(first.decay)}^${at}) / √(1 − ${show(second.decay)}^${at})`,
      }
  }
  if (correction === 'first')
    return {
      ...base,
      moment: second,
      other: first,
      departure: 'correction-second',
      evidence: seen(
        `${first.name}'s correction alone: ${second.name} begins at zero as well, and is ${show(1 - second.decay)} of its right size at first`,
      ),
    }
  if (correction === 'second')
    return { ...base, departure: 'correction-first', evidence: seen(`${second.name}'s correction alone`) }
  if (correction === 'swapped')
    return {
      ...base,
      departure: 'correction-swapped',
      evidence: seen(
        `1 − ${show(second.decay)}^t for ${first.name}, which decays by ${show(first.decay)}, and the reverse`,
      ),
    }
  if (correction === 'first-by-second' || correction === 'second-by-first') {
    const [one, two] = correction === 'first-by-second' ? [first, second] : [second, first]
    return {
      ...base,
      moment: one,
      other: two,
      departure: 'correction-foreign',
      evidence: seen(`1 − ${show(two.decay)}^t for ${one.name} as well, which decays by ${show(one.decay)}`),
    }
  }
  if (correction === 'inverted' || correction === 'first-twice' || correction === 'second-unrooted')
    return { ...base, departure: 'correction-other', evidence: seen(WRONG[correction]) }
  // Decays that only the correction names the other way round: m = (1 − β)·m + β·g.
  for (const [one, decays] of [
    [first, [1 - first.decay, second.decay]],
    [second, [first.decay, 1 - second.decay]],
  ] as const)
    if (correction === undefined && correctionOf(steps, first, second, decays) === 'both')
      return {
        departure: 'decay-reversed',
        step,
        moment: one,
        other: one === first ? second : first,
        evidence: `${one.name} keeps ${show(one.decay)} of itself, and is corrected by 1 − ${show(1 - one.decay)}^t`,
      }
  return undefined
}

/** How many times too large the first steps may be without a correction, by the choice of the decays. */
const MOST_DISTORTED = 3

/** The largest of (1 − β₁^t) / √(1 − β₂^t), and its t. */
function distortion(first: number, second: number): [number, number] {
  let found: [number, number] = [0, 0]
  for (let t = 1; t <= 1000; t++) {
    const size = (1 - first ** t) / Math.sqrt(1 - second ** t)
    if (size > found[0]) found = [size, t]
  }
  return found
}

function startsAtZero(values: Values, node: number | undefined): boolean {
  return values[node ?? -1]?.data.every((x) => x === 0) === true
}

const WRONG = {
  inverted: 'the corrections as factors, where they divide',
  'first-twice': "the first moment's correction applied twice",
  'second-unrooted': "the second moment's correction outside the square root",
} as const

/** β^t, with β a moment's decay, whose t stays what it is from step to step. */
function stuckCorrection(
  tape: Tape,
  values: Values,
  steps: readonly UpdateStep[],
  moments: readonly Moment[],
): number | undefined {
  const powers = steps.map((step) =>
    step.reads.filter((node) => {
      const { op, args } = tape.entry(node)
      const [base, exponent] = args.map((a) => values[a]?.data)
      return (
        ['pow', 'power', 'float_power'].includes(op) &&
        base?.length === 1 &&
        exponent?.length === 1 &&
        moments.some((m) => near(m.decay, base[0] ?? 0))
      )
    }),
  )
  const exponentOf = (node: number) => values[tape.entry(node).args[1] ?? -1]?.data[0] ?? Number.NaN
  if (powers.length < 3 || powers.some((row) => row.length === 0)) return undefined
  const all = powers.flat().map(exponentOf)
  const same = all.every((t) => t === all[0] && Number.isInteger(t) && t > 0)
  // One correction for a whole epoch of batches is made outside the loop, and is computed once.
  const apart = new Set(powers.map((row) => row[0])).size === powers.length
  return same && apart ? powers[0]?.[0] : undefined
}

/** 1 − β^0 = 0, by which the first step divides. */
function zeroCorrection(tape: Tape, values: Values, step: UpdateStep | undefined): Fault | undefined {
  const [state] = step?.states ?? []
  if (step === undefined || step.index !== 0 || state === undefined) return undefined
  const at = (node: number | undefined) => values[node ?? -1]?.data
  const isPower = (node: number) => {
    const { op, args } = tape.entry(node)
    const [base, exponent] = [at(args[0]), at(args[1])]
    return ['pow', 'power'].includes(op) && exponent?.length === 1 && exponent[0] === 0 && base?.[0] !== 0
  }
  const node = step.reads.find((n) => {
    const { op, args } = tape.entry(n)
    const value = at(n)
    const divides = step.nodes.some((u) => tape.entry(u).op.startsWith('div') && tape.entry(u).args[1] === n)
    return op.startsWith('sub') && value?.length === 1 && value[0] === 0 && args.some(isPower) && divides
  })
  if (node === undefined) return undefined
  const { chain, next } = state
  const moment: Moment = { id: chain.id, name: chain.name, next, decay: 0, weight: 0, power: 1, exponent: 1 }
  const evidence = '1 − β^t is 0 in the first step, since t is 0 there, and the update is no number'
  return { departure: 'correction-zero', step, moment, node, evidence }
}
