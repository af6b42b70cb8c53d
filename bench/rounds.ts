/**
 * One contest: several contestants at the same work, in rounds. In each round everybody has a turn, the order shifting
 * by one, so that what disturbs the machine disturbs all alike.
 */

import type { Work } from './contestants/contestant.ts'
import type { Player } from './player.ts'
import { largestDeviation, ratioByRound, type Summary, summarise } from './statistics.ts'

export interface Contest {
  readonly title: string
  readonly work: Work
  /** What the results must be, where a plain computation says so. */
  readonly truth: readonly number[]
  /** The relative deviation that f32 explains. */
  readonly tolerance: number
  /** Learning rates while results are compared and while time is taken. */
  readonly checkRate: number
  readonly timingRate: number
  readonly flops: number
}

export interface Measurement {
  readonly contestant: string
  readonly description: string
  /** Seconds a run, by round. */
  readonly rounds: readonly number[]
  readonly seconds: Summary
  readonly gflops: number
  /** Largest relative deviation of the results from the truth. */
  readonly deviation: number
  readonly agrees: boolean
  /** Time over that of the contest's first contestant, round by round. */
  readonly ratio: Summary
}

export interface ContestResult {
  readonly title: string
  readonly work: Work
  readonly flops: number
  readonly measurements: readonly Measurement[]
  /** Who did not take part, and why. */
  readonly absent: readonly { readonly contestant: string; readonly reason: string }[]
}

export interface RoundOptions {
  readonly rounds: number
  readonly chunkMs: number
  readonly say: (line: string) => void
}

interface Seat {
  player: Player
  results: readonly number[]
  /** Runs in one turn. */
  count: number
  rounds: number[]
}

/** Slower than this, one run a round would hold everybody up. */
const SLOWEST_SECONDS = 20
/** Warming up ends when the engine's compilers have had their time, or after this many doublings. */
const WARM_SECONDS = 0.3
const MOST_DOUBLINGS = 24

export async function holdContest(
  contest: Contest,
  players: readonly Player[],
  options: RoundOptions,
): Promise<ContestResult> {
  const seats: Seat[] = []
  const absent: { contestant: string; reason: string }[] = []
  const without = async (player: Player, action: () => Promise<void>) => {
    try {
      await action()
      return true
    } catch (error) {
      absent.push({ contestant: player.name, reason: error instanceof Error ? error.message : String(error) })
      return false
    }
  }
  for (const player of players) {
    options.say(`${contest.title}: ${player.name} warms up`)
    await without(player, async () => void seats.push(await prepare(contest, player, options.chunkMs)))
  }
  for (let round = 0; round < options.rounds; round++) {
    options.say(`${contest.title}: round ${round + 1} of ${options.rounds}`)
    for (let turn = 0; turn < seats.length; turn++) {
      const seat = seats[(turn + round) % seats.length] as Seat
      seat.rounds.push(await timeOnce(seat.player, seat.count, contest.timingRate))
    }
  }
  for (const { player } of seats) await without(player, async () => void (await player.ask({ do: 'close' })))
  const { title, work, flops } = contest
  return { title, work, flops, measurements: seats.map((seat) => measure(contest, seat, seats[0] as Seat)), absent }
}

async function prepare({ work, truth, checkRate, timingRate }: Contest, player: Player, chunkMs: number) {
  await player.ask({ do: 'open', work })
  const count = Math.max(1, truth.length)
  const { results = [] } = await player.ask({ do: 'results', count, learningRate: checkRate })
  const seconds = await warmUp(player, timingRate)
  return { player, results, count: Math.max(1, Math.round(chunkMs / 1000 / seconds)), rounds: [] }
}

/** Runs more and more until enough time has passed; returns seconds a run. */
async function warmUp(player: Player, learningRate: number): Promise<number> {
  let total = 0
  for (let doubling = 0; doubling < MOST_DOUBLINGS; doubling++) {
    const seconds = await timeOnce(player, 2 ** doubling, learningRate)
    if (seconds > SLOWEST_SECONDS) throw new Error(`too slow to go on with: ${seconds.toFixed(1)} s a run`)
    total += seconds * 2 ** doubling
    if (total > WARM_SECONDS) return seconds
  }
  return total / 2 ** MOST_DOUBLINGS
}

async function timeOnce(player: Player, count: number, learningRate: number): Promise<number> {
  const { seconds = Number.NaN } = await player.ask({ do: 'time', count, learningRate })
  return seconds / count
}

function measure({ truth, tolerance, flops }: Contest, seat: Seat, first: Seat): Measurement {
  const seconds = summarise(seat.rounds)
  // Where nothing plain says what is right, the contestants must agree with the first of them.
  const deviation = largestDeviation(seat.results, truth.length > 0 ? truth : first.results)
  return {
    contestant: seat.player.name,
    description: seat.player.description,
    rounds: seat.rounds,
    seconds,
    gflops: flops / seconds.median / 1e9,
    deviation,
    agrees: deviation <= tolerance,
    ratio: ratioByRound(seat.rounds, first.rounds),
  }
}
