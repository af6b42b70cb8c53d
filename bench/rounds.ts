/**
 * One contest: several contestants at the same work, in rounds. In each round everybody has a turn, the order shifting
 * by one, so that what disturbs the machine disturbs all alike.
 */

import type { Work } from './contestants/contestant.ts'
import { LoadWatch, ownCpuSeconds } from './machine.ts'
import { type ContestResult, describeWork, makeMeasurement, type Place, type Times } from './measurement.ts'
import type { Player } from './player.ts'
import { largestDeviation } from './statistics.ts'

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
  readonly bytes?: number
  readonly place?: Place
  /** In place of the benchmark's own, where a run is long. */
  readonly patience?: Patience
}

/** How long slow contestants may hold everybody up. */
export interface Patience {
  /** A single run; who is slower does not take part. */
  readonly runSeconds: number
  /** All rounds of one contestant together: afterwards it has no further turn. */
  readonly roundsSeconds: number
}

export interface RoundOptions {
  readonly rounds: number
  readonly chunkMs: number
  readonly patience: Patience
  readonly say: (line: string) => void
}

interface Seat {
  readonly player: Player
  readonly results: readonly number[]
  /** Runs in one turn. */
  readonly count: number
  readonly rounds: number[]
  readonly cpuRounds: number[]
  spentSeconds: number
}

/** Warming up ends when the engine's compilers have had their time, or after this many doublings. */
const WARM_SECONDS = 0.3
const MOST_DOUBLINGS = 24
/** On smaller networks what a call costs hides what a library can do. */
const LEAST_TELLING_FLOPS = 1e7
/** Beside the runs themselves: reading the data, compiling, going back to the initial weights. */
const PREPARING_SECONDS = 20

export async function holdContest(
  contest: Contest,
  players: readonly Player[],
  options: RoundOptions,
): Promise<ContestResult> {
  const table = new Table(contest, options)
  for (const player of players) {
    options.say(`${contest.title}: ${player.name} warms up`)
    await table.admit(player)
  }
  const watch = new LoadWatch(() => ownCpuSeconds(players))
  for (let round = 0; round < options.rounds; round++) {
    options.say(`${contest.title}: round ${round + 1} of ${options.rounds}`)
    await table.playRound(round)
  }
  const othersCores = watch.othersCores()
  await table.close()
  return { ...table.result(), othersCores }
}

class Table {
  private readonly contest: Contest
  private readonly chunkMs: number
  private readonly patience: Patience
  private seats: Seat[] = []
  private readonly absent: { contestant: string; reason: string }[] = []

  constructor(contest: Contest, options: RoundOptions) {
    this.contest = contest
    this.chunkMs = options.chunkMs
    this.patience = contest.patience ?? options.patience
  }

  /** Gives a contestant the work, sees what it computes, and lets it warm up. */
  async admit(player: Player): Promise<void> {
    await this.without(player, async () => {
      const { truth, checkRate, work } = this.contest
      const expected = this.expectedSeconds(player)
      if (expected > this.patience.runSeconds) {
        throw new Error(`too slow for this: at least ${expected.toFixed(1)} s a run, by what it has shown so far`)
      }
      await player.ask({ do: 'open', work }, PREPARING_SECONDS + this.patience.runSeconds)
      const wanted = Math.max(1, truth.length)
      let { results = [], elapsedSeconds = 0 } = await this.results(player, 1, checkRate)
      // Who is slow shows its first result only.
      if (wanted > 1 && elapsedSeconds * wanted < this.patience.runSeconds) {
        results = (await this.results(player, wanted, checkRate)).results ?? []
      }
      const seconds = await this.warmUp(player)
      const count = Math.max(1, Math.round(this.chunkMs / 1000 / seconds))
      this.seats.push({ player, results, count, rounds: [], cpuRounds: [], spentSeconds: 0 })
    })
  }

  /** In each round the next one begins. */
  async playRound(round: number): Promise<void> {
    const seats = [...this.seats]
    for (let turn = 0; turn < seats.length; turn++) {
      const seat = seats[(turn + round) % seats.length] as Seat
      if (seat.spentSeconds > this.patience.roundsSeconds) continue
      const played = await this.without(seat.player, async () => {
        const { seconds, cpuSeconds } = await this.time(seat.player, seat.count)
        seat.rounds.push(seconds)
        seat.cpuRounds.push(cpuSeconds)
        seat.spentSeconds += seconds * seat.count
      })
      if (!played) this.seats = this.seats.filter((other) => other !== seat)
    }
  }

  async close(): Promise<void> {
    for (const { player } of this.seats) {
      await this.without(player, async () => void (await player.ask({ do: 'close' }, PREPARING_SECONDS)))
    }
  }

  result(): ContestResult {
    const { title, work, flops, truth, tolerance, bytes, place } = this.contest
    const [first] = this.seats
    const measurements = this.seats.map((seat) => {
      // Where nothing plain says what is right, the contestants must agree with the first of them.
      const deviation = largestDeviation(seat.results, truth.length > 0 ? truth : (first?.results ?? []))
      const agreement = { deviation, agrees: deviation <= tolerance }
      return makeMeasurement(timesOf(seat), timesOf(first ?? seat), flops, agreement)
    })
    const optional = { ...(bytes === undefined ? {} : { bytes }), ...(place === undefined ? {} : { place }) }
    return { title, work: describeWork(work), flops, ...optional, measurements, absent: this.absent }
  }

  private async results(player: Player, count: number, learningRate: number) {
    const limit = PREPARING_SECONDS + count * this.patience.runSeconds
    const start = performance.now()
    try {
      return await player.ask({ do: 'results', count, learningRate }, limit)
    } catch (error) {
      // Whoever has come to the limit once need not come to it at every larger network.
      const seconds = (performance.now() - start) / 1000
      if (seconds >= limit) this.remember(player, seconds / count)
      throw error
    }
  }

  /** Runs more and more until enough time has passed; returns seconds a run. */
  private async warmUp(player: Player): Promise<number> {
    let total = 0
    let seconds = 0
    for (let doubling = 0; doubling < MOST_DOUBLINGS && total < WARM_SECONDS; doubling++) {
      seconds = (await this.time(player, 2 ** doubling)).seconds
      this.remember(player, seconds)
      if (seconds > this.patience.runSeconds) throw new Error(`too slow for this: ${seconds.toFixed(1)} s a run`)
      total += seconds * 2 ** doubling
    }
    return seconds
  }

  /** What a run takes at least, by what the contestant has shown at other networks; 0 where it has shown nothing yet. */
  private expectedSeconds({ bestGflops }: Player): number {
    const { work, flops } = this.contest
    return work.kind === 'train' && bestGflops > 0 ? flops / bestGflops / 1e9 : 0
  }

  private remember(player: Player, seconds: number): void {
    const { work, flops } = this.contest
    if (work.kind !== 'train' || flops < LEAST_TELLING_FLOPS) return
    player.bestGflops = Math.max(player.bestGflops, flops / seconds / 1e9)
  }

  private async time(player: Player, count: number): Promise<{ seconds: number; cpuSeconds: number }> {
    const request = { do: 'time', count, learningRate: this.contest.timingRate } as const
    const limit = PREPARING_SECONDS + 2 * this.patience.runSeconds
    const { seconds = Number.NaN, cpuSeconds = Number.NaN } = await player.ask(request, limit)
    return { seconds: seconds / count, cpuSeconds: cpuSeconds / count }
  }

  /** Whether it could be done; where not, the contestant is absent, and the reason is kept. */
  private async without(player: Player, action: () => Promise<void>): Promise<boolean> {
    try {
      await action()
      return true
    } catch (error) {
      this.absent.push({ contestant: player.name, reason: error instanceof Error ? error.message : String(error) })
      return false
    }
  }
}

const timesOf = ({ player: { entry, description }, rounds, cpuRounds }: Seat): Times => ({
  identity: entry,
  description,
  rounds,
  cpuRounds,
})
