/**
 * A compiled program for batches of one size, with the host's buffers that a batch is copied into. Invariant: what is
 * written again is only what has changed since the last step.
 */

import type { CompileOptions, Device, Executable } from '../backend/index.ts'
import type { BatchArrays, Dataset } from '../data/index.ts'
import type { Graph, GraphNode } from '../graph/index.ts'
import { seedKey, sizeOf } from '../shared/index.ts'
import { INPUT, RANDOM_KEY, scalarName, TARGET, WEIGHT } from './step-program.ts'

/** What `runMany` takes: the values of all steps, one step after another. */
export type BatchesByName = Record<string, Float32Array | Int32Array>

export class BatchProgram {
  readonly graph: Graph
  readonly batchSize: number
  /** The batch as the program takes it. */
  readonly buffers: Readonly<BatchArrays>
  readonly executable: Executable
  private readonly drawsRandom: boolean
  private readonly lastScalars = new Map<string, number>()
  private readonly key = new Int32Array(3)
  private readonly scalar = new Float64Array(1)

  private constructor(graph: Graph, batchSize: number, executable: Executable) {
    this.graph = graph
    this.batchSize = batchSize
    this.executable = executable
    this.buffers = buffersOf(graph)
    this.drawsRandom = inputOf(graph, RANDOM_KEY) !== undefined
  }

  static async compile(
    device: Device,
    graph: Graph,
    batchSize: number,
    options: CompileOptions,
  ): Promise<BatchProgram> {
    return new BatchProgram(graph, batchSize, await device.compile(graph, options))
  }

  /** Copies the samples `indices` out of `data` and gives them to the program. `classWeights` multiply by the label. */
  load(data: Dataset, indices: Int32Array, classWeights?: Float64Array): void {
    const { inputs, targets, weights } = this.buffers
    data.copyBatch(indices, inputs)
    if (targets !== undefined) data.copyTargets(indices, targets)
    if (weights !== undefined) {
      data.copyWeights(indices, weights)
      if (classWeights !== undefined && targets !== undefined) multiplyByClass(weights, targets, classWeights)
    }
    this.writeBatch()
  }

  /** The batches of several steps, `indices` one step after another, as `load` would give them. */
  stage(data: Dataset, indices: Int32Array, classWeights?: Float64Array): BatchesByName {
    const { inputs, targets, weights } = this.buffers
    const steps = indices.length / this.batchSize
    const staged: BatchesByName = { [INPUT]: new Float32Array(steps * inputs.length) }
    data.copyBatch(indices, staged[INPUT] as Float32Array)
    let labels: Float32Array | Int32Array | undefined
    if (targets !== undefined) {
      labels = targets instanceof Int32Array ? new Int32Array(indices.length) : new Float32Array(steps * targets.length)
      data.copyTargets(indices, labels)
      staged[TARGET] = labels
    }
    if (weights !== undefined) {
      const copy = new Float32Array(indices.length)
      data.copyWeights(indices, copy)
      if (classWeights !== undefined && labels !== undefined) multiplyByClass(copy, labels, classWeights)
      staged[WEIGHT] = copy
    }
    return staged
  }

  /** Adds the optimiser's numbers and the random key of each step; `first` is the number of the first one. */
  stageScalars(
    staged: BatchesByName,
    names: readonly string[],
    values: readonly (readonly number[])[],
    seed: number,
    first: number,
  ): void {
    names.forEach((name, i) => {
      staged[scalarName(name)] = Float32Array.from(values, (step) => step[i] ?? 0)
      this.lastScalars.set(name, values[values.length - 1]?.[i] ?? 0)
    })
    if (!this.drawsRandom) return
    const [low, high] = seedKey(seed)
    staged[RANDOM_KEY] = Int32Array.from(values.flatMap((_, step) => [low | 0, high | 0, first + step]))
  }

  /** Gives the first rows of a batch that was read elsewhere to the program. */
  loadFrom(batch: BatchArrays, classWeights?: Float64Array): void {
    const { inputs, targets, weights } = this.buffers
    inputs.set(batch.inputs.subarray(0, inputs.length))
    if (targets !== undefined && batch.targets !== undefined) targets.set(batch.targets.subarray(0, targets.length))
    if (weights !== undefined) {
      if (batch.weights === undefined) weights.fill(1)
      else weights.set(batch.weights.subarray(0, weights.length))
      if (classWeights !== undefined && targets !== undefined) multiplyByClass(weights, targets, classWeights)
    }
    this.writeBatch()
  }

  /** Gives what stands in the buffers to the program. */
  writeBatch(): void {
    const { inputs, targets, weights } = this.buffers
    this.executable.write(INPUT, inputs)
    if (targets !== undefined) this.executable.write(TARGET, targets)
    if (weights !== undefined) this.executable.write(WEIGHT, weights)
  }

  /** Gives the optimiser's numbers of a step to the program. */
  writeScalars(names: readonly string[], values: readonly number[]): void {
    names.forEach((name, i) => {
      const value = values[i] ?? 0
      if (this.lastScalars.get(name) === value) return
      this.lastScalars.set(name, value)
      this.scalar[0] = value
      this.executable.write(scalarName(name), this.scalar)
    })
  }

  /** What an input of the program holds for a step, in f64: the batch as it was loaded, scalars and key as given. */
  inputValues(node: GraphNode, scalars: ReadonlyMap<string, number>, seed: number, step: number): Float64Array {
    const { inputs, targets, weights } = this.buffers
    if (node.name === INPUT) return Float64Array.from(inputs)
    if (node.name === TARGET && targets !== undefined) return Float64Array.from(targets)
    if (node.name === WEIGHT && weights !== undefined) return Float64Array.from(weights)
    if (node.name === RANDOM_KEY) return Float64Array.of(...seedKey(seed), step)
    const scalar = scalars.get(node.name)
    return scalar === undefined ? new Float64Array(sizeOf(node.shape)) : Float64Array.of(scalar)
  }

  /** Gives the key of a step's random numbers to the program, if it draws any. */
  writeKey(seed: number, step: number): void {
    if (!this.drawsRandom) return
    const [low, high] = seedKey(seed)
    this.key.set([low | 0, high | 0, step])
    this.executable.write(RANDOM_KEY, this.key)
  }
}

function inputOf(graph: Graph, name: string) {
  return graph.nodes.find((node) => node.kind === 'input' && node.name === name)
}

function buffersOf(graph: Graph): BatchArrays {
  const [inputs, targets, weights] = [inputOf(graph, INPUT), inputOf(graph, TARGET), inputOf(graph, WEIGHT)]
  return {
    inputs: new Float32Array(sizeOf(inputs?.shape ?? [0])),
    targets:
      targets === undefined
        ? undefined
        : targets.dtype === 'int'
          ? new Int32Array(sizeOf(targets.shape))
          : new Float32Array(sizeOf(targets.shape)),
    weights: weights === undefined ? undefined : new Float32Array(sizeOf(weights.shape)),
  }
}

function multiplyByClass(weights: Float32Array, labels: ArrayLike<number>, classWeights: Float64Array): void {
  for (let row = 0; row < weights.length; row++) {
    weights[row] = (weights[row] ?? 0) * (classWeights[labels[row] ?? 0] ?? 1)
  }
}
