/**
 * What an optimiser's update is, measured on its program: how each state grows (decay·state + weight·gradient^power),
 * with which power it enters the update, and by what factor from step to step, bias correction included.
 */

import type { Given, UpdateStep } from './optimizer-step.ts'

/** state' = decay · state + weight · gradient^power. */
export interface Moment {
  readonly id: number
  readonly name: string
  readonly next: number
  readonly decay: number
  readonly weight: number
  readonly power: 1 | 2
  /** The update's power of this state where the state is large: 1 for a momentum, −1/2 for a mean of squares. */
  readonly exponent: number
}

export interface Form {
  readonly moments: readonly Moment[]
  /** Whether the update turns its sign with the gradient. */
  readonly odd: boolean
  /** A Nesterov form adds the gradient itself: what of ∂update is the gradient's, and what the old momentum's. */
  readonly direct: number
  readonly throughOld: ReadonlyMap<number, number>
}

const LARGE = 1e20
const near = (a: number, b: number, tolerance = 1e-6) => Math.abs(a - b) <= tolerance * Math.max(1e-300, Math.abs(b))

/** The form of a step's update, or undefined where a state grows in some other way. */
export function formOf(step: UpdateStep): Form | undefined {
  const moments: Moment[] = []
  for (const state of step.states) {
    const grown = growthOf(step, state.chain.id)
    if (grown === undefined) return undefined
    moments.push({ ...grown, id: state.chain.id, name: state.chain.name, next: state.next, exponent: 0 })
  }
  const base = baseOf(step, moments)
  const measured = moments.map((m) => ({ ...m, exponent: exponentOf(step, base, m) }))
  if (measured.some((m) => !Number.isFinite(m.exponent))) return undefined
  const turned: Given = {
    gradient: -base.gradient,
    states: new Map(measured.map((m) => [m.id, (m.power === 1 ? -1 : 1) * (base.states.get(m.id) ?? 0)])),
  }
  const [there, back] = [step.run(base).update, step.run(turned).update]
  const zero = new Map(measured.map((m) => [m.id, m.power === 2 ? (base.states.get(m.id) ?? 0) : 0]))
  const alone = (states: ReadonlyMap<number, number>, gradient: number) => step.run({ gradient, states }).update
  const throughOld = new Map(
    measured
      .filter((m) => m.power === 1)
      .map((m) => [m.id, alone(new Map([...zero, [m.id, step.size]]), 0) / step.size]),
  )
  return { moments: measured, odd: near(back, -there), direct: alone(zero, step.size) / step.size, throughOld }
}

export function growthOf(step: UpdateStep, id: number): { decay: number; weight: number; power: 1 | 2 } | undefined {
  const others = new Map(step.states.map((s) => [s.chain.id, step.size]))
  const next = (state: number, gradient: number) =>
    step.run({ gradient, states: new Map([...others, [id, state]]) }).states.get(id) ?? Number.NaN
  const { size } = step
  const decay = next(1, 0)
  const one = next(0, size)
  if (![decay, one].every(Number.isFinite) || one === 0 || !near(next(2, 0), 2 * decay)) return undefined
  const power = near(next(0, 2 * size), 2 * one) ? 1 : near(next(0, 2 * size), 4 * one) ? 2 : undefined
  if (power === undefined || !near(next(0, -size), power === 1 ? -one : one)) return undefined
  const unit = size ** power
  if (!near(next(unit, size), decay * unit + one)) return undefined
  return { decay, weight: one / unit, power }
}

function baseOf(step: UpdateStep, moments: readonly Moment[]): Given {
  return { gradient: step.size, states: new Map(moments.map((m) => [m.id, step.size ** m.power])) }
}

/** The update's power of a state where that is large; NaN where it is none. */
export function exponentOf(step: UpdateStep, base: Given, moment: { readonly id: number }): number {
  const at = (value: number) =>
    step.run({ gradient: base.gradient, states: new Map([...base.states, [moment.id, value]]) }).update
  const [a, b] = [at(LARGE), at(4 * LARGE)]
  const exponent = Math.log(b / a) / Math.log(4)
  const plain = Math.round(exponent * 2) / 2
  return Math.abs(exponent - plain) < 1e-5 ? plain : Number.NaN
}

/** How the factors of the steps' updates follow the step's number t, for a first moment over the root of a second. */
export type Correction =
  | 'none'
  | 'both'
  | 'first'
  | 'second'
  | 'swapped'
  | 'first-twice'
  | 'second-unrooted'
  | 'inverted'
  | 'first-by-second'
  | 'second-by-first'

const CORRECTIONS: readonly (readonly [Correction, (a: number, b: number) => number])[] = [
  ['none', () => 1],
  ['both', (a, b) => Math.sqrt(b) / a],
  ['first', (a) => 1 / a],
  ['second', (_, b) => Math.sqrt(b)],
  ['swapped', (a, b) => Math.sqrt(a) / b],
  ['first-twice', (a, b) => Math.sqrt(b) / (a * a)],
  ['second-unrooted', (a, b) => b / a],
  ['inverted', (a, b) => a / Math.sqrt(b)],
  ['first-by-second', (_, b) => Math.sqrt(b) / b],
  ['second-by-first', (a) => Math.sqrt(a) / a],
]

/** Which corrections (a = 1 − β₁^t, b = 1 − β₂^t) the steps' factors follow; undefined where none of these, as with a schedule. */
export function correctionOf(
  steps: readonly UpdateStep[],
  first: Moment,
  second: Moment,
  decays: readonly [number, number] = [first.decay, second.decay],
): Correction | undefined {
  // States that a step makes itself, `self.m.get(k, 0)`, are there from the second one on.
  const has = (step: UpdateStep, id: number) => step.states.some((s) => s.chain.id === id)
  const later = steps.slice(1).every((s) => has(s, first.id) && has(s, second.id))
  const known = later && steps[0] !== undefined && steps[0].states.length === 0 ? steps.slice(1) : steps
  const factors = known.map((step) => {
    if (!has(step, first.id) || !has(step, second.id)) return Number.NaN
    return step.run({
      gradient: 0,
      states: new Map([
        [first.id, 1],
        [second.id, LARGE],
      ]),
    }).update
  })
  if (factors.length < 2 || !factors.every((f) => Number.isFinite(f) && f !== 0)) return undefined
  for (const [name, factor] of CORRECTIONS)
    for (const offset of name === 'none' ? [1] : [1, 2]) {
      const rates = factors.map(
        (f, k) =>
          f /
          factor(
            1 - decays[0] ** ((known[k]?.index ?? k) + offset),
            1 - decays[1] ** ((known[k]?.index ?? k) + offset),
          ),
      )
      if (rates.every((r) => near(r, rates[0] as number))) return name
    }
  return undefined
}
