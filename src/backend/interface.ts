/** What the executables of all backends check in common: names, sizes and integer ranges of what is written. */

import type { Graph, GraphNode } from '../graph/index.ts'
import { formatShape, known, NablaError, sizeOf, unknownName } from '../shared/index.ts'
import type { Values } from './executable.ts'

/** What a graph's inputs, states and outputs are, by name: looked up at every step, and so found once. */
interface Names {
  readonly leaves: ReadonlyMap<string, GraphNode>
  readonly readable: ReadonlyMap<string, GraphNode>
}

const named = new WeakMap<Graph, Names>()

function namesOf(graph: Graph): Names {
  const found = named.get(graph)
  if (found !== undefined) return found
  const leaves = new Map<string, GraphNode>()
  for (const node of graph.nodes) if (node.kind === 'input' || node.kind === 'state') leaves.set(node.name, node)
  const readable = new Map(leaves)
  for (const { name, node } of graph.outputs) readable.set(name, known(graph.nodes[node], 'an output is a node'))
  const made = { leaves, readable }
  named.set(graph, made)
  return made
}

/** The node that `name` writes to. @throws NablaError E-NAME */
export function writableNode(graph: Graph, program: string, name: string): GraphNode {
  const { leaves } = namesOf(graph)
  const node = leaves.get(name)
  if (node !== undefined) return node
  throw unknownName(`writing to ${program}`, 'input', name, [...leaves.keys()])
}

/** The node that `name` reads from: an output, else a state or an input. @throws NablaError E-NAME */
export function readableNode(graph: Graph, program: string, name: string): GraphNode {
  const node = namesOf(graph).readable.get(name)
  if (node !== undefined) return node
  const states = graph.nodes.filter(({ kind }) => kind === 'state').map((state) => state.name)
  throw unknownName(`reading from ${program}`, 'output', name, [...graph.outputs.map((o) => o.name), ...states])
}

/** @throws NablaError E-SHAPE or E-VALUE unless the values fit the node. */
export function checkValues(node: GraphNode, values: Values): void {
  if (values.length !== sizeOf(node.shape)) {
    throw new NablaError({
      code: 'E-SHAPE',
      where: `${node.kind} "${node.name}"`,
      expected: `${sizeOf(node.shape)} values for ${node.dtype} ${formatShape(node.shape)}`,
      received: `${values.length} values`,
      fix: 'pass as many values as the shape has elements, in row-major order.',
    })
  }
  if (node.dtype !== 'int' || values instanceof Int32Array) return
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN
    if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32) continue
    throw new NablaError({
      code: 'E-VALUE',
      where: `${node.kind} "${node.name}", element ${i}`,
      expected: 'an integer of 32 bits',
      received: String(value),
      fix: 'pass whole numbers for an int tensor.',
    })
  }
}

/** The values of one step out of those of many. @throws NablaError E-SHAPE unless there are as many as `count` steps need. */
export function stepValues<T extends Float32Array | Int32Array>(
  node: GraphNode,
  values: T,
  count: number,
): (step: number) => T {
  const size = sizeOf(node.shape)
  if (values.length !== count * size || (node.dtype === 'int') !== values instanceof Int32Array) {
    const array = node.dtype === 'int' ? 'an Int32Array' : 'a Float32Array'
    throw new NablaError({
      code: 'E-SHAPE',
      where: `${node.kind} "${node.name}" of ${count} steps`,
      expected: `${array} of ${count} × ${size} values for ${node.dtype} ${formatShape(node.shape)}`,
      received: `${values.constructor.name} of ${values.length}`,
      fix: 'pass the values of all steps, one step after another.',
    })
  }
  return (step) => values.subarray(step * size, (step + 1) * size) as T
}

/** Runs many steps one by one: what `runMany` means. */
export async function runOneByOne(
  executable: { write(name: string, values: Values): void; run(): void | Promise<void> },
  nodeOf: (name: string) => GraphNode,
  count: number,
  inputs: Readonly<Record<string, Float32Array | Int32Array>>,
): Promise<void> {
  const staged = Object.entries(inputs).map(([name, values]) => ({ name, at: stepValues(nodeOf(name), values, count) }))
  for (let step = 0; step < count; step++) {
    for (const { name, at } of staged) executable.write(name, at(step))
    await executable.run()
  }
}

/** The error for an index that a gather or scatter meets outside its axis. */
export function indexOutOfRange(where: string, index: number | bigint, extent: number | bigint): NablaError {
  return new NablaError({
    code: 'E-VALUE',
    where,
    expected: `indices from 0 to ${Number(extent) - 1}`,
    received: String(index),
    fix: 'pass indices within the axis.',
  })
}
