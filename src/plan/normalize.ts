/**
 * Brings a graph into the form that fusion expects. Leaves: no composites, no repeated nodes, every view expressible
 * as strides, every output and update a computed value of its own that lies in row-major order.
 */

import { expandComposites, type Graph, GraphBuilder, type GraphNode, liveNodes, type NodeId } from '../graph/index.ts'
import type { Layout, MapOperation, Tensor } from '../ops/index.ts'
import { known, rowMajorStrides, type Shape, sameShape, sizeOf } from '../shared/index.ts'

/** The value itself, in a place of its own. */
export const copyOperation: MapOperation = {
  kind: 'map',
  name: 'copy',
  mathematics: 'x',
  type: ([input]) => known(input, 'copy has an input'),
  program: (_, [x]) => x ?? 0,
  derivative: 'zero',
  kinks: [],
  examples: () => ({ inputs: [{ shape: [2], low: -1, high: 1 }] }),
  tolerance: { gradient: 0, float32: 1e-7 },
}

/** A node's value as a layout over the storage of another one: of itself, unless it is a view. */
export interface Operand {
  readonly source: NodeId
  readonly layout: Layout
}

export function rowMajor(shape: Shape): Layout {
  return { shape, strides: rowMajorStrides(shape), offset: 0 }
}

/** Whether a layout runs through its storage of `size` elements in row-major order. */
export function isWhole(layout: Layout, size: number): boolean {
  const strides = rowMajorStrides(layout.shape)
  const inOrder = layout.shape.every((extent, axis) => extent === 1 || layout.strides[axis] === strides[axis])
  return inOrder && layout.offset === 0 && sizeOf(layout.shape) === size
}

/** What each node of a normalised graph reads: views followed to the storage behind them. */
export function resolveOperands(graph: Graph): Operand[] {
  const operands: Operand[] = []
  for (const node of graph.nodes)
    operands.push(resolve(node, operands) ?? { source: node.id, layout: rowMajor(node.shape) })
  return operands
}

function resolve(node: GraphNode, operands: readonly Operand[]): Operand | undefined {
  if (node.kind !== 'apply' || node.operation.kind !== 'view') return undefined
  const from = known(operands[node.inputs[0] ?? -1], 'inputs precede')
  const layout = node.operation.restride(from.layout, node.shape, node.attributes)
  return layout && { source: from.source, layout }
}

/** The key under which equal computations are found. */
function keyOf(node: GraphNode & { kind: 'apply' }, inputs: readonly Tensor[]): string {
  return `${node.operation.name}|${inputs.map(({ id }) => id).join(',')}|${JSON.stringify(node.attributes)}`
}

export function normalizeGraph(graph: Graph): Graph {
  const expanded = expandComposites(graph)
  const builder = new GraphBuilder()
  const live = liveNodes(expanded)
  const moved: Tensor[] = []
  const equal = new Map<string, Tensor>()
  const operands: Operand[] = []
  const at = (id: NodeId) => known(moved[id], 'inputs precede')
  const track = (tensor: Tensor): Tensor => {
    for (let id = operands.length; id <= tensor.id; id++) {
      const node = known(builder.nodes[id], 'the builder numbers its nodes')
      operands.push(resolve(node, operands) ?? { source: id, layout: rowMajor(node.shape) })
    }
    return tensor
  }
  const copy = (tensor: Tensor) => track(builder.apply(copyOperation, [tensor], {}))

  const apply = (node: GraphNode & { kind: 'apply' }): Tensor => {
    let inputs = node.inputs.map(at)
    const key = keyOf(node, inputs)
    const found = equal.get(key)
    if (found !== undefined) return found
    const [first] = inputs
    if (node.operation.kind === 'view' && first !== undefined) {
      const { layout } = known(operands[first.id], 'operands are tracked')
      if (node.operation.restride(layout, node.shape, node.attributes) === undefined) inputs = [copy(first)]
    }
    const tensor = track(builder.apply(node.operation, inputs, node.attributes))
    equal.set(key, tensor)
    return tensor
  }

  for (const node of expanded.nodes) {
    if (node.kind === 'input' || node.kind === 'state') {
      moved[node.id] = track(builder[node.kind](node.name, node.shape, node.dtype))
    } else if (live.has(node.id)) {
      moved[node.id] = builder.copyOrigin(
        node.origin,
        (id) => moved[id]?.id,
        () => (node.kind === 'constant' ? track(builder.constant(node.values, node.shape, node.dtype)) : apply(node)),
      )
      const { name } = known(builder.nodes[at(node.id).id], 'a moved node exists')
      if (node.kind === 'apply' && node.name !== name) builder.name(at(node.id), node.name)
    }
  }

  const owned = new Set<NodeId>()
  /** The tensor, or a copy of it where it is a leaf, a view, or already the value of another output or update. */
  const own = (tensor: Tensor): Tensor => {
    const { source, layout } = known(operands[tensor.id], 'operands are tracked')
    const node = known(builder.nodes[source], 'a source is a node')
    const fit =
      node.kind === 'apply' && source === tensor.id && isWhole(layout, sizeOf(node.shape)) && !owned.has(source)
    const result = fit && sameShape(node.shape, tensor.shape) ? tensor : copy(tensor)
    owned.add(result.id)
    return result
  }
  for (const { name, node } of expanded.outputs) builder.output(name, own(at(node)))
  for (const { state, value } of expanded.updates) builder.update(at(state), own(at(value)))
  return builder.build()
}
