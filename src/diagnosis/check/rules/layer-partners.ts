/**
 * Which values are the weights and the biases of one affine map: what is multiplied with an input and what is added to
 * the product, before anything that is not linear. A layer of which one half is trained is not frozen.
 */

import type { Analysis } from '../analyse.ts'
import { MOVES } from '../roles/dependence.ts'
import { PRODUCTS } from '../roles/points.ts'

export interface Partner {
  readonly role: 'weight' | 'bias'
  /** Chains that are trained and belong to the same map: biases of a weight, weights of a bias. */
  readonly chains: readonly number[]
}

const LINEAR = new Set(['add', 'sub', 'subtract', 'sum', 'mean', 'add_n', 'neg', 'negative', 'reshape', 'transpose'])
const MOST_TERMS = 64

/** The linear terms of a value: candidates (node) and trained parameters (~chain), as weights and as biases. */
interface Terms {
  readonly weights: ReadonlySet<number>
  readonly biases: ReadonlySet<number>
}

const NONE: Terms = { weights: new Set(), biases: new Set() }

/**
 * For each of `candidates`, values that no step changes, its role in a forward pass and the trained parameters beside it.
 * `constant` says which nodes of that pass are those of another one as well.
 */
export function partnersOf(
  analysis: Analysis,
  forward: ReadonlySet<number>,
  candidates: ReadonlySet<number>,
  constant: (node: number) => boolean,
): Map<number, Partner> {
  const { tape, dependence, chains } = analysis
  /** What is updated, be it by zero, is no data. */
  const updated = new Set(chains.flatMap((c) => c.versions.map((v) => v.node)))
  const isFixed = (node: number) => constant(node) || updated.has(node)
  /** What a node holds elements of: a candidate, or the complement of a chain's number. */
  const holder = new Map<number, number>()
  const terms = new Map<number, Terms>()
  const found = new Map<number, { role: Partner['role']; chains: Set<number> }>()
  /** Constants that are multiplied with each other: one of them is data. */
  const beside = new Map<number, number>()
  const note = (candidate: number, role: Partner['role'], chains: Iterable<number>) => {
    const known = found.get(candidate) ?? { role, chains: new Set() }
    for (const c of chains) if (c < 0) known.chains.add(~c)
    found.set(candidate, known)
  }
  for (const node of [...forward].sort((a, b) => a - b)) {
    const { op, args } = tape.entry(node)
    const chain = dependence.chainOf.get(node)
    if (chain !== undefined || candidates.has(node)) {
      const id = chain === undefined ? node : ~chain
      holder.set(node, id)
      terms.set(node, { weights: new Set(), biases: new Set([id]) })
      continue
    }
    const of = args.map((a) => terms.get(a) ?? NONE)
    if (MOVES.has(op)) {
      const from = args.map((a) => holder.get(a)).find((h) => h !== undefined)
      if (from !== undefined) holder.set(node, from)
    }
    if (MOVES.has(op) || LINEAR.has(op)) {
      const sum = joined(of)
      if (sum !== undefined) terms.set(node, sum)
      for (const id of sum?.weights ?? [])
        if (id >= 0)
          note(
            id,
            'weight',
            [...(sum?.biases ?? [])].filter((b) => hasUnitsOf(analysis, id, b, beside)),
          )
      if ((sum?.weights.size ?? 0) > 0)
        for (const id of sum?.biases ?? []) if (id >= 0) note(id, 'bias', sum?.weights ?? [])
    } else if (PRODUCTS.has(op) && args.length === 2) {
      const weights = weightsOf(analysis, args, holder, of, isFixed)
      const [a, b] = weights
      if (a !== undefined && b !== undefined) {
        beside.set(a, b)
        beside.set(b, a)
      }
      if (weights.length > 0) terms.set(node, { weights: new Set(weights), biases: new Set() })
      else if (of.some((t) => t.weights.size > 0)) terms.set(node, { ...(joined(of) ?? NONE), biases: new Set() })
    }
  }
  return new Map([...found].map(([id, { role, chains }]) => [id, { role, chains: [...chains] }]))
}

/** Of two factors the one that is a weight: a trained one; else a constant beside what is computed, or what changes; else either. */
function weightsOf(
  { dependence }: Analysis,
  args: readonly number[],
  holder: ReadonlyMap<number, number>,
  of: readonly Terms[],
  constant: (node: number) => boolean,
): number[] {
  const held = args.map((a) => holder.get(a))
  const trained = held.find((h) => h !== undefined && h < 0)
  if (trained !== undefined) return [trained]
  // A constant times a map that has its weights already mixes or scales it, as a graph's adjacency does.
  const free = held.flatMap((id, k) => (id === undefined || (of[1 - k]?.weights.size ?? 0) > 0 ? [] : [{ id, k }]))
  const sure = free.filter(({ k }) => {
    const other = args[1 - k] ?? -1
    return held[1 - k] === undefined && (dependence.depends[other] === 1 || !constant(other))
  })
  return (sure.length > 0 ? sure.slice(0, 1) : free).map(({ id }) => id)
}

/** Of two constants the weight is the one that has as many units as the bias. */
function hasUnitsOf(
  { points, dependence }: Analysis,
  weight: number,
  bias: number,
  beside: ReadonlyMap<number, number>,
): boolean {
  const other = beside.get(weight)
  if (other === undefined) return true
  const node = bias >= 0 ? bias : dependence.parameters.find((c) => c.id === ~bias)?.versions[0]?.node
  const shapeOf = (n: number | undefined) => points.values[0]?.[n ?? -1]?.shape ?? []
  const units = shapeOf(node).reduce((a, b) => a * b, 1)
  return units > 1 && shapeOf(weight).includes(units) && !shapeOf(other).includes(units)
}

function joined(all: readonly Terms[]): Terms | undefined {
  const some = all.filter((t) => t !== NONE)
  if (some.length === 0) return undefined
  if (some.length === 1) return some[0]
  const [weights, biases] = [some.flatMap((t) => [...t.weights]), some.flatMap((t) => [...t.biases])]
  return weights.length + biases.length > MOST_TERMS
    ? undefined
    : { weights: new Set(weights), biases: new Set(biases) }
}
