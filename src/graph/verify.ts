/** The invariants of a graph, checked after it is built and after every pass over it. A breach is our fault. */

import { invariant, sameShape, sizeOf } from '../shared/index.ts'
import type { Graph, GraphNode } from './graph.ts'

function verifyNode(node: GraphNode, position: number, nodes: readonly GraphNode[]): void {
  invariant(node.id === position, `node ${position} carries its position as id`)
  invariant(
    node.shape.every((extent) => Number.isInteger(extent) && extent >= 0),
    `node ${node.name} has whole extents`,
  )
  if (node.kind === 'constant' && typeof node.values !== 'number') {
    invariant(node.values.length === sizeOf(node.shape), `constant ${node.name} has as many values as its shape`)
  }
  if (node.kind !== 'apply') return
  const inputs = node.inputs.map((id) => nodes[id])
  invariant(
    node.inputs.every((id) => id < position),
    `node ${node.name} stands after its inputs`,
  )
  const type = node.operation.type(inputs as GraphNode[], node.attributes, node.name)
  invariant(
    sameShape(type.shape, node.shape) && type.dtype === node.dtype,
    `node ${node.name} has the type that ${node.operation.name} gives`,
  )
}

/** @throws InternalError when an invariant does not hold. */
export function verifyGraph(graph: Graph): void {
  graph.nodes.forEach((node, position) => {
    verifyNode(node, position, graph.nodes)
  })
  for (const { name, node } of graph.outputs) invariant(graph.nodes[node] !== undefined, `output ${name} is a node`)
  const updated = new Set<number>()
  for (const { state, value } of graph.updates) {
    const [from, to] = [graph.nodes[state], graph.nodes[value]]
    invariant(from?.kind === 'state', 'an update names a state')
    invariant(!updated.has(state), `state ${from.name} is updated once`)
    invariant(to !== undefined && sameShape(from.shape, to.shape), `the update of ${from.name} has its shape`)
    invariant(to.dtype === from.dtype, `the update of ${from.name} has its dtype`)
    updated.add(state)
  }
}
