/** An item of the benchmark: a name, a sentence, and how it is measured. */

import type { Entry } from '../contestants/list.ts'
import type { ContestResult } from '../measurement.ts'
import type { Player } from '../player.ts'
import type { RoundOptions } from '../rounds.ts'
import type { MemoryResult } from './memory.ts'

export interface ItemContext extends RoundOptions {
  readonly players: readonly Player[]
  /** For items that ask somebody else too: joined once, undefined where the contestant is not there. */
  readonly join: (entry: Entry) => Promise<Player | undefined>
  readonly quick: boolean
  /** A folder for data, gone when the benchmark ends. */
  readonly folder: string
  /** Hears each result as it comes. */
  readonly report: (result: ContestResult) => void
  /** Hears what a run takes of memory. */
  readonly reportMemory: (result: MemoryResult) => void
}

export interface Item {
  readonly name: string
  readonly about: string
  measure(context: ItemContext): Promise<void>
}
