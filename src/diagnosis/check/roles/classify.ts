/**
 * Which chains are parameters: those that the network's forward pass reads, so that their own update, or the updates of
 * several others, are computed from them. Momentum, running means and gradient sums are chains that only one parameter
 * reads, element by element.
 */

import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'
import { fedByData } from './fed-by-data.ts'
import { isEstimate, isIntermediate, isPrepared, isSum, sharedVersions } from './not-parameters.ts'
import { addsTheSame, elementwise, looksAhead, updatesOf } from './states.ts'

/** Which chains read which: c reads d when what c's update adds is computed from a version of d. */
export function classify(tape: Tape, chains: readonly Chain[]): Chain[] {
  const owner = new Map<number, Set<number>>()
  const computed = (c: Chain) => c.rests.some((rest) => rest.some((n) => tape.entry(n).op !== 'leaf'))
  const lasting = chains.filter(
    (c) => computed(c) && c.resets < 2 && (c.resets === 0 || c.rests.length >= 8 * c.resets),
  )
  const all = new Set(lasting.flatMap((c) => c.versions.map((v) => v.node)))
  const shared = sharedVersions(lasting)
  const named = byName(lasting)
  const live = lasting.filter((c) => !isIntermediate(tape, c, named.get(c.name) ?? [], all) && !isSum(tape, c, shared))
  // `total = 0` begins with the very object that `z > 0` compares with.
  const tells = ({ versions }: Chain, i: number) =>
    i > 0 || versions.length < 3 || !isCommonZero(tape, versions[0]?.node ?? -1)
  for (const chain of live)
    for (const version of chain.versions.filter((_, i) => tells(chain, i))) {
      const owners = owner.get(version.node) ?? new Set()
      owner.set(version.node, owners.add(chain.id))
    }
  const versions = new Set(owner.keys())
  const reads = new Map<number, Set<number>>()
  for (const chain of live) {
    const found = new Set<number>()
    const told = toldBy(updatesOf(chain))
    for (const [i, rest] of told.entries()) {
      for (const node of tape.ancestors(rest, versions)) {
        // m = v = 0: what several chains begin with tells nothing of which of them is read; their next versions do.
        const owners = owner.get(node) ?? new Set()
        if (owners.size === 1 || told.length < 2 || i > 0) for (const d of owners) found.add(d)
      }
    }
    reads.set(chain.id, found)
  }
  const readers = new Map<number, number[]>()
  for (const { id } of live)
    for (const read of reads.get(id) ?? []) if (read !== id) readers.set(read, [...(readers.get(read) ?? []), id])
  const inCycle = (id: number) => {
    const seen = new Set<number>()
    const stack = [...(reads.get(id) ?? [])]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (at === id) return true
      if (!seen.has(at)) {
        seen.add(at)
        stack.push(...(reads.get(at) ?? []))
      }
    }
    return false
  }
  const known = new Map<number, boolean>()
  /** Whether an array is read element by element only, be it by itself. */
  const soft = (id: number): boolean => {
    const found = known.get(id)
    if (found !== undefined) return found
    const chain = chains[id]
    const array = (tape.trace.nodes[chain?.versions[1]?.node ?? -1]?.shape.length ?? 0) > 0
    const is =
      chain !== undefined &&
      array &&
      live.every((c) => !reads.get(c.id)?.has(id) || elementwise(tape, chain, c, versions))
    known.set(id, is)
    return is
  }
  const cyclic = new Set(live.filter((c) => inCycle(c.id)))
  const inCycles = [...cyclic]
  const classified = chains.map((chain) => {
    if (!cyclic.has(chain)) return chain
    if (isEstimate(tape, chain, inCycles, reads, versions)) return chain
    if (isPrepared(tape, chain, inCycles, reads, versions)) return chain
    if (looksAhead(tape, chain, live, owner, reads)) return { ...chain, parameter: false, isState: true }
    const others = readers.get(chain.id) ?? []
    const own = reads.get(chain.id)?.has(chain.id) === true
    const [only] = others
    const alone = !own && others.length === 1 && only !== undefined && elementwise(tape, chain, chains[only], versions)
    // Adadelta's two averages are read by each other as well as by their parameter, element by element throughout.
    const beside = others.length === 1 && only !== undefined && addsTheSame(tape, chain, chains[only])
    const state = alone || beside || (soft(chain.id) && others.filter((id) => !soft(id)).length === 1)
    return { ...chain, parameter: !state, ...(state && { isState: true }) }
  })
  const fed = fedByData(tape, classified, live, reads)
  return fed.size === 0 ? classified : classified.map((c) => (fed.has(c.id) ? { ...c, parameter: true } : c))
}

function byName(chains: readonly Chain[]): ReadonlyMap<string, readonly Chain[]> {
  const named = new Map<string, Chain[]>()
  for (const chain of chains) {
    const known = named.get(chain.name)
    if (known === undefined) named.set(chain.name, [chain])
    else known.push(chain)
  }
  return named
}

/**
 * The updates that tell what a chain reads: the first two. What is added to by a graph's nodes in turn and never set back
 * is told by more of them, since one may come from a penalty alone.
 */
function toldBy(updates: readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (updates.length < MANY_UPDATES) return updates.slice(0, 2)
  const every = Math.floor(updates.length / MANY_UPDATES)
  return updates.filter((_, i) => i < 2 || (i % every === 0 && i < MANY_UPDATES * every))
}

const MANY_UPDATES = 12

/** A number 0 that is no array: what begins with it shares it with all else that does. */
function isCommonZero(tape: Tape, node: number): boolean {
  const found = tape.trace.nodes[node]
  return found?.op === 'leaf' && found.shape.length === 0 && [found.digest].flat().every((x) => x === 0)
}
