/** Plans a graph: normalise, fuse, order, give every stored value a buffer, write the kernels, place the buffers. */

import type { Graph, GraphNode, NodeId } from '../graph/index.ts'
import { known, sizeOf } from '../shared/index.ts'
import { fuse } from './group.ts'
import type { Access, Buffer, BufferId, BufferRole, Kernel, Plan } from './kernel.ts'
import { Lowering } from './lower.ts'
import { placeBuffers } from './memory.ts'
import { copyOperation, normalizeGraph, resolveOperands } from './normalize.ts'
import { schedule } from './schedule.ts'

/** Makes buffers and remembers which node each one is for. */
class BufferTable {
  readonly list: Buffer[] = []
  private readonly byNode = new Map<NodeId, BufferId>()

  add(node: GraphNode, role: BufferRole, name = node.name): BufferId {
    const values = node.kind === 'constant' ? { values: node.values } : {}
    const fill = node.kind === 'constant' && typeof node.values === 'number'
    const size = fill ? 1 : sizeOf(node.shape)
    this.list.push({ id: this.list.length, name, role, dtype: node.dtype, size, ...values })
    return this.list.length - 1
  }

  bind(node: NodeId, buffer: BufferId): void {
    this.byNode.set(node, buffer)
  }

  of(node: NodeId): BufferId | undefined {
    return this.byNode.get(node)
  }
}

/** A graph never changes, and neither does its plan: who chooses a backend by it need not make it again. */
const plans = new WeakMap<Graph, Plan>()

export function planKernels(graph: Graph): Plan {
  const found = plans.get(graph)
  if (found !== undefined) return found
  const plan = makePlan(graph)
  plans.set(graph, plan)
  return plan
}

function makePlan(graph: Graph): Plan {
  const normal = normalizeGraph(graph)
  const fusion = fuse(normal, resolveOperands(normal))
  const { order, inPlace } = schedule(fusion)
  const buffers = new BufferTable()
  const names = new Map<string, BufferId>()
  const nodeAt = (id: NodeId) => known(normal.nodes[id], `node ${id} exists`)
  for (const node of normal.nodes) {
    if (node.kind === 'input' || node.kind === 'state') {
      buffers.bind(node.id, buffers.add(node, node.kind))
      names.set(node.name, known(buffers.of(node.id), 'just bound'))
    }
  }
  const stores = new Map<NodeId, BufferId[]>()
  const addStore = (id: NodeId, buffer: BufferId) => {
    const list = stores.get(id)
    if (list === undefined) stores.set(id, [buffer])
    else list.push(buffer)
  }
  for (const { name, node } of normal.outputs) {
    const buffer = buffers.add(nodeAt(node), 'output', name)
    buffers.bind(node, buffer)
    addStore(node, buffer)
    names.set(name, buffer)
  }
  const copies: { from: NodeId; to: NodeId }[] = []
  for (const { state, value } of normal.updates) {
    if (inPlace.has(value)) addStore(value, known(buffers.of(state), 'a state has a buffer'))
    else copies.push({ from: value, to: state })
  }
  const copied = new Set(copies.map(({ from }) => from))
  for (const id of fusion.groupOf.keys()) {
    const group = fusion.groupOf.get(id)
    const readOutside = fusion.consumersOf(id).some((consumer) => fusion.groupOf.get(consumer) !== group)
    if (buffers.of(id) !== undefined || !(readOutside || copied.has(id))) continue
    const buffer = buffers.add(nodeAt(id), 'temporary')
    buffers.bind(id, buffer)
    addStore(id, buffer)
  }
  const bufferOf = (id: NodeId): BufferId => {
    const node = nodeAt(id)
    if (buffers.of(id) === undefined && node.kind === 'constant') buffers.bind(id, buffers.add(node, 'constant'))
    return known(buffers.of(id), `node ${node.name} is stored`)
  }
  const lowering = new Lowering(fusion, bufferOf, (id) => stores.get(id) ?? [])
  const kernels = order.flatMap((group) => lowering.lower(group))
  for (const { from, to } of copies) kernels.push(copyKernel(nodeAt(to), bufferOf(from), bufferOf(to)))
  return arrange(kernels, buffers.list, names)
}

/** Moves a new state from its own place to the state's, after everything that reads the old one. */
function copyKernel(state: GraphNode, from: BufferId, to: BufferId): Kernel {
  const size = sizeOf(state.shape)
  const access: Access = { buffer: from, dtype: state.dtype, offset: 0, strides: [1] }
  const store = { ...access, buffer: to, value: 0, perRow: false, accumulate: false }
  const body = {
    instructions: [{ operation: 'input', operands: [], slot: 0 } as const],
    loads: [access],
    stores: [store],
  }
  return { kind: 'map', name: state.name, fused: [copyOperation.name], domain: [size], body, flops: 0, bytes: 8 * size }
}

function buffersOf(kernel: Kernel): BufferId[] {
  const accesses = [...kernel.body.loads, ...kernel.body.stores].map(({ buffer }) => buffer)
  if (kernel.kind === 'contract') return [...accesses, kernel.left.buffer, kernel.right.buffer]
  return kernel.kind === 'random' ? [...accesses, kernel.key] : accesses
}

/** Drops buffers that no kernel and no name uses, and places the others. */
function arrange(kernels: readonly Kernel[], list: readonly Buffer[], names: ReadonlyMap<string, BufferId>): Plan {
  const lives = new Map<BufferId, { first: number; last: number }>()
  kernels.forEach((kernel, position) => {
    for (const id of buffersOf(kernel)) {
      const life = lives.get(id) ?? { first: position, last: position }
      lives.set(id, { first: life.first, last: position })
    }
  })
  const inArena = list.filter(({ id, role }) => role !== 'state' && (role === 'input' || lives.has(id)))
  const end = kernels.length
  const { offsets, arenaBytes } = placeBuffers(
    inArena.map(({ id, size, role }) => {
      const life = lives.get(id) ?? { first: 0, last: 0 }
      const first = role === 'input' || role === 'constant' ? -1 : life.first
      const last = role === 'temporary' ? life.last : end
      return { id, sizeBytes: 4 * size, first, last }
    }),
  )
  const buffers = list.map((buffer) => {
    const offset = offsets.get(buffer.id)
    return offset === undefined ? buffer : { ...buffer, offset }
  })
  return { buffers, kernels, interface: names, arenaBytes }
}
