/** One gradient at one point in; the truth beside it, element by element and along random directions, out. */

import { RandomStream } from '../../shared/index.ts'
import { type Derivative, derivative, drawDirection, type Setting } from './differences.ts'
import { type AtPoint, elementsOf, isMultiple, ratioOf } from './evidence.ts'
import { chooseElements, thinned } from './sample.ts'
import type { Gradient, Target } from './subject.ts'

/** Streams of random numbers: one for each purpose, so that none depends on how much another drew. */
const STREAM = { sample: 0x6261, direction: 0x6262 } as const

/**
 * Elements to compare; targets of one shape get the same ones. Where most of a gradient is zero, as of an embedding, half of
 * a sample is taken from rows that are not.
 */
export function sampleOf(target: Target, count: number, seed: number, given?: Gradient): number[] {
  const random = new RandomStream(seed, STREAM.sample)
  const chosen = chooseElements(target.shape, count, random)
  if (given === undefined || chosen.length === target.size || given.values.length !== target.size) return chosen
  const telling = chosen.filter((at) => given.values[at] !== 0).length
  if (telling * 4 >= chosen.length) return chosen
  const others = [...given.values.keys()].filter((at) => given.values[at] !== 0)
  const half = Math.ceil(count / 2)
  return [...new Set([...thinned(chosen, half), ...thinned(others, half)])]
}

export function measure(setting: Setting, target: Target, given: Gradient, indices: readonly number[]): AtPoint {
  const fits = given.values.length === target.size
  const truths = indices.map((at) => elementTruth(setting, target, given, at, fits))
  const values = setting.subject.valuesAt(target.name).slice()
  return { given, values, indices: [...indices], truths, directions: [] }
}

function elementTruth(setting: Setting, target: Target, given: Gradient, at: number, fits: boolean): Derivative {
  return derivative(setting, target, { at }, fits ? (given.values[at] as number) : Number.NaN)
}

/**
 * Compares all elements at once along random directions. Where the sampled elements agree and a direction does not, what
 * differs is looked for by halves, and its elements join the sample.
 */
export function measureDirections(setting: Setting, target: Target, point: AtPoint, count: number, seed: number): void {
  const { given } = point
  if (given.values.length !== target.size || given.values.some((x) => !Number.isFinite(x))) return
  const random = new RandomStream(seed, STREAM.direction)
  const evidence = { target, points: [point], tolerance: setting.tolerance }
  for (let drawn = 0; drawn < count; drawn++) {
    const direction = drawDirection(target.size, random)
    const measured = along(setting, target, given, direction)
    if (!measured.truth.smooth) continue
    point.directions.push(measured)
    const elements = elementsOf(evidence)
    const sampled = { ...evidence, points: [{ ...point, directions: [] }] }
    const guess = ratioOf(elements)
    const ratio = Number.isFinite(guess) && isMultiple(sampled, elements, guess, 10) ? guess : 1
    if (!isMultiple(sampled, elements, ratio, 10) || isMultiple(evidence, elements, ratio, 10)) continue
    for (const at of narrow(setting, target, given, direction, ratio)) {
      if (point.indices.includes(at)) continue
      point.indices.push(at)
      point.truths.push(elementTruth(setting, target, given, at, true))
    }
  }
}

function along(setting: Setting, target: Target, given: Gradient, direction: Float64Array) {
  const claim = direction.reduce((sum, d, at) => sum + d * (given.values[at] as number), 0)
  return { given: claim, truth: derivative(setting, target, { direction }, claim) }
}

/** An element in which given and ratio · true differ, and its neighbours. */
function narrow(setting: Setting, target: Target, given: Gradient, direction: Float64Array, ratio: number): number[] {
  let [from, to] = [0, target.size]
  while (to - from > 1) {
    const middle = (from + to) >> 1
    const off = (low: number, high: number) => {
      const part = direction.map((d, at) => (at >= low && at < high ? d : 0))
      const { given: claim, truth } = along(setting, target, given, part)
      return truth.smooth ? Math.abs(claim - ratio * truth.value) - 5 * truth.error : 0
    }
    if (off(from, middle) >= off(middle, to)) to = middle
    else from = middle
  }
  const columns = target.shape.at(-1) ?? 1
  const near = [0, 1, -1, 2, -2, columns, -columns, 2 * columns, -2 * columns]
  return near.map((by) => from + by).filter((at) => at >= 0 && at < target.size)
}
