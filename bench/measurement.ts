/** What was measured: of a contestant, and of all who did the same work. Plain data, as they stand in the JSON file. */

import type { Work } from './contestants/contestant.ts'
import type { Identity } from './contestants/list.ts'
import type { MemoryResult } from './items/memory.ts'
import { ratioByRound, type Summary, summarise } from './statistics.ts'

export interface Measurement {
  readonly contestant: string
  readonly family: string
  readonly threads: number
  readonly peer: boolean
  readonly description: string
  /** Seconds a run, by round. Who is slow has fewer rounds. */
  readonly rounds: readonly number[]
  readonly seconds: Summary
  /** Time over that of the contest's first contestant, round by round. */
  readonly ratio: Summary
  /** Processor seconds a run, by round, over all threads. */
  readonly cpuRounds?: readonly number[]
  /** The ratio of processor times, where both have one thread: what others do on the machine disturbs it less. */
  readonly cpuRatio?: Summary
  readonly gflops: number
  /** Of the process, where that was measured. */
  readonly peakBytes?: Summary
  /** Largest relative deviation of the results from the truth. */
  readonly deviation: number
  readonly agrees: boolean
  /** What else there is to say, in place of the deviation. */
  readonly note?: string
}

/** The work, without where its data lay. */
export type DescribedWork = Work extends infer Each ? (Each extends Work ? Omit<Each, 'folder'> : never) : never

/** Where a contest stands in a sweep: what varied, and what was the same for a whole line. */
export interface Place {
  readonly quantity: string
  /** Where it says nothing, each measurement has a place of its own: its number of threads. */
  readonly value?: number
  readonly series: string
}

export interface ContestResult {
  readonly title: string
  readonly work: DescribedWork
  readonly flops: number
  /** Bytes that must be read and written at least, where the roofline asks for it. */
  readonly bytes?: number
  readonly place?: Place
  readonly measurements: readonly Measurement[]
  /** Who did not take part, and why. */
  readonly absent: readonly { readonly contestant: string; readonly reason: string }[]
  /** Cores that others kept busy meanwhile, on average. */
  readonly othersCores?: number
}

/** An item with all that was measured for it. */
export interface ItemResult {
  readonly item: string
  readonly contests: readonly ContestResult[]
  /** What runs took of memory, where the item looks at that. */
  readonly memory?: readonly MemoryResult[]
}

export function describeWork(work: Work): DescribedWork {
  const { folder: _, ...described } = work
  return described as DescribedWork
}

/** Times of one contestant. */
export interface Times {
  readonly identity: Identity
  readonly description: string
  readonly rounds: readonly number[]
  readonly cpuRounds?: readonly number[]
}

type Rest = Partial<Pick<Measurement, 'peakBytes' | 'deviation' | 'agrees' | 'note'>>

/** `first` is whom the ratios are to; `flops` are those of one run, 0 where they are not counted. */
export function makeMeasurement(times: Times, first: Times, flops: number, rest: Rest): Measurement {
  const { identity, description, rounds, cpuRounds } = times
  const { name, family, threads, peer } = identity
  const seconds = summarise(rounds)
  const alone = threads === 1 && first.identity.threads === 1
  return {
    contestant: name,
    family,
    threads,
    peer,
    description,
    rounds,
    seconds,
    ratio: ratioByRound(rounds, first.rounds),
    gflops: flops / seconds.median / 1e9,
    deviation: 0,
    agrees: true,
    ...(cpuRounds === undefined ? {} : { cpuRounds }),
    ...(alone && cpuRounds && first.cpuRounds ? { cpuRatio: ratioByRound(cpuRounds, first.cpuRounds) } : {}),
    ...rest,
  }
}

/** The fastest by median; undefined of none. */
export function fastest(measurements: readonly Measurement[]): Measurement | undefined {
  return measurements.reduce<Measurement | undefined>(
    (best, each) => (best === undefined || each.seconds.median < best.seconds.median ? each : best),
    undefined,
  )
}

/** The names of those that are their family's best thread setting; of families with one setting, nobody. */
export function bestSettings(measurements: readonly Measurement[]): Set<string> {
  const names = [...new Set(measurements.map(({ family }) => family))]
  const families = names.map((name) => measurements.filter(({ family }) => family === name))
  return new Set(families.filter((members) => members.length > 1).map((members) => fastest(members)?.contestant ?? ''))
}
