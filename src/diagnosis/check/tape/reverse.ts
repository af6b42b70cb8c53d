/**
 * The reverse pass over a tape. Values are visited from the last to the first; what several readers ask of a value is
 * summed in one array, which belongs to the pass alone, so that a long row of writes into one array copies it no more
 * often than it must.
 */

import { sizeOf } from '../../../shared/index.ts'
import { partAt, placesRead, placesWritten, scattered, scatterInto, without } from './moves.ts'
import { OPERATIONS } from './operations.ts'
import type { Tape, Values } from './tape.ts'
import { add, sameShape, type Tensor, tensor, zeros } from './tensor.ts'

export interface Reversed {
  readonly adjoint: Map<number, Tensor>
  /** Opaque nodes that it could not pass through. */
  readonly blocked: Set<number>
}

/** What a pass keeps: all that it computes, or that of the nodes at which it stops. */
export interface Kept {
  readonly all: boolean
  /** 0 for what is computed from no parameter, to which nothing need be handed on. */
  readonly depends?: Uint8Array
}

/** ∂(Σ coefficient · node)/∂(each value). Nodes in `cut` receive theirs and pass nothing on. */
export function reversePass(
  tape: Tape,
  terms: readonly (readonly [number, number])[],
  values: Values,
  cut: ReadonlySet<number>,
  { all, depends }: Kept,
): Reversed {
  const adjoint = new Map<number, Tensor>()
  const blocked = new Set<number>()
  const top = terms.reduce((most, [node]) => Math.max(most, node), -1)
  const sums: (Tensor | undefined)[] = new Array(top + 1)
  /** 1 where the sum's array is nobody else's. */
  const own = new Uint8Array(top + 1)
  let lowest = top + 1
  const isFree = (node: number) => depends !== undefined && depends[node] === 0
  const enter = (node: number, sum: Tensor, isOwn: boolean) => {
    sums[node] = sum
    own[node] = isOwn ? 1 : 0
    if (node < lowest) lowest = node
    if (all) adjoint.set(node, sum)
  }
  const give = (node: number, gy: Tensor, isOwn: boolean) => {
    const before = sums[node]
    if (before === undefined) enter(node, gy, isOwn)
    else if (own[node] === 1 && sameShape(before, gy)) addInto(before.data, gy.data)
    else enter(node, add(before, gy), true)
  }
  /** A part of an array asks for a part of its gradient. */
  const giveAt = (node: number, gy: Tensor, index: ArrayLike<number>, shape: readonly number[]) => {
    const before = sums[node]
    if (before === undefined) enter(node, zeros(shape), true)
    else if (before.data.length !== sizeOf(shape)) return give(node, scattered(gy, index, shape), true)
    else if (own[node] !== 1) enter(node, tensor(before.shape, before.data.slice()), true)
    scatterInto((sums[node] as Tensor).data, gy, index)
  }
  for (const [node, coefficient] of terms) {
    const value = values[node]
    if (value !== undefined)
      give(node, tensor(value.shape, new Float64Array(sizeOf(value.shape)).fill(coefficient)), true)
  }
  for (let node = top; node >= lowest; node--) {
    const gy = sums[node]
    if (gy === undefined) continue
    sums[node] = undefined
    if (cut.has(node)) {
      adjoint.set(node, gy)
      continue
    }
    const { op, args, params } = tape.entry(node)
    if (op === 'leaf') continue
    const operation = OPERATIONS[op]
    const y = values[node]
    const operands: Tensor[] = []
    for (const arg of args) {
      const operand = values[arg]
      if (operand !== undefined) operands.push(operand)
    }
    if (operation === undefined || y === undefined || operands.length < args.length) {
      blocked.add(node)
      continue
    }
    const [first] = args
    const [from] = operands
    if (args.length === 1 && first !== undefined && from !== undefined && (op === 'view' || op === 'move')) {
      const index = placesRead(from.shape, { op, params })
      if (!isFree(first)) giveAt(first, gy, index, from.shape)
      continue
    }
    const [, second] = args
    const [, value] = operands
    if (WRITES.has(op) && first !== undefined && second !== undefined && value !== undefined) {
      const index = placesWritten(from?.shape ?? [], { op, params })
      const part = isFree(second) ? undefined : partAt(gy, value, index, params.shape as number[])
      if (!isFree(first)) give(first, without(gy, op === 'add_at' ? [] : index, !all && own[node] === 1), true)
      if (part !== undefined) give(second, part, true)
      continue
    }
    const found = operation.gradient(gy, operands, y, params)
    for (const [i, g] of found.entries()) {
      const arg = args[i]
      // What an operation hands on as it got it may go to several.
      if (g !== null && arg !== undefined && !isFree(arg)) give(arg, g, g.data !== gy.data)
    }
  }
  return { adjoint, blocked }
}

/** Operations that write the second of their operands into the first. */
export const WRITES: ReadonlySet<string> = new Set(['put', 'write', 'add_at'])

function addInto(to: Float64Array, more: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + (more[i] as number)
}
