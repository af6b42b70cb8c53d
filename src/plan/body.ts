/** Writes the body of a kernel: the members' scalar programs, joined, with loads for what comes from outside. */

import type { ApplyNode, NodeId } from '../graph/index.ts'
import { type Layout, type Scalar, ScalarWriter } from '../ops/index.ts'
import { known } from '../shared/index.ts'
import { squeezedPlaces, squeezedStrides } from './domain.ts'
import type { Fusion, Group } from './group.ts'
import type { Access, Body, BufferId, Store } from './kernel.ts'
import { rowMajor } from './normalize.ts'

/** Finds the buffer that holds a node's value. */
export type BufferOf = (node: NodeId) => BufferId

export class BodyWriter {
  readonly s = new ScalarWriter()
  private readonly fusion: Fusion
  private readonly group: Group
  private readonly bufferOf: BufferOf
  private readonly values = new Map<NodeId, Scalar>()
  private readonly loads: Access[] = []
  private readonly slots = new Map<string, Scalar>()
  private readonly stores: (Omit<Store, 'value'> & { value: Scalar })[] = []
  /** For each axis of the kernel's domain, the axis of the group's domain that it is; undefined for extent 1. */
  private readonly axes: readonly (number | undefined)[]

  constructor(fusion: Fusion, group: Group, bufferOf: BufferOf, axes: readonly (number | undefined)[]) {
    this.fusion = fusion
    this.group = group
    this.bufferOf = bufferOf
    this.axes = axes
  }

  /** Strides over the kernel's domain from strides over the group's domain. */
  private overDomain(strides: readonly number[]): number[] {
    return this.axes.map((axis) => (axis === undefined ? 0 : (strides[axis] ?? 0)))
  }

  /** Strides over the group's domain of a layout that shows elements or, without the reduced axes, rows. */
  private spread(layout: Layout, isRow: boolean): number[] {
    const strides = squeezedStrides(layout)
    if (!isRow) return strides
    let next = 0
    return this.group.domain.map((_, axis) => (this.group.reduced.includes(axis) ? 0 : (strides[next++] ?? 0)))
  }

  set(id: NodeId, value: Scalar): void {
    this.values.set(id, value)
  }

  get(id: NodeId): Scalar {
    return known(this.values.get(id), `the value of node ${id} is in the body`)
  }

  load(access: Access): Scalar {
    const { buffer, dtype, offset, strides, indirect } = access
    const through = indirect === undefined ? '' : `${indirect.load},${indirect.stride},${indirect.extent}`
    const key = `${buffer}|${dtype}|${offset}|${strides}|${through}`
    const found = this.slots.get(key)
    if (found !== undefined) return found
    const value = this.s.input(this.loads.push(access) - 1)
    this.slots.set(key, value)
    return value
  }

  /** The value that a member reads through `input`: of the body, inlined, constant, or loaded. */
  read(input: NodeId, isRow: boolean): Scalar {
    const { source, layout } = this.fusion.operand(input)
    const inside = this.values.get(source)
    if (inside !== undefined) return inside
    const node = known(this.fusion.graph.nodes[source], 'a source is a node')
    if (node.kind === 'constant' && typeof node.values === 'number') return this.s.constant(node.values)
    if (this.fusion.inlined.has(source)) return this.inline(this.fusion.node(source), isRow)
    const strides = this.overDomain(this.spread(layout, isRow))
    return this.load({ buffer: this.bufferOf(source), dtype: node.dtype, offset: layout.offset, strides })
  }

  private inline(node: ApplyNode, isRow: boolean): Scalar {
    const inputs = node.inputs.map((input) => this.read(input, isRow))
    const value = this.program(node, inputs, () => this.s.constant(0))
    this.values.set(node.id, value)
    return value
  }

  /** Joins a member's scalar program. */
  private program(node: ApplyNode, inputs: readonly Scalar[], index: (axis: number) => Scalar): Scalar {
    const [value] = this.s.inline(this.fusion.programOf(node), inputs, index)
    return known(value, 'a program has a result')
  }

  /** Adds an elementwise member. */
  map(node: ApplyNode): void {
    const isRow = this.fusion.roleOf(node.id, this.group) === 'row'
    const places = squeezedPlaces(node.shape)
    const kept = this.group.domain.map((_, axis) => axis).filter((axis) => !this.group.reduced.includes(axis))
    const index = (axis: number) => {
      const place = places[axis]
      const domainAxis = place === undefined ? undefined : isRow ? kept[place] : place
      const at = domainAxis === undefined ? -1 : this.axes.indexOf(domainAxis)
      return at < 0 ? this.s.constant(0) : this.s.index(at)
    }
    this.values.set(
      node.id,
      this.program(
        node,
        node.inputs.map((input) => this.read(input, isRow)),
        index,
      ),
    )
  }

  /** Adds a reduction member. */
  reduce(node: ApplyNode): void {
    const { operation } = node
    const combine = operation.kind === 'reduce' ? operation.combine : 'sum'
    const name = { sum: 'reduceSum', max: 'reduceMax', min: 'reduceMin' } as const
    const operand = this.read(known(node.inputs[0], 'a reduction has an input'), false)
    this.values.set(node.id, this.s.emit(name[combine], [operand]))
  }

  /** Stores a member's value, in row-major order of its own shape, in a buffer. */
  store(id: NodeId, buffer: BufferId): void {
    const node = this.fusion.node(id)
    const perRow = this.fusion.roleOf(id, this.group) === 'row'
    const strides = this.overDomain(this.spread(rowMajor(node.shape), perRow))
    this.addStore({ buffer, dtype: node.dtype, offset: 0, strides, value: this.get(id), perRow, accumulate: false })
  }

  addStore(store: Omit<Store, 'value'> & { value: Scalar }): void {
    this.stores.push(store)
  }

  finish(): Body {
    const program = this.s.finish([])
    return {
      instructions: program.instructions,
      loads: this.loads,
      stores: this.stores.map((store) => ({ ...store, value: store.value.position })),
    }
  }
}
