/**
 * Places in; the chains of values that update themselves out, and which of them are parameters.
 *
 * A chain is a place whose new value is its former one plus something (v' = v ± rest). It is a parameter when the
 * network's forward pass reads it: when its own update, or the updates of several others, are computed from it.
 * Momentum, running means and gradient sums are chains that only one parameter reads, element by element.
 */

import type { Tape } from '../tape/tape.ts'
import type { Trace } from '../trace/trace.ts'
import { expandUpdate, OVERWRITES, SUMS, sizeAt } from './expand.ts'
import { type History, placeHistories, type Version } from './histories.ts'
import { isPrepared } from './prepared.ts'

export interface Chain {
  readonly id: number
  /** As the script writes it. */
  readonly name: string
  /** The initial value first; then one for every write. */
  readonly versions: readonly Version[]
  /** What each update added, as nodes: the rest of version i + 1. */
  readonly rests: readonly (readonly number[])[]
  readonly resets: number
  readonly parameter: boolean
  /** Whether an optimiser keeps it from step to step: a velocity, a mean of squares. */
  readonly isState?: boolean
}

export function findChains(trace: Trace, tape: Tape): Chain[] {
  const drafts = placeHistories(trace, tape)
  const found = new Map<string, Chain>()
  const additive = [...drafts.values()].filter(
    (d) => d.versions.some((v, i) => addsTo(tape, v.node, d.versions[i - 1])) && !isJoined(tape, d),
  )
  const versions = new Set(additive.flatMap((d) => d.versions.map((v) => v.node)))
  // A rate or a momentum on a schedule grows by numbers.
  const computed = additive.filter((d) => d.versions.some((v, i) => addsResult(tape, v.node, d.versions[i - 1])))
  const learned = new Set(computed.flatMap((d) => d.versions.map((v) => v.node)))
  for (const draft of drafts.values()) {
    if (draft.versions.length < 2) continue
    const own = new Set(draft.versions.map((v) => v.node))
    const barred = (node: number) => versions.has(node) && !own.has(node)
    const chain = chainOf(tape, draft, found.size, barred, (node) => isLearned(tape, node, learned, own))
    if (chain === undefined) continue
    const key = chain.versions
      .slice(1, 3)
      .map((v) => v.node)
      .join(',')
    const known = found.get(key)
    // A loop's name for one array after another is seen at the same updates as the array itself, which has no other beginnings.
    if (known === undefined || chain.resets < known.resets) found.set(key, { ...chain, id: known?.id ?? chain.id })
  }
  const chains = [...found.values()]
  return classify(tape, chains)
}

/** Several arrays made one, more than once: the parameters are those, and what is added to the whole is added to them. */
function isJoined(tape: Tape, { versions }: History): boolean {
  return versions.filter((v) => joins(tape, v.node)).length > 1
}

function joins(tape: Tape, node: number): boolean {
  const { op, args } = tape.entry(node)
  return op === 'move' && args.length > 1
}

/** v' = v ± something, in so many words. */
function addsTo(tape: Tape, node: number, before: Version | undefined): boolean {
  const { op, args } = tape.entry(node)
  return before !== undefined && ['add', 'sub', 'subtract', 'write', 'put'].includes(op) && args.includes(before.node)
}

const MOST_SEEN = 200

/** Whether a value is computed from other places that learn. What a norm of a weight itself makes of it is none. */
function isLearned(tape: Tape, node: number, learned: ReadonlySet<number>, own: ReadonlySet<number>): boolean {
  const seen = new Set<number>()
  const stack = [node]
  for (let at = stack.pop(); at !== undefined && seen.size < MOST_SEEN; at = stack.pop()) {
    if (own.has(at) || seen.has(at)) continue
    if (learned.has(at)) return true
    seen.add(at)
    stack.push(...tape.entry(at).args)
  }
  return false
}

/** v' = v ± something that was computed. */
function addsResult(tape: Tape, node: number, before: Version | undefined): boolean {
  return (
    before !== undefined &&
    addsTo(tape, node, before) &&
    tape.entry(node).args.some((a) => a > before.node && tape.entry(a).op !== 'leaf')
  )
}

function chainOf(
  tape: Tape,
  draft: History,
  id: number,
  barred: (node: number) => boolean,
  learned: (node: number) => boolean,
): Chain | undefined {
  const versions: Version[] = []
  const rests: number[][] = []
  let resets = 0
  draft.versions.forEach((version, i) => {
    const before = draft.versions[i - 1]
    if (before === undefined) {
      versions.push(version)
      return
    }
    const { found, rest } = expandUpdate(tape, version.node, before.node, barred, learned)
    if (found && rest.length > 0 && before.node !== version.node) {
      if (versions.at(-1) !== before) versions.push(before)
      versions.push(version)
      rests.push(rest)
    } else if (OVERWRITES.has(tape.entry(version.node).op) && overwrites(tape, version.node, before.node)) {
      // Part of it was set by hand, as a script's own gradient check does: no update, and no new beginning.
      if (versions.at(-1) !== before) versions.push(before)
      versions.push(version)
      rests.push([])
    } else if (rests.length > 0) resets++
  })
  if (rests.every((rest) => rest.length === 0)) return undefined
  const trimmed =
    versions[1] !== undefined && rests.length === versions.length - 1 ? versions : versions.slice(-(rests.length + 1))
  return { id, name: draft.place, versions: trimmed, rests, resets, parameter: false }
}

function overwrites(tape: Tape, node: number, before: number): boolean {
  let at = node
  for (let depth = 0; depth < 8 && at > before; depth++) {
    const { op, args } = tape.entry(at)
    if (!OVERWRITES.has(op) || args[0] === undefined) return false
    at = args[0]
  }
  return at === before
}

/** Which chains read which: c reads d when what c's update adds is computed from a version of d. */
function classify(tape: Tape, chains: readonly Chain[]): Chain[] {
  const owner = new Map<number, Set<number>>()
  const computed = (c: Chain) => c.rests.some((rest) => rest.some((n) => tape.entry(n).op !== 'leaf'))
  const lasting = chains.filter(
    (c) => computed(c) && c.resets < 2 && (c.resets === 0 || c.rests.length >= 8 * c.resets),
  )
  const all = new Set(lasting.flatMap((c) => c.versions.map((v) => v.node)))
  const live = lasting.filter((c) => !isIntermediate(tape, c, lasting, all) && !isSum(tape, c))
  for (const chain of live)
    for (const version of chain.versions) {
      const owners = owner.get(version.node) ?? new Set()
      owner.set(version.node, owners.add(chain.id))
    }
  const versions = new Set(owner.keys())
  const reads = new Map<number, Set<number>>()
  for (const chain of live) {
    const found = new Set<number>()
    const told = updatesOf(chain).slice(0, 2)
    for (const [i, rest] of told.entries()) {
      for (const node of tape.ancestors(rest, versions)) {
        // m = v = 0: what several chains begin with tells nothing of which of them is read; their next versions do.
        const owners = owner.get(node) ?? new Set()
        if (owners.size === 1 || told.length < 2 || i > 0) for (const d of owners) found.add(d)
      }
    }
    reads.set(chain.id, found)
  }
  const readers = (id: number) => live.filter((c) => c.id !== id && reads.get(c.id)?.has(id)).map((c) => c.id)
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
  /** A running mean of data, such as the baseline of rewards: what learns reads it, and it reads nothing that learns. */
  const isEstimate = (chain: Chain) =>
    [...(reads.get(chain.id) ?? [])].every((id) => id === chain.id) &&
    [...cyclic].some(
      (c) => c !== chain && reads.get(c.id)?.has(chain.id) === true && !reads.get(chain.id)?.has(c.id),
    ) &&
    elementwise(tape, chain, chain, versions)
  return chains.map((chain) => {
    if (!cyclic.has(chain) || isEstimate(chain) || isPrepared(tape, chain, [...cyclic], reads, versions)) return chain
    if (looksAhead(tape, chain, live, owner, reads)) return { ...chain, parameter: false, isState: true }
    const others = readers(chain.id)
    const own = reads.get(chain.id)?.has(chain.id) === true
    const [only] = others
    const alone = !own && others.length === 1 && only !== undefined && elementwise(tape, chain, chains[only], versions)
    // Adadelta's two averages are read by each other as well as by their parameter, element by element throughout.
    const beside = others.length === 1 && only !== undefined && addsTheSame(tape, chain, chains[only])
    const state = alone || beside || (soft(chain.id) && others.filter((id) => !soft(id)).length === 1)
    return { ...chain, parameter: !state, ...(state && { isState: true }) }
  })
}

/**
 * Whether a velocity is read by the forward pass in no other way than added to its own parameter, which it moves: where
 * the momentum would lead, as Nesterov's method looks.
 */
function looksAhead(
  tape: Tape,
  chain: Chain,
  live: readonly Chain[],
  owner: ReadonlyMap<number, ReadonlySet<number>>,
  reads: ReadonlyMap<number, ReadonlySet<number>>,
): boolean {
  const size = sizeAt(tape, chain.versions[1]?.node ?? 0)
  const sums = new Set<number>()
  const moved = new Set<number>()
  for (const { node } of chain.versions.slice(0, 3)) {
    const scaled = tape.readers(node).filter((n) => PRODUCTS.has(tape.entry(n).op))
    for (const from of [node, ...scaled])
      for (const sum of tape.readers(from)) {
        if (!SUMS.has(tape.entry(sum).op) || sizeAt(tape, sum) !== size) continue
        for (const arg of tape.entry(sum).args)
          for (const id of owner.get(arg) ?? [])
            if (id !== chain.id && reads.get(id)?.has(chain.id) === true && owner.get(sum) === undefined) {
              sums.add(sum)
              moved.add(id)
            }
      }
  }
  const [parameter] = moved
  const own = new Set(chain.versions.map((v) => v.node))
  const isOwn = (n: number) =>
    own.has(n) || (PRODUCTS.has(tape.entry(n).op) && tape.entry(n).args.some((a) => own.has(a)))
  const steps = live.find((c) => c.id === parameter)?.rests ?? []
  if (parameter === undefined || moved.size > 1 || !steps.some((rest) => rest.some(isOwn))) return false
  const stop = new Set([...owner.keys(), ...sums])
  return live.every(
    (c) =>
      c.id === chain.id || c.id === parameter || ![...tape.ancestors(c.rests[1] ?? [], stop)].some((n) => own.has(n)),
  )
}

/** Whether a number that begins at zero gets in each step just what another gets: its sum of changes, and no parameter. */
function addsTheSame(tape: Tape, { versions, rests }: Chain, other: Chain | undefined): boolean {
  const { op, value } = tape.trace.nodes[versions[0]?.node ?? -1] ?? {}
  if (other === undefined || op !== 'leaf' || value?.length !== 1 || value[0] !== 0) return false
  return rests.length > 1 && rests.every((rest, i) => rest.length > 0 && rest.join() === other.rests[i]?.join())
}

const PRODUCTS = new Set(['mul', 'multiply'])
const SHARED = new Set(['copy', 'view', 'move', 'reshape', 'transpose'])

/**
 * Whether a chain begins as a result of the pass itself, `scores = x.dot(W)`, and is then changed in place. A parameter
 * begins as a number, or as a copy of another parameter (tied weights).
 */
function isIntermediate(tape: Tape, chain: Chain, chains: readonly Chain[], all: ReadonlySet<number>): boolean {
  const start = chain.versions[0]?.node
  if (start === undefined) return false
  // `v = 0 * W` is no more than zeros of a shape.
  const digest = tape.trace.nodes[start]?.digest
  if (Array.isArray(digest) && digest.every((x) => x === 0)) return false
  const own = new Set(chain.versions.map((v) => v.node))
  const isOther = (n: number) => all.has(n) && n !== start && !own.has(n)
  // What a script's own gradient check did to the same place came before it, and its first update is where it begins.
  let last = -1
  for (const c of chains)
    if (c !== chain && c.name === chain.name)
      for (const { node } of c.versions) if (node < start) last = Math.max(last, node)
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
function isSum(tape: Tape, { versions, rests }: Chain): boolean {
  return rests.every((_, i) => {
    const [before, after] = [versions[i]?.node ?? -1, versions[i + 1]?.node ?? -1]
    const isOwn = (reader: number) => reader >= after || tape.aside[reader] === 1
    // `image[:, 1:4] += patch` reads a part, adds to it and writes it back.
    const isPart = (reader: number) =>
      SHARED.has(tape.entry(reader).op) &&
      tape.readers(reader).every((sum) => SUMS.has(tape.entry(sum).op) && tape.readers(sum).every(isOwn))
    return tape.readers(before).every((reader) => isOwn(reader) || isPart(reader))
  })
}

/** What the updates added, without what was set by hand: the forget gate's biases, before anything is learned. */
const updatesOf = ({ rests }: Chain) => rests.filter((rest) => rest.length > 0)

/** Whether everything between `chain` and the update of `reader` has the chain's own size. */
function elementwise(tape: Tape, chain: Chain, reader: Chain | undefined, versions: ReadonlySet<number>): boolean {
  if (reader === undefined) return true
  const nodes = new Set(chain.versions.map((v) => v.node))
  // A state that begins as the number 0 has its own size from the second step on.
  const updates = updatesOf(reader)
  const later = chain.versions.length > 2 && updates.length > 1 && sizeAt(tape, chain.versions[0]?.node ?? 0) === 1
  // Where a gradient of another shape is added, the state takes that shape.
  const sizes = chain.versions.slice(later ? 1 : 0, 2).map((v) => sizeAt(tape, v.node))
  const path = [...tape.ancestors(updates[later ? 1 : 0] ?? [], versions)].sort((a, b) => a - b)
  const through = new Set<number>()
  for (const node of path) {
    if (nodes.has(node) || (!versions.has(node) && tape.entry(node).args.some((a) => through.has(a)))) through.add(node)
  }
  return [...through].every(
    (node) => sizes.includes(sizeAt(tape, node)) && !['dot', 'matmul', 'einsum', 'outer'].includes(tape.entry(node).op),
  )
}
