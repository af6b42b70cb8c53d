/**
 * What a plan consists of: buffers in one arena, and kernels of three shapes over them, in the order in which they run.
 *
 * A kernel computes a body at every point of its domain. Loads and stores address buffers by strides over the domain;
 * instruction `input` of a body takes the load of its slot, `index` the coordinate along a domain axis. Strides and
 * offsets count elements; every element is 4 bytes in the backends that plan.
 */

import type { DType, ScalarInstruction } from '../ops/index.ts'
import type { Shape } from '../shared/index.ts'

export type BufferId = number

export type BufferRole = 'input' | 'state' | 'constant' | 'output' | 'temporary'

export interface Buffer {
  readonly id: BufferId
  readonly name: string
  readonly role: BufferRole
  readonly dtype: DType
  /** Elements. */
  readonly size: number
  /** For constants: one value for all, or each. */
  readonly values?: number | ArrayLike<number>
  /** Bytes from the start of the arena; undefined for states, which the device keeps for all programs. */
  readonly offset?: number
}

/** An address that a kernel computes: offset + Σ strides·coordinate, and for indirect ones + index·stride. */
export interface Access {
  readonly buffer: BufferId
  readonly dtype: DType
  readonly offset: number
  /** One for each axis of the domain. */
  readonly strides: readonly number[]
  /** The position along one axis is read from another load, and must lie in 0 … extent − 1. */
  readonly indirect?: { readonly load: number; readonly stride: number; readonly extent: number }
}

export interface Store extends Access {
  /** Position of the instruction whose value is stored. */
  readonly value: number
  /** Stored once for each point of the kept axes, not of the whole domain. */
  readonly perRow: boolean
  /** Adds to what is there, in the order of the domain. */
  readonly accumulate: boolean
}

export interface Body {
  readonly instructions: readonly ScalarInstruction[]
  readonly loads: readonly Access[]
  readonly stores: readonly Store[]
}

interface KernelCommon {
  readonly name: string
  /** The operations that were fused into it, by name, in order. */
  readonly fused: readonly string[]
  readonly domain: Shape
  readonly body: Body
  readonly flops: number
  readonly bytes: number
}

/** The body at every point of the domain. */
export interface MapKernel extends KernelCommon {
  readonly kind: 'map'
}

/**
 * Row by row: the domain is kept axes, then `reduced` reduced ones. Instructions `reduceSum`, `reduceMax` and
 * `reduceMin` combine over the reduced axes; what depends on one of them belongs to a later pass over the row.
 */
export interface ReduceKernel extends KernelCommon {
  readonly kind: 'reduce'
  /** How many of the last axes are reduced. */
  readonly reduced: number
  /** Instructions whose values are kept for later passes, because computing them again costs more. */
  readonly cached: readonly number[]
}

export interface Factor {
  readonly buffer: BufferId
  readonly offset: number
  /** Over the leading (batch) axes of the domain. */
  readonly batchStrides: readonly number[]
  /** Along m for the left factor, along n for the right one. */
  readonly outerStride: number
  /** Along k. */
  readonly innerStride: number
}

/** Over [batch…, m, n]: instruction `accumulator` is Σ_k left[…, m, k]·right[…, k, n]; the body is its epilogue. */
export interface ContractKernel extends KernelCommon {
  readonly kind: 'contract'
  readonly k: number
  readonly left: Factor
  readonly right: Factor
}

/** Uniform random numbers: a map whose values come from the element's position and a key. */
export interface RandomKernel extends KernelCommon {
  readonly kind: 'random'
  readonly key: BufferId
  readonly stream: number
}

export type Kernel = MapKernel | ReduceKernel | ContractKernel | RandomKernel

export interface Plan {
  readonly buffers: readonly Buffer[]
  readonly kernels: readonly Kernel[]
  /** Where inputs are written, and outputs and states read: by name. */
  readonly interface: ReadonlyMap<string, BufferId>
  readonly arenaBytes: number
}
