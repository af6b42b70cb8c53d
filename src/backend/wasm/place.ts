/** Where a program's buffers lie in the memory of its device, and what the writer of its module has to know of that. */

import type { Buffer, Plan } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { type ModuleOptions, scratchBytes, usesThreads } from './compile.ts'
import type { Threading } from './share.ts'

/** The workers' words and those of their meeting lie in cache lines of their own. */
const WORDS_APART_BYTES = 128

export type Allocate = (sizeBytes: number, purpose: string) => number

/** What holds for all programs of a device. */
export interface DevicePlaces {
  readonly threading: Threading
  readonly relaxed: boolean
  readonly allocate: Allocate
  /** Address of the words of the workers' commands, then those of their meeting. */
  readonly words: number
  /** The address of a state, which all programs share. */
  readonly stateAddress: (state: Buffer) => number
}

export function allocateWords(allocate: Allocate): number {
  return allocate(2 * WORDS_APART_BYTES, 'the words of the threads')
}

/** Gives a program its places; `name` is what errors call it. */
export function placeProgram(plan: Plan, name: string, places: DevicePlaces): ModuleOptions {
  const { threading, relaxed, allocate, words, stateAddress } = places
  const states = new Map<number, number>()
  for (const buffer of plan.buffers) if (buffer.role === 'state') states.set(buffer.id, stateAddress(buffer))
  const base = allocate(plan.arenaBytes, `${name}: arena`)
  const scratchStride = Math.ceil(Math.max(0, ...plan.kernels.map(scratchBytes)) / 64) * 64
  const scratch = allocate(scratchStride * threading.threads, `${name}: scratch`)
  const addresses = plan.buffers.map(({ id, offset = 0 }) => states.get(id) ?? base + offset)
  return {
    addressOf: (buffer) => known(addresses[buffer], `buffer ${buffer} has an address`),
    scratch,
    scratchStride,
    relaxed,
    threads: usesThreads(plan, threading) ? threading.threads : 1,
    leastSeconds: threading.leastSeconds,
    meeting: words + WORDS_APART_BYTES,
    shared: threading.threads > 1,
  }
}
