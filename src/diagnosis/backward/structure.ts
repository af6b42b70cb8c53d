/** Relations that concern where elements stand: order of axes, sums over axes, rows and columns, parts. */

import { formatNumber } from '../../shared/index.ts'
import { agree, type Element, isFlat, isMultiple, normOf, placeOf, ratioOf, sizeOfElements } from './evidence.ts'
import type { Relation, Suspect } from './relation.ts'

const product = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1)

/** The true elements in another order: axes exchanged, axes reversed. */
export function arranged(suspect: Suspect): Relation | null {
  const { evidence, elements, factor, reference } = suspect
  const shape = evidence.target.shape.filter((n) => n > 1)
  if (shape.length === 0 || shape.length > 4 || elements.length < 2) return null
  for (const order of permutations(shape.length)) {
    for (let flips = 0; flips < 2 ** shape.length; flips++) {
      if (flips === 0 && order.every((axis, at) => axis === at)) continue
      const moved = elements.map((e) => ({
        ...e,
        given: suspect.evidence.points[e.point]?.given.values[source(e.at, shape, order, flips)] ?? Number.NaN,
      }))
      const ratio = ratioOf(moved)
      const bare = { ...evidence, points: evidence.points.map((point) => ({ ...point, directions: [] })) }
      // Very few elements agree with one order or another by chance, when any factor will do.
      const free = elements.length < 6 ? reference : ratio
      if (!Number.isFinite(ratio) || ratio === 0 || !isMultiple(bare, moved, free, 10)) continue
      const times = Math.abs(ratio / reference - 1) < 1e-4 ? '' : `, ${factor(ratio / reference)} it`
      const exchanged = !order.every((axis, at) => axis === at)
      const axes = [...order.keys()].filter((axis) => flips & (1 << axis))
      const reversed =
        axes.length === 0
          ? ''
          : ` reversed along ${axes.length === shape.length ? 'every axis' : `axis ${axes.join(', ')}`}`
      const text = exchanged
        ? shape.length === 2
          ? 'transpose'
          : `true one with its axes in the order ${order.join(', ')}`
        : 'true one'
      return {
        kind: exchanged ? 'transpose' : 'flip',
        ratio: null,
        received: `the ${text}${exchanged && shape.length === 2 ? ' of the true one' : ''}${reversed}${times}`,
        evidence: [`all ${elements.length} elements compared agree so`],
        fix: exchanged
          ? 'exchange the operands of the product, or transpose the result: for y = x·W it is xᵀ·dy.'
          : 'reverse it back: the gradient of a kernel is taken without rotating it, that of its input with.',
      }
    }
  }
  return null
}

/** Where in an array with permuted and reversed axes the element stands that is at `at` in the true one. */
function source(at: number, shape: readonly number[], order: readonly number[], flips: number): number {
  const position: number[] = []
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] ?? 1
    position[axis] = flips & (1 << axis) ? n - 1 - (at % n) : at % n
    at = Math.floor(at / n)
  }
  return order.reduce((index, axis) => index * (shape[axis] ?? 1) + (position[axis] ?? 0), 0)
}

function permutations(count: number): number[][] {
  if (count === 1) return [[0]]
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
  )
}

/** Right in some rows, columns or elements, and wrong in the rest. */
export function partly({ evidence, elements, reference }: Suspect): Relation | null {
  const size = sizeOfElements(elements)
  const telling = elements.filter(
    (e) => Math.abs(e.truth) > 10 * e.error + 1e-3 * size || Math.abs(e.given) > 1e-3 * size,
  )
  const isRight = (e: Element) => agree(e, reference * e.truth, size, 10 * evidence.tolerance)
  const wrong = telling.filter((e) => !isRight(e))
  const right = telling.filter(isRight)
  if (wrong.length === 0 || right.length < Math.max(2, telling.length / 4)) return null
  const shape = evidence.target.shape
  const zeros = wrong.every((e) => e.given === 0)
  const masked = wrong.every((e) => Math.abs(e.truth) <= 3 * e.error)
  const matrix = product(shape.slice(0, -1)) > 1
  for (const axis of matrix ? (['row', 'column'] as const) : (['column'] as const)) {
    const of = (e: Element) => placeOf(shape, e.at)[axis]
    const bad = new Set(wrong.map(of))
    if (right.some((e) => bad.has(of(e)))) continue
    return partRelation(
      [...bad].sort((a, b) => a - b),
      matrix ? axis : 'element',
      { zeros, masked },
      telling.length,
    )
  }
  const bad = new Set(wrong.map((e) => e.at))
  if (right.some((e) => bad.has(e.at))) return null
  if (bad.size > 8 && !zeros) return null
  return partRelation(
    [...bad].sort((a, b) => a - b),
    'element',
    { zeros, masked },
    telling.length,
  )
}

function partRelation(
  bad: number[],
  axis: string,
  { zeros, masked }: { zeros: boolean; masked: boolean },
  compared: number,
): Relation {
  const shown = bad.slice(0, 6).join(', ') + (bad.length > 6 ? ` and ${bad.length - 6} more` : '')
  const where = `${axis}${bad.length > 1 ? 's' : ''} ${shown}`
  return {
    kind: 'part',
    ratio: null,
    received: `right but for ${where}${zeros ? ', which it leaves at zero' : masked ? ', where the true one is zero' : ''}`,
    evidence: [`counted from 0; ${compared} elements were compared, at all points the same ones differ`],
    fix: zeros
      ? 'let the loop run to the end: it leaves elements out.'
      : masked
        ? 'multiply by the mask: 0 where ReLU, dropout or an index lets nothing through.'
        : 'look at what concerns these alone: the bounds of a loop, a mask such as that of ReLU, an index that is off by one.',
  }
}

/** The same number in all elements of each row or column, where the truth has different ones. */
export function summedUp({ evidence, elements, reference }: Suspect): Relation | null {
  const shape = evidence.target.shape.filter((n) => n > 1)
  const [point] = evidence.points
  if (shape.length === 0 || point === undefined) return null
  const columns = shape.at(-1) ?? 1
  const rows = evidence.target.size / columns
  const size = normOf(elements, (e) => e.given) / Math.sqrt(elements.length)
  const constantAlong = (groupOf: (at: number) => number) =>
    evidence.points.every(({ given }) => {
      const first = new Map<number, number>()
      return given.values.every((x, at) => {
        const group = groupOf(at)
        if (!first.has(group)) first.set(group, x)
        return Math.abs(x - (first.get(group) ?? 0)) <= 1e-9 * size
      })
    })
  const found = constantAlong(() => 0)
    ? 'everywhere'
    : rows > 1 && columns > 1
      ? constantAlong((at) => Math.floor(at / columns))
        ? 'in each row'
        : constantAlong((at) => at % columns)
          ? 'in each column'
          : null
      : null
  if (found === null) return null
  const total = point.truths.reduce((sum, { value }) => sum + value, 0) * reference
  const complete = point.truths.length === evidence.target.size && point.truths.every(({ smooth }) => smooth)
  const one = point.given.values[0] ?? 0
  const ratio = one / total
  const near = (a: number) => Math.abs(ratio * a - 1) < 1e-3
  const explained = complete && found === 'everywhere' && (near(1) || near(evidence.target.size))
  return {
    kind: 'wrong axis',
    ratio: null,
    received: `the same number ${found}, where the true one differs from element to element`,
    evidence: explained ? [`it is the ${near(1) ? 'sum' : 'mean'} of all true elements: ${formatNumber(one)}`] : [],
    fix: 'sum over the samples alone, and keep one number for each unit.',
  }
}

interface Shares {
  readonly axis: string
  readonly factors: readonly number[]
}

/** One factor for each row or column. */
export function byAxis({ evidence, elements, reference }: Suspect): Relation | null {
  const shape = evidence.target.shape
  if (product(shape.slice(0, -1)) <= 1 || (shape.at(-1) ?? 1) <= 1) return null
  const found = (['row', 'column'] as const).map((axis) => sharesOf(axis)).find((shares) => shares !== null)
  if (found === undefined || found === null) return null
  const shown = found.factors
    .slice(0, 5)
    .map((x) => formatNumber(x, 3))
    .join(', ')
  return {
    kind: 'missing factor',
    ratio: null,
    received: `the true one times a factor of its own for each ${found.axis} (${shown}${found.factors.length > 5 ? ', …' : ''})`,
    evidence: [`within each of ${found.factors.length} ${found.axis}s the ratio to the true one is one number`],
    fix: `look for a factor of the chain rule that has one value for each ${found.axis}: an activation's derivative, a mask, a normalisation.`,
  }

  function sharesOf(axis: 'row' | 'column'): Shares | null {
    const groups = new Map<string, Element[]>()
    for (const e of elements) {
      const key = `${e.point}:${placeOf(shape, e.at)[axis]}`
      groups.set(key, [...(groups.get(key) ?? []), e])
    }
    const factors: number[] = []
    const bare = { ...evidence, points: [] }
    for (const group of groups.values()) {
      if (group.length < 2 || isFlat(group)) {
        if (group.every((e) => Math.abs(e.given) <= 5 * e.error)) continue
        return null
      }
      const ratio = ratioOf(group)
      if (!isMultiple(bare, group, ratio, 10)) return null
      factors.push(ratio / reference)
    }
    return factors.length < 2 ? null : { axis, factors }
  }
}

/** The right sign everywhere and a factor of its own in each element. */
export function sameSignFactor({ elements, reference, evidence }: Suspect): Relation | null {
  const size = sizeOfElements(elements)
  const telling = elements.filter((e) => Math.abs(e.truth) > 10 * e.error && Math.abs(e.truth) > 1e-6 * size)
  const ratios = telling.map((e) => e.given / e.truth / reference)
  // By chance eight signs agree less often than once in two hundred times; those of one element at near points are one.
  if (new Set(telling.map((e) => e.at)).size < 8 || !ratios.every((ratio) => ratio > 0)) return null
  const extra = elements.filter((e) => Math.abs(e.truth) <= 3 * e.error && Math.abs(e.given) > 1e-3 * size)
  const plain = ratios.every((ratio) => Math.abs(ratio - 1) <= 1e-4)
  if (plain && extra.length > 0) {
    return {
      kind: 'missing factor',
      ratio: null,
      received: 'right where the true one is not zero, and not zero where it is',
      evidence: [`${extra.length} of ${elements.length} elements compared should be zero`],
      fix: 'multiply by the mask: 1 where ReLU, dropout or a maximum lets something through, and 0 elsewhere.',
    }
  }
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)]
  return {
    kind: 'missing factor',
    ratio: null,
    received: `the true one times a positive factor of its own in each element (${formatNumber(low, 3)} to ${formatNumber(high, 3)})`,
    evidence: [
      `all ${ratios.length} elements compared have the right sign, at ${evidence.points.length} points`,
      ...(extra.length === 0
        ? []
        : [`${extra.length} elements are not zero where the true one is: a mask may be missing`]),
    ],
    fix: "look for a positive factor of the chain rule that is missing or too much: an activation's derivative, p·(1 − p), a mask.",
  }
}
