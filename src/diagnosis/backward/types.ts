/** What `checkBackward` takes and what it reports: schema `nabla.backward/1`. */

/** Numbers of any shape: a scalar, an array, arrays in arrays, typed arrays of floats, or flat values with a shape. */
export type Numeric = number | FloatArray | readonly Numeric[] | ShapedNumbers

export type FloatArray = Float64Array | Float32Array

/** Flat values in row-major order, and their shape. */
export interface ShapedNumbers {
  readonly values: FloatArray | readonly number[]
  readonly shape: readonly number[]
}

/** A parameter that is a number and not an element of an array. */
export interface ScalarParameter {
  readonly get: () => number
  readonly set: (value: number) => void
}

/** An array that `forward` reads, or a way to read and set a number. Changed while differences are taken, and put back. */
export type BackwardParameter = FloatArray | readonly Numeric[] | ShapedNumbers | ScalarParameter

/**
 * In `forward`: names an intermediate value and returns it. While its true gradient is taken, one element is moved, in
 * place; a scalar is moved in what is returned. In `backward`: names the gradient of that value, ∂loss/∂value of the
 * same shape, and returns it, or the true one in its place, so that a fault does not hide what comes after it.
 */
export type Probe = <T extends Numeric>(name: string, value: T) => T

export interface BackwardOptions {
  /** In the order of the forward pass, by which a fault is located. */
  readonly parameters: Readonly<Record<string, BackwardParameter>>
  /** The loss at the parameters' present values. Must give the same number when it is called again. */
  readonly forward: (probe: Probe) => number
  /** The gradient of each parameter, as the code under test computes it. Always called right after `forward`. */
  readonly backward: (probe: Probe) => Readonly<Record<string, Numeric>>
  /** Sizes by name, such as `{ m: 32 }`: a factor that is one of them, or made of them, is called by its name. */
  readonly sizes?: Readonly<Record<string, number>>
  /** Relative error below which a gradient is right. 1e-5 by default, more where the loss is computed in f32. */
  readonly tolerance?: number
  /**
   * Elements compared one by one, of all parameters together (and as many of all intermediate values). By default all
   * of them up to 5,000, else 300. What is not sampled is compared along random directions.
   */
  readonly samples?: number
  /** Random points near the present values at which the gradients are compared as well. 2 by default; 0 for none. */
  readonly points?: number
  /** Of the sample, the directions and the points. 1 by default. */
  readonly seed?: number
}

/** What a gradient is, compared with the true one. */
export type BackwardRelation =
  | 'right'
  /** A constant times it. */
  | 'scale'
  /** Its negative, or a negative multiple. */
  | 'sign'
  /** Its transpose, or another order of its axes. */
  | 'transpose'
  /** Reversed along an axis: a kernel that is rotated. */
  | 'flip'
  /** Each element, row or column has a factor of its own. */
  | 'missing factor'
  /** Summed over the wrong axes, or not summed. */
  | 'wrong axis'
  /** Zero everywhere. */
  | 'zero'
  /** The gradient of another parameter. */
  | 'other parameter'
  /** The product of two probed values, where the true one is that of two others. */
  | 'wrong operand'
  /** The true one and a multiple of the parameter, or of its signs: weight decay. */
  | 'missing term'
  /** Right in some rows, columns or elements, wrong in the rest. */
  | 'part'
  /** Not zero, and the loss does not depend on the parameter. */
  | 'unused'
  /** Grows with each call. */
  | 'accumulated'
  /** NaN or infinite. */
  | 'not finite'
  /** Of another shape. */
  | 'shape'
  | 'wrong'

export interface BackwardFinding {
  /** Such as `B-SCALE`. */
  readonly code: string
  readonly kind: Exclude<BackwardRelation, 'right'>
  /** The parameters, or the intermediate value, whose gradient is meant. */
  readonly names: readonly string[]
  readonly message: string
  readonly expected: string
  readonly received: string
  readonly fix: string
  /** Where in the backward pass, as far as the right and the wrong gradients tell; null where they tell nothing. */
  readonly where: string | null
  /** Sentences with figures. */
  readonly evidence: readonly string[]
}

export interface GradientReport {
  readonly name: string
  readonly role: 'parameter' | 'intermediate'
  readonly shape: readonly number[]
  readonly status: 'right' | 'wrong' | 'not checked'
  readonly relation: BackwardRelation | null
  /**
   * ‖given − ratio · true‖ by the larger of ‖given‖ and ‖ratio · true‖, over the elements compared, where it is right; else
   * with ratio 1. Null where nothing could be compared.
   */
  readonly relativeError: number | null
  /** given / true, where that is one number; else null. */
  readonly ratio: number | null
  /** Elements it has. */
  readonly elements: number
  /** Elements compared one by one at the present values. */
  readonly compared: number
  /** Random directions along which all elements were compared at once. */
  readonly directions: number
  /** Elements left out because the loss has a kink there, or is not finite beside it. */
  readonly kinks: number
}

export interface BackwardReport {
  readonly schema: 'nabla.backward/1'
  /** `unsupported` where not one gradient could be compared. */
  readonly verdict: 'clean' | 'faulty' | 'unsupported'
  /** The one nearest to the loss first. */
  readonly findings: readonly BackwardFinding[]
  /** Sentences: what was left out, what is unusual and no fault. */
  readonly notes: readonly string[]
  /** In the order of the options; intermediate values in the order of the forward pass. */
  readonly gradients: readonly GradientReport[]
  readonly loss: number
  /** Points at which the gradients were compared, the present values among them. */
  readonly points: number
  /** How often `forward` was called. */
  readonly evaluations: number
}
