/**
 * What a layer is: a few lines that say its output shape, its parameters, and how it builds graph. A layer is
 * immutable and knows nothing of the network around it; its place there is given to it where a message needs it.
 */

import type { Tensor } from '../ops/index.ts'
import { NablaError, type Shape } from '../shared/index.ts'
import type { Initializer } from './initializer.ts'
import type { Regularizer } from './regularizer.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined }
export type JsonObject = { readonly [name: string]: Json | undefined }

/** What a parameter is for: regularisers look at kernels, weight decay may leave biases out. */
export type ParameterRole = 'kernel' | 'bias' | 'scale' | 'offset' | 'statistic'

/** A parameter as its layer declares it; the network puts the layer's name before its name. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: Shape
  readonly initializer: Initializer
  readonly role: ParameterRole
  /** False for what a layer keeps itself, such as running means: no gradient, no optimiser slot. */
  readonly trainable: boolean
  readonly regularizer?: Regularizer | undefined
}

/** Where a layer stands: for its messages, and for what it can see of its neighbours. */
export interface LayerPlace {
  readonly name: string
  /** "dense1", or "the network's input". */
  readonly previous: string
  readonly next?: Layer | undefined
}

/** What a layer may use while it builds graph. */
export interface LayerContext {
  /** False when the network is used, true while it is trained: dropout and batch normalisation differ. */
  readonly training: boolean
  /** The tensor of one of the layer's own parameters. */
  parameter(name: string): Tensor
  /** Uniform random numbers in [0, 1), new at each step, from a stream of the layer's own. */
  uniform(shape: Shape): Tensor
  /** What a parameter that is not trainable becomes at the end of a training step. */
  update(name: string, value: Tensor): void
}

export interface Layer {
  readonly kind: string
  /** The name that the user gave, if any. */
  readonly name?: string | undefined
  /** What `networkFromJson` needs to make it again. */
  readonly options: JsonObject
  /** The shape of one sample's output. @throws NablaError E-SHAPE where the input does not fit. */
  outputShape(input: Shape, place: LayerPlace): Shape
  parameters?(input: Shape, place: LayerPlace): readonly ParameterSpec[]
  /** [batch, ...input] → [batch, ...output] */
  apply(context: LayerContext, x: Tensor): Tensor
  /** The interval that outputs lie in, where it is bounded: targets outside it can't be learnt. */
  readonly range?: readonly [low: number, high: number]
  /** The initializer that suits a kernel whose output this layer rectifies or squashes. */
  readonly kernelInitializer?: Initializer
  /** Whether a training step of this layer needs random numbers. */
  readonly needsRandom?: boolean
}

/** `[784]` as "[batch, 784]". */
export function withBatch(shape: Shape): string {
  return `[${['batch', ...shape].join(', ')}]`
}

/** The error of a layer whose input does not fit. */
export function layerShapeError(
  layer: Pick<Layer, 'kind'>,
  place: LayerPlace,
  expected: string,
  received: Shape,
  fix: string,
): NablaError {
  return new NablaError({
    code: 'E-SHAPE',
    where: `layer "${place.name}" (${layer.kind})`,
    expected: `input ${expected}`,
    received: `${withBatch(received)} from ${place.previous}`,
    fix,
  })
}

/** @throws NablaError E-SHAPE unless the input is one row of features, [batch, features]. */
export function requireFlat(layer: Pick<Layer, 'kind'>, place: LayerPlace, input: Shape, code: string): number {
  const [features] = input
  if (input.length === 1 && features !== undefined) return features
  const fix =
    input.length === 0
      ? 'give the network an input of at least one feature: network({ input: [1] }, …).'
      : `write flatten() before ${code}, which makes ${withBatch(input)} into ${withBatch([input.reduce((a, b) => a * b, 1)])}.`
  throw layerShapeError(layer, place, '[batch, features]', input, fix)
}
