/** What was measured of one gradient, and the plain questions that can be asked of it. */

import type { Derivative } from './differences.ts'
import type { Gradient, Target } from './subject.ts'

export interface AtPoint {
  /** As the code computes it, all elements. */
  readonly given: Gradient
  /** The target's own values there. */
  readonly values: Float64Array
  readonly indices: number[]
  readonly truths: Derivative[]
  /** Along random directions: what the given gradient says, and what the loss does. */
  readonly directions: { readonly given: number; readonly truth: Derivative }[]
}

export interface Evidence {
  readonly target: Target
  readonly points: AtPoint[]
  readonly tolerance: number
}

/** A value that is probed in the forward pass alone: it may be an operand. */
export interface Bystander {
  readonly name: string
  readonly shape: readonly number[]
  /** Its elements at each point. */
  readonly at: Float64Array[]
}

/** One element at one point where the loss is smooth. */
export interface Element {
  readonly at: number
  readonly point: number
  readonly given: number
  readonly truth: number
  readonly error: number
  /** The target's own value. */
  readonly value: number
}

export function elementsOf(evidence: Evidence): Element[] {
  return evidence.points.flatMap(({ given, values, indices, truths }, point) =>
    indices.flatMap((at, k) => {
      const truth = truths[k]
      if (truth === undefined || !truth.smooth) return []
      const parts = { at, point, given: given.values[at] ?? Number.NaN, value: values[at] ?? Number.NaN }
      return [{ ...parts, truth: truth.value, error: truth.error }]
    }),
  )
}

export const sumOf = <T>(list: readonly T[], f: (x: T) => number) => list.reduce((sum, x) => sum + f(x), 0)
export const normOf = <T>(list: readonly T[], f: (x: T) => number) => Math.sqrt(sumOf(list, (x) => f(x) ** 2))

/** Whether a claimed value and the truth differ by no more than the tolerance and the errors of the differences. */
export function agree(element: Element, claim: number, size: number, tolerance: number): boolean {
  const { given, error } = element
  const scale = Math.max(Math.abs(given), Math.abs(claim), 1e-2 * size)
  return Math.abs(given - claim) <= tolerance * scale + 5 * error
}

/** Root mean square of what is given and of the truth, the larger one: what an element is small or large against. */
export function sizeOfElements(elements: readonly Element[]): number {
  const n = Math.sqrt(Math.max(1, elements.length))
  return Math.max(normOf(elements, (e) => e.given) / n, normOf(elements, (e) => e.truth) / n)
}

/** Whether given = ratio · true, at all points, at all elements and along all directions. */
export function isMultiple(evidence: Evidence, elements: readonly Element[], ratio: number, slack = 1): boolean {
  const tolerance = evidence.tolerance * slack
  const size = sizeOfElements(elements)
  const scaled = (e: Element) => ({ ...e, error: e.error * Math.abs(ratio) })
  if (!elements.every((e) => agree(scaled(e), ratio * e.truth, size, tolerance))) return false
  return evidence.points.every(({ directions }) =>
    directions.every(({ given, truth }) => {
      if (!truth.smooth) return true
      const scale = Math.max(Math.abs(given), size)
      return Math.abs(given - ratio * truth.value) <= 10 * tolerance * scale + 5 * Math.abs(ratio) * truth.error
    }),
  )
}

/** The multiple of the truth that comes nearest to what is given; NaN where the truth is zero. */
export function ratioOf(elements: readonly Element[]): number {
  return sumOf(elements, (e) => e.given * e.truth) / sumOf(elements, (e) => e.truth ** 2)
}

/** Whether the loss does not depend on it, as far as rounding lets one see. */
export function isFlat(elements: readonly Element[]): boolean {
  return elements.every((e) => Math.abs(e.truth) <= 3 * e.error)
}

/** The same of all elements at once, as far as random directions were tried. */
export function isFlatAlong(evidence: Evidence): boolean {
  return evidence.points.every(({ directions }) =>
    directions.every(({ truth }) => Math.abs(truth.value) <= 3 * truth.error),
  )
}

/** ‖given − ratio · true‖ by the larger of ‖given‖ and ‖ratio · true‖. */
export function relativeErrorOf(elements: readonly Element[], ratio: number): number {
  const difference = normOf(elements, (e) => e.given - ratio * e.truth)
  if (difference === 0) return 0
  return (
    difference /
    Math.max(
      normOf(elements, (e) => e.given),
      Math.abs(ratio) * normOf(elements, (e) => e.truth),
    )
  )
}

/** Row and column of an index; axes before the last are taken together. */
export function placeOf(shape: readonly number[], at: number): { row: number; column: number } {
  const columns = shape.at(-1) ?? 1
  return { row: Math.floor(at / columns), column: at % columns }
}
