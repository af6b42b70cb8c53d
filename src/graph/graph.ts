/**
 * The tensor program: an immutable list of nodes in an order in which each stands after its inputs, with outputs to
 * read and updates to state. Invariants are those of `verifyGraph`.
 */

import type { Attributes, Operation, TensorType } from '../ops/index.ts'

/** A node's position in its graph. */
export type NodeId = number

/** Where a node came from. */
export interface Origin {
  /** The layer, loss or optimiser that wrote it: "hidden1", "loss/crossEntropy", "optimizer/adam". */
  readonly scope: string
  /**
   * For a node of the reverse pass: the forward node whose derivative made it, and that operation's name. No node where
   * a pass left the forward one out, because nothing reads its value.
   */
  readonly derivativeOf?: { readonly node: NodeId | undefined; readonly rule: string }
}

interface NodeCommon extends TensorType {
  readonly id: NodeId
  readonly name: string
  readonly origin: Origin
}

/** A value that changes from step to step and is given from outside. */
export interface InputNode extends NodeCommon {
  readonly kind: 'input'
}
/** A value that lives from step to step: a parameter, a slot of the optimiser. */
export interface StateNode extends NodeCommon {
  readonly kind: 'state'
}
export interface ConstantNode extends NodeCommon {
  readonly kind: 'constant'
  /** One number for all elements, or all of them in row-major order. */
  readonly values: number | ArrayLike<number>
}
export interface ApplyNode extends NodeCommon {
  readonly kind: 'apply'
  readonly operation: Operation
  readonly inputs: readonly NodeId[]
  readonly attributes: Attributes
}

export type GraphNode = InputNode | StateNode | ConstantNode | ApplyNode

export interface Graph {
  readonly nodes: readonly GraphNode[]
  /** What can be read after a step. */
  readonly outputs: readonly { readonly name: string; readonly node: NodeId }[]
  /** What each state becomes at the end of a step, all at once. */
  readonly updates: readonly { readonly state: NodeId; readonly value: NodeId }[]
}
