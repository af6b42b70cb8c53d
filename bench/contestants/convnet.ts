/** ConvNetJS: one sample at a time, the gradients summed over a batch; f64, no Adam. */

import type { TrainingWork } from '../work.ts'
import { type Contestant, notOffered, readFloats, readLabels, readLayers, type Task } from './contestant.ts'
import { loadPeer, versionOf } from './peer.ts'

interface Vol {
  w: Float64Array | number[]
}
interface FullyConnected {
  layer_type: string
  filters?: Vol[]
  biases?: Vol
}
interface Net {
  layers: FullyConnected[]
  makeLayers(definitions: readonly object[]): void
}
interface Trainer {
  learning_rate: number
  train(x: Vol, y: number): { cost_loss: number }
}
interface ConvNet {
  Net: new () => Net
  Vol: new (sx: number, sy: number, depth: number, value: number) => Vol
  SGDTrainer: new (net: Net, options: object) => Trainer
}

export async function openConvNet(): Promise<Contestant> {
  const convnet = loadPeer<ConvNet>('convnetjs')
  return {
    description: `ConvNetJS ${versionOf('convnetjs')}, f64`,
    open: (work) => {
      if (work.kind !== 'train') throw notOffered(work)
      if (work.optimizer !== 'sgd') throw new Error('does not offer Adam')
      return openTraining(convnet, work)
    },
  }
}

function openTraining(convnet: ConvNet, { sizes, batch, folder }: TrainingWork): Task {
  const net = new convnet.Net()
  const hidden = sizes.slice(1, -1).map((neurons) => ({ type: 'fc', num_neurons: neurons, activation: 'relu' }))
  const ends = [
    { type: 'input', out_sx: 1, out_sy: 1, out_depth: sizes[0] },
    { type: 'softmax', num_classes: sizes.at(-1) },
  ]
  net.makeLayers([ends[0] as object, ...hidden, ends[1] as object])
  const trainer = new convnet.SGDTrainer(net, { method: 'sgd', momentum: 0, batch_size: batch, learning_rate: 1e-3 })
  const [x, y, layers] = [readFloats(folder, 'x'), readLabels(folder), readLayers(folder, sizes)]
  const ins = sizes[0] ?? 1
  const samples = Array.from(y, (_, row) => {
    const sample = new convnet.Vol(1, 1, ins, 0)
    for (let i = 0; i < ins; i++) sample.w[i] = x[row * ins + i] ?? 0
    return sample
  })
  let loss = Number.NaN
  return {
    reset: () => {
      const dense = net.layers.filter(({ layer_type }) => layer_type === 'fc')
      dense.forEach((layer, index) => {
        fill(layer, layers[index])
      })
    },
    run: (count, learningRate) => {
      trainer.learning_rate = learningRate
      for (let i = 0; i < count; i++) {
        loss = samples.reduce((sum, sample, row) => sum + trainer.train(sample, y[row] ?? 0).cost_loss, 0) / batch
      }
    },
    result: () => loss,
    close: () => undefined,
  }
}

/** A filter holds the weights into one unit: a column of the kernel. */
function fill({ filters = [], biases }: FullyConnected, values: ReturnType<typeof readLayers>[number] | undefined) {
  if (values === undefined || biases === undefined) return
  const { ins, outs, w, b } = values
  filters.forEach((filter, unit) => {
    for (let i = 0; i < ins; i++) filter.w[i] = w[i * outs + unit] ?? 0
    biases.w[unit] = b[unit] ?? 0
  })
}
