/** How likely it is that a constant factor got in at a statement, and not before it. */

import { DIVISIONS, MULTIPLICATIONS } from '../tape/operations.ts'
import { textOfSite } from '../trace/location.ts'
import type { Situation } from './situation.ts'
import { innerOf, type Statement } from './statements.ts'

export const NEGATED = -1
/** What a factor costs that is written there as the very number. */
export const WRITTEN = 0.05
const TURNING = new Set(['neg', 'negative', 'sub', 'subtract'])
const PLAIN = new Set(['mul', 'multiply', 'dot', 'matmul', 'inner', 'outer', 'einsum', 'move', 'view', 'copy', 'sum'])

/** The factor gets in where a statement's value has it and what it was computed from has not. */
export function entryCost(situation: Situation, statement: Statement, factor: number): number {
  if (statement.updates) return 0.3
  const { analysis, region } = situation
  const [node = -1] = statement.outputs
  const own = scaleOf(situation, node)
  const inner = innerOf(analysis, region, node, new Set(statement.outputs.slice(1)))
  const within = new Set(inner)
  const from = inner
    .flatMap((n) => analysis.tape.entry(n).args)
    .filter((n) => !within.has(n) && region.signal[n] === 1)
    .map((n) => scaleOf(situation, n))
    .find((s) => s !== undefined)
  // A sum from which something is taken, a value that is turned as a whole: somebody wrote that sign.
  const { op: outer, args, site } = analysis.tape.entry(node)
  // Into an item goes what was computed of it.
  const op = outer === 'write' || outer === 'put' ? analysis.tape.entry(args[1] ?? node).op : outer
  const kind = analysis.trace.sites[analysis.trace.sites[site]?.statement ?? -1]?.kind
  const isError = inner.every((n) => analysis.tape.entry(n).args.every((a) => within.has(a) || region.signal[a] !== 1))
  const added = own === undefined ? undefined : from !== undefined ? own / from : isError ? Math.sign(own) : undefined
  if (factor === NEGATED && (op === 'neg' || op === 'negative')) {
    if (added === undefined || added < 0) return 0.1
    if (isError) return 0.25
  }
  if (factor === NEGATED && kind === 'AugAssign' && TURNING.has(op)) return 0.15
  const carries = region.signal[node] === 1
  const ops = inner.map((n) => analysis.tape.entry(n).op)
  // A matrix or a mask in which the sign turns, computed apart.
  if (!carries) return factor === NEGATED && ops.some((op) => TURNING.has(op)) ? 0.5 : 1.5
  const negates = factor === NEGATED && ops.some((op) => op === 'neg' || op === 'negative') ? 0.2 : 0
  // The very number that is too much is written there.
  if (factor > 0 && inner.some((n) => isTimes(situation, n, 1 / factor))) return WRITTEN
  if (factor !== NEGATED && added !== undefined && !isError) {
    if (Math.abs(added - 1) < 1e-5) return 2
    const [is, should] = [added, added * factor].map((x) => isUsual(situation, inner, x))
    return is === should ? 1 : is ? 2 : 0.2
  }
  const gotIn = added !== undefined && added * factor > 0
  // Products alone turn no sign: one of their operands brought it.
  const brings = isError || !ops.every((op) => PLAIN.has(op))
  if (gotIn && factor === NEGATED) return brings ? 0.2 - negates : 1.1
  if (isError) return 0.9
  return added === undefined ? 1 - negates : 2
}

/** Whether an operation multiplies with a number that is written out, or divides by its inverse. */
function isTimes({ analysis, points }: Situation, node: number, number: number): boolean {
  const { op, args, site } = analysis.tape.entry(node)
  const at = analysis.trace.sites[site]
  const written = at === undefined ? [] : (textOfSite(analysis.trace, at).match(/(?<![\w.])\d+(?:\.\d*)?/g) ?? [])
  if (!written.some((x) => Math.abs(Number(x) / number - 1) < 1e-9 || Math.abs(Number(x) * number - 1) < 1e-9))
    return false
  const is = (arg: number | undefined, x: number) => {
    const data = points[0]?.[arg ?? -1]?.data
    return (
      data?.length === 1 && Math.abs((data[0] as number) / x - 1) < 1e-9 && analysis.dependence.depends[arg ?? -1] !== 1
    )
  }
  if (MULTIPLICATIONS.has(op)) return args.some((arg) => is(arg, number))
  return DIVISIONS.has(op) && is(args[1], 1 / number)
}

/** What statements multiply gradients with on purpose: nothing, the length of some axis, or the learning rate. */
function isUsual({ analysis, points, wrong }: Situation, nodes: readonly number[], x: number): boolean {
  const lengths = new Set([1, ...wrong.flatMap((r) => [r.rate, r.ownRate])])
  for (const node of nodes)
    for (const n of [node, ...analysis.tape.entry(node).args])
      for (const length of points[0]?.[n]?.shape ?? []) lengths.add(length)
  const size = Math.abs(x)
  return [...lengths].some((n) => Math.abs(size / n - 1) < 1e-5 || Math.abs(size * n - 1) < 1e-5)
}

/** What a value is times the gradient of an earlier one: of one that the script holds, or none that turns a sign on its way. */
function scaleOf({ analysis, labels, points, region }: Situation, node: number): number | undefined {
  const found = labels.of(node, points).filter((l) => l.node < node && analysis.dependence.depends[l.node] === 1)
  const plain = found.filter((l) => !TURNING.has(analysis.tape.entry(l.node).op))
  return (found.find((l) => region.held.has(l.node)) ?? plain[0])?.scale
}
