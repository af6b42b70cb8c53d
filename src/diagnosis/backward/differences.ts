/**
 * The truth: derivatives of the loss by central differences, each with an estimate of its error. Two steps, h and h/2,
 * are combined by Richardson's extrapolation, (4·D(h/2) − D(h)) / 3, whose truncation error is O(h⁴).
 */

import type { RandomStream } from '../../shared/index.ts'
import type { Move, Subject, Target } from './subject.ts'

export interface Derivative {
  readonly value: number
  /** Of the value: what rounding and truncation may have done to it. */
  readonly error: number
  /** False at a kink, or where the loss beside it is not finite: the value says nothing. */
  readonly smooth: boolean
}

/** The spacing of doubles at 1, and of singles. */
const EPSILON = 2 ** -52
const EPSILON_SINGLE = 2 ** -23
/** How far the step shrinks, from try to try, to get away from a kink beside the point. */
const SHRINK = 1 / 16
const TRIES = 5

/** What of the loss is rounding, in units of the loss. */
export interface Noise {
  readonly absolute: number
  /** Of `size`: 2⁻⁵² or somewhat more in f64, 1e-7 where something is computed in f32. */
  readonly relative: number
  /** Of the loss here and near here: it may be 0 at the point itself. */
  readonly size: number
}

/**
 * The rounding of a computed function, from a difference table of nearly equal arguments: of order k, differences of a
 * smooth function vanish, and those of noise have variance (2k)! / (k!)² times its own.
 * Source: J. J. Moré, S. M. Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33 (2011), section 3.
 */
export function estimateNoise(subject: Subject, loss: number, random: RandomStream): Noise {
  const largest = subject.parameters.reduce((a, b) => (b.size > a.size ? b : a))
  const whole = subject.sizeAt(largest.name) || 1e-2
  const estimates: number[] = []
  let size = Math.max(Math.abs(loss), Number.MIN_VALUE)
  for (const spacing of [1e-7, 5e-8, 3e-8]) {
    // Each element by a part of itself: of small ones the loss may depend on a small scale.
    const direction = subject.valuesAt(largest.name).map((x) => random.normal() * (Math.abs(x) || whole))
    const near = Math.abs(subject.lossMoved(largest, { direction }, 0.1).loss)
    if (Number.isFinite(near)) size = Math.max(size, near)
    const table = [loss]
    for (let k = 1; k < 7; k++) table.push(subject.lossMoved(largest, { direction }, k * spacing).loss)
    const level = noiseOf(table)
    if (Number.isFinite(level)) estimates.push(level)
  }
  // Where one line crosses a kink, it looks like noise; two of three do so rarely.
  const middle = estimates.sort((a, b) => a - b)[Math.floor((estimates.length - 1) / 2)] ?? 0
  const floor = subject.parameters.some((target) => target.single) ? EPSILON_SINGLE / 4 : EPSILON
  const absolute = Math.max(middle, floor * size)
  return { absolute, relative: absolute / size, size }
}

/** What is left in differences of third to fifth order, the smallest of the three: a smooth function leaves less in each. */
function noiseOf(losses: readonly number[]): number {
  let table = losses
  let factor = 1
  let least = Number.POSITIVE_INFINITY
  for (let order = 1; order <= 5; order++) {
    table = table.slice(1).map((x, at) => x - (table[at] as number))
    factor *= order / (2 * (2 * order - 1))
    const level = Math.sqrt((factor * table.reduce((sum, d) => sum + d * d, 0)) / table.length)
    if (order >= 3) least = Math.min(least, level)
  }
  return least
}

/**
 * The step, in units of the variable. ∛(noise of the loss) is where rounding and the O(h²) of one difference are alike;
 * since the extrapolation takes the O(h²) away, a wider one loses less to rounding.
 */
export function stepOf(noise: Noise): number {
  return Math.min(2 ** -7, 8 * Math.cbrt(noise.relative))
}

export interface Setting {
  readonly subject: Subject
  /** The loss at the present point. */
  readonly loss: number
  readonly noise: Noise
  readonly tolerance: number
}

/**
 * ∂loss/∂element, or along a direction. `given` is what the code under test says: where the first difference agrees with
 * it, two evaluations are enough; otherwise it takes four, and more beside a kink.
 */
export function derivative(setting: Setting, target: Target, move: Move, given: number): Derivative {
  const { subject, loss, noise, tolerance } = setting
  const own = 'at' in move ? Math.abs(subject.valuesAt(target.name)[move.at] as number) : 0
  let step = stepOf(noise) * Math.max(own, subject.sizeAt(target.name), 0.1)
  let best: Derivative = { value: Number.NaN, error: Number.POSITIVE_INFINITY, smooth: false }
  let wide = sides(subject, target, move, step, loss)
  const early = rounding(noise, step)
  const apart = Math.abs(wide.central - given)
  const same = given === 0 ? wide.central === 0 && wide.gap === 0 : apart <= 0.1 * tolerance * Math.abs(given) + early
  if (same) return { value: wide.central, error: early + apart, smooth: true }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const narrow = sides(subject, target, move, step / 2, loss)
    const value = (4 * narrow.central - wide.central) / 3
    const floor = rounding(noise, step / 2)
    const spread = Math.abs(narrow.central - wide.central)
    // Curvature halves with the step; a jump of the slope at the point itself does not.
    const jump = narrow.gap > 0.75 * wide.gap && narrow.gap > 1e-4 * Math.abs(value) + 8 * floor
    const error = 2 * floor + (Number.isFinite(spread) ? spread / 3 : Number.POSITIVE_INFINITY)
    if (!jump && Number.isFinite(value) && error < best.error) best = { value, error, smooth: true }
    if (!jump && spread <= 1e-5 * Math.abs(value) + 4 * floor) return { value, error, smooth: true }
    step *= SHRINK
    wide = sides(subject, target, move, step, loss)
  }
  return best.smooth && best.error <= 1e-3 * Math.abs(best.value) ? best : { ...best, smooth: false }
}

interface Sides {
  readonly central: number
  /** Between the two one-sided differences. */
  readonly gap: number
}

function sides(subject: Subject, target: Target, move: Move, step: number, loss: number): Sides {
  const above = subject.lossMoved(target, move, step)
  const below = subject.lossMoved(target, move, -step)
  const width = above.position - below.position
  if (!(width > 0)) return { central: Number.NaN, gap: Number.NaN }
  return {
    central: (above.loss - below.loss) / width,
    gap: Math.abs(above.loss - 2 * loss + below.loss) / (width / 2),
  }
}

const rounding = (noise: Noise, step: number) => (2 * noise.absolute) / step

export function drawDirection(size: number, random: RandomStream): Float64Array {
  const direction = Float64Array.from({ length: size }, () => random.normal())
  // Of unit root mean square over the whole: the loss then moves as it does for one element of unit gradient.
  const norm = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0))
  return direction.map((x) => x / norm)
}
