/**
 * The value of a penalty where its gradient belongs: `grad + lam * np.sum(W ** 2)`. One number that is made of the
 * parameter alone is spread over all its elements.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { ParameterResult } from '../judge.ts'
import type { Finding } from '../types.ts'
import { listed, short, textAt } from './trial.ts'

const SUMS = new Set(['add', 'sub', 'subtract'])
const REDUCES = new Set(['sum', 'mean', 'add_n', 'dot', 'vdot', 'inner', 'einsum', 'matmul'])
/** How many operations make a penalty of a parameter. */
const FEW = 12

export function penaltyValues(analysis: Analysis): Finding[] {
  const bySite = new Map<number, { node: number; results: ParameterResult[] }>()
  for (const result of analysis.best?.results ?? []) {
    const node = spreadIn(analysis, result)
    const site = analysis.tape.entries[node ?? -1]?.site ?? -1
    if (node === undefined || site < 0) continue
    const known = bySite.get(site)
    if (known === undefined) bySite.set(site, { node, results: [result] })
    else known.results.push(result)
  }
  return [...bySite].flatMap(([site, { node, results }]) => {
    const names = listed(results.map((r) => r.chain.name))
    const value = analysis.points.values[0]?.[node]?.data[0] ?? Number.NaN
    const at = analysis.trace.sites[site]
    const text = at === undefined ? 'this' : textAt(analysis, at)
    return findingAt(analysis, {
      kind: 'regularisation',
      site,
      message: `${text} is the value of a penalty, one number for all elements of ${names}: its gradient belongs here, a multiple of the parameter itself`,
      expected: `the gradient of the penalty, such as λ·${results[0]?.chain.name ?? 'W'}, element by element`,
      received: `${short(value)} for every element`,
      evidence: [`it is computed from ${names} alone, summed up, and added to the gradient`],
      parameters: results.map((r) => r.chain.name),
    })
  })
}

/** A single number, made of the parameter alone by a sum, that an update adds to what has the parameter's shape. */
function spreadIn({ tape, points, dependence }: Analysis, { step }: ParameterResult): number | undefined {
  const values = points.values[0] ?? []
  const size = (node: number) => values[node]?.data.length ?? 0
  const own = size(step.before)
  if (own < 2) return undefined
  for (const node of tape.madeFrom([step.after], dependence.cut)) {
    const { op, args } = tape.entry(node)
    if (!SUMS.has(op) || node <= step.before || size(node) !== own) continue
    const [a = -1, b = -1] = args
    const number = size(a) === 1 ? a : size(b) === 1 ? b : -1
    if (number >= 0 && isPenaltyOf({ tape, dependence }, number, step.before)) return number
  }
  return undefined
}

/** Whether a number is a sum over the elements of this parameter, of that and nothing else that is trained or given. */
function isPenaltyOf({ tape, dependence }: Pick<Analysis, 'tape' | 'dependence'>, number: number, parameter: number) {
  if (dependence.depends[number] !== 1) return false
  let [reaches, reduces] = [false, false]
  const pending = [number]
  const seen = new Set(pending)
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === parameter) {
      reaches = true
      continue
    }
    if (dependence.cut.has(node) || seen.size > FEW) return false
    const { op, args } = tape.entry(node)
    if (REDUCES.has(op)) reduces = true
    const isNumber = args.length === 0 && (tape.leaves[node]?.data.length ?? 0) === 1
    if (args.length === 0 && !isNumber) return false
    for (const arg of args) {
      if (seen.has(arg)) continue
      seen.add(arg)
      pending.push(arg)
    }
  }
  return reaches && reduces
}
