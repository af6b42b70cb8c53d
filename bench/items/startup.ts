/**
 * From nothing to the first step, in a fresh process each round: loading the library, building and compiling the step,
 * taking it. The start of Node or Python itself is not counted. And the largest memory of that process after some steps.
 */

import { join } from 'node:path'
import { selectEntries } from '../contestants/list.ts'
import { Player } from '../player.ts'
import type { ContestResult } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import { checkRate, makeValues, nameOf, stepFlops, TIMING_RATE, writeValues } from '../work.ts'
import type { Item, ItemContext } from './item.ts'

const SIZE = { sizes: [784, 300, 75, 10], batch: 32 }
const STEPS_BEFORE_MEMORY = 20

interface Start {
  seconds: number
  peakBytes: number
}

export const startup: Item = {
  name: 'startup',
  about: 'import to first step of 784-300-75-10 (SGD), and peak memory',
  measure: async (context) => {
    const folder = join(context.folder, 'startup')
    writeValues(folder, makeValues(SIZE))
    const names = context.players.map(({ name }) => name)
    const entries = selectEntries(context.entries, [], true).filter(({ name }) => names.includes(name))
    const starts = new Map<string, Start[]>(entries.map(({ name }) => [name, []]))
    for (let round = 0; round < context.rounds; round++) {
      context.say(`startup: round ${round + 1} of ${context.rounds}`)
      for (const entry of entries) starts.get(entry.name)?.push(await startOnce(await freshly(entry), folder))
    }
    report(context, starts, folder)
  },
}

const freshly = (entry: Parameters<typeof Player.join>[0]) => Player.join(entry)

async function startOnce(player: Player, folder: string): Promise<Start> {
  const work = { kind: 'train', ...SIZE, optimizer: 'sgd', folder } as const
  const opened = await player.ask({ do: 'open', work })
  const learningRate = checkRate('sgd', SIZE.sizes[0] ?? 1)
  const first = await player.ask({ do: 'results', count: 1, learningRate })
  await player.ask({ do: 'time', count: STEPS_BEFORE_MEMORY, learningRate: TIMING_RATE })
  const { peakBytes = 0 } = await player.ask({ do: 'close' })
  player.leave()
  const seconds = player.loadSeconds + (opened.elapsedSeconds ?? 0) + (first.elapsedSeconds ?? 0)
  return { seconds, peakBytes }
}

function report(context: ItemContext, starts: ReadonlyMap<string, Start[]>, folder: string): void {
  const [reference = []] = starts.values()
  const measurements = [...starts].map(([contestant, values]) => {
    const rounds = values.map(({ seconds }) => seconds)
    return {
      contestant,
      description: `peak memory ${Math.round(summarise(values.map(({ peakBytes }) => peakBytes)).median / 2 ** 20)} MiB`,
      peakBytes: summarise(values.map(({ peakBytes }) => peakBytes)),
      rounds,
      seconds: summarise(rounds),
      gflops: 0,
      deviation: 0,
      agrees: true,
      ratio: summarise(rounds.map((seconds, r) => seconds / (reference[r]?.seconds ?? Number.NaN))),
    }
  })
  const title = `import to first step, ${nameOf(SIZE)}, sgd`
  const work = { kind: 'train', ...SIZE, optimizer: 'sgd', folder } as const
  const result: ContestResult = { title, work, flops: stepFlops(SIZE), measurements, absent: [] }
  context.report(result)
}
