/** Updates in; each split into a multiple of the gradient and a multiple of the parameter itself (weight decay) out. */

import type { Analysis } from '../analyse.ts'
import type { Judged, ParameterResult } from '../judge.ts'
import { elementsAt, MATCH } from '../roles/measure.ts'

/** A parameter; single numbers of one list count as one. */
export interface Family {
  readonly name: string
  readonly results: readonly ParameterResult[]
}

/** What a decay is a multiple of at each point: the number that it is written with moves from point to point as well. */
export type Multiples = readonly (number | undefined)[]

export interface Decay {
  readonly family: Family
  /** update ∝ gradient + own · parameter, or that part of it that is shrunk. */
  readonly own: Multiples
  /** What the gradient is multiplied with, the learning rate taken out. */
  readonly factor: number
  /** What it is a multiple of: the parameter, or that part of it that is shrunk. */
  readonly values: Vectors
  /** The multiple that a stated loss asks for; undefined where none does. */
  readonly stated?: Multiples
  /** What the chosen loss' gradient is of the stated one's, where that is another. */
  readonly unit?: number
}

/** Two multiples are the same up to this share. */
export const SAME = 1e-4
/** A decay below this share of the gradient can't be told from rounding. */
const SEEN = 1e-5

export function familiesOf({ points }: Analysis, { results }: Judged): Family[] {
  const families = new Map<string, ParameterResult[]>()
  for (const result of results) {
    if (result.step.unreached || result.step.update.length !== result.step.gradient.length) continue
    const { name } = result.chain
    const key = result.step.update.length === points.values.length ? name.replace(/\[[^\]]*\]/g, '[]') : name
    families.set(key, [...(families.get(key) ?? []), result])
  }
  return [...families].map(([name, members]) => ({ name, results: members }))
}

const present = (x: Multiples) => x.filter((v) => v !== undefined)
export const times = (x: Multiples, factor: number): Multiples => x.map((v) => v && v * factor)
export const isNone = (x: Multiples) => present(x).every((v) => v === 0)
export const isSame = (x: Multiples, y: Multiples) => {
  const isNear = (v: number | undefined, w: number | undefined) =>
    v === undefined || w === undefined || Math.abs(v - w) <= SAME * Math.max(Math.abs(v), Math.abs(w))
  // As recorded, if it can be told there: parameters that begin at zero show it at the other points.
  return x[0] !== undefined && y[0] !== undefined ? isNear(x[0], y[0]) : x.every((v, p) => isNear(v, y[p]))
}
export const first = (x: Multiples) => present(x)[0] ?? 0

export const PRODUCT = new Set(['mul', 'multiply'])

/** What an update holds beside the gradient of the chosen loss; undefined where it is something else than a decay. */
export function decayOf(analysis: Analysis, family: Family): Decay | undefined {
  const { results } = family
  const updates = vectors(analysis, results, (r) => r.step.update)
  const gradients = vectors(analysis, results, (r) => r.step.gradient)
  for (const values of shrunkIn(analysis, results)) {
    const fit = split(updates, gradients, values)
    if (fit !== undefined && fit.factor > 0)
      return { family, own: fit.multiples, factor: fit.factor / (results[0]?.rate ?? 1), values }
  }
  return undefined
}

export type Vectors = readonly (readonly number[])[]

/** Something of all members of a family, in a row for each point. */
export function vectors(
  { points }: Analysis,
  results: readonly ParameterResult[],
  of: (result: ParameterResult) => Float64Array | undefined,
): Vectors {
  const count = points.values.length
  return points.values.map((_, p) =>
    results.flatMap((r) => {
      const all = of(r) ?? new Float64Array(0)
      const size = all.length / count
      return [...all.subarray(p * size, (p + 1) * size)]
    }),
  )
}

/** What a penalty may shrink, at all points: the parameter, all of it but a row or a column, or what a mask leaves of it. */
export function shrunkIn(analysis: Analysis, results: readonly ParameterResult[]): Vectors[] {
  const { points, tape, dependence } = analysis
  const whole = vectors(analysis, results, ({ step }) => elementsAt(step, points, step.before))
  const [only] = results
  const before = only?.step.before ?? -1
  const shape = points.values[0]?.[before]?.shape ?? []
  if (results.length > 1 || shape.length !== 2 || only?.step.part !== undefined) return [whole]
  const [rows = 1, columns = 1] = shape
  const without = (isLeftOut: (i: number) => boolean) => whole.map((row) => row.map((x, i) => (isLeftOut(i) ? 0 : x)))
  const out = [whole]
  if (rows > 1) out.push(without((i) => i < columns))
  if (columns > 1) out.push(without((i) => i % columns === 0))
  for (let node = before + 1; node < tape.trace.nodes.length && out.length < MOST_MASKS; node++) {
    const { op, args } = tape.entry(node)
    const mask = PRODUCT.has(op) && args.includes(before) ? args.find((arg) => arg !== before) : undefined
    if (mask === undefined || dependence.depends[mask] === 1 || tape.trace.nodes[mask]?.shape.length !== 2) continue
    const masked = points.values.map((values) => [...(values[node]?.data ?? [])])
    if (masked.every((row, p) => row.length === whole[p]?.length)) out.push(masked)
  }
  return out
}

const MOST_MASKS = 6

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)

/** y = factor · (x + multiple · z) with a multiple for each point, by least squares; undefined where that is not exact. */
export function split(y: Vectors, x: Vectors, z: Vectors): { factor: number; multiples: Multiples } | undefined {
  const count = y.flat().length
  if (count < y.length + 3 || y.some((row, p) => row.length !== x[p]?.length || row.length !== z[p]?.length))
    return undefined
  let [xy, xx, all] = [0, 0, 0]
  for (const [p, row] of y.entries()) {
    const [u, v] = [x[p] as readonly number[], z[p] as readonly number[]]
    const vv = dot(v, v)
    xy += dot(u, row) - (vv > 0 ? (dot(u, v) * dot(row, v)) / vv : 0)
    xx += dot(u, u) - (vv > 0 ? dot(u, v) ** 2 / vv : 0)
    all += dot(u, u)
  }
  if (!(xx > 1e-10 * all)) return undefined
  const factor = xy / xx
  let [off, size] = [0, 0]
  const multiples = y.map((row, p): number | undefined => {
    const [u, v] = [x[p] as readonly number[], z[p] as readonly number[]]
    const vv = dot(v, v)
    const left = row.map((r, i) => r - factor * (u[i] as number))
    const part = vv > 0 ? dot(left, v) / vv : 0
    off += left.reduce((sum, r, i) => sum + (r - part * (v[i] as number)) ** 2, 0)
    size += dot(row, row)
    if (vv === 0) return undefined
    return Math.abs(part) * Math.sqrt(vv) < SEEN * Math.abs(factor) * Math.sqrt(dot(u, u)) ? 0 : part / factor
  })
  // A penalty by itself holds no gradient of the loss.
  if (!(Math.sqrt(off / size) < MATCH) || !(factor ** 2 * xx > 1e-8 * size)) return undefined
  return { factor, multiples }
}
