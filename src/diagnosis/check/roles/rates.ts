/** The learning rate in an update: the plain numbers that multiply it, batch sizes left aside. */

import type { Tape } from '../tape/tape.ts'
import type { ChainStep } from './measure.ts'
import type { Points } from './points.ts'

const SAME = new Set(['neg', 'negative', 'copy', 'view', 'move'])
const MATRIX = new Set(['dot', 'matmul', 'outer'])
const PRODUCT = new Set(['mul', 'multiply', 'div', 'divide'])

/**
 * The product of the scalar leaves that the update multiplies its gradient with. Whole numbers are not rates: they
 * are sizes, and a missing one is what we look for; nor are inputs, which gradients are made of.
 */
export function rateOf(tape: Tape, points: Points, step: ChainStep): number {
  const values = points.values[0]
  const rest =
    step.chain.rests[step.chain.versions.findIndex((v) => v.node === step.before)] ?? step.chain.rests[0] ?? []
  const statementOf = (node: number) => tape.trace.sites[tape.entries[node]?.site ?? -1]?.statement ?? -2
  const home = statementOf(rest[0] ?? 0)
  const walk = (node: number | undefined, depth: number): number => {
    if (node === undefined || depth > 12) return 1
    const { op, args } = tape.entry(node)
    if (SAME.has(op)) return walk(args[0], depth + 1)
    const value = values?.[node]
    if (op === 'leaf') {
      const number = Math.abs(value?.data[0] ?? 1)
      return value?.data.length === 1 && !points.inputs.has(node) && !Number.isInteger(number) ? number : 1
    }
    const [a, b] = args
    // rate * x.T @ δ is (rate * x.T) @ δ; but factors of the data and of δ, made elsewhere, are no rate.
    if (MATRIX.has(op))
      return [a, b].reduce<number>(
        (rate, arg) => (statementOf(arg ?? -1) === home ? rate * walk(arg, depth + 1) : rate),
        1,
      )
    // Past the statement that updates, a number belongs to the gradient.
    if (!PRODUCT.has(op) || statementOf(node) !== home) return 1
    return op.startsWith('div') ? walk(a, depth + 1) / walk(b, depth + 1) : walk(a, depth + 1) * walk(b, depth + 1)
  }
  return walk(rest[0], 0)
}
