/** Sums as their terms with their factors: the loss of a batch as those of its samples, a total that is printed as what was added. */

import { MULTIPLICATIONS, NEGATIONS } from '../tape/operations.ts'
import type { Tape, Values } from '../tape/tape.ts'
import type { Dependence } from './dependence.ts'
import { isScalar } from './losses.ts'

/**
 * A sum as its terms with their factors, opened as far as the sum goes.
 * @param seen takes up what the sum was opened at: of a running total its earlier states.
 */
export function openSum(
  tape: Tape,
  node: number,
  values: Values,
  dependence: Dependence,
  seen = new Set<number>(),
): [number, number][] {
  const opened = new Map<number, readonly (readonly [number, number])[] | undefined>()
  const stack = [node]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (opened.has(at) || dependence.depends[at] !== 1) continue
    const parts = addends(tape, at, values, dependence)
    opened.set(at, parts)
    seen.add(at)
    for (const [part] of parts ?? []) stack.push(part)
  }
  // What several parts are made of gets its factor from all of them: what was made last comes first.
  const factors = new Map([[node, 1]])
  const terms: [number, number][] = []
  for (const at of [...opened.keys()].sort((a, b) => b - a)) {
    const factor = factors.get(at) ?? 0
    const parts = opened.get(at)
    for (const [part, times] of parts ?? []) factors.set(part, (factors.get(part) ?? 0) + factor * times)
    if (parts === undefined && isScalar(tape, at)) terms.push([at, factor])
  }
  return terms.reverse()
}

/** What a value is the sum of, with the factors; undefined for a term. */
function addends(
  tape: Tape,
  at: number,
  values: Values,
  dependence: Dependence,
): (readonly [number, number])[] | undefined {
  const { op, args } = tape.entry(at)
  const [a, b] = args
  // A parameter is a term: what it was computed from belongs to the steps before.
  if (a === undefined || dependence.cut.has(at)) return undefined
  const numberAt = (node: number) => values[node]?.data[0] ?? 1
  if (b !== undefined) {
    if (op === 'add') return [a, b].map((x) => [x, 1] as const)
    if (op === 'sub' || op === 'subtract')
      return [
        [a, 1],
        [b, -1],
      ]
  }
  if (NEGATIONS.has(op)) return [[a, -1]]
  if (op === 'add_n' || op === 'pack') return args.map((x) => [x, 1] as const)
  const packed = tape.entry(a).op === 'pack'
  if ((op === 'sum' && packed) || (op === 'copy' && (packed || isScalar(tape, a)))) return [[a, 1]]
  if (op === 'mean' && packed) return [[a, 1 / Math.max(1, tape.entry(a).args.length)]]
  if (b === undefined) return undefined
  if ((op === 'div' || op === 'divide') && dependence.depends[b] !== 1) return [[a, 1 / numberAt(b)]]
  if (!MULTIPLICATIONS.has(op)) return undefined
  const constant = dependence.depends[a] !== 1 ? a : dependence.depends[b] !== 1 ? b : undefined
  return constant !== undefined && isScalar(tape, constant) ? [[constant === a ? b : a, numberAt(constant)]] : undefined
}

/** The terms of sums over many steps, each once: a later state of a total contains the earlier ones. */
export function openSums(
  tape: Tape,
  nodes: readonly number[],
  values: Values,
  dependence: Dependence,
): [number, number][] {
  const terms = new Map<number, number>()
  const seen = new Set<number>()
  for (const node of [...nodes].sort((a, b) => b - a))
    if (!seen.has(node))
      for (const [term, factor] of openSum(tape, node, values, dependence, seen))
        if (!terms.has(term)) terms.set(term, factor)
  return [...terms]
}

/** `total += …`, seen at each addition: the terms, each once. Undefined where no node of the group contains another. */
export function runningSums(
  tape: Tape,
  nodes: readonly number[],
  values: Values,
  dependence: Dependence,
): [number, number][] | undefined {
  const inside = new Set(nodes)
  const covered = new Set<number>()
  const terms: [number, number][] = []
  for (const node of [...nodes].sort((a, b) => b - a)) {
    if (covered.has(node)) continue
    const stack = [...tape.entry(node).args]
    let opens = false
    for (let at = stack.pop(), left = 4000; at !== undefined && left > 0; at = stack.pop(), left--) {
      const { op, args } = tape.entry(at)
      if (inside.has(at)) {
        opens = true
        covered.add(at)
      }
      if (op === 'add' || op === 'copy') stack.push(...args)
      if (op === 'sub' || op === 'subtract') stack.push(...args.slice(0, 1))
    }
    if (!opens) terms.push([node, 1])
    // Of a long sum there are more terms than a call takes arguments.
    else for (const term of openSum(tape, node, values, dependence)) terms.push(term)
  }
  return covered.size === 0 ? undefined : terms
}
