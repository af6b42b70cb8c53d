/** Turns groups into kernels. */

import type { ApplyNode, NodeId } from '../graph/index.ts'
import { isTranscendental, type ScalarInstruction } from '../ops/index.ts'
import { InternalError, known, rowMajorStrides, type Shape, sizeOf } from '../shared/index.ts'
import { BodyWriter, type BufferOf } from './body.ts'
import { squeezedPlaces } from './domain.ts'
import type { Fusion, Group } from './group.ts'
import type { Access, Body, BufferId, Factor, Kernel } from './kernel.ts'

/** Where the values of a group's members go: for each node its buffers. */
export type StoresOf = (node: NodeId) => readonly BufferId[]

/** Arithmetic instructions of a body, for estimates; a transcendental one counts as twenty. */
function instructionCost(instructions: readonly ScalarInstruction[]): number {
  const leaf = new Set(['input', 'constant', 'index', 'accumulator'])
  return instructions.reduce(
    (sum, { operation }) => sum + (leaf.has(operation) ? 0 : isTranscendental(operation) ? 20 : 1),
    0,
  )
}

/** Bytes that an access touches once: the product of the extents that it moves along. */
function touchedBytes(access: Access, domain: Shape): number {
  const span = domain.reduce((n, extent, axis) => (access.strides[axis] === 0 ? n : n * extent), 1)
  return 4 * (access.indirect === undefined ? span : sizeOf(domain))
}

const bodyBytes = (body: Body, domain: Shape) =>
  [...body.loads, ...body.stores].reduce((sum, access) => sum + touchedBytes(access, domain), 0)

function mapKernel(name: string, fused: readonly string[], domain: Shape, body: Body): Kernel {
  const flops = sizeOf(domain) * instructionCost(body.instructions)
  return { kind: 'map', name, fused, domain, body, flops, bytes: bodyBytes(body, domain) }
}

export class Lowering {
  private readonly fusion: Fusion
  private readonly bufferOf: BufferOf
  private readonly storesOf: StoresOf

  constructor(fusion: Fusion, bufferOf: BufferOf, storesOf: StoresOf) {
    this.fusion = fusion
    this.bufferOf = bufferOf
    this.storesOf = storesOf
  }

  lower(group: Group): Kernel[] {
    if (group.kind === 'map') return [this.map(group)]
    if (group.kind === 'reduce') return [this.reduce(group)]
    if (group.kind === 'contract') return [this.contract(group)]
    const node = this.fusion.node(known(group.members[0], 'a group has a member'))
    return this.storesOf(node.id).flatMap((buffer) => this.alone(node, group, buffer))
  }

  private fusedNames(group: Group): string[] {
    return group.members.map((id) => this.fusion.node(id).operation.name)
  }

  private nameOf(group: Group): string {
    const stored = group.members.filter((id) => this.storesOf(id).length > 0)
    return this.fusion.node(stored[0] ?? known(group.members[0], 'a group has a member')).name
  }

  /** The bodies of all members but `except`, and their stores. */
  private body(writer: BodyWriter, group: Group, except?: NodeId): Body {
    for (const id of group.members) {
      const node = this.fusion.node(id)
      if (id === except) continue
      if (node.operation.kind === 'map') writer.map(node)
      else writer.reduce(node)
    }
    for (const id of group.members) for (const buffer of this.storesOf(id)) writer.store(id, buffer)
    return writer.finish()
  }

  private writer(group: Group, axes: readonly (number | undefined)[]): BodyWriter {
    return new BodyWriter(this.fusion, group, this.bufferOf, axes)
  }

  private map(group: Group): Kernel {
    const body = this.body(this.writer(group, [...group.domain.keys()]), group)
    return mapKernel(this.nameOf(group), this.fusedNames(group), group.domain, body)
  }

  private reduce(group: Group): Kernel {
    const kept = [...group.domain.keys()].filter((axis) => !group.reduced.includes(axis))
    const axes = [...kept, ...group.reduced]
    const domain = axes.map((axis) => group.domain[axis] ?? 1)
    const body = this.body(this.writer(group, axes), group)
    const flops = sizeOf(domain) * instructionCost(body.instructions)
    const cached = cachedInstructions(body, group.reduced.length, domain.length)
    const common = { name: this.nameOf(group), fused: this.fusedNames(group), domain, body, flops }
    return { kind: 'reduce', ...common, bytes: bodyBytes(body, domain), reduced: group.reduced.length, cached }
  }

  private contract(group: Group): Kernel {
    const id = known(
      group.members.find((member) => this.fusion.node(member).operation.kind === 'contract'),
      'a contract group has a contraction',
    )
    const node = this.fusion.node(id)
    const writer = this.writer(group, squeezedPlaces(node.shape))
    writer.set(id, writer.s.accumulator())
    const body = this.body(writer, group, id)
    const [left, right] = node.inputs.map((input) => this.fusion.operand(input))
    const k = left?.layout.shape[left.layout.shape.length - 1] ?? 0
    const factor = (operand: typeof left, outer: number, inner: number): Factor => {
      const { source, layout } = known(operand, 'a contraction has two factors')
      const at = (back: number) => layout.strides[layout.strides.length - back] ?? 0
      const batchStrides = layout.strides.slice(0, -2)
      return {
        buffer: this.bufferOf(source),
        offset: layout.offset,
        batchStrides,
        outerStride: at(outer),
        innerStride: at(inner),
      }
    }
    const size = sizeOf(node.shape)
    const [m = 0, n = 0] = node.shape.slice(-2)
    return {
      kind: 'contract',
      name: this.nameOf(group),
      fused: this.fusedNames(group),
      domain: node.shape,
      body,
      k,
      left: factor(left, 2, 1),
      right: factor(right, 1, 2),
      flops: size * (2 * k + instructionCost(body.instructions)),
      bytes: bodyBytes(body, node.shape) + (4 * k * (m + n) * size) / Math.max(1, m * n),
    }
  }

  private alone(node: ApplyNode, group: Group, buffer: BufferId): Kernel[] {
    const { operation } = node
    if (operation.kind === 'place') return this.place(node, group, buffer)
    if (operation.kind === 'gather') return [this.gather(node, group, buffer)]
    if (operation.kind === 'scatter') return [this.fill(node, group, buffer, 0), this.scatter(node, group, buffer)]
    if (operation.kind === 'random') return [this.random(node, buffer)]
    throw new InternalError(`${operation.name} has a kernel`)
  }

  private fill(node: ApplyNode, group: Group, buffer: BufferId, value: number): Kernel {
    const writer = this.writer(group, [0])
    const store = { buffer, dtype: node.dtype, offset: 0, strides: [1], perRow: false, accumulate: false }
    writer.addStore({ ...store, value: writer.s.constant(value) })
    return mapKernel(node.name, [node.operation.name], [sizeOf(node.shape)], writer.finish())
  }

  private place(node: ApplyNode, group: Group, buffer: BufferId): Kernel[] {
    if (node.operation.kind !== 'place') throw new InternalError('a place')
    const types = node.inputs.map((id) => known(this.fusion.graph.nodes[id], 'inputs precede'))
    const strides = rowMajorStrides(node.shape)
    const covered = types.reduce((sum, { shape }) => sum + sizeOf(shape), 0) === sizeOf(node.shape)
    const kernels = covered ? [] : [this.fill(node, group, buffer, node.operation.fill)]
    node.operation.places(types, node.attributes).forEach(({ start, step }, slot) => {
      const input = known(node.inputs[slot], 'an input')
      const shape = known(types[slot], 'an input').shape
      const domain = shape.filter((extent) => extent !== 1)
      const whole: Group = { kind: 'map', domain, reduced: [], members: [], first: node.id, last: node.id }
      const writer = this.writer(whole, squeezedPlaces(shape))
      const value = writer.read(input, false)
      const offset = strides.reduce((sum, stride, axis) => sum + stride * (start[axis] ?? 0), 0)
      const moved = strides.map((stride, axis) => stride * (step[axis] ?? 1))
      writer.addStore({ buffer, dtype: node.dtype, offset, strides: moved, value, perRow: false, accumulate: false })
      kernels.push(mapKernel(node.name, [node.operation.name], shape, writer.finish()))
    })
    return kernels
  }

  /** The access to indices, whose axes stand in the domain from `axis` on. */
  private indexAccess(input: NodeId, axis: number, rank: number): Access {
    const { source, layout } = this.fusion.operand(input)
    const strides = Array.from({ length: rank }, (_, a) => layout.strides[a - axis] ?? 0)
    return { buffer: this.bufferOf(source), dtype: 'int', offset: layout.offset, strides }
  }

  private gather(node: ApplyNode, group: Group, buffer: BufferId): Kernel {
    const [table = -1, indices = -1] = node.inputs
    const axis = node.attributes.axis as number
    const { source, layout } = this.fusion.operand(table)
    const indexRank = this.fusion.operand(indices).layout.shape.length
    const writer = this.writer(group, [...node.shape.keys()])
    writer.load(this.indexAccess(indices, axis, node.shape.length))
    const strides = node.shape.map((_, a) =>
      a < axis ? (layout.strides[a] ?? 0) : a < axis + indexRank ? 0 : (layout.strides[a - indexRank + 1] ?? 0),
    )
    const indirect = { load: 0, stride: layout.strides[axis] ?? 0, extent: layout.shape[axis] ?? 0 }
    const access = { buffer: this.bufferOf(source), dtype: node.dtype, offset: layout.offset, strides, indirect }
    const value = writer.load(access)
    const store = { buffer, dtype: node.dtype, offset: 0, strides: rowMajorStrides(node.shape), value }
    writer.addStore({ ...store, perRow: false, accumulate: false })
    return mapKernel(node.name, [node.operation.name], node.shape, writer.finish())
  }

  private scatter(node: ApplyNode, group: Group, buffer: BufferId): Kernel {
    const [values = -1, indices = -1] = node.inputs
    const axis = node.attributes.axis as number
    const { source, layout } = this.fusion.operand(values)
    const domain = layout.shape
    const indexRank = this.fusion.operand(indices).layout.shape.length
    const writer = this.writer(group, [...domain.keys()])
    writer.load(this.indexAccess(indices, axis, domain.length))
    const value = writer.load({
      buffer: this.bufferOf(source),
      dtype: 'float',
      offset: layout.offset,
      strides: layout.strides,
    })
    const out = rowMajorStrides(node.shape)
    const strides = domain.map((_, a) =>
      a < axis ? (out[a] ?? 0) : a < axis + indexRank ? 0 : (out[a - indexRank + 1] ?? 0),
    )
    const indirect = { load: 0, stride: out[axis] ?? 0, extent: node.shape[axis] ?? 0 }
    writer.addStore({ buffer, dtype: 'float', offset: 0, strides, indirect, value, perRow: false, accumulate: true })
    return mapKernel(node.name, [node.operation.name], domain, writer.finish())
  }

  private random(node: ApplyNode, buffer: BufferId): Kernel {
    const { source, layout } = this.fusion.operand(known(node.inputs[0], 'random has a key'))
    if (layout.offset !== 0) throw new InternalError('a key stands at the start of its buffer')
    const store = {
      buffer,
      dtype: 'float' as const,
      offset: 0,
      strides: [1],
      value: 0,
      perRow: false,
      accumulate: false,
    }
    const size = sizeOf(node.shape)
    const body: Body = { instructions: [], loads: [], stores: [store] }
    const common = {
      name: node.name,
      fused: [node.operation.name],
      domain: [size],
      body,
      flops: 20 * size,
      bytes: 4 * size,
    }
    return { kind: 'random', ...common, key: this.bufferOf(source), stream: node.attributes.stream as number }
  }
}

/** The pass over the row in which each instruction's value is known: one more than its operands' after a reduction. */
export function passesOf(body: Body): number[] {
  const passes: number[] = []
  for (const { operation, operands } of body.instructions) {
    const latest = Math.max(0, ...operands.map((operand) => passes[operand] ?? 0))
    passes.push(operation.startsWith('reduce') ? latest + 1 : latest)
  }
  return passes
}

/** Which instructions vary along the reduced axes. */
export function variesAlongRow(body: Body, reduced: number, rank: number): boolean[] {
  const isReduced = (axis: number) => axis >= rank - reduced
  const varies: boolean[] = []
  for (const { operation, operands, slot } of body.instructions) {
    const load = operation === 'input' ? body.loads[slot ?? -1] : undefined
    if (load !== undefined) varies.push(load.strides.some((stride, axis) => isReduced(axis) && stride !== 0))
    else if (operation === 'index') varies.push(isReduced(slot ?? 0))
    else if (operation.startsWith('reduce')) varies.push(false)
    else varies.push(operands.some((operand) => varies[operand]))
  }
  return varies
}

/** Expensive values of an earlier pass that a later pass over the row needs again. */
function cachedInstructions(body: Body, reduced: number, rank: number): number[] {
  const passes = passesOf(body)
  const varies = variesAlongRow(body, reduced, rank)
  const last = Math.max(...passes)
  const isExpensive = ({ operation }: ScalarInstruction) =>
    isTranscendental(operation) || operation === 'div' || operation === 'sqrt'
  const neededLater = new Set<number>()
  body.instructions.forEach(({ operation, operands }, position) => {
    const usedIn = operation.startsWith('reduce') ? (passes[position] ?? 1) - 1 : (passes[position] ?? 0)
    for (const operand of operands) if ((passes[operand] ?? 0) < usedIn) neededLater.add(operand)
  })
  for (const { value, perRow } of body.stores) if (!perRow && (passes[value] ?? 0) < last) neededLater.delete(value)
  // A cheap value that is needed later is computed again, and with it what it is made of.
  const pending = [...neededLater]
  const cached = new Set<number>()
  while (pending.length > 0) {
    const position = known(pending.pop(), 'pending is not empty')
    const instruction = known(body.instructions[position], 'an operand is an instruction')
    if (!varies[position] || cached.has(position) || instruction.operation.startsWith('reduce')) continue
    if (isExpensive(instruction)) cached.add(position)
    else pending.push(...instruction.operands)
  }
  return [...cached].sort((a, b) => a - b)
}
