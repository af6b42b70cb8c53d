/**
 * The exclusive or with sigmoids, 2-2-1 and 2-3-1, trained until the mean absolute error is below a target: 0.3, then
 * 0.05. Figure: both networks stop at both targets, and below 0.05 every answer is on its side of a half.
 */

import { binaryCrossEntropy, dense, fit, network, predict, sgd, sigmoid } from 'nabla'
import { largestError, meanAbsoluteDifference, printWhenMain, type Report } from './report.ts'

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const targets = [0, 1, 1, 0]

async function trainUntil(hidden: number, below: number) {
  const net = network({ input: [2] }, dense(hidden), sigmoid(), dense(1), sigmoid())
  const { model, stopped } = await fit(
    net,
    { inputs, targets },
    {
      loss: binaryCrossEntropy(),
      optimizer: sgd(1),
      batchSize: 'all',
      epochs: 20_000,
      seed: 3,
      metrics: ['meanAbsoluteError'],
      stopping: { target: { metric: 'meanAbsoluteError', below } },
    },
  )
  const answers = (await predict(model, inputs)).values
  return {
    stopped,
    mean: meanAbsoluteDifference(answers, targets),
    largest: largestError(answers, targets),
  }
}

export async function run(): Promise<Report> {
  const runs = []
  for (const hidden of [2, 3]) {
    for (const below of [0.3, 0.05]) runs.push({ hidden, below, ...(await trainUntil(hidden, below)) })
  }
  const [small, smallSharp, large, largeSharp] = runs
  return {
    name: '02 XOR until the error is small',
    before: 'stopped after one iteration, whatever the error',
    reached: `mean absolute error < 0.05 after ${smallSharp?.stopped.epoch} epochs (2-2-1) and ${largeSharp?.stopped.epoch} (2-3-1)`,
    figures: {
      smallMean: small?.mean ?? Number.NaN,
      smallSharpMean: smallSharp?.mean ?? Number.NaN,
      largeMean: large?.mean ?? Number.NaN,
      largeSharpMean: largeSharp?.mean ?? Number.NaN,
      largest: Math.max(smallSharp?.largest ?? Number.NaN, largeSharp?.largest ?? Number.NaN),
      reachedTargets: runs.filter(({ stopped }) => stopped.reason === 'target').length,
    },
    lines: runs.map(({ hidden, below, stopped }) => `2-${hidden}-1, below ${below}: ${stopped.message}`),
  }
}

await printWhenMain(import.meta.url, run)
