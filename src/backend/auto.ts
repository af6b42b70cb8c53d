/**
 * The backend that chooses: native where that is worth the time that compiling takes, else wasm. The choice is made
 * when the first program is compiled, from what it will compute in all; a compiler that fails, then or at a later
 * program, costs one line of warning: states and inputs move to wasm, and the run goes on there.
 */

import type { Graph } from '../graph/index.ts'
import { type Plan, planKernels } from '../plan/index.ts'
import { formatDuration, NablaError } from '../shared/index.ts'
import { estimateSeconds } from './estimate.ts'
import type { Backend, BackendOptions, CompileOptions, Device, Executable, Values } from './executable.ts'

/** A backend that takes time to make a program ready, once. */
export interface CompilingBackend extends Backend {
  /**
   * How long making a plan ready will take here; 0 where it was done before.
   * @throws NablaError E-ENVIRONMENT where it can't be done.
   */
  compileSeconds(plan: Plan): Promise<number>
}

/** How much faster than wasm native steps are, at least: the median over the benchmark's networks is above that. */
const SPEEDUP = 2
/** A run has other programs too: for the last batch of an epoch, and to evaluate. Together they cost another one. */
const PROGRAMS = 2
/** Where nobody says how often a program will run. */
const USUAL_RUNS = 1000

export interface AutoOptions extends BackendOptions {
  /** What compiles natively; undefined: nothing does here. */
  readonly native: CompilingBackend | undefined
  readonly wasm: Backend
}

export function autoBackend(options: AutoOptions): Backend {
  return { name: 'auto', open: () => Promise.resolve(new AutoDevice(options)) }
}

interface Compiled {
  readonly graph: Graph
  readonly options: CompileOptions
  readonly executable: MovableExecutable
}

class AutoDevice implements Device {
  private readonly options: AutoOptions
  private readonly programs: Compiled[] = []
  private inner: Device | undefined
  private why: string | undefined

  constructor(options: AutoOptions) {
    this.options = options
  }

  get backend(): string {
    return this.inner?.backend ?? 'auto'
  }

  get description(): string {
    return this.inner?.description ?? 'auto, not decided before the first program'
  }

  get reason(): string | undefined {
    return this.why
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<Executable> {
    this.inner ??= await this.choose(graph, options)
    const device = this.inner
    if (device.backend !== 'native') return device.compile(graph, options)
    let made: Executable
    try {
      made = await device.compile(graph, options)
    } catch (error) {
      const other = await this.leaveNative(error)
      return other.compile(graph, options)
    }
    const executable = new MovableExecutable(made)
    this.programs.push({ graph, options, executable })
    return executable
  }

  private async choose(graph: Graph, { runs = USUAL_RUNS, earlier }: CompileOptions): Promise<Device> {
    const { native, wasm } = this.options
    if (native === undefined) return wasm.open()
    if (earlier === 'wasm') {
      this.why = 'as the run began'
      return wasm.open()
    }
    try {
      if (earlier === 'native') {
        this.why = 'as the run began'
        return await native.open()
      }
      const plan = planKernels(graph)
      const compileSeconds = PROGRAMS * (await native.compileSeconds(plan))
      const saved = runs * estimateSeconds(plan) * (1 - 1 / SPEEDUP)
      if (saved > compileSeconds) {
        const spent =
          compileSeconds === 0 ? 'it was compiled before' : `compiling takes ${formatDuration(compileSeconds)}`
        this.why = `${spent}, some ${formatDuration(saved)} are saved`
        return await native.open()
      }
      this.why = `native would take ${formatDuration(compileSeconds)} to compile, and save ${formatDuration(saved)}`
    } catch (error) {
      this.warn(error)
    }
    return wasm.open()
  }

  /** Says once why it is wasm. @throws what is no matter of the machine's. */
  private warn(error: unknown): void {
    if (!(error instanceof NablaError) || error.code !== 'E-ENVIRONMENT') throw error
    this.why = `native failed: ${error.received}`
    this.options.warn?.(`the wasm backend is used: ${error.where} expected ${error.expected}, found ${error.received}.`)
  }

  /** Moves every program with its states and inputs to wasm. */
  private async leaveNative(error: unknown): Promise<Device> {
    this.warn(error)
    const old = this.inner
    const device = await this.options.wasm.open()
    for (const { graph, options, executable } of this.programs) {
      executable.moveTo(await device.compile(graph, options), graph)
    }
    this.programs.length = 0
    this.inner = device
    old?.close()
    return device
  }

  close(): void {
    this.inner?.close()
  }
}

/** An executable that can be replaced by one of another device. */
class MovableExecutable implements Executable {
  private inner: Executable

  constructor(inner: Executable) {
    this.inner = inner
  }

  moveTo(other: Executable, graph: Graph): void {
    for (const { kind, name } of graph.nodes) {
      if (kind === 'input' || kind === 'state') other.write(name, this.inner.read(name))
    }
    this.inner = other
  }

  write(name: string, values: Values): void {
    this.inner.write(name, values)
  }

  read(name: string): Float64Array | Float32Array | Int32Array {
    return this.inner.read(name)
  }

  run(): void | Promise<void> {
    return this.inner.run()
  }

  runMany(count: number, inputs: Readonly<Record<string, Float32Array | Int32Array>>): void | Promise<void> {
    return this.inner.runMany(count, inputs)
  }
}
