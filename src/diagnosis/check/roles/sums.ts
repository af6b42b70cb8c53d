/** Sums as their terms with their factors: the loss of a batch as those of its samples, a total that is printed as what was added. */

import type { Tape, Values } from '../tape/tape.ts'
import type { Dependence } from './dependence.ts'
import { isScalar } from './losses.ts'

/** A sum as its terms with their factors, opened as far as the sum goes. */
export function openSum(tape: Tape, node: number, values: Values, dependence: Dependence): [number, number][] {
  const terms: [number, number][] = []
  const walk = (at: number, factor: number, depth: number) => {
    const { op, args } = tape.entry(at)
    const [a, b] = args
    if (dependence.depends[at] !== 1) return
    // A parameter is a term: what it was computed from belongs to the steps before.
    if (depth < 2000 && a !== undefined && !dependence.cut.has(at)) {
      if (op === 'add' && b !== undefined) return [a, b].forEach((x) => void walk(x, factor, depth + 1))
      if ((op === 'sub' || op === 'subtract') && b !== undefined) {
        walk(a, factor, depth + 1)
        return walk(b, -factor, depth + 1)
      }
      if (op === 'neg' || op === 'negative') return walk(a, -factor, depth + 1)
      if (op === 'add_n' || op === 'pack') return args.forEach((x) => void walk(x, factor, depth + 1))
      const packed = tape.entry(a).op === 'pack'
      if ((op === 'sum' && packed) || (op === 'copy' && (packed || isScalar(tape, a))))
        return walk(a, factor, depth + 1)
      if (op === 'mean' && packed) return walk(a, factor / Math.max(1, tape.entry(a).args.length), depth + 1)
      if ((op === 'div' || op === 'divide') && b !== undefined && dependence.depends[b] !== 1)
        return walk(a, factor / (values[b]?.data[0] ?? 1), depth + 1)
      if ((op === 'mul' || op === 'multiply') && b !== undefined) {
        const constant = dependence.depends[a] !== 1 ? a : dependence.depends[b] !== 1 ? b : undefined
        if (constant !== undefined && isScalar(tape, constant))
          return walk(constant === a ? b : a, factor * (values[constant]?.data[0] ?? 1), depth + 1)
      }
    }
    if (isScalar(tape, at)) terms.push([at, factor])
  }
  walk(node, 1, 0)
  return terms
}

/** The terms of sums over many steps, each once: a later state of a total contains the earlier ones. */
export function openSums(
  tape: Tape,
  nodes: readonly number[],
  values: Values,
  dependence: Dependence,
): [number, number][] {
  const terms = new Map<number, number>()
  for (const node of [...nodes].sort((a, b) => b - a))
    for (const [term, factor] of openSum(tape, node, values, dependence)) if (!terms.has(term)) terms.set(term, factor)
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
