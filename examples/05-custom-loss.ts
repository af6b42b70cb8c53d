/**
 * A loss of one's own on unlabelled inputs: 1-64-6, tanh and softmax, Adam with β₁ = 0. Each sample draws a weight from
 * a Weibull distribution while the program runs, and pays its square for being in the first state; which state that is,
 * a soft arg-max says. Written with a comparison, a cast or an arg-max instead, the same loss is refused when the
 * program is built, with the operation that cut the path and all four parameters. Figure: the mean loss falls from about
 * 5 to below 0.01, and no sample is left in the first state.
 */

import {
  adam,
  compile,
  customLoss,
  dataset,
  dense,
  fit,
  fitStandardise,
  gradient,
  type Loss,
  NablaError,
  network,
  predict,
  softmax,
  type Tensor,
  tanh,
} from 'nabla'
import * as ops from 'nabla/ops'
import { printWhenMain, type Report } from './report.ts'

const STATES = 6
const SHAPE = 2
const SCALE = 4
const BETA = Number(process.env.BETA ?? 20)

/** Weibull numbers by the inverse of their distribution function: λ·(−log(1 − u))^(1/k), u uniform in [0, 1). */
const weibull = (u: Tensor): Tensor => ops.mul(ops.pow(ops.neg(ops.log(ops.sub(1, u))), 1 / SHAPE), SCALE)

/** Σⱼ j·softmax(β·p)ⱼ: the number of the likeliest state, [batch], made smooth; a large β makes it a step again. */
function softArgmax(probabilities: Tensor, beta: number): Tensor {
  const states = probabilities.builder.constant([0, 1, 2, 3, 4, 5])
  return ops.sum(ops.mul(ops.softmax(ops.mul(probabilities, beta)), states), { axes: 1 })
}

/** The squared weight of each sample, times how much it is in the first state. */
function lossOf(name: string, inFirstState: (probabilities: Tensor) => Tensor): Loss {
  return customLoss(
    ({ predictions, uniform }) => {
      const weight = weibull(uniform([predictions.shape[0] ?? 1]))
      return ops.square(ops.mul(inFirstState(predictions), weight))
    },
    { name, needsTargets: false, needsRandom: true },
  )
}

/** 1 at state 0, 1/e at state 1, nearly 0 from state 2 on: a comparison with 0 that has a slope. */
const nearZero = (state: Tensor): Tensor => ops.exp(ops.neg(ops.square(state)))
const smooth = lossOf('weibull', (p) => nearZero(softArgmax(p, BETA)))

/** The same loss, three times with an operation in it that has no slope. */
const cut: readonly Loss[] = [
  lossOf('comparison', (p) => ops.equal(softArgmax(p, BETA), 0)),
  lossOf('cast', (p) => nearZero(ops.toFloat(ops.toInt(softArgmax(p, BETA))))),
  lossOf('argmax', (p) => nearZero(ops.toFloat(ops.argmax(p)))),
]

/** 50 points from 2 to 100, standardised; there is nothing to compare the answers with. */
function points() {
  const raw = dataset({ name: 'points', inputs: Array.from({ length: 50 }, (_, i) => [2 + 2 * i]) })
  return fitStandardise(raw).apply(raw)
}

/** The largest slope of the soft arg-max along the probabilities of one sample whose answer is clear. */
async function steepest(beta: number): Promise<number> {
  const slope = await compile(
    gradient((p) => ops.sum(softArgmax(p, beta))),
    [[1, STATES]],
  )
  const [result] = await slope([0.1, 0.15, 0.3, 0.2, 0.15, 0.1])
  slope.close()
  return Math.max(...[...(result?.values ?? [])].map(Math.abs))
}

export async function run(): Promise<Report> {
  const net = network({ input: [1] }, dense(64), tanh(), dense(STATES), softmax())
  const data = points()
  const options = { optimizer: adam(Number(process.env.LR ?? 1e-2), { beta1: 0, beta2: 0.9 }), batchSize: 'all', epochs: Number(process.env.EP ?? 400), seed: Number(process.env.SEED ?? 1) } as const
  const { model, history } = await fit(net, data, { ...options, loss: smooth })
  const inFirst = [...(await predict(model, data)).classes()].filter((state) => state === 0).length
  const refusals: NablaError[] = []
  for (const loss of cut) {
    const reason: unknown = await fit(net, data, { ...options, loss }).catch((error: unknown) => error)
    if (reason instanceof NablaError) refusals.push(reason)
  }
  const [first, last] = [history[0]?.loss ?? Number.NaN, history.at(-1)?.loss ?? Number.NaN]
  const [gentle, steep] = [await steepest(5), await steepest(1e10)]
  return {
    name: '05 a loss of one’s own, with random weights',
    before: 'refused at run time: no gradient for any variable',
    reached: `mean loss ${first.toFixed(2)} → ${last.toPrecision(2)}, ${inFirst} of 50 in the first state; ${refusals.length} of 3 cut losses refused`,
    figures: { first, last, inFirst, refused: refusals.length, gentle, steep },
    lines: [
      ...refusals.map(({ where, received }) => `refused: ${where}: ${received}`),
      `slope of the soft arg-max: ${gentle.toPrecision(2)} at β = 5, ${steep} at β = 1e10`,
    ],
  }
}

await printWhenMain(import.meta.url, run)
