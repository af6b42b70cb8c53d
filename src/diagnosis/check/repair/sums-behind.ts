/** A sum over too much, or over the wrong axis, is at fault where it is taken, and not where its result is used. */

import type { Analysis } from '../analyse.ts'
import type { Located, Occurrence } from './situation.ts'
import { innerOf, type Region } from './statements.ts'

const REDUCTIONS = new Set(['sum', 'mean'])
const MOST_VISITED = 100

/** What is said to sum wrongly and sums nothing: the statement that summed what it is computed from. */
export function blameSums(analysis: Analysis, region: Region, located: readonly Located[]): Located[] {
  const { tape } = analysis
  return located.map((one) => {
    const { occurrences, statement, remake } = one
    const isSummed = remake === undefined ? occurrences.every(isCollapsed) : remake.kind === 'reduction-axis'
    if (!isSummed || statement.updates || statement.times !== undefined) return one
    const nodes = occurrences.map((o) => o.node)
    const isSum = (n: number) => REDUCTIONS.has(tape.entry(n).op)
    if (nodes.some((node) => innerOf(analysis, region, node, new Set()).some(isSum))) return one
    const sums = nodes.map((node) => sumBehind(analysis, region, node))
    const homes = new Set(sums.map((n) => (n === undefined ? -1 : region.homeOf(n))))
    const [home = -1] = homes
    if (homes.size !== 1 || home < 0) return one
    const moved = { ...statement, site: home, outputs: sums.flatMap((n) => n ?? []) }
    return { ...one, statement: moved, rivals: [statement, ...one.rivals] }
  })
}

/** Whether one number stands in all elements, where they should differ. */
function isCollapsed({ given, wanted }: Occurrence): boolean {
  const isOne = (x: Occurrence['given'][number]) => x?.data.every((v) => v === x.data[0]) === true
  return given.every(isOne) && !wanted.some(isOne)
}

/** The one sum of the backward pass that a value is an elementwise function of. */
function sumBehind({ tape, dependence }: Analysis, region: Region, node: number): number | undefined {
  const found: number[] = []
  const seen = new Set<number>()
  const open = [node]
  for (let at = open.shift(); at !== undefined && seen.size < MOST_VISITED; at = open.shift()) {
    if (seen.has(at) || region.forward.has(at) || dependence.cut.has(at) || dependence.depends[at] !== 1) continue
    seen.add(at)
    if (REDUCTIONS.has(tape.entry(at).op)) found.push(at)
    else open.push(...tape.entry(at).args)
  }
  return found.length === 1 ? found[0] : undefined
}
