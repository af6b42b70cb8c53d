/** Passes that give the same program in other nodes: composites expanded, what nothing needs left out. */

import type { Tensor } from '../ops/index.ts'
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

/**
 * The same program, each node given to `rewrite` with its inputs already rewritten. Inputs and states stay, used or
 * not, so that a program's interface does not depend on what it computes; other dead nodes are left out.
 */
export function rewriteGraph(
  graph: Graph,
  rewrite: (node: GraphNode & { kind: 'apply' }, inputs: readonly Tensor[], builder: GraphBuilder) => Tensor,
): Graph {
  const builder = new GraphBuilder()
  const live = liveNodes(graph)
  const moved: Tensor[] = []
  const at = (id: NodeId) => known(moved[id], 'inputs precede')
  for (const node of graph.nodes) {
    if (node.kind === 'input' || node.kind === 'state') {
      moved[node.id] = builder[node.kind](node.name, node.shape, node.dtype)
    } else if (live.has(node.id)) {
      moved[node.id] = builder.copyOrigin(
        node.origin,
        (id) => moved[id]?.id,
        () =>
          node.kind === 'constant'
            ? builder.constant(node.values, node.shape, node.dtype)
            : rewrite(node, node.inputs.map(at), builder),
      )
    }
  }
  for (const { name, node } of graph.outputs) builder.output(name, at(node))
  for (const { state, value } of graph.updates) builder.update(at(state), at(value))
  return builder.build()
}

/** Every composite operation replaced by the operations that define it. */
export function expandComposites(graph: Graph): Graph {
  const expand = (node: GraphNode & { kind: 'apply' }, inputs: readonly Tensor[], builder: GraphBuilder): Tensor =>
    node.operation.kind === 'composite'
      ? node.operation.expand(inputs, node.attributes)
      : builder.apply(node.operation, inputs, node.attributes)
  let expanded = graph
  while (expanded.nodes.some((node) => node.kind === 'apply' && node.operation.kind === 'composite')) {
    expanded = rewriteGraph(expanded, expand)
  }
  return expanded
}
