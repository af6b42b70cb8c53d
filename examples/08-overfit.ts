/**
 * Ten pictures of 64×64×3, learnt by heart: 12288-64-1, ReLU and sigmoid, binary cross-entropy, plain gradient descent.
 * Then what a gradient that is a sum in the first layer, and a mean everywhere else, does to the same network: ten times
 * the first layer's learning rate. Figures: all ten right, at a loss below 0.01; with the sum it stays at log 2.
 */

import {
  binaryCrossEntropy,
  type Dataset,
  dataset,
  dense,
  evaluate,
  fit,
  network,
  randomNormal,
  relu,
  sgd,
  sigmoid,
} from 'nabla'
import { percent, printWhenMain, type Report, uniformNumbers } from './report.ts'

const SIZE = 64
const CHANNELS = 3

/** Half of the pictures show a bright disc, half a bright square, at random places, over noise. */
function pictures(count: number, seed: number): Dataset {
  const uniform = uniformNumbers(seed)
  const inputs = Array.from({ length: count }, (_, i) => {
    const isDisc = i % 2 === 0
    const [x0, y0, radius] = [16 + 32 * uniform(), 16 + 32 * uniform(), 8 + 6 * uniform()]
    const colour = [uniform(), uniform(), uniform()]
    return Array.from({ length: SIZE * SIZE * CHANNELS }, (_, at) => {
      const pixel = Math.floor(at / CHANNELS)
      const [dx, dy] = [(pixel % SIZE) - x0, Math.floor(pixel / SIZE) - y0]
      const inside = isDisc ? Math.hypot(dx, dy) < radius : Math.max(Math.abs(dx), Math.abs(dy)) < radius
      return inside ? 0.5 + 0.5 * (colour[at % CHANNELS] ?? 0) : 0.5 * uniform()
    })
  })
  return dataset({ name: 'pictures', inputs, targets: inputs.map((_, i) => [i % 2 === 0 ? 1 : 0]) })
}

/**
 * Trains on inputs times √gain, from a first kernel divided by √gain. The network computes the same, and a step moves
 * what the first kernel does by `gain` times as much: a learning rate of the kernel's own.
 */
async function train(data: Dataset, gain: number) {
  const factor = Math.sqrt(gain)
  const net = network(
    { input: [SIZE * SIZE * CHANNELS] },
    dense(64, { kernelInitializer: randomNormal(0.01 / factor) }),
    relu(),
    dense(1, { kernelInitializer: randomNormal(0.01) }),
    sigmoid(),
  )
  const scaled = data.with({ affine: { scale: Float64Array.of(factor), offset: Float64Array.of(0) } })
  const options = {
    loss: binaryCrossEntropy(),
    optimizer: sgd(LEARNING_RATE),
    batchSize: 'all',
    epochs: EPOCHS,
    seed: 1,
  } as const
  const { model, history } = await fit(net, scaled, options)
  const { loss, accuracy = 0 } = await evaluate(model, scaled)
  return { loss, accuracy, worst: Math.max(...history.map((record) => record.loss)) }
}

const LEARNING_RATE = 0.05
const EPOCHS = 100

export async function run(): Promise<Report> {
  const data = pictures(10, 1)
  const right = await train(data, 1)
  const summed = await train(data, data.count)
  return {
    name: '08 ten pictures learnt by heart',
    before: 'the loss exploded, came back to where it began, and stayed',
    reached: `loss ${right.loss.toPrecision(2)}, ${percent(right.accuracy)} of ten pictures`,
    figures: {
      loss: right.loss,
      accuracy: right.accuracy,
      worst: right.worst,
      summedLoss: summed.loss,
      summedWorst: summed.worst,
    },
    lines: [
      `mean in every layer: loss ${right.loss.toPrecision(3)} (at most ${right.worst.toPrecision(3)})`,
      `sum in the first:    loss ${summed.loss.toPrecision(3)} (at most ${summed.worst.toPrecision(3)})`,
    ],
  }
}

await printWhenMain(import.meta.url, run)
