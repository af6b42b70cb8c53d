/** Who takes part. nabla's backends come from its own list; a new one appears here by itself. */

import { availableParallelism } from 'node:os'
import { backendNames } from 'nabla'

export interface Entry {
  /** As it is shown and selected: "nabla wasm", "torch 1t". */
  readonly name: string
  readonly peer: boolean
  /** How to start its process. */
  readonly start:
    | {
        readonly runtime: 'node'
        readonly module: string
        readonly options: Record<string, string>
        readonly threads: number
      }
    | { readonly runtime: 'python'; readonly module: string; readonly threads: number }
}

/** `auto` is one of the others; `reference` is for truth, in f64 and without any trick. */
const NOT_TIMED = ['auto', 'reference']

/** One thread, and all that the machine runs at once. */
function threadCounts(): number[] {
  return [...new Set([1, availableParallelism()])]
}

function nablaEntries(): Entry[] {
  const backends = backendNames.filter((backend) => !NOT_TIMED.includes(backend))
  return backends.flatMap((backend) =>
    threadCounts().map((threads) => ({
      name: `nabla ${backend} ${threads}t`,
      peer: false,
      start: { runtime: 'node', module: 'nabla', options: { backend }, threads },
    })),
  )
}

/** Everybody else. Python's libraries are asked with one thread and with two: the better one counts. */
const PYTHON_MODULES = [
  { name: 'PyTorch', module: 'torch' },
  { name: 'NumPy', module: 'numpy' },
  { name: 'scikit-learn', module: 'sklearn' },
]

function peerEntries(): Entry[] {
  const node = (name: string, module: string, options: Record<string, string> = {}): Entry => ({
    name,
    peer: true,
    start: { runtime: 'node', module, options, threads: 1 },
  })
  return [
    node('TensorFlow.js wasm', 'tfjs', { backend: 'wasm' }),
    node('TensorFlow.js cpu', 'tfjs', { backend: 'cpu' }),
    node('jax-js', 'jax'),
    node('brain.js', 'brain'),
    node('ConvNetJS', 'convnet'),
    ...PYTHON_MODULES.flatMap(({ name, module }) =>
      threadCounts().map(
        (threads): Entry => ({
          name: `${name} ${threads}t`,
          peer: true,
          start: { runtime: 'python', module, threads },
        }),
      ),
    ),
  ]
}

export function listEntries(): Entry[] {
  return [...nablaEntries(), ...peerEntries()]
}

/** Entries whose names begin with one of `only`; all where it is empty. */
export function selectEntries(entries: readonly Entry[], only: readonly string[], peers: boolean): Entry[] {
  return entries.filter(
    ({ name, peer }) => (peers || !peer) && (only.length === 0 || only.some((start) => name.startsWith(start))),
  )
}
