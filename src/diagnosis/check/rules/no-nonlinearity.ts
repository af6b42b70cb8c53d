/** Two weight matrices with nothing but linear operations between them: together they are one. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { MOVES } from '../roles/dependence.ts'
import type { Finding } from '../types.ts'
import { listed } from './trial.ts'

const PRODUCTS = new Set(['dot', 'matmul', 'einsum', 'mul', 'multiply'])
const LINEAR = new Set([
  'add',
  'sub',
  'subtract',
  'neg',
  'negative',
  'add_n',
  'view',
  'move',
  'copy',
  'pack',
  'sum',
  'put',
  'write',
])

export function noNonlinearity(analysis: Analysis): Finding[] {
  const { best, tape, dependence, trace } = analysis
  const terms = best?.measured.loss.steps[0]?.terms.map(([n]) => n) ?? []
  if (best === undefined || best.results.length < 2) return []
  const forward = [...tape.ancestors(terms, dependence.cut)].sort((a, b) => a - b)
  for (const node of forward) {
    const [weight, value] = weightIn(analysis, node)
    if (weight === undefined || value === undefined || dependence.depends[value] !== 1) continue
    const below = linearBelow(analysis, value)
    if (below === undefined || below.size === 0 || below.has(weight)) continue
    if (isReadBeside(analysis, node, value, new Set(forward))) continue
    const names = [...below].map((id) => nameOf(analysis, id))
    if (narrows(analysis, weight, [...below]) || (trace.nodes[node]?.shape.length === 0 && best.results.length < 4))
      continue
    return findingAt(analysis, {
      kind: 'no-nonlinearity',
      site: tape.entry(node).site,
      message: `there is no non-linearity between ${listed(names)} and ${nameOf(analysis, weight)}: the two layers are one linear layer`,
      expected: 'an activation function on what goes into this product',
      received: 'a linear function of the inputs',
      evidence: ['on the way from one product to the other there are only sums, moves and products with constants'],
    })
  }
  return []
}

/** The parameter that a product has as a factor, and its other factor. */
function weightIn(analysis: Analysis, node: number): [number | undefined, number | undefined] {
  const { tape, dependence } = analysis
  const { op, args } = tape.entry(node)
  if (!PRODUCTS.has(op) || args.length !== 2) return [undefined, undefined]
  const chain = (at: number): number | undefined => {
    const {
      op: inner,
      args: [first],
    } = tape.entry(at)
    const own = dependence.chainOf.get(at)
    if (own !== undefined || !['view', 'copy'].includes(inner) || first === undefined) return own
    return chain(first)
  }
  const [a, b] = args.map(chain)
  if (a !== undefined && b === undefined) return [a, args[1]]
  return b !== undefined && a === undefined ? [b, args[0]] : [undefined, undefined]
}

/** The weights that a value is a linear function of, or undefined where something on the way is not linear. */
function linearBelow(analysis: Analysis, node: number): Set<number> | undefined {
  const { tape, dependence } = analysis
  const weights = new Set<number>()
  const seen = new Set<number>()
  const walk = (at: number): boolean => {
    if (seen.has(at) || dependence.depends[at] !== 1 || dependence.cut.has(at)) return true
    seen.add(at)
    const { op, args } = tape.entry(at)
    const [weight, value] = weightIn(analysis, at)
    if (weight !== undefined && value !== undefined) {
      weights.add(weight)
      return dependence.depends[value] !== 1 || walk(value)
    }
    if (LINEAR.has(op)) return args.every(walk)
    const [a, b] = args
    if (['mul', 'multiply', 'div', 'divide', 'mean'].includes(op) && a !== undefined) {
      const free = (n: number | undefined) => n === undefined || dependence.depends[n] !== 1
      if (free(b)) return walk(a)
      return free(a) && op.startsWith('mul') && b !== undefined && walk(b)
    }
    return false
  }
  return walk(node) ? weights : undefined
}

/**
 * Whether what lies between two products is read by anything else than products with weights: a residual block adds to
 * it what is no linear function of it, and without the lower weights there would be nothing to add to.
 */
function isReadBeside(analysis: Analysis, product: number, value: number, forward: ReadonlySet<number>): boolean {
  const { tape, dependence } = analysis
  const between = new Set<number>([product])
  const stack = [value]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (between.has(at) || dependence.depends[at] !== 1 || dependence.cut.has(at)) continue
    between.add(at)
    if (weightIn(analysis, at)[0] === undefined) stack.push(...tape.entry(at).args)
  }
  const isLinear = (reader: number): boolean =>
    between.has(reader) ||
    weightIn(analysis, reader)[0] !== undefined ||
    (MOVES.has(tape.entry(reader).op) && readsLinearly(reader))
  const readsLinearly = (at: number) => tape.readers(at).every((reader) => !forward.has(reader) || isLinear(reader))
  return [...between].some((at) => at !== product && !readsLinearly(at))
}

/** A narrow layer between wide ones (an autoencoder's, an embedding) restricts what is learned, and is meant. */
function narrows(analysis: Analysis, above: number, below: readonly number[]): boolean {
  const shape = (id: number) => {
    const start = analysis.chains.find((c) => c.id === id)?.versions[0]?.node
    const found = analysis.points.values[0]?.[start ?? -1]?.shape ?? []
    return found.length === 2 ? found : undefined
  }
  const upper = shape(above)
  for (const id of below) {
    const lower = shape(id)
    if (upper === undefined || lower === undefined) continue
    for (const width of lower.filter((n) => upper.includes(n))) {
      const size = (s: readonly number[]) => s.reduce((a, b) => a * b, 1)
      if (width < Math.min(size(lower) / width, size(upper) / width)) return true
    }
  }
  return false
}

function nameOf(analysis: Analysis, id: number): string {
  return analysis.chains.find((c) => c.id === id)?.name ?? 'the weights'
}
