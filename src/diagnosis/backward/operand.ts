/**
 * The product that a gradient was made by, and the one that it should have been: all pairs of what was probed, values and
 * gradients, and of the parameters, are tried, each as it is and transposed; for a vector the sums of a matrix too.
 */

import { type Element, type Evidence, elementsOf, isFlat, isMultiple, ratioOf } from './evidence.ts'
import type { Relation, Suspect } from './relation.ts'

interface Matrix {
  readonly text: string
  readonly rows: number
  readonly columns: number
  /** At each point. */
  readonly at: readonly ((row: number, column: number) => number)[]
}

interface Product {
  readonly text: string
  readonly operands: readonly string[]
  readonly element: (point: number, at: number) => number
}

/** Elements needed before a product that fits them all is believed. */
const FEWEST = 4
/** Products tried for one gradient. */
const MOST = 4000

export function wrongOperand({ evidence, elements, all, bystanders, reference }: Suspect): Relation | null {
  const shape = evidence.target.shape.filter((n) => n > 1)
  if (shape.length === 0 || shape.length > 2 || new Set(elements.map((e) => e.at)).size < FEWEST) return null
  if (bystanders.length === 0 && !all.some(({ target }) => target.role === 'intermediate')) return null
  const bare = { ...evidence, points: evidence.points.map((point) => ({ ...point, directions: [] })) }
  const matches = (product: Product, of: (e: Element) => number, error: (e: Element) => number) => {
    const pairs = elements.map((e) => ({ ...e, given: of(e), truth: product.element(e.point, e.at), error: error(e) }))
    const ratio = ratioOf(pairs)
    const exact = pairs.map((pair) => ({ ...pair, error: 0 }))
    return Number.isFinite(ratio) && ratio !== 0 && !isFlat(exact) && isMultiple(bare, pairs, ratio, 10)
  }
  const products = productsFor(
    [...matricesOf(evidence, all), ...bystanders.flatMap(({ name, shape, at }) => matrixOf(name, shape, at))],
    shape,
  )
  const used = products.find((product) =>
    matches(
      product,
      (e) => e.given,
      () => 0,
    ),
  )
  if (used === undefined) return null
  const right = products.filter((product) =>
    matches(
      product,
      (e) => e.truth,
      (e) => e.error,
    ),
  )
  const shared = (product: Product) => product.operands.filter((one) => used.operands.includes(one)).length
  const wanted = right.sort((a, b) => shared(b) - shared(a))[0]
  const name = evidence.target.name
  const times = reference === 1 ? '' : ', up to the factor that all gradients share'
  return {
    kind: 'wrong operand',
    ratio: null,
    received: `${used.text}${wanted === undefined ? '' : `, and the true one is ${wanted.text}`}`,
    evidence: [
      `the gradient of ${name} is a constant times ${used.text} at all ${elements.length} elements compared`,
      ...(wanted === undefined ? [] : [`∂loss/∂${name} is a constant times ${wanted.text} there${times}`]),
    ],
    fix:
      wanted === undefined
        ? 'one of these operands is another one in the forward pass; probe the inputs as well, and the right product is named.'
        : `write ${wanted.text} for ${used.text}.`,
  }
}

function productsFor(pool: readonly Matrix[], shape: readonly number[]): Product[] {
  const [columns, rows] = [shape.at(-1) ?? 1, shape.length === 2 ? (shape[0] ?? 1) : 1]
  const forms = pool.flatMap((matrix) => [matrix, transposed(matrix)])
  const products: Product[] = []
  if (rows === 1) {
    for (const matrix of forms) {
      if (matrix.columns !== columns || matrix.rows === 1) continue
      products.push({
        text: `the sum of ${matrix.text.replace('ᵀ', '')} over axis ${matrix.text.endsWith('ᵀ') ? 1 : 0}`,
        operands: [matrix.text.replace('ᵀ', '')],
        element: (point, at) => sum(matrix.rows, (row) => matrix.at[point]?.(row, at) ?? Number.NaN),
      })
    }
  }
  for (const left of forms) {
    for (const right of forms) {
      if (left.rows !== rows || right.columns !== columns || left.columns !== right.rows) continue
      if (products.length >= MOST) return products
      // A vector has one form more than it needs.
      if (left.rows === 1 && left.columns === 1) continue
      products.push({
        text: `${left.text}·${right.text}`,
        operands: [left.text.replace('ᵀ', ''), right.text.replace('ᵀ', '')],
        element: (point, at) => {
          const [row, column] = [Math.floor(at / columns), at % columns]
          const [a, b] = [left.at[point], right.at[point]]
          return a === undefined || b === undefined ? Number.NaN : sum(left.columns, (k) => a(row, k) * b(k, column))
        },
      })
    }
  }
  return products
}

/** Values and right gradients of what was probed, and the parameters; not the target's own gradient. */
function matricesOf(evidence: Evidence, all: readonly Evidence[]): Matrix[] {
  return all.flatMap((other) => {
    const { target, points } = other
    const value = matrixOf(
      target.name,
      target.shape,
      points.map(({ values }) => values),
    )
    if (target.role === 'parameter' || other === evidence || !isRight(other)) return value
    const gradients = points.map(({ given }) => given.values)
    return [...value, ...matrixOf(`∂${target.name}`, target.shape, gradients)]
  })
}

/** None where it has more than two axes. */
function matrixOf(text: string, whole: readonly number[], arrays: readonly Float64Array[]): Matrix[] {
  const shape = whole.filter((n) => n > 1)
  if (shape.length === 0 || shape.length > 2) return []
  const [columns, rows] = [shape.at(-1) ?? 1, shape.length === 2 ? (shape[0] ?? 1) : 1]
  const at = arrays.map((array) => (row: number, column: number) => array[row * columns + column] ?? Number.NaN)
  return [{ text, rows, columns, at }]
}

/** A gradient that is wrong itself explains nothing. */
function isRight(other: Evidence): boolean {
  const elements = elementsOf(other)
  const ratio = ratioOf(elements)
  const fits = other.points.every(({ given }) => given.values.length === other.target.size)
  return fits && Number.isFinite(ratio) && isMultiple(other, elements, ratio, 10)
}

function transposed({ text, rows, columns, at }: Matrix): Matrix {
  return { text: `${text}ᵀ`, rows: columns, columns: rows, at: at.map((f) => (row, column) => f(column, row)) }
}

function sum(count: number, f: (k: number) => number): number {
  let total = 0
  for (let k = 0; k < count; k++) total += f(k)
  return total
}
