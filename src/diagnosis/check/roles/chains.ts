/**
 * Places in; the chains of values that update themselves out, and which of them are parameters.
 *
 * A chain is a place whose new value is its former one plus something (v' = v ± rest).
 */

import { SUMS } from '../tape/operations.ts'
import type { Tape } from '../tape/tape.ts'
import type { Trace } from '../trace/trace.ts'
import { classify } from './classify.ts'
import { expandUpdate, joins, OVERWRITES, sizeAt } from './expand.ts'
import { type History, placeHistories, type Version } from './histories.ts'

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
  const histories = placeHistories(trace, tape)
  const begun = new Set([...histories.values()].map((h) => h.versions[0]?.node ?? -1))
  const drafts = new Map([...histories].map(([key, draft]) => [key, withArgument(tape, draft, begun)]))
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
    const chain = chainOf(tape, draft, found.size, barred, (node) => isLearned(tape, node, learned, own), versions)
    if (chain === undefined) continue
    const key = chain.versions
      .slice(1, 3)
      .map((v) => v.node)
      .join(',')
    const known = found.get(key)
    // A loop's name for one array after another is seen at the same updates as the array itself, which has no other beginnings.
    if (known === undefined || chain.resets < known.resets) found.set(key, { ...chain, id: known?.id ?? chain.id })
  }
  const chains = withoutParts([...found.values()]).map((chain, id) => ({ ...chain, id }))
  return classify(tape, chains)
}

/**
 * Without chains of which another one holds all that they hold, and more: an array that was first filled through views of
 * it and is updated under its name as well, or a weight that each pass keeps among its own values.
 */
function withoutParts(chains: readonly Chain[]): Chain[] {
  const holders = new Map<number, Chain[]>()
  for (const chain of chains)
    for (const node of new Set(chain.versions.map((v) => v.node))) {
      const known = holders.get(node)
      if (known === undefined) holders.set(node, [chain])
      else known.push(chain)
    }
  const isPart = (a: Chain) =>
    holders
      .get(a.versions[0]?.node ?? -1)
      ?.some((b) => b.versions.length > a.versions.length && a.versions.every((v) => holders.get(v.node)?.includes(b)))
  return chains.filter((a) => !isPart(a))
}

/** `theta = theta - step` in a function that was given theta: what it was given, or what another place began with, is where it begins. */
function withArgument(tape: Tape, draft: History, begun: ReadonlySet<number>): History {
  const [first, second] = draft.versions
  if (first === undefined || second === undefined || !addsTo(tape, second.node, first)) return draft
  const { op, args } = tape.entry(first.node)
  const [given] = args
  const isGiven = given !== undefined && SUMS.has(op) && (tape.entry(given).op === 'leaf' || begun.has(given))
  if (!isGiven || sizeAt(tape, given) !== sizeAt(tape, first.node)) return draft
  return { ...draft, versions: [{ node: given, time: given, site: -1 }, ...draft.versions] }
}

/** Several arrays made one, more than once: the parameters are those, and what is added to the whole is added to them. */
function isJoined(tape: Tape, { versions }: History): boolean {
  return versions.filter((v) => joins(tape, v.node)).length > 1
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
  all: ReadonlySet<number>,
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
      // What it is filled with at first, through views of it, is no update.
      const isFilled = rests.every((r) => r.length === 0) && OVERWRITES.has(tape.entry(version.node).op)
      rests.push(isFilled && rest.every((node) => isData(tape, node, all)) ? [] : rest)
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

/** Whether a value is computed from nothing that changes. */
function isData(tape: Tape, node: number, all: ReadonlySet<number>): boolean {
  const seen = new Set<number>()
  const stack = [node]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue
    if (all.has(at) || seen.size > MOST_SEEN) return false
    seen.add(at)
    stack.push(...tape.entry(at).args)
  }
  return true
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
