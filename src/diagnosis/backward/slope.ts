/**
 * The gradient of a value that an elementwise function takes, made from the gradient of what it returns: which derivative
 * was applied, and which one is right. For z -> a: given_z / given_a is the one, true_z / true_a the other.
 */

import type { Derivative } from './differences.ts'
import { type AtPoint, type Evidence, sizeOfElements } from './evidence.ts'
import type { Relation, Suspect } from './relation.ts'

interface Slope {
  readonly text: (z: string, a: string) => string
  readonly at: (z: number, a: number) => number
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x))

/** What people write as the derivative of an activation; the usual spelling of each comes first. */
const SLOPES: readonly Slope[] = [
  { text: () => '1', at: () => 1 },
  { text: (_, a) => `${a}·(1 − ${a})`, at: (_, a) => a * (1 - a) },
  { text: (_, a) => `1 − ${a}²`, at: (_, a) => 1 - a * a },
  { text: (z) => `(${z} > 0)`, at: (z) => (z > 0 ? 1 : 0) },
  { text: (z) => `${z}·(1 − ${z})`, at: (z) => z * (1 - z) },
  { text: (z) => `1 − ${z}²`, at: (z) => 1 - z * z },
  { text: (z) => `σ′(${z})`, at: (z) => logistic(z) * (1 - logistic(z)) },
  { text: (_, a) => `σ′(${a})`, at: (_, a) => logistic(a) * (1 - logistic(a)) },
  { text: (z) => `tanh′(${z})`, at: (z) => 1 - Math.tanh(z) ** 2 },
  { text: (_, a) => `tanh′(${a})`, at: (_, a) => 1 - Math.tanh(a) ** 2 },
  { text: (z) => `σ(${z})`, at: (z) => logistic(z) },
  { text: (_, a) => a, at: (_, a) => a },
  { text: (z) => z, at: (z) => z },
  { text: (_, a) => `(${a} > 0.5)`, at: (_, a) => (a > 0.5 ? 1 : 0) },
  { text: (_, a) => `(1 − ${a})`, at: (_, a) => 1 - a },
  { text: (z) => `cos ${z}`, at: (z) => Math.cos(z) },
  { text: (_, a) => `1/(2·${a})`, at: (_, a) => 1 / (2 * a) },
  { text: (z) => `2·${z}`, at: (z) => 2 * z },
]

interface Applied {
  readonly z: number
  readonly a: number
  readonly given: number
  readonly truth: number
}

/** Elements needed before a formula that fits them all is believed. */
const FEWEST = 6

/** Null where the two are not joined by an elementwise function, or what was applied is not known. */
export function appliedSlope(before: Evidence, after: Evidence): Relation | null {
  const shape = before.target.shape.join()
  if (shape !== after.target.shape.join()) return null
  const applied: Applied[] = []
  for (const [at, point] of before.points.entries()) {
    const behind = after.points[at]
    if (behind !== undefined) applied.push(...pairsAt(point, behind))
  }
  if (applied.length < FEWEST) return null
  const [z, a] = [before.target.name, after.target.name]
  const right = matching(applied, (pair) => pair.truth)
  const used = matching(applied, (pair) => pair.given)
  if (used === null || used === right) return null
  const one = used === SLOPES[0]
  const wanted = right === null ? 'the derivative of the function between them' : right.text(z, a)
  return {
    kind: 'missing factor',
    ratio: null,
    received: one
      ? `the gradient of ${a} itself: ${wanted} is missing`
      : `the gradient of ${a} times ${used.text(z, a)}, where it takes ${wanted}`,
    evidence: [
      `given ∂${z} / ∂${a} is ${used.text(z, a)} at ${applied.length} elements`,
      ...(right === null ? [] : [`true ∂${z} / ∂${a} is ${right.text(z, a)} there`]),
    ],
    fix: `multiply the gradient of ${a} by ${wanted}${one ? '' : `, not by ${used.text(z, a)}`}, element by element.`,
  }
}

/**
 * A gradient that is the true one times a derivative, or without it, where the values around it say which: softmax or
 * sigmoid with cross-entropy that is differentiated twice.
 */
export function slopeTwice({ evidence, elements, all, bystanders, reference }: Suspect): Relation | null {
  const { target } = evidence
  const size = sizeOfElements(elements)
  const telling = elements.filter((e) => Math.abs(e.truth) > 1e-4 * size)
  if (target.role !== 'intermediate' || telling.length < FEWEST) return null
  const shape = target.shape.join()
  const own = { name: target.name, at: evidence.points.map(({ values }) => values) }
  const probed = all
    .filter(
      (other) => other !== evidence && other.target.role === 'intermediate' && other.target.shape.join() === shape,
    )
    .map((other) => ({ name: other.target.name, at: other.points.map(({ values }) => values) }))
  for (const { name, at } of [own, ...probed, ...bystanders.filter((other) => other.shape.join() === shape)]) {
    const values = telling.map((e) => ({ z: e.value, a: at[e.point]?.[e.at] ?? Number.NaN }))
    const pairs = values.map((value, k) => {
      const factor = (telling[k]?.given ?? Number.NaN) / (telling[k]?.truth ?? Number.NaN) / reference
      return { ...value, given: factor, truth: 1 / factor }
    })
    const [much, missing] = [matching(pairs, (pair) => pair.given), matching(pairs, (pair) => pair.truth)]
    const slope = much ?? missing
    if (slope === null || slope === SLOPES[0]) continue
    const text = slope.text(target.name, name)
    return {
      kind: 'missing factor',
      ratio: null,
      received: `the true one ${much === null ? 'without the factor' : 'times'} ${text}`,
      evidence: [`so at ${telling.length} elements, at ${evidence.points.length} points`],
      fix:
        much === null
          ? `multiply it by ${text}, element by element.`
          : `leave the factor ${text} out, a derivative that is taken twice: with cross-entropy, output − target has that of softmax or sigmoid in it.`,
    }
  }
  return null
}

function pairsAt(point: AtPoint, behind: AtPoint): Applied[] {
  const theirs = new Map(behind.indices.map((at, k) => [at, behind.truths[k]]))
  const size = point.given.values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  return point.indices.flatMap((at, k) => {
    const [own, other] = [point.truths[k], theirs.get(at)]
    if (!telling(own) || !telling(other) || Math.abs(other.value) < 1e-4 * size) return []
    const [z, a] = [point.values[at] as number, behind.values[at] as number]
    return [
      {
        z,
        a,
        given: (point.given.values[at] as number) / (behind.given.values[at] as number),
        truth: own.value / other.value,
      },
    ]
  })
}

const telling = (truth: Derivative | undefined): truth is Derivative => truth?.smooth === true

function matching(applied: readonly Applied[], of: (pair: Applied) => number): Slope | null {
  const fits = (slope: Slope) =>
    applied.every(
      (pair) =>
        Number.isFinite(of(pair)) && Math.abs(of(pair) - slope.at(pair.z, pair.a)) <= 1e-4 * (1 + Math.abs(of(pair))),
    )
  return SLOPES.find(fits) ?? null
}
