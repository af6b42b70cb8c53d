/** A training step of a multilayer perceptron, for tests of plans and backends. */

import { differentiate } from '../gradient/index.ts'
import { type Graph, GraphBuilder } from '../graph/index.ts'
import {
  add,
  div,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  oneHot,
  relu,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../ops/index.ts'

export interface MlpOptions {
  sizes: readonly number[]
  batch: number
  optimizer: 'sgd' | 'adam'
}

/** Inputs x [batch, in], y int [batch], learningRate []; outputs loss; states w0, b0, … and Adam's m and v. */
export function mlpStep({ sizes, batch, optimizer }: MlpOptions): Graph {
  const builder = new GraphBuilder()
  const x = builder.input('x', [batch, sizes[0] ?? 1])
  const y = builder.input('y', [batch], 'int')
  const learningRate = builder.input('learningRate', [])
  const parameters: Tensor[] = []
  let h = x
  const layers = sizes.slice(1)
  layers.forEach((units, i) => {
    const w = builder.state(`w${i}`, [sizes[i] ?? 1, units])
    const b = builder.state(`b${i}`, [units])
    parameters.push(w, b)
    h = builder.scope(`layer${i}`, () => add(matmul(h, w), b))
    if (i < layers.length - 1) h = builder.scope(`layer${i}`, () => relu(h))
  })
  const classes = sizes[sizes.length - 1] ?? 1
  const loss = builder.scope('loss', () => neg(mean(sum(mul(oneHot(y, classes), logSoftmax(h)), { axes: 1 }))))
  builder.name(loss, 'loss')
  const gradients = differentiate(builder, loss, parameters)
  builder.scope(optimizer, () => {
    parameters.forEach((w, i) => {
      const g = gradients[i] ?? w
      if (optimizer === 'sgd') {
        builder.update(w, sub(w, mul(learningRate, g)))
        return
      }
      const m = builder.state(`m${i}`, w.shape)
      const v = builder.state(`v${i}`, w.shape)
      const m2 = add(mul(m, 0.9), mul(g, 0.1))
      const v2 = add(mul(v, 0.999), mul(square(g), 0.001))
      builder.update(m, m2)
      builder.update(v, v2)
      builder.update(w, sub(w, mul(learningRate, div(m2, add(sqrt(v2), 1e-8)))))
    })
  })
  builder.output('loss', loss)
  return builder.build()
}
