/** The same program in other nodes: composites expanded, what nothing needs left out. */

import type { Attributes, Operation, Tensor } from '../ops/index.ts'
import { known } from '../shared/index.ts'
import { GraphBuilder } from './builder.ts'
import type { Graph, GraphNode, NodeId } from './graph.ts'

/** The nodes that outputs and updates depend on. */
export function liveNodes(graph: Graph): Set<NodeId> {
  const live = new Set<NodeId>()
  const pending = [
    ...graph.outputs.map(({ node }) => node),
    ...graph.updates.flatMap(({ state, value }) => [state, value]),
  ]
  while (pending.length > 0) {
    const id = pending.pop()
    if (id === undefined || live.has(id)) continue
    live.add(id)
    const node = graph.nodes[id]
    if (node?.kind === 'apply') pending.push(...node.inputs)
  }
  return live
}

/** A builder in which composite operations never appear: what they stand for is built in their place. */
class ExpandingBuilder extends GraphBuilder {
  override apply(operation: Operation, inputs: readonly Tensor[], attributes: Attributes): Tensor {
    return operation.kind === 'composite'
      ? operation.expand(inputs, attributes)
      : super.apply(operation, inputs, attributes)
  }
}

/**
 * The same program, every composite operation replaced by the operations that define it. Inputs and states stay, used
 * or not, so that a program's interface does not depend on what it computes; other dead nodes are left out.
 */
export function expandComposites(graph: Graph): Graph {
  if (!graph.nodes.some((node) => node.kind === 'apply' && node.operation.kind === 'composite')) return graph
  const builder = new ExpandingBuilder()
  const live = liveNodes(graph)
  const moved: Tensor[] = []
  const at = (id: NodeId) => known(moved[id], 'inputs precede')
  const copy = (node: GraphNode) => {
    if (node.kind === 'constant') return builder.constant(node.values, node.shape, node.dtype)
    if (node.kind === 'apply') return builder.apply(node.operation, node.inputs.map(at), node.attributes)
    return builder[node.kind](node.name, node.shape, node.dtype)
  }
  for (const node of graph.nodes) {
    if (node.kind === 'input' || node.kind === 'state') {
      moved[node.id] = copy(node)
    } else if (live.has(node.id)) {
      moved[node.id] = builder.copyOrigin(
        node.origin,
        (id) => moved[id]?.id,
        () => copy(node),
      )
    }
  }
  for (const { name, node } of graph.outputs) builder.output(name, at(node))
  for (const { state, value } of graph.updates) builder.update(at(state), at(value))
  return builder.build()
}
