/** Faults of an update that are no fault of its moments: decay, a velocity that is added the wrong way, sums that forget. */

import { PASSES } from '../roles/dependence.ts'
import { resolvePlaces } from '../roles/places.ts'
import { DIVISIONS, SUMS } from '../tape/operations.ts'
import type { Tape, Values } from '../tape/tape.ts'
import type { Fault } from './optimizer-faults.ts'
import { exponentOf, growthOf, type Moment } from './optimizer-form.ts'
import type { UpdateStep } from './optimizer-step.ts'

const near = (a: number, b: number, tolerance = 1e-6) =>
  Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
const show = (x: number) => String(Number(x.toPrecision(4)))
/** Of a parameter, the share by which a decay may change it in one step; what moves it further is something else. */
const MOST_DECAY = 0.2

/** What the update does to a parameter whose gradient is zero: it may shrink it, and not make it grow. */
export function decayFault(tape: Tape, step: UpdateStep): Fault | undefined {
  const states = new Map(step.states.map((s) => [s.chain.id, 0]))
  const taken = (parameter: number) => step.run({ gradient: 0, parameter, states }).update
  const [one, two, back, none] = [taken(1), taken(2), taken(-1), taken(0)]
  if (![one, two, back, none].every(Number.isFinite) || none !== 0 || one >= 0 || one < -MOST_DECAY) return undefined
  // What climbs as a whole is turned as a whole.
  if (step.run({ gradient: step.size, parameter: 0, states }).update * step.orientation < 0) return undefined
  if (!near(back, -one) || !(near(two, 2 * one) || near(two, one))) return undefined
  return {
    departure: 'decay-sign',
    step,
    moment: nothing(step),
    node: decayNode(tape, step),
    evidence: `with a gradient of 0, a parameter of 1 grows by ${show(-one)}, and one of −1 by ${show(-back)}`,
  }
}

/** The sum in which a multiple of the parameter stands beside the gradient; else the update. */
function decayNode(tape: Tape, step: UpdateStep): number {
  const own = new Set([step.before])
  for (const node of step.nodes) {
    const args = tape.entry(node).args.filter((a) => own.has(a) || step.nodes.includes(a) || a === step.gradient)
    if (args.length > 0 && args.every((a) => own.has(a))) own.add(node)
  }
  const itself = new Set([step.before])
  for (const node of step.nodes) {
    const { op, args } = tape.entry(node)
    if (PASSES.has(op) && itself.has(args[0] ?? -1)) itself.add(node)
  }
  // p += λ · p, ahead of the gradient, is such a sum as well.
  const sum = step.nodes.find((node) => {
    const { op, args } = tape.entry(node)
    return SUMS.has(op) && args.some((a) => !itself.has(a) && own.has(a))
  })
  return sum ?? step.after
}

/**
 * A velocity along which the update climbs, though the gradient itself has the right sign. Where the rate stands in
 * the velocity, that is the step, and is added; where it stands in the update, the velocity is a mean gradient.
 */
export function velocityFault(step: UpdateStep, moment: Moment, direct: number): Fault | undefined {
  if (step.orientation < 0 || !(direct < 0) || moment.power !== 1 || moment.exponent !== 1 || !(moment.decay > 0))
    return undefined
  const zero = new Map([[moment.id, 0]])
  if (step.run({ gradient: 0, states: zero }).update !== 0) return undefined
  // Nesterov's update takes the new state with 1 + β, and the old one with −β: the gradient enters by the new one alone.
  const isMean = near(Math.abs(moment.weight), 1) || near(Math.abs(moment.weight), 1 - moment.decay)
  const added = direct / moment.weight < 0
  const atUpdate = isMean ? added : !added
  return {
    departure: 'velocity-sign',
    step,
    moment,
    ...(atUpdate && { node: step.after }),
    evidence: `a gradient of ${show(step.size)} changes the parameter by ${show(-direct * step.size)}: the update climbs the loss`,
  }
}

/** Adadelta: √(mean of squared updates) / √(mean of squared gradients) · gradient. */
export function adadeltaFault(tape: Tape, step: UpdateStep): Fault | undefined {
  if (step.states.length !== 2) return undefined
  const grown = step.states.map((s) => growthOf(step, s.chain.id))
  const base = { gradient: step.size, states: new Map(step.states.map((s) => [s.chain.id, step.size ** 2])) }
  const powers = step.states.map((s) => exponentOf(step, base, { id: s.chain.id }))
  const above = powers.indexOf(0.5)
  const below = powers.indexOf(-0.5)
  const [top, bottom] = [step.states[above], step.states[below]]
  if (top === undefined || bottom === undefined) return undefined
  const [named, other] = [momentOf(top), momentOf(bottom)]
  if (grown[above]?.power === 2 && grown[below]?.power === 2)
    return {
      departure: 'adadelta-gradient',
      step,
      moment: named,
      other,
      evidence: `${named.name} grows with the square of the gradient, as ${other.name} does`,
    }
  if (grown[above]?.power === 2 && grown[below] === undefined)
    return {
      departure: 'adadelta-swapped',
      step,
      moment: named,
      other,
      node: step.nodes.filter((n) => DIVISIONS.has(tape.entry(n).op)).at(-1) ?? step.after,
      evidence: `with ${named.name}, the mean of squared gradients, four times as large, the update is twice as large`,
    }
  if (grown[below]?.power !== 2 || grown[above] !== undefined) return undefined
  const id = top.chain.id
  const at = (gradient: number) => step.run({ ...base, gradient })
  const begin = at(0).states.get(id) ?? Number.NaN
  const rows = [1, 3, 10]
    .map((k) => at(k * step.size))
    .map((r) => [(r.states.get(id) ?? Number.NaN) - begin, Math.abs(r.update)] as const)
  const constant = (power: number) => {
    const ratios = rows.map(([grows, update]) => grows / update ** power)
    return ratios.every((r) => r > 0 && near(r, ratios[0] as number, 1e-4))
  }
  if (constant(2) || !constant(1)) return undefined
  return {
    departure: 'adadelta-root',
    step,
    moment: named,
    other,
    evidence: `with an update ${show((rows[1]?.[1] ?? 0) / (rows[0]?.[1] ?? 1))} times as large, what ${named.name} takes is ${show((rows[1]?.[0] ?? 0) / (rows[0]?.[0] ?? 1))} times as large`,
  }
}

/** A sum of squares that is set in every step, where its place was made for a sum: only the gradient's sign is left. */
export function forgottenSum(tape: Tape, values: Values, step: UpdateStep): Fault | undefined {
  if (step.states.length > 0) return undefined
  const update = (gradient: number) => step.run({ gradient, states: NONE }).update
  const [one, four] = [update(100), update(400)]
  if (!near(one, four, 1e-3) || !(Math.abs(one) > 0)) return undefined
  const isGradient = (node: number | undefined, depth = 0): boolean =>
    node === step.gradient ||
    (node !== undefined &&
      depth < MOST_BOUNDS &&
      BOUNDING.has(tape.entry(node).op) &&
      tape.entry(node).args.some((a) => isGradient(a, depth + 1)))
  const isSquare = (node: number) => {
    const { op, args } = tape.entry(node)
    const [a, b] = args
    if (!isGradient(a)) return false
    return (
      op === 'square' || (/^(pow|power)$/.test(op) && values[b ?? -1]?.data[0] === 2) || (/^mul/.test(op) && b === a)
    )
  }
  const placeOf = resolvePlaces(tape.trace)
  const keyOf = (e: { place: string; owner: string | number; key: string | number }) =>
    `${e.place === 'name' ? `${e.owner}|` : ''}${placeOf(e.place, e.owner, e.key)}`
  const { events } = tape.trace
  const found = (name: string, node: number): Fault => ({
    departure: 'forgets',
    step,
    moment: { ...nothing(step), name, next: node },
    evidence: `with a gradient four times as large, the update is ${show(four / one)} times as large; ${name} begins at zero, and what it held is read by nothing`,
  })
  const isZero = (node: number) => values[node]?.data.every((x) => x === 0) === true
  for (const node of step.nodes) {
    // v[:] = g ** 2, in an array of zeros at first.
    const { op, args } = tape.entry(node)
    if ((op === 'put' || op === 'write') && isSquare(args[1] ?? -1)) {
      const first = [...tape.ancestors([args[0] ?? -1])].find(
        (n) => n !== node && isZero(n) && values[n]?.data.length === values[node]?.data.length,
      )
      const holder = events.find((e) => e.kind === 'store' && e.node === first)
      if (holder?.kind === 'store') return found(placeOf(holder.place, holder.owner, holder.key), node)
    }
    if (!isSquare(node)) continue
    const event = events.find((e) => e.kind === 'store' && e.node === node)
    if (event?.kind !== 'store') continue
    const key = keyOf(event)
    const made = events.find((e) => e.kind === 'store' && keyOf(e) === key)
    if (made?.kind !== 'store' || made.node >= node || !isZero(made.node)) continue
    return found(placeOf(event.place, event.owner, event.key), node)
  }
  return undefined
}

/** What keeps a gradient within bounds. */
const BOUNDING = new Set(['clip', 'minimum', 'maximum', 'copy'])
const MOST_BOUNDS = 3

const NONE: ReadonlyMap<number, number> = new Map()

function momentOf({ chain, next }: UpdateStep['states'][number]): Moment {
  return { id: chain.id, name: chain.name, next, decay: 0, weight: 0, power: 2, exponent: 0.5 }
}

function nothing(step: UpdateStep): Moment {
  return { id: -1, name: '', next: step.after, decay: 0, weight: 0, power: 1, exponent: 1 }
}
