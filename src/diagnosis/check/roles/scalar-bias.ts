/** Biases that begin as one number and get their shape from the first update: `b = 0.0` and then `b += np.sum(delta, axis=0)`. */

import type { Tape } from '../tape/tape.ts'
import type { Dependence } from './dependence.ts'
import type { Points } from './points.ts'

/** Whether `after` is a row (a column) of biases, one for each unit, of what was the number `before`. */
export function becomesBias(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  before: number,
  after: number,
): boolean {
  const values = points.values[0]
  const made = values?.[after]
  if (values?.[before]?.data.length !== 1 || made === undefined) return false
  for (let node = before + 1; node < after; node++) {
    const { op, args } = tape.entry(node)
    const shape = values[node]?.shape
    if (op !== 'add' || shape?.length !== 2 || !args.includes(before)) continue
    const units = unitsAxis(tape, dependence, args.find((a) => a !== before) ?? before)
    const axis = made.shape.length === 1 ? 1 : made.shape.findIndex((n) => n > 1)
    return (
      made.data.length === shape[axis] &&
      (units === undefined ? made.data.length < (values[node]?.data.length ?? 0) : units === axis)
    )
  }
  return false
}

/** The axis of a product along which its units lie: the one that comes from the weights. */
function unitsAxis(tape: Tape, dependence: Dependence, product: number): 0 | 1 | undefined {
  const isWeight = (node: number): boolean =>
    dependence.cut.has(node) || (['view', 'copy'].includes(tape.entry(node).op) && tape.entry(node).args.some(isWeight))
  const { op, args } = tape.entry(product)
  if (op !== 'dot' && op !== 'matmul') return undefined
  return args[1] !== undefined && isWeight(args[1]) ? 1 : args[0] !== undefined && isWeight(args[0]) ? 0 : undefined
}
