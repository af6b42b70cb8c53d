/**
 * From nothing to the first step, in a fresh process each round: loading the library, building and compiling the step,
 * taking it. The start of Node or Python itself is not counted. And the largest memory of that process after some steps.
 */

import { join } from 'node:path'
import type { Entry } from '../contestants/list.ts'
import { LoadWatch, ownCpuSeconds } from '../machine.ts'
import { describeWork, makeMeasurement, type Times } from '../measurement.ts'
import { Player } from '../player.ts'
import { type Summary, summarise } from '../statistics.ts'
import { checkRate, makeValues, nameOf, TIMING_RATE, writeValues } from '../work.ts'
import type { Item } from './item.ts'

const SIZE = { sizes: [784, 300, 75, 10], batch: 32 }
const STEPS_BEFORE_MEMORY = 20
const LIMIT_SECONDS = 60

interface Start {
  readonly seconds: number
  readonly peakBytes: number
  /** Of the whole process, to tell what it took from what others took. */
  readonly cpuSeconds: number
}

interface Starts {
  readonly entry: Entry
  /** The one before the rounds: whatever keeps compiled programs between processes has none yet, or older ones. */
  readonly first: Start
  readonly rounds: Start[]
}

export const startup: Item = {
  name: 'startup',
  about: 'import to first step of 784-300-75-10 (SGD), and peak memory',
  measure: async (context) => {
    const folder = join(context.folder, 'startup')
    writeValues(folder, makeValues(SIZE))
    const all: Starts[] = []
    const absent: { contestant: string; reason: string }[] = []
    for (const { entry } of context.players) {
      context.say(`startup: ${entry.name}`)
      try {
        all.push({ entry, first: await startOnce(entry, folder), rounds: [] })
      } catch (error) {
        absent.push({ contestant: entry.name, reason: error instanceof Error ? error.message : String(error) })
      }
    }
    const watch = new LoadWatch(() => ownCpuSeconds(all.flatMap(({ rounds }) => rounds)))
    for (let round = 0; round < context.rounds; round++) {
      context.say(`startup: round ${round + 1} of ${context.rounds}`)
      for (const { entry, rounds } of all) rounds.push(await startOnce(entry, folder))
    }
    const othersCores = watch.othersCores()
    context.report({ ...resultOf(all, folder), absent, othersCores })
  },
}

async function startOnce(entry: Entry, folder: string): Promise<Start> {
  const player = await Player.join(entry)
  try {
    const work = { kind: 'train', ...SIZE, optimizer: 'sgd', folder } as const
    const opened = await player.ask({ do: 'open', work }, LIMIT_SECONDS)
    const learningRate = checkRate('sgd', SIZE.sizes[0] ?? 1)
    const first = await player.ask({ do: 'results', count: 1, learningRate }, LIMIT_SECONDS)
    await player.ask({ do: 'time', count: STEPS_BEFORE_MEMORY, learningRate: TIMING_RATE }, LIMIT_SECONDS)
    const { peakBytes = 0 } = await player.ask({ do: 'close' }, LIMIT_SECONDS)
    const seconds = player.loadSeconds + (opened.elapsedSeconds ?? 0) + (first.elapsedSeconds ?? 0)
    return { seconds, peakBytes, cpuSeconds: player.cpuSeconds }
  } finally {
    player.leave()
  }
}

function resultOf(all: readonly Starts[], folder: string) {
  const timesOf = ({ entry, rounds }: Starts): Times => ({
    identity: entry,
    description: 'in a fresh process each round',
    rounds: rounds.map(({ seconds }) => seconds),
  })
  const measurements = all.map((starts) => {
    const peakBytes = summarise(starts.rounds.map((start) => start.peakBytes))
    const note = noteOf(starts.first, peakBytes)
    return makeMeasurement(timesOf(starts), timesOf(all[0] ?? starts), 0, { peakBytes, note })
  })
  const title = `import to first step, ${nameOf(SIZE)}, sgd`
  const work = describeWork({ kind: 'train', ...SIZE, optimizer: 'sgd', folder })
  return { title, work, flops: 0, measurements }
}

const noteOf = (first: Start, { median }: Summary) =>
  `peak memory ${Math.round(median / 2 ** 20)} MiB; the first start of all took ${first.seconds.toFixed(2)} s`
