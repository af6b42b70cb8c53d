/** Builds a graph. Enters: applications of operations to tensors; leaves: an immutable, verified `Graph`. */

import type { Attributes, DType, Operation, Tensor, TensorBuilder, TensorType } from '../ops/index.ts'
import { checkShape, formatShape, known, NablaError, type Shape, sizeOf } from '../shared/index.ts'
import type { Graph, GraphNode, NodeId, Origin } from './graph.ts'
import { verifyGraph } from './verify.ts'

/** A tensor of a `GraphBuilder`. */
class GraphTensor implements Tensor {
  readonly builder: GraphBuilder
  readonly id: NodeId
  readonly shape: Shape
  readonly dtype: DType

  constructor(builder: GraphBuilder, node: GraphNode) {
    this.builder = builder
    this.id = node.id
    this.shape = node.shape
    this.dtype = node.dtype
  }

  toString(): string {
    return `${this.builder.node(this).name}: ${this.dtype} ${formatShape(this.shape)}`
  }
}

export class GraphBuilder implements TensorBuilder {
  private readonly list: GraphNode[] = []
  private readonly handles: GraphTensor[] = []
  private readonly leaves = new Map<string, Tensor>()
  private readonly constants = new Map<string, Tensor>()
  private readonly outputList: { name: string; node: NodeId }[] = []
  private readonly updateList: { state: NodeId; value: NodeId }[] = []
  private origin: Origin = { scope: '' }

  get nodes(): readonly GraphNode[] {
    return this.list
  }

  /** Everything that `write` adds is said to come from `scope` (inside the scopes around it). */
  scope<T>(scope: string, write: () => T): T {
    return this.within({ scope: this.origin.scope === '' ? scope : `${this.origin.scope}/${scope}` }, write)
  }

  /** Everything that `write` adds comes from the derivative of `node`. */
  derivativeOf<T>(node: GraphNode, rule: string, write: () => T): T {
    return this.within({ scope: node.origin.scope, derivativeOf: { node: node.id, rule } }, write)
  }

  /** Everything that `write` adds has this origin, its node translated by `moved`: for passes that rebuild a graph. */
  copyOrigin<T>(origin: Origin, moved: (node: NodeId) => NodeId | undefined, write: () => T): T {
    const from = origin.derivativeOf
    if (from?.node === undefined) return this.within(origin, write)
    return this.within({ ...origin, derivativeOf: { ...from, node: moved(from.node) } }, write)
  }

  private within<T>(origin: Origin, write: () => T): T {
    const outer = this.origin
    this.origin = origin
    try {
      return write()
    } finally {
      this.origin = outer
    }
  }

  /** A value given at each step. */
  input(name: string, shape: Shape, dtype: DType = 'float'): Tensor {
    return this.leaf('input', name, shape, dtype)
  }

  /** A value that lives from step to step. */
  state(name: string, shape: Shape, dtype: DType = 'float'): Tensor {
    return this.leaf('state', name, shape, dtype)
  }

  private leaf(kind: 'input' | 'state', name: string, shape: Shape, dtype: DType): Tensor {
    if (this.leaves.has(name)) {
      throw new NablaError({
        code: 'E-NAME',
        where: `${kind} "${name}"`,
        expected: 'a name of its own for each input and state',
        received: 'the same name twice',
        fix: 'rename one of them.',
      })
    }
    checkShape(shape, `${kind} "${name}"`)
    const tensor = this.push({ id: this.list.length, kind, name, shape: [...shape], dtype, origin: this.origin })
    this.leaves.set(name, tensor)
    return tensor
  }

  constant(values: number | ArrayLike<number>, shape?: Shape, dtype: DType = 'float'): Tensor {
    const extents = shape ?? (typeof values === 'number' ? [] : [values.length])
    if (typeof values !== 'number' && values.length !== sizeOf(extents)) {
      throw new NablaError({
        code: 'E-SHAPE',
        where: 'constant',
        expected: `${sizeOf(extents)} values for the shape ${formatShape(extents)}`,
        received: `${values.length} values`,
        fix: 'give the shape that the values have.',
      })
    }
    const key = typeof values === 'number' ? `${dtype}|${extents}|${Object.is(values, -0) ? '-0' : values}` : undefined
    const found = key === undefined ? undefined : this.constants.get(key)
    if (found !== undefined) return found
    const copy = typeof values === 'number' ? values : Float64Array.from(values)
    const name = typeof values === 'number' ? String(values) : `constant${this.list.length}`
    const node: GraphNode = {
      id: this.list.length,
      kind: 'constant',
      name,
      shape: [...extents],
      dtype,
      origin: this.origin,
      values: copy,
    }
    const tensor = this.push(node)
    if (key !== undefined) this.constants.set(key, tensor)
    return tensor
  }

  apply(operation: Operation, inputs: readonly Tensor[], attributes: Attributes): Tensor {
    for (const input of inputs) this.node(input)
    const where = this.origin.scope === '' ? operation.name : `${this.origin.scope}, ${operation.name}`
    const type: TensorType = operation.type(inputs, attributes, where)
    return this.push({
      id: this.list.length,
      kind: 'apply',
      name: this.origin.scope === '' ? operation.name : `${this.origin.scope}/${operation.name}`,
      shape: type.shape,
      dtype: type.dtype,
      origin: this.origin,
      operation,
      inputs: inputs.map(({ id }) => id),
      attributes,
    })
  }

  /** Gives a node a name of its own, for printouts, probes and errors. */
  name(tensor: Tensor, name: string): Tensor {
    const node = this.node(tensor)
    this.list[node.id] = Object.freeze({ ...node, name })
    return tensor
  }

  private push(node: GraphNode): Tensor {
    const handle = new GraphTensor(this, node)
    this.list.push(Object.freeze(node))
    this.handles.push(handle)
    return handle
  }

  node(tensor: Tensor): GraphNode {
    const node = this.list[tensor.id]
    if (node === undefined || tensor.builder !== this) {
      throw new NablaError({
        code: 'E-USAGE',
        where: 'a tensor',
        expected: 'a tensor of the program that is being built',
        received: 'a tensor of another program',
        fix: 'do not keep tensors from one call of a traced function to the next.',
      })
    }
    return node
  }

  tensor(id: NodeId): Tensor {
    return known(this.handles[id], `node ${id} exists`)
  }

  /** Makes `tensor` readable after each step. */
  output(name: string, tensor: Tensor): void {
    if (this.outputList.some((output) => output.name === name)) {
      throw new NablaError({
        code: 'E-NAME',
        where: `output "${name}"`,
        expected: 'a name of its own for each output',
        received: 'the same name twice',
        fix: 'rename one of them.',
      })
    }
    this.outputList.push({ name, node: this.node(tensor).id })
  }

  /** At the end of each step, `state` becomes `value`. */
  update(state: Tensor, value: Tensor): void {
    this.updateList.push({ state: this.node(state).id, value: this.node(value).id })
  }

  build(): Graph {
    const graph: Graph = {
      nodes: Object.freeze([...this.list]),
      outputs: Object.freeze([...this.outputList]),
      updates: Object.freeze([...this.updateList]),
    }
    verifyGraph(graph)
    return Object.freeze(graph)
  }
}
