/** jax-js: the whole step under `jit`, on wasm. Its arrays are counted by hand: an argument is consumed, `ref` keeps it. */

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

interface JaxArray {
  readonly ref: JaxArray
  readonly shape: number[]
  reshape(shape: readonly number[]): JaxArray
  add(other: JaxArray | number): JaxArray
  sub(other: JaxArray | number): JaxArray
  mul(other: JaxArray | number): JaxArray
  div(other: JaxArray | number): JaxArray
  sum(): JaxArray
  data(): Promise<Float32Array>
  dispose(): void
}
type Arrays = JaxArray[]
type Loss = (parameters: Arrays, x: JaxArray, targets: JaxArray) => JaxArray
type Step = (state: Arrays, x: JaxArray, targets: JaxArray, size: JaxArray, correction: JaxArray) => [JaxArray, Arrays]
interface Jax {
  init(device: string): Promise<string[]>
  defaultDevice(device: string): void
  numpy: {
    array(values: Float32Array | Int32Array): JaxArray
    matmul(a: JaxArray, b: JaxArray): JaxArray
    sqrt(x: JaxArray): JaxArray
    square(x: JaxArray): JaxArray
    take(x: JaxArray, rows: JaxArray, axis: number): JaxArray
  }
  nn: {
    relu(x: JaxArray): JaxArray
    logSoftmax(x: JaxArray, axis: number): JaxArray
    softmax(x: JaxArray, axis: number): JaxArray
    oneHot(labels: JaxArray, classes: number): JaxArray
  }
  jit<F>(f: F): F & { dispose(): void }
  valueAndGrad(f: Loss): (parameters: Arrays, x: JaxArray, targets: JaxArray) => [JaxArray, Arrays]
  blockUntilReady<T>(values: T): Promise<T>
}

export async function openJax(): Promise<Contestant> {
  const jax = loadPeer<Jax>('@jax-js/jax')
  const devices = await jax.init('wasm')
  if (!devices.includes('wasm')) throw new Error('its wasm device does not start')
  jax.defaultDevice('wasm')
  return { description: `jax-js ${versionOf('@jax-js/jax')}, wasm, jit`, open: (work) => openWork(jax, work) }
}

function openWork(jax: Jax, work: Work): Task {
  if (work.kind === 'stream') throw notOffered(work)
  if (work.kind === 'product') return openProduct(jax, work)
  if (work.kind === 'infer') return openInference(jax, work)
  return openTraining(jax, work)
}

const array = (jax: Jax, values: Float32Array | Int32Array, shape: readonly number[]) =>
  jax.numpy.array(values).reshape(shape)

function parametersOf(jax: Jax, { folder, sizes }: { folder: string; sizes: readonly number[] }): Arrays {
  return readLayers(folder, sizes).flatMap(({ ins, outs, w, b }) => [array(jax, w, [ins, outs]), array(jax, b, [outs])])
}

function forward(jax: Jax, parameters: Arrays, x: JaxArray): JaxArray {
  let h = x
  for (let i = 0; i < parameters.length; i += 2) {
    h = jax.numpy.matmul(h, parameters[i] as JaxArray).add(parameters[i + 1] as JaxArray)
    if (i + 2 < parameters.length) h = jax.nn.relu(h)
  }
  return h
}

/** State: parameters and, for Adam, first and second moments. `size` is the learning rate, for Adam bias-corrected. */
function makeStep(jax: Jax, optimizer: string, count: number, batch: number): Step {
  const { numpy, nn } = jax
  const loss: Loss = (parameters, x, targets) =>
    nn
      .logSoftmax(forward(jax, parameters, x), -1)
      .mul(targets)
      .sum()
      .mul(-1 / batch)
  const gradients = jax.valueAndGrad(loss)
  return jax.jit((state, x, targets, size, correction) => {
    const parameters = state.slice(0, count)
    const [value, g] = gradients(
      parameters.map((w) => w.ref),
      x,
      targets,
    )
    const finish = (next: Arrays): [JaxArray, Arrays] => {
      size.dispose()
      correction.dispose()
      return [value, next]
    }
    if (optimizer === 'sgd') return finish(parameters.map((w, i) => w.sub((g[i] as JaxArray).mul(size.ref))))
    const m = state.slice(count, 2 * count).map((mi, i) => mi.mul(0.9).add((g[i] as JaxArray).ref.mul(0.1)))
    const v = state.slice(2 * count).map((vi, i) => vi.mul(0.999).add(numpy.square(g[i] as JaxArray).mul(0.001)))
    const updated = parameters.map((w, i) => {
      const scale = numpy
        .sqrt((v[i] as JaxArray).ref)
        .mul(correction.ref)
        .add(1e-8)
      return w.sub((m[i] as JaxArray).ref.mul(size.ref).div(scale))
    })
    return finish([...updated, ...m, ...v])
  })
}

type Trained = Extract<Work, { kind: 'train' | 'epoch' }>

function openTraining(jax: Jax, work: Trained): Task {
  const { sizes, folder, optimizer, batch } = work
  const [ins, classes] = [sizes[0] ?? 1, sizes.at(-1) ?? 1]
  const x =
    work.kind === 'train'
      ? array(jax, readFloats(folder, 'x'), [batch, ins])
      : array(jax, readImages(folder), [work.count, ins])
  const targets = jax.nn.oneHot(jax.numpy.array(readLabels(folder)), classes)
  const steps = new Map<number, Step>()
  let state: Arrays = []
  let taken = 0
  let loss: JaxArray | undefined
  const scalar = (value: number) => array(jax, Float32Array.of(value), [])
  const take = (xs: JaxArray, ts: JaxArray, size: number, rate: number) => {
    const step = steps.get(size) ?? makeStep(jax, optimizer, 2 * (sizes.length - 1), size)
    steps.set(size, step)
    taken++
    loss?.dispose()
    const [stepSize, correction] =
      optimizer === 'sgd' ? [rate, 1] : [rate / (1 - 0.9 ** taken), 1 / Math.sqrt(1 - 0.999 ** taken)]
    const [value, next] = step(state, xs, ts, scalar(stepSize), scalar(correction))
    loss = value
    state = next
  }
  let mean: number | undefined
  const epoch = async (rows: Int32Array, rate: number) => {
    let total = 0
    for (let start = 0; start < rows.length; start += batch) {
      const indices = rows.slice(start, start + batch)
      const chosen = jax.numpy.array(indices)
      const [xs, ts] = [jax.numpy.take(x.ref, chosen.ref, 0), jax.numpy.take(targets.ref, chosen, 0)]
      take(xs, ts, indices.length, rate)
      total += ((await loss?.ref.data())?.[0] ?? Number.NaN) * indices.length
    }
    mean = total / rows.length
  }
  return {
    reset: () => {
      for (const old of state) old.dispose()
      const parameters = parametersOf(jax, work)
      const zeros = () =>
        readLayers(folder, sizes).flatMap(({ ins: rows, outs, w, b }) => [
          array(jax, new Float32Array(w.length), [rows, outs]),
          array(jax, new Float32Array(b.length), [outs]),
        ])
      state = optimizer === 'sgd' ? parameters : [...parameters, ...zeros(), ...zeros()]
      taken = 0
    },
    run: async (count, learningRate) => {
      for (let i = 0; i < count; i++) {
        if (work.kind === 'epoch') await epoch(shuffled(work.count), work.learningRate)
        else take(x.ref, targets.ref, batch, learningRate)
      }
      await jax.blockUntilReady(state)
    },
    result: async () => mean ?? (await loss?.ref.data())?.[0] ?? Number.NaN,
    close: () => {
      for (const old of [...state, x, targets]) old.dispose()
    },
  }
}

function openInference(jax: Jax, work: Extract<Work, { kind: 'infer' }>): Task {
  const { folder, batch, sizes } = work
  const parameters = parametersOf(jax, work)
  const [x, y] = [readFloats(folder, 'x'), readLabels(folder)]
  const predict = jax.jit((values: Arrays, input: JaxArray) => jax.nn.softmax(forward(jax, values, input), -1))
  let probabilities = new Float32Array()
  return {
    reset: () => undefined,
    run: async (count) => {
      for (let i = 0; i < count; i++) {
        const output = predict(
          parameters.map((w) => w.ref),
          array(jax, x, [batch, sizes[0] ?? 1]),
        )
        probabilities = (await output.data()) as typeof probabilities
      }
    },
    result: () => meanNegativeLog(probabilities, y),
    close: () => {
      for (const w of parameters) w.dispose()
    },
  }
}

function openProduct(jax: Jax, { folder, rows, inner, columns }: ProductWork): Task {
  const a = array(jax, readFloats(folder, 'x'), [rows, inner])
  const b = array(jax, readFloats(folder, 'w0'), [inner, columns])
  const product = jax.jit((p: JaxArray, q: JaxArray) => jax.numpy.matmul(p, q))
  let c: JaxArray | undefined
  return {
    reset: () => undefined,
    run: async (count) => {
      for (let i = 0; i < count; i++) {
        c?.dispose()
        c = product(a.ref, b.ref)
        await jax.blockUntilReady(c)
      }
    },
    result: async () => firstRowSum((await c?.ref.data()) ?? [], columns),
    close: () => {
      for (const old of [a, b, c]) old?.dispose()
    },
  }
}
