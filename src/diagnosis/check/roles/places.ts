/** Where values are kept, as the script's author would write it: `params['W1']`, `net.layers[0].w`, `bias`. */

import type { Trace } from '../trace/trace.ts'

export type PlaceOf = (place: string, owner: string | number, key: string | number) => string

/** What a path leads to by one key more. */
export function step(path: string, place: string, key: string | number, type: string): string {
  if (place === 'attr' || (place === 'item' && !['list', 'tuple', 'dict'].includes(type))) return `${path}.${key}`
  return typeof key === 'number' ? `${path}[${key}]` : `${path}['${key}']`
}

const known = new WeakMap<Trace, PlaceOf>()

/** Resolves containers to the names that lead to them, preferring the module's names to a function's. */
export function resolvePlaces(trace: Trace): PlaceOf {
  // Every rule asks for them, and a script of lists binds thousands.
  const found = known.get(trace) ?? seekPlaces(trace)
  known.set(trace, found)
  return found
}

function seekPlaces(trace: Trace): PlaceOf {
  const holders = new Map<number, { place: string; owner: string | number; key: string | number; rank: number }>()
  // A name that holds one container after another (a loop's variable) says less than the list that they lie in.
  const named = new Map<string, Set<number>>()
  for (const event of trace.events)
    if (event.kind === 'bind' && event.place === 'name') {
      const name = `${event.owner}|${event.key}`
      named.set(name, (named.get(name) ?? new Set()).add(event.container))
    }
  for (const event of trace.events) {
    if (event.kind !== 'bind') continue
    const steady = event.place === 'name' && named.get(`${event.owner}|${event.key}`)?.size === 1
    const rank = event.place !== 'name' ? 2 : event.owner !== '<module>' ? 1 : steady ? 3 : 1.5
    const known = holders.get(event.container)
    const loops = typeof event.owner === 'number' && event.owner === event.container
    if (!loops && (known === undefined || rank > known.rank)) holders.set(event.container, { ...event, rank })
  }
  const paths = new Map<number, string>()
  const path = (container: number, depth: number): string => {
    const known = paths.get(container)
    if (known !== undefined) return known
    const holder = holders.get(container)
    const type = trace.containers.get(container) ?? 'object'
    let found: string
    if (holder === undefined || depth > 12)
      found = `${type}#${container}` // two objects of one class are two places
    else if (holder.place === 'name') found = String(holder.key)
    else
      found = step(
        path(holder.owner as number, depth + 1),
        holder.place,
        holder.key,
        trace.containers.get(holder.owner as number) ?? '',
      )
    paths.set(container, found)
    return found
  }
  return (place, owner, key) => {
    if (place === 'name' || typeof owner !== 'number') return String(key)
    return step(path(owner, 0), place, key, trace.containers.get(owner) ?? '')
  }
}
