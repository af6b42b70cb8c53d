/** A gradient that lacks what some uses of its value ask for. */

import type { Analysis } from '../analyse.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { OPERATIONS, SUMS } from '../tape/operations.ts'
import { add, type Tensor } from '../tape/tensor.ts'
import type { FindingKind } from '../types.ts'
import { partsBehindMoves } from './parts.ts'
import { isElementwise } from './remake/change.ts'
import type { Occurrence } from './situation.ts'

interface Lack {
  readonly kind: FindingKind
  readonly text: string
  /** Whether it is a derivative that the statement multiplies with which lacks it. */
  readonly ofFactor?: boolean
}

/** A value that is used in several places has the sum of what each of them asks for. */
export function lackOf(
  analysis: Analysis,
  adjoints: readonly ReadonlyMap<number, Tensor>[],
  one: Occurrence,
): Lack | undefined {
  const { tape } = analysis
  const [given, wanted] = [join(one.given), join(one.wanted)]
  const isFunction = endsInOne(analysis, adjoints, one.target)
  const bySite = new Map<number, Float64Array>()
  const single: Float64Array[] = []
  for (const { use, parts } of partsBehindMoves(analysis, adjoints, one.target)) {
    const part = join(parts)
    if (part.length !== wanted.length) continue
    single.push(part)
    const { site } = tape.entry(use)
    const known = bySite.get(site)
    bySite.set(site, known === undefined ? part : known.map((x, k) => x + (part[k] as number)))
  }
  const isOne = single.length > 1 && single.some((part) => isSame(given, part))
  if (isOne && bySite.size < single.length)
    return {
      kind: 'overwritten-sum',
      text: `it is what one of ${single.length} uses of the value asks for, not their sum`,
    }
  const subset = missingAmong(given, wanted, [...bySite])
  if (subset !== undefined) return inWords(analysis, isFunction, [...bySite.keys()], subset)
  const ways = furtherParts(analysis, adjoints, one.target)
  const further = missingAmong(given, wanted, ways)
  if (further === undefined) return undefined
  return inWords(
    analysis,
    isFunction,
    ways.map(([site]) => site),
    further,
  )
}

function inWords(analysis: Analysis, isFunction: boolean, all: readonly number[], missing: readonly number[]): Lack {
  // A function has one derivative, be its argument used several times, as in `x * sigmoid(x)`.
  if (isFunction && new Set(all).size === all.length)
    return {
      kind: 'wrong-activation-derivative',
      text: `a part of the derivative of line ${linesOf(analysis, missing)} is missing`,
      ofFactor: true,
    }
  const text =
    missing.length === all.length - 1
      ? 'it is the gradient through one use of the value alone: the others are missing'
      : `the gradient through line ${linesOf(analysis, missing)} is missing`
  return { kind: 'missing-term', text }
}

const MOST_INSIDE = 60

/** Whether all that is computed from a value comes together again in one, element by element: a function of it. */
function endsInOne(
  { tape, points }: Analysis,
  adjoints: readonly ReadonlyMap<number, Tensor>[],
  target: number,
): boolean {
  const size = points.values[0]?.[target]?.data.length
  const readersOf = (node: number) => [...tape.readers(node)].filter((r) => adjoints[0]?.has(r) === true)
  // With a bias added it is still the same argument.
  let argument = target
  for (let [reader, ...others] = readersOf(argument); reader !== undefined && others.length === 0; ) {
    if (!SUMS.has(tape.entry(reader).op)) return false
    argument = reader
    ;[reader, ...others] = readersOf(argument)
  }
  const inside = new Set([argument])
  const open = new Set(readersOf(argument))
  while (open.size > 1 && inside.size < MOST_INSIDE) {
    const next = Math.min(...open)
    if (!isElementwise(tape.entry(next).op) || points.values[0]?.[next]?.data.length !== size) return false
    open.delete(next)
    inside.add(next)
    for (const reader of readersOf(next)) if (!inside.has(reader)) open.add(reader)
  }
  const [end = -1] = open
  return open.size === 1 && isElementwise(tape.entry(end).op) && points.values[0]?.[end]?.data.length === size
}

const linesOf = ({ trace }: Analysis, sites: readonly number[]) =>
  [...new Set(sites.map((site) => trace.sites[site]?.line ?? '?'))].join(' and ')

/** What each use of a value asks for, and where what that computes is used several times, use by use again. */
function furtherParts(
  analysis: Analysis,
  adjoints: readonly ReadonlyMap<number, Tensor>[],
  target: number,
): [number, Float64Array][] {
  const { tape, points } = analysis
  return partsBehindMoves(analysis, adjoints, target)
    .slice(0, MOST_WAYS)
    .flatMap(({ use, parts }): [number, Float64Array][] => {
      const { op, args, params, site } = tape.entry(use)
      const later = partsBehindMoves(analysis, adjoints, use)
      if (later.length < 2 || later.length > MOST_WAYS) return [[site, join(parts)]]
      return later.map(({ use: second, parts: asked }) => {
        const through = asked.map((gy, p) => {
          const [y, operands] = [points.values[p]?.[use], args.map((a) => points.values[p]?.[a])]
          if (gy === undefined || y === undefined || operands.some((o) => o === undefined)) return undefined
          const found = OPERATIONS[op]?.gradient(gy, operands as Tensor[], y, params) ?? []
          const own = args.flatMap((a, i) => (a === target && found[i] != null ? [found[i]] : []))
          return own.reduce<Tensor | undefined>((sum, g) => (sum === undefined ? g : add(sum, g)), undefined)
        })
        return [tape.entry(second).site, join(through)]
      })
    })
}

const MOST_WAYS = 6

/** Of the parts whose sum is wanted, those that what is there lacks. */
function missingAmong(
  given: Float64Array,
  wanted: Float64Array,
  parts: readonly (readonly [number, Float64Array])[],
): number[] | undefined {
  if (parts.length < 2 || parts.length > MOST_WAYS || given.length !== wanted.length) return undefined
  const sum = (chosen: readonly Float64Array[]) =>
    wanted.map((_, i) => chosen.reduce((x, p) => x + (p[i] as number), 0))
  // What is wanted may be a multiple: of the rate that the right parameters have.
  const whole = proportion(wanted, sum(parts.map(([, part]) => part)))
  if (!(whole.residual < MATCH)) return undefined
  for (let mask = 1; mask < 2 ** parts.length - 1; mask++) {
    const there = parts.filter((_, i) => ((mask >> i) & 1) === 1).map(([, part]) => part.map((x) => x * whole.ratio))
    if (isSame(given, sum(there))) return parts.flatMap(([site], i) => (((mask >> i) & 1) === 1 ? [] : [site]))
  }
  return undefined
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false
  const { residual, ratio } = proportion(a, b)
  return residual < MATCH && Math.abs(ratio - 1) < 1e-5
}

/** Whether what is there differs from a multiple of what is wanted by the same numbers, whatever the parameters are. */
export function lacksConstant({ given, wanted }: Occurrence): boolean {
  const [g0, w0] = [given[0]?.data, wanted[0]?.data]
  if (g0 === undefined || w0 === undefined || g0.length !== w0.length || given.length < 3) return false
  const apart = (parts: readonly (Tensor | undefined)[], first: Float64Array) =>
    parts.slice(1).map((x) => x && { shape: x.shape, data: x.data.map((v, i) => v - (first[i] as number)) })
  // wanted = a · (given + constant): the constant falls out between points.
  const match = proportion(join(apart(wanted, w0)), join(apart(given, g0)))
  return match.residual < MATCH && match.ratio > 0
}
