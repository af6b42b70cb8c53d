/** The reference backend: a graph interpreted node by node in f64. Slow and plain: the truth. */

import { expandComposites, type Graph, type GraphNode, type NodeId } from '../../graph/index.ts'
import { known, sizeOf } from '../../shared/index.ts'
import type { Backend, CompileOptions, Device, Executable, Values } from '../executable.ts'
import { checkValues, readableNode, runOneByOne, writableNode } from '../interface.ts'
import { evaluateNode, type Value } from './evaluate.ts'

/** Every node's value, from those of inputs and states. */
export function evaluateGraph(graph: Graph, leaf: (node: GraphNode) => Float64Array): Map<NodeId, Value> {
  const values = new Map<NodeId, Value>()
  for (const node of graph.nodes) {
    if (node.kind === 'apply') {
      const inputs = node.inputs.map((id) => known(values.get(id), 'inputs precede'))
      values.set(node.id, evaluateNode(node, inputs))
    } else {
      const constant = node.kind === 'constant' ? node.values : undefined
      const fill = typeof constant === 'number' ? new Float64Array(sizeOf(node.shape)).fill(constant) : undefined
      const data = fill ?? (constant === undefined ? leaf(node) : Float64Array.from(constant as ArrayLike<number>))
      values.set(node.id, { shape: node.shape, dtype: node.dtype, data })
    }
  }
  return values
}

class ReferenceExecutable implements Executable {
  private readonly graph: Graph
  private readonly program: string
  private readonly states: Map<string, Float64Array>
  private readonly inputs = new Map<string, Float64Array>()
  private values = new Map<NodeId, Value>()

  constructor(graph: Graph, program: string, states: Map<string, Float64Array>) {
    this.graph = expandComposites(graph)
    this.program = program
    this.states = states
    for (const node of this.graph.nodes) {
      const store = node.kind === 'state' ? states : node.kind === 'input' ? this.inputs : undefined
      if (store !== undefined && !store.has(node.name)) store.set(node.name, new Float64Array(sizeOf(node.shape)))
    }
  }

  private storage(node: GraphNode): Float64Array {
    const store = node.kind === 'state' ? this.states : this.inputs
    return known(store.get(node.name), `${node.name} has storage`)
  }

  write(name: string, values: Values): void {
    const node = writableNode(this.graph, this.program, name)
    checkValues(node, values)
    this.storage(node).set(values)
  }

  read(name: string): Float64Array | Int32Array {
    const node = readableNode(this.graph, this.program, name)
    const isOutput = this.graph.outputs.some((output) => output.name === name)
    const data = isOutput ? this.values.get(node.id)?.data : this.storage(node)
    const copy = Float64Array.from(data ?? new Float64Array(sizeOf(node.shape)))
    return node.dtype === 'int' ? Int32Array.from(copy) : copy
  }

  runMany(count: number, inputs: Readonly<Record<string, Float32Array | Int32Array>>): Promise<void> {
    return runOneByOne(this, (name) => writableNode(this.graph, this.program, name), count, inputs)
  }

  run(): void {
    this.values = evaluateGraph(this.graph, (node) => Float64Array.from(this.storage(node)))
    for (const { state, value } of this.graph.updates) {
      const node = known(this.graph.nodes[state], 'an update names a node')
      this.storage(node).set(known(this.values.get(value), 'an update has a value').data)
    }
  }
}

export const reference: Backend = {
  name: 'reference',
  open(): Promise<Device> {
    const states = new Map<string, Float64Array>()
    return Promise.resolve({
      backend: 'reference',
      description: 'reference, f64, interpreted',
      compile: (graph: Graph, { name = 'the program' }: CompileOptions = {}) =>
        Promise.resolve(new ReferenceExecutable(graph, name, states)),
      close: () => states.clear(),
    })
  },
}
