/** A gradient that has another number of elements than it must have, and the sums that explain it. */

import { normOf } from './evidence.ts'
import type { Relation, Suspect } from './relation.ts'

/** A gradient that has not as many elements as it must have; sums are looked for that explain it. */
export function ofWrongShape({ evidence, reference, factor }: Suspect): Relation | null {
  const [point] = evidence.points
  if (point === undefined || point.given.values.length === evidence.target.size) return null
  const { given, truths } = point
  const wanted = evidence.target.shape
  const base = {
    ratio: null,
    received: `of shape [${given.shape.join(', ')}] where ${evidence.target.name} has [${wanted.join(', ')}]`,
  }
  const complete = point.indices.length === evidence.target.size && truths.every((truth) => truth.smooth)
  const truth = truths.map(({ value }) => value * reference)
  const error = truths.reduce((sum, { error }) => sum + error, 0) * Math.abs(reference)
  const explained = complete ? sums(given.values, truth, wanted, error, evidence.tolerance) : null
  if (explained === null) {
    return { ...base, kind: 'shape', evidence: [], fix: 'give the gradient the shape of its parameter.' }
  }
  const scale = Math.abs(explained.ratio - 1) < 1e-4 ? '' : ` (it is then ${factor(explained.ratio)} the true one)`
  return { ...base, kind: 'wrong axis', evidence: [`${explained.text}${scale}`], fix: explained.fix }
}

interface Explained {
  readonly text: string
  readonly fix: string
  readonly ratio: number
}

function sums(
  given: Float64Array,
  truth: number[],
  shape: readonly number[],
  error: number,
  tolerance: number,
): Explained | null {
  const n = truth.length
  const size = normOf(truth, (x) => x)
  const matches = (a: readonly number[], b: readonly number[]) => {
    const ratio = b.reduce((sum, x, at) => sum + x * (a[at] ?? 0), 0) / b.reduce((sum, x) => sum + x * x, 0)
    if (!Number.isFinite(ratio) || ratio === 0) return null
    const off = normOf(a, (x) => x) * 10 * tolerance + (1 + Math.abs(ratio)) * 5 * error
    return a.every((x, at) => Math.abs(x - ratio * (b[at] ?? 0)) <= off) ? ratio : null
  }
  if (given.length === 1) {
    const total = truth.reduce((sum, x) => sum + x, 0)
    if (Math.abs(total) < 1e-6 * size) return null
    const ratio = (given[0] ?? 0) / total
    if (Math.abs(ratio - 1) > 100 * tolerance && Math.abs(ratio * n - 1) > 100 * tolerance) return null
    const text = `it is the ${Math.abs(ratio - 1) <= 100 * tolerance ? 'sum' : 'mean'} of all true elements`
    return { text, fix: 'sum over the samples alone, and keep one number for each unit.', ratio: 1 }
  }
  if (given.length > n && given.length % n === 0) {
    const count = given.length / n
    for (const [axis, at] of [
      ['first', (sample: number, unit: number) => sample * n + unit],
      ['last', (sample: number, unit: number) => unit * count + sample],
    ] as const) {
      const summed = truth.map((_, unit) => {
        let sum = 0
        for (let sample = 0; sample < count; sample++) sum += given[at(sample, unit)] ?? 0
        return sum
      })
      const ratio = n === 1 ? (summed[0] ?? 0) / (truth[0] ?? 0) : matches(summed, truth)
      if (ratio === null || !Number.isFinite(ratio)) continue
      return {
        text: `summed over its ${axis} axis (${count}) it is right`,
        fix: `sum it over its ${axis} axis.`,
        ratio,
      }
    }
  }
  const columns = shape.at(-1) ?? 1
  const rows = n / columns
  for (const [count, text, at] of [
    [rows, 'rows', (e: number) => Math.floor(e / columns)],
    [columns, 'columns', (e: number) => e % columns],
  ] as const) {
    if (shape.length < 2 || given.length !== count) continue
    const summed = Array.from({ length: count }, () => 0)
    for (const [e, x] of truth.entries()) summed[at(e)] = (summed[at(e)] ?? 0) + x
    const ratio = matches([...given], summed)
    if (ratio !== null)
      return { text: `it is what the true one's ${text} add up to`, fix: 'do not sum it over that axis.', ratio }
  }
  return null
}
