/** A trace in; each place of the script (a name, an element, an array changed in place) with what it held, in order, out. */

import type { Tape } from '../tape/tape.ts'
import type { Trace, TraceEvent } from '../trace/trace.ts'
import { expandUpdate } from './expand.ts'
import { resolvePlaces, step } from './places.ts'

export interface Version {
  readonly node: number
  readonly time: number
  readonly site: number
}

export interface History {
  /** As the script writes it. */
  place: string
  readonly versions: Version[]
}

export function placeHistories(trace: Trace, tape: Tape): ReadonlyMap<string, History> {
  const placeOf = resolvePlaces(trace)
  const drafts = new Map<string, History>()
  const holderOf = new Map<number, string>()
  const note = (key: string, place: string, version: Version) => {
    const draft = drafts.get(key) ?? { place, versions: [] }
    drafts.set(key, draft)
    if (draft.versions.at(-1)?.node !== version.node) draft.versions.push(version)
  }
  const handed = new Handed(trace, tape)
  for (const event of trace.events) {
    if (event.kind === 'store' || event.kind === 'bind') handed.follow(event, note)
    if (event.kind === 'store') {
      const name = placeOf(event.place, event.owner, event.key)
      const version = { node: event.node, time: event.time, site: event.site }
      const scope = event.place === 'name' ? `${event.owner}|` : ''
      note(`${scope}${name}`, name, version)
      const known = holderOf.get(event.node)
      if (known === undefined || (event.place !== 'name' && !known.includes('['))) holderOf.set(event.node, name)
    } else if (event.kind === 'write') {
      const key = `buffer|${event.container}`
      const before = tape.entry(event.node).args[0]
      if (!drafts.has(key) && before !== undefined) {
        const first = rootOf(tape, before)
        note(key, holderOf.get(first) ?? holderOf.get(before) ?? '', { node: first, time: first, site: -1 })
      }
      note(key, '', { node: event.node, time: event.time, site: event.site })
      const draft = drafts.get(key)
      if (draft !== undefined && draft.place === '') draft.place = holderOf.get(event.node) ?? ''
    }
  }
  handed.settle(note)
  for (const [key, draft] of drafts) {
    if (!key.startsWith('buffer|') || draft.place !== '') continue
    for (const version of draft.versions) draft.place ||= holderOf.get(version.node) ?? ''
  }
  return drafts
}

function rootOf(tape: Tape, node: number): number {
  const { op, args } = tape.entry(node)
  return op === 'view' ? (args[0] ?? node) : node
}

const DEPTH = 3
const MOST_HELD = 400

type Kept = Extract<TraceEvent, { kind: 'store' | 'bind' }>
type Note = (key: string, place: string, version: Version) => void

/**
 * Names that are handed one list after another, each made from the one before: `W, now = trial, new`. The lists have
 * places of their own; what the name reads through, `W[0]`, is a place as well.
 */
class Handed {
  readonly #held = new Map<number, Map<string | number, number>>()
  readonly #inside = new Map<number, Map<string | number, number>>()
  readonly #last = new Map<string, number>()
  #open: (Extract<TraceEvent, { kind: 'bind' }> & { before: number }) | undefined

  constructor(
    readonly trace: Trace,
    readonly tape: Tape,
  ) {}

  follow(event: Kept, note: Note): void {
    // What lies in a new list is stored there after it got its name.
    if (this.#open !== undefined && event.time > this.#open.time) this.settle(note)
    if (event.kind === 'store' && typeof event.owner === 'number') keep(this.#held, event.owner, event.key, event.node)
    if (event.kind !== 'bind') return
    if (event.place !== 'name') {
      if (typeof event.owner === 'number') keep(this.#inside, event.owner, event.key, event.container)
      return
    }
    this.settle(note)
    const name = `${event.owner}|${event.key}`
    const before = this.#last.get(name)
    this.#last.set(name, event.container)
    if (before !== undefined && before !== event.container) this.#open = { ...event, before }
  }

  /** Compares what a name was handed last with what it held before. */
  settle(note: Note): void {
    if (this.#open === undefined) return
    const { owner, key, before, container, time, site } = this.#open
    this.#open = undefined
    const [old, next] = [this.#contents(before), this.#contents(container)]
    if (old.size !== next.size || !this.#updates(old, next)) return
    for (const contents of [old, next])
      for (const [path, node] of contents) note(`handed|${owner}|${key}${path}`, `${key}${path}`, { node, time, site })
  }

  /** Whether one of them, and the first that is not the same in both, is what it was plus something. */
  #updates(old: ReadonlyMap<string, number>, next: ReadonlyMap<string, number>): boolean {
    for (const [path, node] of next) {
      const before = old.get(path)
      if (before === undefined) return false
      if (before === node) continue
      const { found, rest } = expandUpdate(this.tape, node, before)
      return found && rest.length > 0
    }
    return false
  }

  #contents(container: number, path = '', depth = 0, out = new Map<string, number>()): Map<string, number> {
    const type = this.trace.containers.get(container) ?? ''
    for (const [key, node] of this.#held.get(container) ?? [])
      if (out.size < MOST_HELD) out.set(step(path, 'item', key, type), node)
    if (depth < DEPTH)
      for (const [key, inner] of this.#inside.get(container) ?? [])
        this.#contents(inner, step(path, 'item', key, type), depth + 1, out)
    return out
  }
}

function keep(
  map: Map<number, Map<string | number, number>>,
  owner: number,
  key: string | number,
  value: number,
): void {
  const items = map.get(owner) ?? new Map<string | number, number>()
  map.set(owner, items.set(key, value))
}
