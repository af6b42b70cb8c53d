/** TensorFlow.js: its eager operations, its optimisers; on wasm, or on its plain JavaScript ("cpu"). */

import {
  type Contestant,
  firstRowSum,
  meanNegativeLog,
  notOffered,
  type ProductWork,
  readFloats,
  readImages,
  readLabels,
  readLayers,
  type Task,
  type Work,
} from './contestant.ts'
import { loadPeer, versionOf } from './peer.ts'
import { shuffled } from './shuffle.ts'

interface Tensor {
  dataSync(): Float32Array
  dispose(): void
  toFloat(): Tensor
  mean(): Tensor
}
interface Variable extends Tensor {
  assign(value: Tensor): void
}
interface Optimizer {
  minimize(loss: () => Tensor, returnCost: boolean): Tensor | null
  dispose(): void
}
interface Tf {
  setBackend(name: string): Promise<boolean>
  tensor(values: Float32Array | Int32Array, shape: readonly number[], dtype?: string): Tensor
  variable(initial: Tensor): Variable
  oneHot(labels: Tensor, classes: number): Tensor
  matMul(a: Tensor, b: Tensor): Tensor
  add(a: Tensor, b: Tensor): Tensor
  relu(x: Tensor): Tensor
  softmax(x: Tensor): Tensor
  gather(x: Tensor, rows: Tensor): Tensor
  tidy<T>(f: () => T): T
  losses: { softmaxCrossEntropy(onehot: Tensor, logits: Tensor): Tensor }
  train: {
    sgd(rate: number): Optimizer
    adam(rate: number, beta1: number, beta2: number, epsilon: number): Optimizer
  }
}

export async function openTfjs({ backend = 'wasm' }: Record<string, string>): Promise<Contestant> {
  const tf = loadPeer<Tf>('@tensorflow/tfjs')
  loadPeer(`@tensorflow/tfjs-backend-${backend}`)
  if (!(await tf.setBackend(backend))) throw new Error(`its backend ${backend} does not start`)
  return {
    description: `TensorFlow.js ${versionOf('@tensorflow/tfjs')}, ${backend}`,
    open: (work) => openWork(tf, work),
  }
}

function openWork(tf: Tf, work: Work): Task {
  if (work.kind === 'stream') throw notOffered(work)
  if (work.kind === 'product') return openProduct(tf, work)
  const model = new Model(tf, work)
  if (work.kind === 'infer') return openInference(tf, model, work)
  const labels = readLabels(work.folder)
  const y = tf.tensor(labels, [labels.length], 'int32')
  const targets = tf.oneHot(y, work.sizes.at(-1) ?? 1).toFloat()
  const x =
    work.kind === 'train'
      ? tf.tensor(readFloats(work.folder, 'x'), [work.batch, work.sizes[0] ?? 1])
      : tf.tensor(readImages(work.folder), [work.count, work.sizes[0] ?? 1])
  let result = Number.NaN
  return {
    reset: () => model.reset(work.optimizer),
    run: (count, learningRate) => {
      for (let i = 0; i < count; i++) {
        result =
          work.kind === 'train'
            ? model.step(x, targets, learningRate, i === count - 1)
            : epoch(tf, model, work, x, targets)
      }
    },
    result: () => result,
    close: () => {
      for (const tensor of [x, y, targets]) tensor.dispose()
      model.dispose()
    },
  }
}

type TrainedWork = Extract<Work, { kind: 'epoch' }>

function epoch(tf: Tf, model: Model, work: TrainedWork, x: Tensor, targets: Tensor): number {
  const order = shuffled(work.count)
  let total = 0
  for (let start = 0; start < work.count; start += work.batch) {
    const indices = order.slice(start, start + work.batch)
    const rows = tf.tensor(indices, [indices.length], 'int32')
    const [xs, ts] = [tf.gather(x, rows), tf.gather(targets, rows)]
    total += model.step(xs, ts, work.learningRate, true) * indices.length
    for (const tensor of [rows, xs, ts]) tensor.dispose()
  }
  return total / work.count
}

class Model {
  private readonly tf: Tf
  private readonly layers: ReturnType<typeof readLayers>
  private variables: Variable[] = []
  private optimizer: Optimizer | undefined
  private optimizerName = 'sgd'
  private rate = 0

  constructor(tf: Tf, { folder, sizes }: { folder: string; sizes: readonly number[] }) {
    this.tf = tf
    this.layers = readLayers(folder, sizes)
    this.reset('sgd')
  }

  reset(optimizerName: string): void {
    const { tf } = this
    this.dispose()
    this.optimizerName = optimizerName
    const initial = this.layers.flatMap(({ ins, outs, w, b }) => [tf.tensor(w, [ins, outs]), tf.tensor(b, [outs])])
    this.variables = initial.map((tensor) => tf.variable(tensor))
    for (const tensor of initial) tensor.dispose()
  }

  forward(x: Tensor): Tensor {
    const { tf, variables } = this
    let h = x
    for (let i = 0; i < variables.length; i += 2) {
      h = tf.add(tf.matMul(h, variables[i] as Tensor), variables[i + 1] as Tensor)
      if (i + 2 < variables.length) h = tf.relu(h)
    }
    return h
  }

  /** The loss, where it is wanted: reading it waits for the step. */
  step(x: Tensor, targets: Tensor, rate: number, wanted: boolean): number {
    const { tf } = this
    if (this.optimizer === undefined || this.rate !== rate) {
      this.optimizer = this.optimizerName === 'sgd' ? tf.train.sgd(rate) : tf.train.adam(rate, 0.9, 0.999, 1e-8)
      this.rate = rate
    }
    const loss = this.optimizer.minimize(() => tf.losses.softmaxCrossEntropy(targets, this.forward(x)), true)
    const value = wanted ? (loss?.dataSync()[0] ?? Number.NaN) : Number.NaN
    loss?.dispose()
    return value
  }

  dispose(): void {
    for (const variable of this.variables) variable.dispose()
    this.optimizer?.dispose()
    this.optimizer = undefined
  }
}

function openInference(tf: Tf, model: Model, work: Extract<Work, { kind: 'infer' }>): Task {
  const [x, y] = [readFloats(work.folder, 'x'), readLabels(work.folder)]
  let probabilities = new Float32Array()
  return {
    reset: () => undefined,
    run: (count) => {
      for (let i = 0; i < count; i++) {
        const output = tf.tidy(() => tf.softmax(model.forward(tf.tensor(x, [work.batch, work.sizes[0] ?? 1]))))
        probabilities = output.dataSync() as typeof probabilities
        output.dispose()
      }
    },
    result: () => meanNegativeLog(probabilities, y),
    close: () => model.dispose(),
  }
}

function openProduct(tf: Tf, { folder, rows, inner, columns }: ProductWork): Task {
  const a = tf.tensor(readFloats(folder, 'x'), [rows, inner])
  const b = tf.tensor(readFloats(folder, 'w0'), [inner, columns])
  let c: Tensor | undefined
  return {
    reset: () => undefined,
    run: (count) => {
      for (let i = 0; i < count; i++) {
        c?.dispose()
        c = tf.matMul(a, b)
      }
    },
    result: () => firstRowSum(c?.dataSync() ?? [], columns),
    close: () => {
      for (const tensor of [a, b, c]) tensor?.dispose()
    },
  }
}
