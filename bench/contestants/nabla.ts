/** nabla itself, through the layer below `fit`: the step as a program, compiled for a device. */

import {
  adam,
  backendByName,
  buildPrediction,
  buildStep,
  crossEntropy,
  type Device,
  dataset,
  dense,
  fit,
  type Layer,
  type Network,
  network,
  relu,
  sgd,
} from 'nabla'
import type { TrainingWork } from '../work.ts'
import {
  type Contestant,
  type EpochWork,
  type InferenceWork,
  type LayerValues,
  meanNegativeLog,
  readFloats,
  readImages,
  readLabels,
  readLayers,
  type Task,
} from './contestant.ts'
import { openProduct, openStream } from './nabla-memory.ts'
import { ManySteps, Steps } from './nabla-steps.ts'

export function networkOf(sizes: readonly number[]): Network {
  const layers: Layer[] = sizes.slice(1).flatMap((units, i) => (i === 0 ? [dense(units)] : [relu(), dense(units)]))
  const [first, ...rest] = layers
  if (first === undefined) throw new RangeError('a network has at least two sizes')
  return network({ input: [sizes[0] ?? 1] }, first, ...rest)
}

/** Parameters by name: a kernel and a bias for each dense layer, in order. */
export function parametersOf(net: Network, layers: readonly LayerValues[]): Map<string, Float32Array> {
  const values = layers.flatMap(({ w, b }) => [w, b])
  return new Map(net.parameters.map(({ name }, i) => [name, values[i] ?? new Float32Array()]))
}

export async function openNabla({ backend = 'wasm' }: Record<string, string>): Promise<Contestant> {
  // Only where it is asked for: what else that door loads would count as wasm's start.
  if (backend === 'native') (await import('nabla/node')).registerNative()
  const device = await backendByName(backend).open()
  const { description } = device
  device.close()
  return {
    description,
    open: async (work) => {
      if (work.kind === 'epoch') return openEpoch(backend, work)
      const device = await backendByName(backend).open()
      if (work.kind === 'infer') return openInference(device, work)
      if (work.kind === 'product') return openProduct(device, work)
      return work.kind === 'stream' ? openStream(device, work) : openTraining(device, work)
    },
  }
}

async function openTraining(device: Device, work: TrainingWork): Promise<Task> {
  const { sizes, batch, folder } = work
  const net = networkOf(sizes)
  const optimizer = work.optimizer === 'sgd' ? sgd() : adam()
  const graph = buildStep({
    network: net,
    loss: crossEntropy(),
    optimizer,
    targets: { kind: 'classes', count: sizes[sizes.length - 1] ?? 1 },
    batchSize: batch,
    weighted: false,
    predictions: false,
  })
  const executable = await device.compile(graph)
  const values = { input: readFloats(folder, 'x'), target: readLabels(folder) }
  executable.write('input', values.input)
  executable.write('target', values.target)
  const parameters = parametersOf(net, readLayers(folder, sizes))
  const { stepsPerCall } = work
  const steps =
    stepsPerCall === undefined
      ? new Steps(executable, optimizer)
      : new ManySteps(executable, optimizer, values, stepsPerCall)
  return {
    reset: () => {
      steps.taken = 0
      for (const [name, initial] of parameters) {
        executable.write(name, initial)
        for (const slot of optimizer.slots) {
          executable.write(`optimizer/${slot.name}/${name}`, new Float32Array(initial.length).fill(slot.initial))
        }
      }
    },
    run: (count, learningRate) => steps.run(count, learningRate),
    result: () => executable.read('loss')[0] ?? Number.NaN,
    close: () => device.close(),
  }
}

async function openInference(device: Device, { sizes, batch, folder }: InferenceWork): Promise<Task> {
  const net = networkOf(sizes)
  const executable = await device.compile(buildPrediction(net, crossEntropy(), batch))
  for (const [name, values] of parametersOf(net, readLayers(folder, sizes))) executable.write(name, values)
  const [x, y] = [readFloats(folder, 'x'), readLabels(folder)]
  let probabilities: ArrayLike<number> = []
  return {
    reset: () => undefined,
    run: async (count) => {
      for (let i = 0; i < count; i++) {
        executable.write('input', x)
        await executable.run()
        probabilities = executable.read('prediction')
      }
    },
    result: () => meanNegativeLog(probabilities, y),
    close: () => device.close(),
  }
}

/** Through `fit`, as a user trains; its opening and compiling are part of the epoch. */
function openEpoch(backend: string, { sizes, batch, folder, learningRate, optimizer }: EpochWork): Task {
  const net = networkOf(sizes)
  const initial = parametersOf(net, readLayers(folder, sizes))
  const classNames = Array.from({ length: sizes.at(-1) ?? 1 }, (_, label) => String(label))
  const inputs = { inputs: readImages(folder), inputShape: [sizes[0] ?? 1], labels: readLabels(folder), classNames }
  const data = dataset(inputs)
  let loss = Number.NaN
  return {
    reset: () => undefined,
    run: async () => {
      const made = optimizer === 'sgd' ? sgd(learningRate) : adam(learningRate)
      const options = { loss: crossEntropy(), optimizer: made, epochs: 1, batchSize: batch, seed: 1, backend, initial }
      loss = (await fit(net, data, options)).history[0]?.loss ?? Number.NaN
    },
    result: () => loss,
    close: () => undefined,
  }
}
