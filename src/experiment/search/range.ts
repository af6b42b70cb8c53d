/** What a field is tried with: every value of a grid, or values drawn from a range or a list. */

import { showValue } from '../../network/index.ts'
import type { RandomStream } from '../../shared/index.ts'
import { type Field, isObject, type Place, parsePlain, splitList, wrongType } from '../schema/index.ts'

/** As it stands in a file: `{ logUniform: [1e-4, 1e-1] }`. */
export type Range =
  | { readonly uniform: readonly [low: number, high: number] }
  | { readonly logUniform: readonly [low: number, high: number] }
  /** Whole numbers, both ends included. */
  | { readonly integer: readonly [low: number, high: number] }
  /** One of these, drawn. */
  | { readonly choice: readonly unknown[] }
  /** Each of these, crossed with all other grids. */
  | { readonly grid: readonly unknown[] }

const KINDS = ['uniform', 'logUniform', 'integer', 'choice', 'grid'] as const
type Kind = (typeof KINDS)[number]

function checkEnds(kind: Kind, values: readonly unknown[], place: Place): void {
  const whole = kind === 'integer'
  const expected = `two ${whole ? 'whole ' : ''}numbers${kind === 'logUniform' ? ' above 0' : ''}, the lower first`
  const [low, high] = values
  const fits = (value: unknown): value is number =>
    typeof value === 'number' && Number.isFinite(value) && (!whole || Number.isSafeInteger(value))
  if (values.length === 2 && fits(low) && fits(high) && low < high && (kind !== 'logUniform' || low > 0)) return
  throw place.error('E-VALUE', expected, showValue(values), `write { ${kind}: [1, 10] }.`)
}

export const rangeField: Field<Range> = {
  expected: `a range: ${KINDS.join(', ')}`,
  read: (value, place) => {
    if (Array.isArray(value)) return rangeField.read({ grid: value }, place)
    if (!isObject(value))
      throw wrongType(place, 'a range, such as { logUniform: [1e-4, 1e-1] } or { grid: [1, 2] }', value)
    const [name = '', ...more] = Object.keys(value)
    const kind = KINDS.find((each) => each === name)
    if (kind === undefined) throw place.unknown('range', name, KINDS)
    if (more.length > 0)
      throw place.error('E-USAGE', 'one kind of range', [name, ...more].join(' and '), 'keep one of them.')
    const values = value[kind]
    const at = place.child(kind)
    if (!Array.isArray(values)) throw wrongType(at, 'a list', values)
    if (kind !== 'choice' && kind !== 'grid') checkEnds(kind, values, at)
    else if (values.length === 0) throw at.error('E-VALUE', 'at least one value', 'none', 'list the values to try.')
    return value as unknown as Range
  },
  parse: (given, place) => {
    const call = /^\s*(\w+)\((.*)\)\s*$/.exec(given)
    if (call === null) return parsePlain(given, place)
    const [, kind = '', inside = ''] = call
    return { [kind]: splitList(inside).map((part) => parsePlain(part, place)) }
  },
}

/** The values of a grid; undefined for a range that is drawn from. */
export function gridOf(range: Range): readonly unknown[] | undefined {
  return 'grid' in range ? range.grid : undefined
}

/** A value of the range. */
export function drawFrom(range: Range, random: RandomStream): unknown {
  if ('choice' in range) return range.choice[random.below(range.choice.length)]
  if ('grid' in range) return range.grid[random.below(range.grid.length)]
  if ('integer' in range) return range.integer[0] + random.below(range.integer[1] - range.integer[0] + 1)
  if ('uniform' in range) return range.uniform[0] + (range.uniform[1] - range.uniform[0]) * random.uniform()
  const [low, high] = range.logUniform
  // Rounding must not leave the range.
  return Math.min(high, Math.max(low, Math.exp(Math.log(low) + Math.log(high / low) * random.uniform())))
}
