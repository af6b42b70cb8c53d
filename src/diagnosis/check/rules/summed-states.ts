/**
 * Gradients that are added to what they were in the step before, where the loss shows one step alone: the update is a
 * number times a sum that goes on from step to step and never begins anew. No optimiser keeps all of its former value
 * and the whole gradient beside it.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { PASSES } from '../roles/dependence.ts'
import { DIVISIONS, MULTIPLICATIONS } from '../tape/operations.ts'
import type { Finding } from '../types.ts'
import { callAtHome, zerosAtHome } from './reset-place.ts'
import { listed } from './trial.ts'

const DEPTH = 6
const FEWEST_STEPS = 3
const MOST_LINKS = 4000

type Chain = Analysis['chains'][number]

interface Summed {
  readonly parameter: Chain
  readonly sum: Chain
}

export function summedStates(analysis: Analysis): Finding[] {
  const found = summedIn(analysis)
  const [first] = found
  if (first === undefined) return []
  const grows = [...new Set(found.flatMap(({ sum }) => sum.versions.slice(1).map((v) => v.node)))]
  const sites = new Set(grows.map((n) => analysis.tape.entry(n).site))
  const site = placeOf(analysis, first, grows, [...sites])
  const names = found.map((f) => f.parameter.name)
  return findingAt(analysis, {
    kind: 'accumulator-not-reset',
    site,
    message: `${listed(found.map((f) => f.sum.name))} ${found.length > 1 ? 'are' : 'is'} added up and never set back to zero: each update of ${listed(names)} holds the gradients of all steps before`,
    expected: `sums that begin at zero in every step`,
    received: 'the sums of all steps so far',
    evidence: [
      `the update of ${first.parameter.name} is a number times ${first.sum.name} in each of ${first.parameter.rests.length} steps, and ${first.sum.name} is its former value plus the gradient throughout`,
      `it is added to ${first.sum.versions.length - 1} times in the traced steps, and set to nothing else`,
    ],
    parameters: names,
  })
}

/** Parameters whose every update is a number times a sum that only grows by gradients, with no rest. */
function summedIn({ tape, chains, dependence, points }: Analysis): Summed[] {
  const holder = new Map<number, Chain>()
  for (const chain of chains)
    if (!chain.parameter && chain.resets === 0) for (const v of chain.versions.slice(1)) holder.set(v.node, chain)
  const values = points.values[0] ?? []
  const isNumber = (n: number) => values[n]?.data.length === 1 && dependence.depends[n] !== 1
  const through = (node: number, depth = 0): number | undefined => {
    if (holder.has(node)) return node
    const { op, args } = tape.entry(node)
    const [a, b] = args
    if (depth > DEPTH || a === undefined) return undefined
    if (PASSES.has(op) || op === 'neg' || op === 'negative') return through(a, depth + 1)
    if (DIVISIONS.has(op)) return b !== undefined && isNumber(b) ? through(a, depth + 1) : undefined
    if (!MULTIPLICATIONS.has(op) || b === undefined || isNumber(a) === isNumber(b)) return undefined
    return through(isNumber(a) ? b : a, depth + 1)
  }
  return dependence.parameters.flatMap((parameter) => {
    const { rests } = parameter
    const read = rests.map((rest) => (rest.length === 1 ? through(rest[0] as number) : undefined))
    const sum = holder.get(read[0] ?? -1)
    if (rests.length < FEWEST_STEPS || sum === undefined || sum.versions.length > MOST_LINKS) return []
    const at = read.map((node) => sum.versions.findIndex((v) => v.node === node))
    if (at.some((k, i) => k < 0 || k <= (at[i - 1] ?? 0))) return []
    // It begins at zero, and each of its values is the one before and something else.
    const isZero = values[sum.versions[0]?.node ?? -1]?.data.every((x) => x === 0) === true
    const grows = sum.versions.slice(1).every((v, k) => {
      const { op, args } = tape.entry(v.node)
      return op === 'add' && args.length === 2 && args.includes(sum.versions[k]?.node ?? -1) && args[0] !== args[1]
    })
    return isZero && grows ? [{ parameter, sum }] : []
  })
}

/** Where the reset belongs; where that is nowhere to be seen, where it is added. */
function placeOf(analysis: Analysis, { sum }: Summed, grows: readonly number[], sites: readonly number[]): number {
  const zero = sum.versions[0]?.node ?? -1
  return zerosAtHome(analysis, zero, Math.min(...grows)) ?? callAtHome(analysis, grows) ?? sites[0] ?? -1
}
