/** Who takes part. nabla's backends come from its own list; a new one appears here by itself. */

import { backendNames } from 'nabla'

export interface Entry {
  /** As it is shown and selected: "nabla wasm", "torch 1t". */
  readonly name: string
  readonly peer: boolean
  /** How to start its process. */
  readonly start:
    | { readonly runtime: 'node'; readonly module: string; readonly options: Record<string, string> }
    | { readonly runtime: 'python'; readonly module: string; readonly threads: number }
}

/** `auto` is one of the others; `reference` is for truth, in f64 and without any trick. */
const NOT_TIMED = ['auto', 'reference']

function nablaEntries(): Entry[] {
  return backendNames
    .filter((backend) => !NOT_TIMED.includes(backend))
    .map((backend) => ({
      name: `nabla ${backend}`,
      peer: false,
      start: { runtime: 'node', module: 'nabla', options: { backend } },
    }))
}

export function listEntries(): Entry[] {
  return nablaEntries()
}

/** Entries whose names begin with one of `only`; all where it is empty. */
export function selectEntries(entries: readonly Entry[], only: readonly string[], peers: boolean): Entry[] {
  return entries.filter(
    ({ name, peer }) => (peers || !peer) && (only.length === 0 || only.some((start) => name.startsWith(start))),
  )
}
