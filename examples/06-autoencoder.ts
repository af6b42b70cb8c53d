/**
 * An autoencoder, 8-3-8 with sigmoids, momentum 0.5, one sample at a time. Sigmoids lie between 0 and 1, so readings
 * from 0 to 255 are refused, with the first that no weights could reproduce; scaled, they train. Figure: an RMS error
 * below 0.06 on the scale from 0 to 1, where answering with each column's mean has 0.36.
 */

import { dataset, dense, fit, fitMinMax, mse, NablaError, network, predict, sgd, sigmoid } from 'nabla'
import { printWhenMain, type Report, uniformNumbers } from './report.ts'

const WIDTH = 8

/** Eight readings from 0 to 255 across a hump, whose place and width are all that differs: two numbers hold a sample. */
function humps(count: number, seed: number): number[][] {
  const uniform = uniformNumbers(seed)
  return Array.from({ length: count }, () => {
    const [middle, width] = [WIDTH * uniform(), 2 + uniform()]
    return Array.from({ length: WIDTH }, (_, x) => 255 * Math.exp(-(((x - middle) / width) ** 2)))
  })
}

/** The root of the mean squared difference. */
function rms(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return Math.sqrt(sum / a.length)
}

export async function run(): Promise<Report> {
  const readings = humps(200, 1)
  const net = network(
    { input: [WIDTH] },
    dense(3, { name: 'encoder' }),
    sigmoid(),
    dense(WIDTH, { name: 'decoder' }),
    sigmoid(),
  )
  const options = { loss: mse({ half: true }), optimizer: sgd(0.5, { momentum: 0.5 }), batchSize: 1, seed: 1 } as const
  const raw = dataset({ name: 'readings', inputs: readings, targets: readings })
  const refusal: unknown = await fit(net, raw, { ...options, epochs: 1 }).catch((error: unknown) => error)

  const scaled = fitMinMax(raw).applyTo(readings.flat())
  const data = dataset({
    name: 'scaled readings',
    inputs: scaled,
    inputShape: [WIDTH],
    targets: scaled,
    targetShape: [WIDTH],
  })
  const { model } = await fit(net, data, { ...options, epochs: 400 })
  const error = rms((await predict(model, data)).values, scaled)
  const means = Array.from({ length: WIDTH }, (_, x) => {
    return scaled.reduce((sum, value, i) => sum + (i % WIDTH === x ? value : 0), 0) / readings.length
  })
  const trivial = rms(
    scaled.map((_, i) => means[i % WIDTH] ?? 0),
    scaled,
  )
  const reason = refusal instanceof NablaError ? refusal.message : 'not refused'
  return {
    name: '06 an autoencoder with sigmoids',
    before: 'a large error that did not change',
    reached: `RMS error ${error.toFixed(3)} (column means: ${trivial.toFixed(3)}); raw readings refused`,
    figures: { error, trivial, refused: refusal instanceof NablaError && refusal.code === 'E-DATA' ? 1 : 0 },
    lines: reason.split('\n'),
  }
}

await printWhenMain(import.meta.url, run)
