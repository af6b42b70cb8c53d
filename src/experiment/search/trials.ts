/** Which trials a search makes: every combination of its grids, with drawn values beside them. Decided by the seed alone. */

import { known, RandomStream } from '../../shared/index.ts'
import type { SearchConfig } from '../fields/index.ts'
import type { Place } from '../schema/index.ts'
import { drawFrom, gridOf, type Range } from './range.ts'

export interface Trial {
  /** Counted from 1. */
  number: number
  /** What is tried, by field. */
  values: Readonly<Record<string, unknown>>
}

/** Trials where values are drawn and nothing is said. */
const USUAL_TRIALS = 20
/** Apart from the streams that data and networks draw from, whatever their seed is. */
const FIRST_STREAM = 0x5ea_0000

type Axis = readonly [path: string, values: readonly unknown[]]

/** Every way to take one value of each axis, the last axis fastest. */
function cross(axes: readonly Axis[]): Record<string, unknown>[] {
  return axes.reduce<Record<string, unknown>[]>(
    (rows, [path, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [path]: value }))),
    [{}],
  )
}

/**
 * The trials, in order. More trials of the same search begin with the same ones, unless its grids are only sampled.
 * @throws NablaError E-VALUE for more trials than a search of grids alone has.
 */
export function planTrials({ vary, trials, seed }: SearchConfig, place: Place): Trial[] {
  const ranges = Object.entries(vary) as [string, Range][]
  const axes = ranges.flatMap(([path, range]): Axis[] => {
    const values = gridOf(range)
    return values === undefined ? [] : [[path, values]]
  })
  const drawn = ranges.filter(([, range]) => gridOf(range) === undefined)
  const grid = cross(axes)
  const count = trials ?? (drawn.length === 0 ? grid.length : Math.max(USUAL_TRIALS, grid.length))
  if (drawn.length === 0 && count > grid.length) {
    const expected = `at most ${grid.length}, all that the grids have`
    throw place.child('trials').error('E-VALUE', expected, String(count), 'give fewer, or leave it out.')
  }
  const order = Int32Array.from({ length: grid.length }, (_, index) => index)
  if (drawn.length === 0 && count < grid.length) new RandomStream(seed, FIRST_STREAM).shuffle(order)
  return Array.from({ length: count }, (_, index) => {
    const random = new RandomStream(seed, FIRST_STREAM + 1 + index)
    const row = known(grid[order[index % grid.length] ?? 0], 'a grid has at least one row')
    const draws = drawn.map(([path, range]) => [path, drawFrom(range, random)] as const)
    return { number: index + 1, values: inOrder(ranges, { ...row, ...Object.fromEntries(draws) }) }
  })
}

/** The values in the order in which the search names its fields. */
function inOrder(ranges: readonly [string, Range][], values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(ranges.map(([path]) => [path, values[path]]))
}
