/** Values that are computed by the same operations. */

import type { Tape } from '../tape/tape.ts'
import type { Dependence } from './dependence.ts'

export type Signature = (node: number) => number

/**
 * A number for each value, the same for those that are computed by the same operations from the same parameters, and,
 * where it is asked for, from the same data and the same versions of the parameters.
 */
export function signatures(tape: Tape, dependence: Dependence, by: { data?: boolean; versions?: boolean }): Signature {
  const numbers = new Map<string, number>()
  const known = new Map<number, number>()
  const textOf = (node: number, of: (arg: number) => number): string => {
    const { op, args, params } = tape.entry(node)
    const chain = dependence.chainOf.get(node)
    if (chain !== undefined) return by.versions ? `v${node}` : `p${chain}`
    if (!by.data) return dependence.depends[node] === 1 ? `${op} ${args.map(of).join()}` : '*'
    if (args.length > 0) return `${op} ${args.map(of).join()} ${JSON.stringify(params)}`
    const value = tape.leaves[node]
    return value?.data.length === 1 ? `=${value.data[0]}` : `n${node}`
  }
  return (wanted) => {
    const stack = [wanted]
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const missing = dependence.cut.has(node) ? [] : tape.entry(node).args.filter((a) => !known.has(a))
      if (!known.has(node) && missing.length > 0) {
        stack.push(...missing)
        continue
      }
      stack.pop()
      if (known.has(node)) continue
      const text = textOf(node, (arg) => known.get(arg) ?? -1)
      const number = numbers.get(text) ?? numbers.size
      numbers.set(text, number)
      known.set(node, number)
    }
    return known.get(wanted) ?? -1
  }
}
