/**
 * The length of gradients, by which a script scales them all: clipping by a global norm, normalised steps. It is one
 * number, and made of squares (or sizes) of values of the backward pass, be they gradients of other parameters.
 */

import type { Tape } from '../tape/tape.ts'
import { type Dependence, PASSES } from './dependence.ts'

/** Operations that make a number of lengths out of others. */
const OF_NUMBERS = new Set([
  ...['add', 'add_n', 'mul', 'multiply', 'div', 'divide', 'true_divide', 'sqrt', 'square', 'copy', 'view', 'move'],
  ...['pow', 'power', 'float_power', 'maximum', 'minimum', 'fmax', 'fmin', 'max', 'min', 'sum', 'mean', 'pack', 'clip'],
])
const MATRIX = new Set(['dot', 'matmul', 'inner', 'vdot'])
const MOST = 2000

/** Whether a value is one number that depends on the parameters by way of lengths of the backward pass alone. */
export function isNorm(tape: Tape, dependence: Dependence, forward: ReadonlySet<number>, node: number): boolean {
  // Asked for each of many parameters, of the same values behind all of them.
  const before = known.get(forward)
  const answers = before?.dependence === dependence ? before.answers : new Map<number, boolean>()
  if (before?.dependence !== dependence) known.set(forward, { dependence, answers })
  const found = answers.get(node) ?? seekNorm(tape, dependence, forward, node)
  answers.set(node, found)
  return found
}

const known = new WeakMap<ReadonlySet<number>, { dependence: Dependence; answers: Map<number, boolean> }>()

function seekNorm(tape: Tape, dependence: Dependence, forward: ReadonlySet<number>, node: number): boolean {
  const isNumber = (at: number) => (tape.trace.nodes[at]?.shape ?? []).every((n) => n === 1)
  const source = (at: number): number => (PASSES.has(tape.entry(at).op) ? source(tape.entry(at).args[0] ?? at) : at)
  /** x · x, x² or |x|, element by element or summed up. */
  const isSquare = (at: number): boolean => {
    const { op, args } = tape.entry(at)
    const [a, b] = args
    if (a === undefined || dependence.depends[a] !== 1 || dependence.cut.has(a)) return false
    if (op === 'absolute' || op === 'fabs' || op === 'square') return true
    if (op.startsWith('mul') || MATRIX.has(op)) return b !== undefined && source(a) === source(b)
    const exponent = op === 'pow' || op === 'power' ? tape.leaves[b ?? -1]?.data : undefined
    return exponent?.length === 1 && (exponent[0] as number) % 2 === 0
  }
  let [squares, ofErrors] = [0, true]
  const seen = new Set<number>()
  const stack = [node]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at) || dependence.depends[at] !== 1) continue
    seen.add(at)
    if (seen.size > MOST || dependence.cut.has(at) || forward.has(at)) return false
    if (isSquare(at)) {
      squares += isNumber(at) && !MATRIX.has(tape.entry(at).op) ? 1 : 2
      // The error of one sample is the gradient of the last bias, too; of errors alone it would be the loss.
      if (!tape.entry(at).args.some((a) => dependence.depends[a] === 1 && forward.has(a))) ofErrors = false
    } else if (OF_NUMBERS.has(tape.entry(at).op)) stack.push(...tape.entry(at).args)
    else return false
  }
  // The square of a single number is no sum: what an optimiser keeps of one weight's gradient.
  return isNumber(node) && squares > 1 && !ofErrors
}
