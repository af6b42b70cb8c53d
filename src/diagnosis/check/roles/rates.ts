/**
 * The learning rate in an update: the plain numbers that multiply the gradient on its way into the parameter, be it
 * through a momentum or an Adam. Rates may differ from parameter to parameter; the gradients' own scale may not.
 */

import { SUMS } from '../tape/operations.ts'
import type { Tape } from '../tape/tape.ts'
import { textOfSite } from '../trace/location.ts'
import type { Chain } from './chains.ts'
import type { Dependence } from './dependence.ts'
import { type ChainStep, firstUse } from './measure.ts'
import { isSum, sharedVersions } from './not-parameters.ts'
import type { Points } from './points.ts'

const SAME = new Set(['neg', 'negative', 'copy', 'view', 'move', 'write', 'put'])
const MATRIX = new Set(['dot', 'matmul', 'outer'])
const PRODUCT = new Set(['mul', 'multiply', 'div', 'divide'])
const MOST = 24

export interface RateScene {
  readonly tape: Tape
  readonly dependence: Dependence
  readonly points: Points
  readonly chains: readonly Chain[]
  /** What the loss is computed from: data, and no rates. */
  readonly forward: ReadonlySet<number>
}

/**
 * The product of the rates between the gradient and `from`, a value on the way to the update that is a multiple of the
 * gradient (the update itself where it is left out). Whole numbers are not rates unless they are written beside one,
 * `rate / 10`: they are sizes, and a missing one is what we look for; nor are inputs, which gradients are made of.
 */
export function rateOf(scene: RateScene, step: ChainStep, from?: number): number {
  const { tape, points, dependence, forward } = scene
  const values = points.values[0] ?? []
  const rest =
    step.chain.rests[step.chain.versions.findIndex((v) => v.node === step.before)] ?? step.chain.rests[0] ?? []
  const statementOf = (node: number): number => {
    const { op, args, site } = tape.entry(node)
    // The value of a statement whose edits are tried out beside it is kept as a copy.
    if (site < 0 && op === 'copy' && args[0] !== undefined) return statementOf(args[0])
    return tape.trace.sites[site]?.statement ?? -2
  }
  const { isOld, isPast, statements } = statesOf(scene, step, statementOf)
  statements.add(statementOf(rest[0] ?? 0))
  const atHome = (node: number) => statements.has(statementOf(node)) || isPast(node)

  /** A number by which something is multiplied. */
  const factor = (node: number, home: boolean, beside: boolean, depth: number): number => {
    const { op, args } = tape.entry(node)
    const value = values[node]
    if (value?.data.length !== 1 || depth > MOST) return 1
    const number = Math.abs(value.data[0] ?? 1)
    if (SAME.has(op)) return factor(args[0] ?? node, home, beside, depth + 1)
    if (op === 'leaf') {
      if (points.inputs.has(node) || number === 0) return 1
      return !Number.isInteger(number) || beside ? number : 1
    }
    if (forward.has(node)) return 1
    const [a, b] = args
    if (PRODUCT.has(op) && a !== undefined && b !== undefined) {
      const x = factor(a, home, isWritten(tape, node, 0, values[a]?.data[0]), depth + 1)
      const y = factor(b, home, isWritten(tape, node, 1, values[b]?.data[0]), depth + 1)
      return op.startsWith('div') ? x / y : x * y
    }
    return Number.isFinite(number) && !Number.isInteger(number) ? number : 1
  }

  const walk = (node: number | undefined, depth: number): number => {
    if (node === undefined || depth > MOST) return 1
    const { op, args } = tape.entry(node)
    const [a, b] = args
    if (op === 'leaf') return factor(node, true, false, depth)
    // rate * x.T @ δ is (rate * x.T) @ δ; but factors of the data and of δ, made elsewhere, are no rate.
    if (MATRIX.has(op)) return args.reduce<number>((rate, arg) => (atHome(arg) ? rate * walk(arg, depth + 1) : rate), 1)
    if (SAME.has(op)) return walk(op === 'write' || op === 'put' ? args[1] : a, depth + 1)
    // Past the statements that update, a number belongs to the gradient.
    if (!atHome(node)) return 1
    if (SUMS.has(op)) {
      const rests = args.filter((arg) => dependence.depends[arg] === 1 && !isOld(arg))
      return rests.length === 1 && args.length === 2 ? walk(rests[0], depth + 1) : 1
    }
    if (!PRODUCT.has(op)) return 1
    const of = (arg: number | undefined) =>
      arg !== undefined &&
      dependence.depends[arg] !== 1 &&
      tape.entry(arg).op !== 'leaf' &&
      values[arg]?.data.length === 1
        ? factor(arg, true, false, depth + 1)
        : walk(arg, depth + 1)
    return op.startsWith('div') ? of(a) / of(b) : of(a) * of(b)
  }
  const rate = walk(from ?? rest[0], 0)
  return Number.isFinite(rate) && rate > 0 ? rate : 1
}

/**
 * A whole number that multiplies every update, the same object in all of them, is a rate. It is missed only where it
 * stands between some gradients and their updates and not between others: beside a weight decay, say, and without one.
 */
export function wholeRates<T extends { readonly step: ChainStep; readonly gradientNode?: number }>(
  { tape, points }: RateScene,
  drafts: readonly T[],
): (readonly [T, number])[] {
  if (drafts.every((d) => d.gradientNode === undefined) || drafts.every((d) => d.gradientNode !== undefined)) return []
  const numberIn = ({ step }: T): number | undefined => {
    const at = step.chain.versions.findIndex((v) => v.node === step.before)
    const [rest] = step.chain.rests[at] ?? step.chain.rests[0] ?? []
    const { op, args } = tape.entry(rest ?? step.after)
    if (!op.startsWith('mul')) return undefined
    return args.find((a) => tape.entry(a).op === 'leaf' && points.values[0]?.[a]?.data.length === 1)
  }
  const numbers = drafts.map(numberIn)
  const [node] = numbers
  const value = points.values[0]?.[node ?? -1]?.data[0] ?? 1
  if (node === undefined || numbers.some((n) => n !== node) || !Number.isInteger(value) || value === 0) return []
  return drafts.filter((d) => d.gradientNode === undefined).map((d) => [d, Math.abs(value)])
}

/** The running means and velocities that a step passes through. */
function statesOf(
  { tape, chains, dependence, forward }: RateScene,
  step: ChainStep,
  statementOf: (node: number) => number,
): { isOld: (node: number) => boolean; isPast: (node: number) => boolean; statements: Set<number> } {
  const made = tape.madeFrom([step.after], dependence.cut)
  // What is begun within the step, or anew in each of them, keeps nothing: a sum of gradients, an array that is written to.
  const begin = firstUse(tape, step, forward)
  const names = new Map<string, number>()
  for (const chain of chains) names.set(chain.name, (names.get(chain.name) ?? 0) + 1)
  const keeps = (chain: Chain) => (chain.versions[0]?.node ?? 0) < begin && names.get(chain.name) === 1
  const old = new Set<number>()
  const past = new Set<number>()
  const statements = new Set<number>()
  for (const chain of chains) {
    if (chain.parameter || chain.resets > 0 || !keeps(chain)) continue
    const fresh = chain.versions.findLastIndex((v) => v.node > step.before && v.node < step.after && made.has(v.node))
    if (fresh < 0 || isSum(tape, chain, sharedVersions(chains))) continue
    for (const v of chain.versions.slice(0, fresh)) old.add(v.node)
    const node = chain.versions[fresh]?.node ?? -1
    past.add(node)
    statements.add(statementOf(node))
  }
  const holds = (node: number, depth: number): boolean => {
    if (old.has(node)) return true
    const { op, args } = tape.entry(node)
    return depth < 5 && (SAME.has(op) || SUMS.has(op) || PRODUCT.has(op)) && args.some((a) => holds(a, depth + 1))
  }
  if (past.size > 0)
    for (const node of [...made].sort((a, b) => a - b))
      if (node > step.before && tape.entry(node).args.some((a) => past.has(a))) past.add(node)
  return { isOld: (node) => old.size > 0 && holds(node, 0), isPast: (node) => past.has(node), statements }
}

/** Whether an operand is a number that is written out beside the operator. */
function isWritten({ trace, entries }: Tape, node: number, index: 0 | 1, value: number | undefined): boolean {
  const site = trace.sites[entries[node]?.site ?? -1]
  if (site?.kind !== 'BinOp' || site.line !== site.endLine) return false
  const text = textOfSite(trace, site)
  const found = index === 0 ? /^\(?(\d+)(?:\.0*)?\s*[*/]/.exec(text) : /[*/]\s*(\d+)(?:\.0*)?$/.exec(text)
  return found !== null && Number(found[1]) === value
}
