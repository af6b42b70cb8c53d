/**
 * What carries a run: a device with parameters, slots and totals on it, and the step compiled for each batch size that
 * occurs. It takes steps, and says and sets the whole state, so that a run can be replayed or resumed to the bit.
 */

import type { Backend, CompileOptions, Device, Executable } from '../backend/index.ts'
import type { Clipping, Loss, Network, Optimizer, Regularizer } from '../network/index.ts'
import { known, sizeOf } from '../shared/index.ts'
import { type BatchesByName, BatchProgram } from './batch-program.ts'
import { hasAccuracy } from './correct.ts'
import { checkParameters, type ParameterArray, type ParameterValues } from './model.ts'
import { buildStep, LOSS, PENALTY, scalarName, slotName, TOTAL_CORRECT, TOTAL_LOSS } from './step-program.ts'
import type { TargetSpec } from './targets.ts'

export interface EngineOptions {
  network: Network
  loss: Loss
  optimizer: Optimizer
  targets: TargetSpec
  weighted: boolean
  seed: number
  backend: Backend
  regularizer?: Regularizer | undefined
  clip?: Clipping | undefined
  /** Whether predictions can be read after a step. */
  predictions?: boolean
  /** Parameters to start from, in place of initial ones. */
  initial?: ParameterValues | undefined
}

/** Everything on the device that a step depends on, and how many steps were taken. */
export interface EngineState {
  readonly step: number
  readonly values: ReadonlyMap<string, ParameterArray>
}

export interface Totals {
  loss: number
  correct: number
}

export class Engine {
  readonly options: EngineOptions
  readonly device: Device
  readonly hasAccuracy: boolean
  /** Steps taken so far. */
  step = 0
  /** Of the last step that was taken, after the schedule. */
  lastLearningRate = 0
  private readonly programs = new Map<number, BatchProgram>()
  private readonly stateNames: readonly string[]
  /** The state, until a program is there to hold it. */
  private waiting: ReadonlyMap<string, ParameterArray>

  private constructor(options: EngineOptions, device: Device, initial: ReadonlyMap<string, ParameterArray>) {
    this.options = options
    this.device = device
    this.hasAccuracy = hasAccuracy(options)
    this.waiting = initial
    this.stateNames = [...this.waiting.keys()]
  }

  /** Opens a device; the first program that is compiled writes the initial state to it. */
  static async open(options: EngineOptions): Promise<Engine> {
    const initial = initialState(options)
    return new Engine(options, await options.backend.open(), initial)
  }

  /** The step for batches of a size, compiled at its first use. */
  async compile(batchSize: number, options: Omit<CompileOptions, 'name'> = {}): Promise<BatchProgram> {
    const found = this.programs.get(batchSize)
    if (found !== undefined) return found
    const { predictions = false, ...rest } = this.options
    const graph = buildStep({ ...rest, predictions, batchSize })
    const name = `the training step for batches of ${batchSize}`
    const program = await BatchProgram.compile(this.device, graph, batchSize, { ...options, name })
    this.programs.set(batchSize, program)
    if (this.programs.size === 1) this.restore({ step: this.step, values: this.waiting })
    return program
  }

  /** The step for a batch size that was compiled before. */
  program(batchSize: number): BatchProgram {
    return known(this.programs.get(batchSize), `a program for batches of ${batchSize} is compiled`)
  }

  private get any(): BatchProgram | undefined {
    return this.programs.values().next().value
  }

  private get executable(): Executable {
    return known(this.any, 'an engine that takes steps has a program').executable
  }

  /** One step on the batch that the program was given. */
  run(program: BatchProgram, learningRate: number): void | Promise<void> {
    const { optimizer, seed } = this.options
    this.step++
    this.lastLearningRate = learningRate
    program.writeScalars(optimizer.scalars, optimizer.stepScalars(this.step, learningRate))
    program.writeKey(seed, this.step)
    return program.executable.run()
  }

  /** As many steps as there are learning rates, in one call; `staged` are their batches. The same bits as one by one. */
  runMany(program: BatchProgram, staged: BatchesByName, learningRates: readonly number[]): void | Promise<void> {
    const { optimizer, seed } = this.options
    const first = this.step + 1
    const values = learningRates.map((rate, i) => optimizer.stepScalars(first + i, rate))
    program.stageScalars(staged, optimizer.scalars, values, seed, first)
    this.step += learningRates.length
    this.lastLearningRate = learningRates[learningRates.length - 1] ?? this.lastLearningRate
    return program.executable.runMany(learningRates.length, staged)
  }

  /** The optimiser's numbers of the last step, by the names that they have in the program. */
  lastScalars(): ReadonlyMap<string, number> {
    const { optimizer } = this.options
    const values = optimizer.stepScalars(this.step, this.lastLearningRate)
    return new Map(optimizer.scalars.map((name, i) => [scalarName(name), values[i] ?? 0]))
  }

  /** The loss of the last step that `program` took: the mean over its batch, weighted, without penalties. */
  lossOf(program: BatchProgram): number {
    return program.executable.read(LOSS)[0] ?? Number.NaN
  }

  /** The regularisers' penalty at the last step that `program` took; undefined where there is none. */
  penaltyOf(program: BatchProgram): number | undefined {
    if (!program.graph.outputs.some(({ name }) => name === PENALTY)) return undefined
    return program.executable.read(PENALTY)[0]
  }

  /** Losses and right answers summed since the totals were cleared. */
  totals(): Totals {
    const { executable } = this
    return {
      loss: executable.read(TOTAL_LOSS)[0] ?? Number.NaN,
      correct: this.hasAccuracy ? (executable.read(TOTAL_CORRECT)[0] ?? 0) : 0,
    }
  }

  clearTotals(): void {
    const { executable } = this
    executable.write(TOTAL_LOSS, [0])
    if (this.hasAccuracy) executable.write(TOTAL_CORRECT, [0])
  }

  private readFloats(name: string): ParameterArray {
    if (this.any === undefined) return known(this.waiting.get(name), `${name} has a value`).slice()
    const values = this.executable.read(name)
    return values instanceof Int32Array ? Float64Array.from(values) : values
  }

  parameters(): Map<string, ParameterArray> {
    return new Map(this.options.network.parameters.map(({ name }) => [name, this.readFloats(name)]))
  }

  /** Parameters, slots and totals, copied. */
  state(): EngineState {
    return { step: this.step, values: new Map(this.stateNames.map((name) => [name, this.readFloats(name)])) }
  }

  restore(state: EngineState): void {
    this.step = state.step
    if (this.any === undefined) {
      this.waiting = state.values
      return
    }
    for (const [name, values] of state.values) this.executable.write(name, values)
  }

  close(): void {
    this.device.close()
  }
}

/** Parameters, slots and totals before the first step. @throws NablaError E-MODEL where given parameters do not fit. */
function initialState(options: EngineOptions): Map<string, ParameterArray> {
  const { network, optimizer, initial, seed } = options
  const parameters = initial === undefined ? network.initialParameters(seed) : checkParameters(network, initial)
  const values = new Map<string, ParameterArray>(parameters)
  for (const { name, trainable, shape } of network.parameters) {
    if (!trainable) continue
    for (const slot of optimizer.slots) {
      values.set(slotName(slot.name, name), new Float64Array(sizeOf(shape)).fill(slot.initial))
    }
  }
  values.set(TOTAL_LOSS, Float64Array.of(0))
  if (hasAccuracy(options)) values.set(TOTAL_CORRECT, Float64Array.of(0))
  return values
}
