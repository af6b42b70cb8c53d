/** A trace in; each place of the script (a name, an element, an array changed in place) with what it held, in order, out. */

import type { Tape } from '../tape/tape.ts'
import type { Trace } from '../trace/trace.ts'
import { resolvePlaces } from './places.ts'

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
  for (const event of trace.events) {
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
