/** A graph as text, one node a line: `%4 hidden1/add: float [32, 300] = add(%2, %3)`. */

import { formatNumber, formatShape } from '../shared/index.ts'
import type { Graph, GraphNode } from './graph.ts'

function formatAttributes(node: GraphNode): string {
  if (node.kind !== 'apply') return ''
  const entries = Object.entries(node.attributes).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(',')}]` : value}`,
  )
  return entries.length === 0 ? '' : ` {${entries.join(' ')}}`
}

function formatRight(node: GraphNode): string {
  if (node.kind === 'constant') {
    return typeof node.values === 'number' ? formatNumber(node.values) : `${node.values.length} values`
  }
  if (node.kind !== 'apply') return node.kind
  return `${node.operation.name}(${node.inputs.map((id) => `%${id}`).join(', ')})${formatAttributes(node)}`
}

export function printGraph(graph: Graph): string {
  const lines = graph.nodes.map((node) => {
    const from = node.origin.derivativeOf
    const source = from?.node === undefined ? '' : `from %${from.node} `
    const origin = from === undefined ? '' : `  # ${source}by ${from.rule}'`
    return `%${node.id} ${node.name}: ${node.dtype} ${formatShape(node.shape)} = ${formatRight(node)}${origin}`
  })
  for (const { name, node } of graph.outputs) lines.push(`output ${name} = %${node}`)
  for (const { state, value } of graph.updates) lines.push(`update %${state} <- %${value}`)
  return lines.join('\n')
}
