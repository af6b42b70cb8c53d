/** Who takes part. nabla's backends come from its own list; a new one appears here by itself. */

import { availableParallelism } from 'node:os'
import { backendNames } from 'nabla'

/** What a contestant is called, in tables and in data. */
export interface Identity {
  /** As it is shown and selected: "nabla wasm 1t", "PyTorch 2t". */
  readonly name: string
  /** The same for all its thread settings, of which the best counts: "PyTorch". */
  readonly family: string
  readonly threads: number
  /** Whether it is somebody else's. */
  readonly peer: boolean
}

export interface Entry extends Identity {
  /** How to start its process. */
  readonly start:
    | { readonly runtime: 'node'; readonly module: string; readonly options: Record<string, string> }
    | { readonly runtime: 'python'; readonly module: string }
}

/** `auto` is one of the others; `reference` is for truth, in f64 and without any trick. */
const NOT_TIMED = ['auto', 'reference']
/** Ratios are to the first contestant: to what runs everywhere. */
const FIRST = 'wasm'

/** One thread, two, and all that the machine runs at once. */
function threadCounts(): number[] {
  const most = availableParallelism()
  return [...new Set([1, Math.min(2, most), most])]
}

function nablaEntries(threads: readonly number[]): Entry[] {
  const others = backendNames.filter((backend) => backend !== FIRST && !NOT_TIMED.includes(backend))
  return [FIRST, ...others].flatMap((backend) =>
    withThreads(`nabla ${backend}`, false, { runtime: 'node', module: 'nabla', options: { backend } }, threads),
  )
}

function withThreads(family: string, peer: boolean, start: Entry['start'], threads: readonly number[]): Entry[] {
  return threads.map((count) => ({ name: `${family} ${count}t`, family, threads: count, peer, start }))
}

/** Everybody else. Python's libraries are asked with one thread and with more: the better one counts. */
const PYTHON_MODULES = [
  { family: 'PyTorch', module: 'torch' },
  { family: 'NumPy', module: 'numpy' },
  { family: 'scikit-learn', module: 'sklearn' },
]

function peerEntries(threads: readonly number[]): Entry[] {
  const node = (name: string, module: string, options: Record<string, string> = {}): Entry => ({
    name,
    family: name,
    threads: 1,
    peer: true,
    start: { runtime: 'node', module, options },
  })
  return [
    node('TensorFlow.js wasm', 'tfjs', { backend: 'wasm' }),
    node('TensorFlow.js cpu', 'tfjs', { backend: 'cpu' }),
    node('jax-js', 'jax'),
    node('brain.js', 'brain'),
    node('ConvNetJS', 'convnet'),
    ...PYTHON_MODULES.flatMap(({ family, module }) =>
      withThreads(family, true, { runtime: 'python', module }, threads),
    ),
  ]
}

/** One contestant for each thread setting; by default the usual ones. */
export function listEntries(threads: readonly number[] = threadCounts()): Entry[] {
  return [...nablaEntries(threads), ...peerEntries(threads)]
}

/** Plain copies of memory, which no library takes part in. */
export const PLAIN_ENTRY: Entry = {
  name: 'plain copy',
  family: 'plain copy',
  threads: 1,
  peer: false,
  start: { runtime: 'node', module: 'plain', options: {} },
}

/** Entries whose names begin with one of `only`; all where it is empty. */
export function selectEntries(entries: readonly Entry[], only: readonly string[], peers: boolean): Entry[] {
  return entries.filter(
    ({ name, peer }) => (peers || !peer) && (only.length === 0 || only.some((start) => name.startsWith(start))),
  )
}
