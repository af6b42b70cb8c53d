/** How cost grows: with the width of one hidden layer, with depth, with the batch, and with threads. */

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { listEntries } from '../contestants/list.ts'
import type { Place } from '../measurement.ts'
import type { Player } from '../player.ts'
import { holdContest } from '../rounds.ts'
import { NETWORKS, type NetworkSize, nameOf } from '../work.ts'
import type { Item, ItemContext } from './item.ts'
import { trainingContest } from './steps.ts'

const WIDTHS = [10, 30, 100, 300, 1000, 3000, 10000]
const WIDTH_BATCHES = [1, 32, 512]
/** The widest that `--quick` goes. */
const QUICK_WIDTH = 1000
const DEPTHS = [1, 2, 4, 8]
const DEPTH_UNITS = 256
const BATCHES = [1, 4, 16, 32, 128, 512, 2048]
/** Beyond as many cores, powers of two are enough. */
const EVERY_COUNT_TO = 4

async function sweep(context: ItemContext, points: readonly { size: NetworkSize; place: Place }[]): Promise<void> {
  for (const { size, place } of points) {
    const folder = join(context.folder, nameOf(size).replaceAll(' ', '-'))
    const contest = { ...trainingContest(size, 'sgd', folder), place }
    context.report(await holdContest(contest, context.players, context))
  }
}

export const widths: Item = {
  name: 'widths',
  about: '784-H-10 with 10 to 10,000 hidden units at batch 1, 32 and 512, SGD',
  measure: (context) => {
    const chosen = WIDTHS.filter((width) => !context.quick || width <= QUICK_WIDTH)
    const points = WIDTH_BATCHES.flatMap((batch) =>
      chosen.map((value) => ({
        size: { sizes: [784, value, 10], batch },
        place: { quantity: 'hidden units', value, series: `784-H-10, batch ${batch}` },
      })),
    )
    return sweep(context, points)
  },
}

export const depths: Item = {
  name: 'depths',
  about: '1 to 8 hidden layers of 256 units at batch 128, SGD',
  measure: (context) => {
    const points = DEPTHS.map((value) => ({
      size: { sizes: [784, ...Array<number>(value).fill(DEPTH_UNITS), 10], batch: 128 },
      place: { quantity: 'hidden layers', value, series: `${DEPTH_UNITS} units each, batch 128` },
    }))
    return sweep(context, points)
  },
}

export const batches: Item = {
  name: 'batches',
  about: '784-300-75-10 with 1 to 2,048 samples a batch, SGD',
  measure: (context) => {
    const points = BATCHES.map((batch) => ({
      size: { sizes: [784, 300, 75, 10], batch },
      place: { quantity: 'samples a batch', value: batch, series: '784-300-75-10' },
    }))
    return sweep(context, points)
  },
}

/** All counts on a few cores, powers of two and the last on many. */
function threadCounts(cores: number): number[] {
  const counts = Array.from({ length: cores }, (_, i) => i + 1)
  return counts.filter((n) => n <= EVERY_COUNT_TO || n === cores || Number.isInteger(Math.log2(n)))
}

export const threads: Item = {
  name: 'threads',
  about: 'the four networks with one thread to as many as there are cores, SGD',
  measure: async (context) => {
    const families = new Set(context.players.map(({ entry }) => entry.family))
    const entries = listEntries(threadCounts(availableParallelism()))
    const joined: Player[] = []
    for (const entry of entries.filter(({ name, family }) => name !== family && families.has(family))) {
      const player = await context.join(entry)
      if (player !== undefined) joined.push(player)
    }
    for (const size of NETWORKS) {
      const contest = trainingContest(size, 'sgd', join(context.folder, 'threads'))
      const place = { quantity: 'threads', series: nameOf(size) }
      context.report(await holdContest({ ...contest, place }, joined, context))
    }
  },
}
