/**
 * brain.js: its activation also on the output, squared error, an update after every sample. It can't be given this
 * network, so its results differ; a "step" is as many samples, through as many weights.
 */

import type { TrainingWork } from '../work.ts'
import { type Contestant, notOffered, readFloats, readLabels, type Task } from './contestant.ts'
import { loadPeer, versionOf } from './peer.ts'

interface NeuralNetwork {
  sizes: number[]
  initialize(): void
  updateTrainingOptions(options: object): void
  setActivation(name: string): void
  trainPattern(sample: { input: Float32Array; output: Float32Array }, wantsError: boolean): number
}
interface Brain {
  NeuralNetwork: new (options: object) => NeuralNetwork
}

export async function openBrain(): Promise<Contestant> {
  const brain = loadPeer<Brain>('brain.js')
  return {
    description: `brain.js ${versionOf('brain.js')}, squared error, a sample at a time`,
    open: (work) => {
      if (work.kind !== 'train') throw notOffered(work)
      return openTraining(brain, work)
    },
  }
}

/** It refuses 0. */
const NO_MOMENTUM = 1e-9

function openTraining(brain: Brain, { sizes, batch, folder, optimizer }: TrainingWork): Task {
  const [x, y] = [readFloats(folder, 'x'), readLabels(folder)]
  const [ins, outs] = [sizes[0] ?? 1, sizes.at(-1) ?? 1]
  const samples = Array.from(y, (label, row) => ({
    input: x.slice(row * ins, (row + 1) * ins),
    output: Float32Array.from({ length: outs }, (_, j) => (j === label ? 1 : 0)),
  }))
  const net = new brain.NeuralNetwork({ hiddenLayers: sizes.slice(1, -1), activation: 'relu' })
  let loss = Number.NaN
  return {
    reset: () => {
      net.sizes = [...sizes]
      net.updateTrainingOptions({
        learningRate: 1e-7,
        momentum: NO_MOMENTUM,
        ...(optimizer === 'adam' ? { praxis: 'adam' } : {}),
      })
      net.initialize()
      net.setActivation('relu')
    },
    run: (count, learningRate) => {
      net.updateTrainingOptions({ learningRate })
      for (let i = 0; i < count; i++) {
        loss = samples.reduce((sum, sample) => sum + net.trainPattern(sample, true), 0) / batch
      }
    },
    result: () => loss,
    close: () => undefined,
  }
}
