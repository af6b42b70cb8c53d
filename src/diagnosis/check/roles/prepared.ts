/** What changes itself before the training begins, and is no parameter for that. */

import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'

/** Data that was centred before the training, `x -= x.mean()`: changed by nothing but itself and read afterwards. */
export function isPrepared(
  tape: Tape,
  { id, versions, rests }: Chain,
  cyclic: readonly Chain[],
  reads: ReadonlyMap<number, ReadonlySet<number>>,
  all: ReadonlySet<number>,
): boolean {
  if ([...(reads.get(id) ?? [])].some((read) => read !== id)) return false
  const last = versions.at(-1)?.node ?? 0
  const users = cyclic.filter((c) => c.id !== id && reads.get(c.id)?.has(id))
  // Where nothing trains, what is changed once is no less data for that.
  if (users.length === 0 && rests.length > 1) return false
  if (users.some((c) => c.rests.length < 2 || (c.versions[1]?.node ?? 0) < last)) return false
  const isData = (node: number) =>
    tape.entry(node).op === 'leaf' && !all.has(node) && tape.trace.nodes[node]?.shape.some((n) => n > 1)
  return rests.slice(0, 8).every((rest) => ![...tape.ancestors(rest, all)].some(isData))
}
