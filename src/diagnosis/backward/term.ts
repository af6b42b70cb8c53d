/** Relations in which something is added to the true gradient, or left out of it. */

import { formatNumber } from '../../shared/index.ts'
import { type Element, isMultiple, normOf, placeOf, ratioOf, sizeOfElements, sumOf } from './evidence.ts'
import type { Relation, Suspect } from './relation.ts'

/** given = ratio · true + λ · value, or λ · sign(value): weight decay that is missing, too much, or in another scale. */
export function missingTerm({ evidence, elements, reference }: Suspect): Relation | null {
  if (elements.length < 4) return null
  for (const [text, term] of [
    ['the parameter itself', (e: Element) => e.value],
    ["the parameter's signs", (e: Element) => Math.sign(e.value)],
  ] as const) {
    const square = sumOf(elements, (e) => term(e) ** 2)
    if (square === 0) continue
    const single = sumOf(elements, (e) => (e.given - reference * e.truth) * term(e)) / square
    const both = solvePair(elements, term)
    for (const { ratio, weight } of [
      { ratio: reference, weight: single },
      ...(both === null || elements.length < 6 ? [] : [both]),
    ]) {
      if (Math.abs(weight) * Math.sqrt(square) < 1e-3 * normOf(elements, (e) => e.given)) continue
      const shifted = elements.map((e) => ({ ...e, given: e.given - weight * term(e) }))
      const bare = { ...evidence, points: evidence.points.map((point) => ({ ...point, directions: [] })) }
      if (!isMultiple(bare, shifted, ratio, 10)) continue
      const lambda = weight / reference
      const what =
        text === 'the parameter itself' ? 'derivative of an L2 penalty (weight decay)' : 'derivative of an L1 penalty'
      const scaled = Math.abs(ratio / reference - 1) < 1e-3 ? '' : `${formatNumber(ratio / reference)} times `
      return {
        kind: 'missing term',
        ratio: null,
        received: `${scaled}the true one ${lambda < 0 ? 'without' : 'and'} ${formatNumber(Math.abs(lambda))} times ${text}`,
        evidence: [`given − true = ${formatNumber(lambda)} · ${text} at all ${elements.length} elements compared`],
        fix:
          lambda < 0
            ? `add the ${what}, which the loss has: ${formatNumber(-lambda)} times ${text}.`
            : `it has the ${what}, which the loss has not, or not as strong: take ${formatNumber(lambda)} times ${text} away, or add it to the loss.`,
      }
    }
  }
  return null
}

/** Least squares of given on the truth and a term: two equations. */
function solvePair(
  elements: readonly Element[],
  term: (e: Element) => number,
): { ratio: number; weight: number } | null {
  const tt = sumOf(elements, (e) => e.truth ** 2)
  const tx = sumOf(elements, (e) => e.truth * term(e))
  const xx = sumOf(elements, (e) => term(e) ** 2)
  const determinant = tt * xx - tx * tx
  // Parallel ones can't be told apart.
  if (!(determinant > 1e-6 * tt * xx)) return null
  const tg = sumOf(elements, (e) => e.truth * e.given)
  const xg = sumOf(elements, (e) => term(e) * e.given)
  return { ratio: (tg * xx - xg * tx) / determinant, weight: (xg * tt - tg * tx) / determinant }
}

/**
 * given − true = a number for each row or column, times one or times a value that was probed: what a sum over the others
 * contributes, as in the derivatives of a mean, of batch normalisation and of softmax.
 */
export function missingSum({ evidence, elements, all, bystanders, reference }: Suspect): Relation | null {
  const { target, points } = evidence
  const shape = target.shape.join()
  if (target.role !== 'intermediate' || target.shape.length < 2) return null
  const size = sizeOfElements(elements)
  const probed = all
    .filter((other) => other.target.role === 'intermediate' && other.target.shape.join() === shape)
    .map((other) => ({ name: other.target.name, at: other.points.map(({ values }) => values) }))
  const factors = [
    { name: null, at: points.map(({ values }) => values.map(() => 1)) },
    ...probed,
    ...bystanders.filter((other) => other.shape.join() === shape),
  ]
  const bare = { ...evidence, points: [] }
  for (const { name, at } of factors) {
    for (const axis of ['row', 'column'] as const) {
      const groups = new Map<string, Element[]>()
      for (const e of elements) {
        const key = `${e.point}:${placeOf(target.shape, e.at)[axis]}`
        const truth = at[e.point]?.[e.at] ?? Number.NaN
        const rest = { ...e, given: e.given - reference * e.truth, truth, error: Math.max(e.error, 1e-6 * size) }
        groups.set(key, [...(groups.get(key) ?? []), rest])
      }
      const fits = [...groups.values()].every(
        (group) => group.length > 2 && isMultiple(bare, group, ratioOf(group), 10),
      )
      if (!fits) continue
      const term = name === null ? `a number of its own for each ${axis}` : `${name} times a number for each ${axis}`
      const other = axis === 'row' ? 'columns' : 'rows'
      return {
        kind: 'missing term',
        ratio: null,
        received: `off by ${term}: a sum over the ${other} is missing or too much`,
        evidence: [`given − true is ${term}, in all ${groups.size} ${axis}s compared`],
        fix: `look for what each element contributes through a sum or mean over the ${other}: of a mean, a variance, the sum in softmax.`,
      }
    }
  }
  return null
}
