/** How nabla's training steps are taken: one by one as `fit` does, or many in one call. */

import type { Executable, Optimizer } from 'nabla'

/** The optimiser's scalars are written where they have changed. */
export class Steps {
  taken = 0
  private readonly executable: Executable
  private readonly optimizer: Optimizer
  private readonly scalars: { name: string; value: Float64Array }[]

  constructor(executable: Executable, optimizer: Optimizer) {
    this.executable = executable
    this.optimizer = optimizer
    this.scalars = optimizer.scalars.map((name) => ({ name: `optimizer/${name}`, value: Float64Array.of(Number.NaN) }))
  }

  async run(count: number, learningRate: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const values = this.optimizer.stepScalars(++this.taken, learningRate)
      for (let s = 0; s < this.scalars.length; s++) {
        const scalar = this.scalars[s]
        if (scalar === undefined || scalar.value[0] === values[s]) continue
        scalar.value[0] = values[s] ?? Number.NaN
        this.executable.write(scalar.name, scalar.value)
      }
      const pending = this.executable.run()
      if (pending !== undefined) await pending
    }
  }
}

type Staged = Float32Array | Int32Array

/** Every step brings its own batch and scalars, as new data would; batches are gathered before time is taken. */
export class ManySteps {
  taken = 0
  private readonly executable: Executable
  private readonly optimizer: Optimizer
  private readonly stepsPerCall: number
  /** The values of `stepsPerCall` steps, and how many of them one step has. */
  private readonly batches: { name: string; values: Staged; size: number }[]
  private readonly scalars: { name: string; values: Float32Array }[]

  constructor(
    executable: Executable,
    optimizer: Optimizer,
    batch: Readonly<Record<string, Staged>>,
    stepsPerCall: number,
  ) {
    this.executable = executable
    this.optimizer = optimizer
    this.stepsPerCall = stepsPerCall
    this.batches = Object.entries(batch).map(([name, values]) => ({
      name,
      values: repeat(values, stepsPerCall),
      size: values.length,
    }))
    this.scalars = optimizer.scalars.map((name) => ({
      name: `optimizer/${name}`,
      values: new Float32Array(stepsPerCall),
    }))
  }

  async run(count: number, learningRate: number): Promise<void> {
    for (let left = count; left > 0; left -= this.stepsPerCall) {
      const pending = this.call(Math.min(left, this.stepsPerCall), learningRate)
      if (pending !== undefined) await pending
    }
  }

  private call(steps: number, learningRate: number): void | Promise<void> {
    for (let step = 0; step < steps; step++) {
      const values = this.optimizer.stepScalars(++this.taken, learningRate)
      for (let s = 0; s < this.scalars.length; s++) {
        const scalar = this.scalars[s]
        if (scalar !== undefined) scalar.values[step] = values[s] ?? Number.NaN
      }
    }
    const inputs: Record<string, Staged> = {}
    for (const { name, values, size } of this.batches) inputs[name] = values.subarray(0, steps * size)
    for (const { name, values } of this.scalars) inputs[name] = values.subarray(0, steps)
    return this.executable.runMany(steps, inputs)
  }
}

function repeat<T extends Staged>(values: T, count: number): T {
  const all =
    values instanceof Int32Array ? new Int32Array(values.length * count) : new Float32Array(values.length * count)
  for (let i = 0; i < count; i++) all.set(values, i * values.length)
  return all as T
}
