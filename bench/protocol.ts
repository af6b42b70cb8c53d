/** What is said between the benchmark and a contestant's process: one JSON object a line, a reply to each request. */

import type { Work } from './contestants/contestant.ts'

export type Request =
  | { readonly do: 'hello' }
  | { readonly do: 'open'; readonly work: Work }
  /** The results of `count` single runs from the initial weights on. */
  | { readonly do: 'results'; readonly count: number; readonly learningRate: number }
  /** Seconds for `count` runs from the initial weights on. */
  | { readonly do: 'time'; readonly count: number; readonly learningRate: number }
  | { readonly do: 'close' }

export type Reply =
  | { readonly ok: false; readonly error: string }
  | {
      readonly ok: true
      readonly description?: string
      readonly results?: readonly number[]
      readonly seconds?: number
      /** Processor time of the timed runs, over all threads of the process. */
      readonly cpuSeconds?: number
      /** Processor time since the process began. */
      readonly totalCpuSeconds?: number
      /** How long the whole request took. */
      readonly elapsedSeconds?: number
      /** The largest resident set since the process began. */
      readonly peakBytes?: number
    }
