/**
 * A loss of one's own on unlabelled inputs: 1-64-6, tanh and softmax, Adam with β₁ = 0. Each sample draws its weight from
 * a Weibull distribution, while the program runs; a soft arg-max says which state the network is in, and the state sets
 * the distribution's scale. With a comparison, a cast or an arg-max in its place, the program is refused when it is
 * built: the message names the operation that cut the path, and all four parameters. Figure: the mean squared weight
 * that is to be expected falls from above 5 to below 1.1, where 1 is the least that any network can have.
 */

import {
  adam,
  compile,
  customLoss,
  type Dataset,
  dataset,
  dense,
  fit,
  fitStandardise,
  gradient,
  type Loss,
  type Model,
  NablaError,
  network,
  predict,
  softmax,
  type Tensor,
  tanh,
  untrainedModel,
} from 'nabla'
import * as ops from 'nabla/ops'
import { printWhenMain, type Report } from './report.ts'

const STATES = 6
const SAMPLES = 50
const SHAPE = 2

/** Weibull numbers by the inverse of their distribution function: λ·(−log(1 − u))^(1/k), u uniform in [0, 1). */
function weibull(uniform: Tensor, scale: Tensor): Tensor {
  return ops.mul(ops.pow(ops.neg(ops.log(ops.sub(1, uniform))), 1 / SHAPE), scale)
}

/** Σⱼ j·softmax(β·p)ⱼ, [batch]: the number of the likeliest state, made smooth. */
function softArgmax(probabilities: Tensor, beta = 20): Tensor {
  const numbers = probabilities.builder.constant(Float64Array.from({ length: STATES }, (_, j) => j))
  return ops.sum(ops.mul(ops.softmax(ops.mul(probabilities, beta)), numbers), { axes: 1 })
}

/** The scale that a state gives the weights: 4 in the first, 1 in the last. */
const scaleOf = (state: Tensor): Tensor => ops.sub(4, ops.mul(state, 0.6))

/** The squared weight of each sample; `scale` says how wide its distribution is, from the probabilities of the states. */
function weightLoss(name: string, scale: (probabilities: Tensor) => Tensor): Loss {
  return customLoss(
    ({ predictions, uniform }) => ops.square(weibull(uniform([predictions.shape[0] ?? 1]), scale(predictions))),
    { name, needsTargets: false, needsRandom: true },
  )
}

const smooth = weightLoss('weight', (p) => scaleOf(softArgmax(p)))

/** The same, with an operation on the way whose derivative is zero. */
const cut: readonly Loss[] = [
  weightLoss('comparison', (p) => ops.where(ops.equal(softArgmax(p), 0), 4, 1)),
  weightLoss('cast', (p) => scaleOf(ops.toFloat(ops.toInt(softArgmax(p))))),
  weightLoss('argmax', (p) => scaleOf(ops.toFloat(ops.argmax(p)))),
]

/** Points from 2 to 100, standardised; there is nothing to compare answers with. */
function points(): Dataset {
  const raw = dataset({ name: 'points', inputs: Array.from({ length: SAMPLES }, (_, i) => [2 + 2 * i]) })
  return fitStandardise(raw).apply(raw)
}

/** E[w²] = λ²·Γ(1 + 2/k), and Γ(2) = 1: what the loss is without the luck of the draw. */
async function expectedLoss(model: Model, data: Dataset): Promise<number> {
  const f = await compile((p) => ops.mean(ops.square(scaleOf(softArgmax(p)))), [[SAMPLES, STATES]])
  const { values } = await f((await predict(model, data)).values)
  f.close()
  return values[0] ?? Number.NaN
}

/** The steepest slope of the soft arg-max of one sample whose likeliest state has probability 0.3, the next 0.2. */
async function steepest(beta: number): Promise<number> {
  const f = await compile(
    gradient((p) => ops.sum(softArgmax(p, beta))),
    [[1, STATES]],
  )
  const [slope] = await f([0.1, 0.15, 0.3, 0.2, 0.15, 0.1])
  f.close()
  return Math.max(...[...(slope?.values ?? [])].map(Math.abs))
}

export async function run(): Promise<Report> {
  const net = network({ input: [1] }, dense(64), tanh(), dense(STATES), softmax())
  const data = points()
  const options = { batchSize: 'all', seed: 1 } as const
  const optimizer = (rate: number) => adam(rate, { beta1: 0, beta2: 0.9 })
  const before = await expectedLoss(untrainedModel(net, options.seed), data)
  const slow = await fit(net, data, { ...options, loss: smooth, optimizer: optimizer(1e-4), epochs: 100 })
  const { model } = await fit(net, data, { ...options, loss: smooth, optimizer: optimizer(1e-2), epochs: 200 })
  const [afterSlow, after] = [await expectedLoss(slow.model, data), await expectedLoss(model, data)]
  const refusals: NablaError[] = []
  for (const loss of cut) {
    const reason: unknown = await fit(net, data, { ...options, loss, optimizer: 'adam' }).catch((error) => error)
    if (reason instanceof NablaError) refusals.push(reason)
  }
  const [gentle, steep] = [await steepest(20), await steepest(1e10)]
  return {
    name: '05 a loss of one’s own, with random weights',
    before: 'stopped at the first step: no gradient for any variable',
    reached: `expected loss ${before.toFixed(2)} → ${after.toFixed(2)}; all ${refusals.length} cut losses refused`,
    figures: { before, after, afterSlow, refused: refusals.length, gentle, steep },
    lines: [
      `expected loss: ${before.toFixed(2)} before; ${afterSlow.toFixed(2)} after 100 steps of 1e-4; ${after.toFixed(2)} after 200 of 1e-2`,
      `slope of the soft arg-max: up to ${gentle.toPrecision(2)} at β = 20, ${steep} at β = 1e10`,
      ...refusals.map(({ where, received }) => `refused: ${where}: ${received}`),
    ],
  }
}

await printWhenMain(import.meta.url, run)
