/**
 * What a record of the dictionary says about an operation. Everything that a pass, a backend or a test needs to know
 * about an operation is a property here; none of them branches on a name.
 *
 * Invariant: a derivative builds tensors and returns one per input, or "zero"; it neither writes nor accumulates.
 */

import type { RandomStream, Shape } from '../shared/index.ts'
import type { Scalar, ScalarLike, ScalarWriter } from './scalar/index.ts'

/** `float` is f64 in the reference backend and f32 in the others; `int` is 32 bits, for labels and indices. */
export type DType = 'float' | 'int'

export interface TensorType {
  readonly shape: Shape
  readonly dtype: DType
}

export type AttributeValue = number | string | boolean | readonly number[]
export type Attributes = Readonly<Record<string, AttributeValue>>

/** A symbolic tensor: a node of a program that is being built. It has a shape and no values. */
export interface Tensor extends TensorType {
  readonly builder: TensorBuilder
  readonly id: number
}

/** Where tensors come from; `graph/` implements it. */
export interface TensorBuilder {
  apply(operation: Operation, inputs: readonly Tensor[], attributes: Attributes): Tensor
  constant(values: number | ArrayLike<number>, shape?: Shape, dtype?: DType): Tensor
}

export interface DerivativeContext {
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  /** ∂loss/∂output */
  readonly gy: Tensor
  readonly attributes: Attributes
}

/** ∂loss/∂input for every input; "zero" where the output does not depend on it smoothly. */
export type Derivative = (context: DerivativeContext) => readonly (Tensor | 'zero')[]

/** One random case of an operation, from which tests are made. */
export interface Example {
  readonly inputs: readonly {
    readonly shape: Shape
    readonly low: number
    readonly high: number
    readonly dtype?: DType
  }[]
  readonly attributes?: Attributes
}

export interface Kink {
  /** The inputs where the derivative jumps. */
  readonly at: readonly number[]
  /** The derivative that is taken there, for each input. */
  readonly derivative: readonly number[]
  readonly note: string
}

interface OperationCommon {
  readonly name: string
  /** The definition, as text. */
  readonly mathematics: string
  /** The type of the result; throws E-SHAPE or E-DTYPE, naming `where`. */
  readonly type: (inputs: readonly TensorType[], attributes: Attributes, where: string) => TensorType
  /** "zero" cuts the gradient: nothing flows back through this operation. */
  readonly derivative: Derivative | 'zero'
  readonly kinks: readonly Kink[]
  readonly examples: (random: RandomStream) => Example
  /** Relative to the larger of 1 and the value: for f64 central differences, and for f32 against f64. */
  readonly tolerance: { readonly gradient: number; readonly float32: number }
}

/** Each element of the result is a scalar program of the same element of every input. */
export interface MapOperation extends OperationCommon {
  readonly kind: 'map'
  readonly program: (s: ScalarWriter, x: readonly Scalar[], attributes: Attributes) => ScalarLike
}

/** Combines over axes, which the result lacks. */
export interface ReduceOperation extends OperationCommon {
  readonly kind: 'reduce'
  readonly combine: 'sum' | 'max' | 'min'
}

/** [..., m, k] × [..., k, n] → [..., m, n], the leading axes equal. */
export interface ContractOperation extends OperationCommon {
  readonly kind: 'contract'
}

/** Elements seen through other strides; no arithmetic, and often no copy. */
export interface ViewOperation extends OperationCommon {
  readonly kind: 'view'
  /** The layout of the result over the same storage, or undefined where strides can't express it. */
  readonly restride: (layout: Layout, shape: Shape, attributes: Attributes) => Layout | undefined
}

/** A result that is `fill`, with each input placed in it: element i of input at start + step·i. */
export interface PlaceOperation extends OperationCommon {
  readonly kind: 'place'
  readonly places: (inputs: readonly TensorType[], attributes: Attributes) => readonly Place[]
  readonly fill: number
}

/** result[a, i, b] = table[a, indices[i], b] along one axis. Inputs: table, indices. */
export interface GatherOperation extends OperationCommon {
  readonly kind: 'gather'
}

/** result[a, indices[i], b] += values[a, i, b] along one axis, from zeros. Inputs: values, indices. */
export interface ScatterOperation extends OperationCommon {
  readonly kind: 'scatter'
}

/** Uniform random numbers of (key, stream). Input: key, an int tensor [seed low, seed high, step]. */
export interface RandomOperation extends OperationCommon {
  readonly kind: 'random'
}

/** Defined by other operations; kept whole for its derivative, its name and its printout. */
export interface CompositeOperation extends OperationCommon {
  readonly kind: 'composite'
  readonly expand: (inputs: readonly Tensor[], attributes: Attributes) => Tensor
}

export type Operation =
  | MapOperation
  | ReduceOperation
  | ContractOperation
  | ViewOperation
  | PlaceOperation
  | GatherOperation
  | ScatterOperation
  | RandomOperation
  | CompositeOperation

/** How a tensor lies in its storage, in elements. */
export interface Layout {
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
}

export interface Place {
  readonly start: readonly number[]
  readonly step: readonly number[]
}
