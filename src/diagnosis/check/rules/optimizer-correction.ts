/**
 * A bias correction 1 − X whose X grows from step to step, as β · t does where β^t is meant. What is legal falls towards 0:
 * β^t, a running product of decays. The weight that a moment's growth takes of what is new is no correction. A divisor that
 * falls as a whole, (1 − β)^t, is the same mistake.
 */

import { DIVISIONS } from '../tape/operations.ts'
import type { Tape, Values } from '../tape/tape.ts'
import { growthOf, type Moment } from './optimizer-form.ts'
import type { UpdateStep } from './optimizer-step.ts'

const ROOTS = new Set(['sqrt', 'pow', 'power'])
const FEWEST = 2
const MOST_SHOWN = 3
const MOST_DEPTH = 6
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b))
const show = (x: number) => String(Number(x.toPrecision(4)))

export interface WrongCorrection {
  readonly moment: Moment
  /** 1 − X, in the first of the steps. */
  readonly node: number
  readonly evidence: string
}

export function wrongCorrection(
  tape: Tape,
  values: Values,
  steps: readonly UpdateStep[],
  moments: readonly Moment[],
): WrongCorrection | undefined {
  if (steps.length < FEWEST) return undefined
  const constant = moments.filter((m) =>
    steps.slice(1).every((step) => near(growthOf(step, m.id)?.decay ?? 0, m.decay)),
  )
  const [first] = steps
  for (const { site, node } of first === undefined ? [] : correctionsIn(tape, values, first)) {
    const all = steps.map((step) => correctionsIn(tape, values, step).find((c) => c.site === site))
    const xs = all.map((c) => c?.x ?? Number.NaN)
    if (!xs.slice(1).every((x, k) => x > (xs[k] as number) && !near(x, xs[k] as number))) continue
    const moment = constant.find((m) => all.every((c) => c !== undefined && isFrom(tape, values, c.from, m.decay)))
    if (moment === undefined) continue
    return {
      moment,
      node,
      evidence: `1 − X is ${besideLegal(
        xs.map((x) => 1 - x),
        moment,
      )}`,
    }
  }
  return fallingDivisor(tape, values, steps, constant)
}

/** A number made of a moment's decay that the update is divided by, smaller in every step. */
function fallingDivisor(
  tape: Tape,
  values: Values,
  steps: readonly UpdateStep[],
  moments: readonly Moment[],
): WrongCorrection | undefined {
  const divisorsIn = (step: UpdateStep) =>
    step.reads.filter(
      (node) => values[node]?.data.length === 1 && POWERS.has(tape.entry(node).op) && corrects(tape, step, node),
    )
  for (const node of steps[0] === undefined ? [] : divisorsIn(steps[0])) {
    const { site } = tape.entry(node)
    const all = steps.map((step) => divisorsIn(step).find((n) => tape.entry(n).site === site) ?? -1)
    const xs = all.map((n) => values[n]?.data[0] ?? Number.NaN)
    if (!xs.every((x, k) => x > 0 && x < 1 && (k === 0 || x < 0.9 * (xs[k - 1] as number)))) continue
    const moment = moments.find((m) => all.every((n) => isFrom(tape, values, n, m.decay)))
    if (moment === undefined) continue
    return { moment, node, evidence: `the divisor is ${besideLegal(xs, moment)}` }
  }
  return undefined
}

/** What stands for a correction in the first steps, beside what it should be. */
function besideLegal(found: readonly number[], { decay }: Moment): string {
  const some = (list: readonly number[]) => list.slice(0, MOST_SHOWN).map(show).join(', ')
  const legal = found.map((_, k) => 1 - decay ** (k + 1))
  return `${some(found)} in the first steps, where 1 − ${show(decay)}^t is ${some(legal)}`
}

const POWERS = new Set(['pow', 'power', 'float_power'])

interface Subtracted {
  readonly site: number
  readonly node: number
  readonly from: number
  readonly x: number
}

/** The numbers 1 − X that an update divides by, or takes the root of, and that its states' growth is not computed with. */
function correctionsIn(tape: Tape, values: Values, step: UpdateStep): Subtracted[] {
  const stop = new Set([step.gradient, step.before, ...step.states.map((s) => s.old)])
  const grows = tape.ancestors(
    step.states.map((s) => s.next),
    stop,
  )
  return step.reads.flatMap((node): Subtracted[] => {
    const { op, args, site } = tape.entry(node)
    const [one, from = -1] = args
    const x = values[from]?.data
    if (!op.startsWith('sub') || grows.has(node) || x?.length !== 1 || !corrects(tape, step, node)) return []
    return values[one ?? -1]?.data.length === 1 && values[one ?? -1]?.data[0] === 1
      ? [{ site, node, from, x: x[0] as number }]
      : []
  })
}

/** A rate that falls in a straight line, lr · (1 − 0.9 · t / T), is a factor. */
function corrects(tape: Tape, { reads }: UpdateStep, node: number): boolean {
  return reads.some((user) => {
    const { op, args } = tape.entry(user)
    return (DIVISIONS.has(op) && args[1] === node) || (ROOTS.has(op) && args[0] === node)
  })
}

/** Whether a number is computed from a decay, by operations on numbers alone. */
function isFrom(tape: Tape, values: Values, node: number, decay: number, depth = 0): boolean {
  const own = values[node]?.data
  if (own?.length !== 1 || depth > MOST_DEPTH) return false
  if (near(own[0] as number, decay) && depth > 0) return true
  return tape.entry(node).args.some((arg) => isFrom(tape, values, arg, decay, depth + 1))
}
