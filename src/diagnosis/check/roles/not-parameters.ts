/** What changes itself and is no parameter for that: results of the pass, sums of gradients, data that is prepared, estimates of data. */

import { SUMS } from '../tape/operations.ts'
import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'
import { expandUpdate, joins, sizeAt } from './expand.ts'
import { elementwise } from './states.ts'

const SHARED = new Set(['copy', 'view', 'move', 'reshape', 'transpose'])

/**
 * Whether a chain begins as a result of the pass itself, `scores = x.dot(W)`, and is then changed in place. A parameter
 * begins as a number, or as a copy of another parameter (tied weights).
 *
 * @param alike the chains of its name.
 */
export function isIntermediate(tape: Tape, chain: Chain, alike: readonly Chain[], all: ReadonlySet<number>): boolean {
  const start = chain.versions[0]?.node
  if (start === undefined) return false
  // `v = 0 * W` is no more than zeros of a shape.
  const digest = tape.trace.nodes[start]?.digest
  if (Array.isArray(digest) && digest.every((x) => x === 0)) return false
  const own = new Set(chain.versions.map((v) => v.node))
  const isOther = (n: number) => all.has(n) && n !== start && !own.has(n)
  // What a script's own gradient check did to the same place came before it, and its first update is where it begins.
  let last = -1
  for (const c of alike)
    if (c !== chain) for (const { node } of c.versions) if (node < start) last = Math.max(last, node)
  if (last >= 0 && expandUpdate(tape, start, last).found) return false
  // v ± rest, where v is a number that no other chain holds: the first update of a place that had another key before.
  const { op, args } = tape.entry(start)
  const isNumber = (n: number) => tape.entry(n).op === 'leaf' && !isOther(n) && sizeAt(tape, n) === sizeAt(tape, start)
  if (SUMS.has(op) && args.some(isNumber)) return false
  let at = start
  while (SHARED.has(tape.entry(at).op) && !joins(tape, at)) at = tape.entry(at).args[0] ?? at
  const seen = new Set([at])
  const stack = isOther(at) ? [] : [...tape.entry(at).args]
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    if (n !== at && isOther(n)) return true
    if (seen.has(n)) continue
    seen.add(n)
    stack.push(...tape.entry(n).args)
  }
  return false
}

/**
 * Whether what a place holds is read by nothing but what is added to it, until all is added: the gradient of a value of
 * the pass itself, kept beside it. A parameter is read before it is updated.
 */
export function isSum(tape: Tape, { versions, rests }: Chain, shared: ReadonlySet<number>): boolean {
  const nodeAt = (i: number) => versions[i]?.node ?? -1
  const all = rests.map((_, i) => i)
  // `out = bias`: what another place holds as well, where the sum begins or its next one, is no turn of it.
  const own = all.filter((i) => !shared.has(nodeAt(i)) && !shared.has(nodeAt(i + 1)))
  return (own.length > 0 ? own : all).every((i) => {
    const [before, after] = [nodeAt(i), nodeAt(i + 1)]
    const isOwn = (reader: number) => reader >= after || tape.aside[reader] === 1
    // `image[:, 1:4] += patch` reads a part, adds to it and writes it back.
    const isPart = (reader: number) =>
      SHARED.has(tape.entry(reader).op) &&
      tape.readers(reader).every((sum) => SUMS.has(tape.entry(sum).op) && tape.readers(sum).every(isOwn))
    return tape.readers(before).every((reader) => isOwn(reader) || isPart(reader))
  })
}

/** The values that chains of several names hold. */
export function sharedVersions(chains: readonly Chain[]): ReadonlySet<number> {
  const known = knownShared.get(chains)
  if (known !== undefined) return known
  const nameOf = new Map<number, string>()
  const shared = new Set<number>()
  for (const { name, versions } of chains)
    for (const { node } of versions) {
      const other = nameOf.get(node)
      if (other === undefined) nameOf.set(node, name)
      else if (other !== name) shared.add(node)
    }
  knownShared.set(chains, shared)
  return shared
}

const knownShared = new WeakMap<readonly Chain[], ReadonlySet<number>>()

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

/** A running mean of data, such as the baseline of rewards: what learns reads it, and it reads nothing that learns. */
export function isEstimate(
  tape: Tape,
  chain: Chain,
  cyclic: readonly Chain[],
  reads: ReadonlyMap<number, ReadonlySet<number>>,
  all: ReadonlySet<number>,
): boolean {
  const own = [...(reads.get(chain.id) ?? [])]
  const isRead = cyclic.some((c) => c !== chain && reads.get(c.id)?.has(chain.id) === true)
  return isRead && own.every((id) => id === chain.id) && elementwise(tape, chain, chain, all)
}
