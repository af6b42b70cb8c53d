/**
 * What an optimiser is: data (its hyperparameters), slots that live beside each parameter, numbers that the host
 * computes once a step in f64 (the learning rate, Adam's bias corrections), and the update as graph. The numbers of a
 * step are inputs of the program, so one program serves all steps and schedules cost nothing.
 */

import type { Tensor } from '../ops/index.ts'

export type OptimizerName = 'sgd' | 'rmsprop' | 'adagrad' | 'adam' | 'adamw'

export interface UpdateContext {
  readonly parameter: Tensor
  /** ∂loss/∂parameter */
  readonly gradient: Tensor
  /** By slot name; each has the parameter's shape. */
  slot(name: string): Tensor
  /** By scalar name; each is a scalar. */
  scalar(name: string): Tensor
}

export interface Update {
  readonly parameter: Tensor
  readonly slots: Readonly<Record<string, Tensor>>
}

export interface Optimizer {
  readonly name: OptimizerName
  readonly learningRate: number
  readonly hyperparameters: Readonly<Record<string, number | boolean>>
  readonly slots: readonly { readonly name: string; readonly initial: number }[]
  /** Names of the numbers that `stepScalars` gives, in their order. */
  readonly scalars: readonly string[]
  /** @param step counted from 1 @param learningRate of this step, after the schedule */
  stepScalars(step: number, learningRate: number): number[]
  update(context: UpdateContext): Update
}
