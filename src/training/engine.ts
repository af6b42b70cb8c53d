/**
 * What carries a run: a device with parameters, slots and totals on it, and the step compiled for each batch size that
 * occurs. It takes steps, and says and sets the whole state, so that a run can be replayed or resumed to the bit.
 */

import type { Backend, Device } from '../backend/index.ts'
import type { Clipping, Loss, Network, Optimizer, Regularizer } from '../network/index.ts'
import { known } from '../shared/index.ts'
import { BatchProgram } from './batch-program.ts'
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

  private constructor(options: EngineOptions, device: Device) {
    this.options = options
    this.device = device
    this.hasAccuracy = hasAccuracy(options)
    const { network, optimizer } = options
    const trained = network.parameters.filter(({ trainable }) => trainable)
    this.stateNames = [
      ...network.parameters.map(({ name }) => name),
      ...trained.flatMap(({ name }) => optimizer.slots.map((slot) => slotName(slot.name, name))),
    ]
  }

  /**
   * Opens a device, compiles the step for `batchSize` and writes the initial state.
   * @throws NablaError E-GRADIENT, E-SHAPE, E-UNSUPPORTED while the program is built and compiled.
   */
  static async open(options: EngineOptions, batchSize: number): Promise<Engine> {
    const device = await options.backend.open()
    try {
      const engine = new Engine(options, device)
      await engine.compile(batchSize)
      engine.writeInitialState()
      return engine
    } catch (error) {
      device.close()
      throw error
    }
  }

  /** The step for batches of a size, compiled at its first use. */
  async compile(batchSize: number): Promise<BatchProgram> {
    const found = this.programs.get(batchSize)
    if (found !== undefined) return found
    const { predictions = false, ...rest } = this.options
    const graph = buildStep({ ...rest, predictions, batchSize })
    const name = `the training step for batches of ${batchSize}`
    const program = await BatchProgram.compile(this.device, graph, batchSize, name)
    this.programs.set(batchSize, program)
    return program
  }

  /** The step for a batch size that was compiled before. */
  program(batchSize: number): BatchProgram {
    return known(this.programs.get(batchSize), `a program for batches of ${batchSize} is compiled`)
  }

  private get any(): BatchProgram {
    return known(this.programs.values().next().value, 'an engine has a program')
  }

  private writeInitialState(): void {
    const { network, optimizer, initial, seed } = this.options
    const parameters = initial === undefined ? network.initialParameters(seed) : checkParameters(network, initial)
    const { executable } = this.any
    for (const [name, values] of parameters) executable.write(name, values)
    for (const { name, trainable } of network.parameters) {
      if (!trainable) continue
      const size = parameters.get(name)?.length ?? 0
      for (const slot of optimizer.slots) {
        executable.write(slotName(slot.name, name), new Float64Array(size).fill(slot.initial))
      }
    }
    this.clearTotals()
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
    const { executable } = this.any
    return {
      loss: executable.read(TOTAL_LOSS)[0] ?? Number.NaN,
      correct: this.hasAccuracy ? (executable.read(TOTAL_CORRECT)[0] ?? 0) : 0,
    }
  }

  clearTotals(): void {
    const { executable } = this.any
    executable.write(TOTAL_LOSS, [0])
    if (this.hasAccuracy) executable.write(TOTAL_CORRECT, [0])
  }

  private readFloats(name: string): ParameterArray {
    const values = this.any.executable.read(name)
    return values instanceof Int32Array ? Float64Array.from(values) : values
  }

  parameters(): Map<string, ParameterArray> {
    return new Map(this.options.network.parameters.map(({ name }) => [name, this.readFloats(name)]))
  }

  /** Parameters and slots, copied. Totals are the caller's. */
  state(): EngineState {
    return { step: this.step, values: new Map(this.stateNames.map((name) => [name, this.readFloats(name)])) }
  }

  restore(state: EngineState): void {
    this.step = state.step
    for (const [name, values] of state.values) this.any.executable.write(name, values)
    this.clearTotals()
  }

  close(): void {
    this.device.close()
  }
}
