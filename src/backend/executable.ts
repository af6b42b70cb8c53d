/** What every backend offers: it turns a graph into an executable that is written to, run, and read from. */

import type { Graph } from '../graph/index.ts'

/** Values from outside: floats in a Float32Array or Float64Array, ints in an Int32Array, or plain numbers. */
export type Values = ArrayLike<number>

/** A program made ready on a device. States with the same name are one storage for all programs of a device. */
export interface Executable {
  /** Copies values in row-major order into an input of this program or a state of its device. */
  write(name: string, values: Values): void
  /** The values of an output, state or input, copied: Float64Array from the reference, else Float32Array; ints Int32Array. */
  read(name: string): Float64Array | Float32Array | Int32Array
  /**
   * Runs one step: computes the outputs and then updates the states, all at once.
   * A promise only where the device works asynchronously, so that a step on the CPU costs no turn of the event loop.
   */
  run(): void | Promise<void>
  /**
   * Runs `count` steps in one call, as if before each of them its own values had been written to the inputs that
   * `inputs` names. For each of these: the values of all steps, one step after another, as a typed array. What is read
   * afterwards is from the last step. For tiny networks, whose step is shorter than a call.
   */
  runMany(count: number, inputs: Readonly<Record<string, Float32Array | Int32Array>>): void | Promise<void>
}

export interface Device {
  readonly backend: string
  /** A description for the header of a run: "wasm, 1 thread, relaxed SIMD". */
  readonly description: string
  /** Why it is this one, where a backend had a choice; known with the first program. */
  readonly reason?: string | undefined
  compile(graph: Graph, options?: CompileOptions): Promise<Executable>
  /** Gives the memory back. The device and its programs can't be used afterwards. */
  close(): void
}

export interface CompileOptions {
  /** Names the program in error messages. */
  name?: string
  /** How often it will run, as far as that is known: what a choice of backend rests on. */
  runs?: number | undefined
  /** The backend that computed an earlier part of the same run; a choice follows it where it can. */
  earlier?: string | undefined
}

/** What every backend can be told. */
export interface BackendOptions {
  /**
   * How many threads; what NABLA_THREADS says, else as many as the machine runs at once, where nothing is said. The
   * reference has one.
   */
  threads?: number
  /** Takes a line where something is not as it should be and the work goes on. */
  warn?: (line: string) => void
}

export interface Backend {
  readonly name: string
  open(): Promise<Device>
}
