/**
 * Fusion: partitions the computed nodes of a normalised graph into groups, each of which becomes one kernel.
 *
 * Every node starts alone. Two groups merge when they run over the same domain, when every value that passes between
 * them passes from an element to the same element (or from a row to its elements), and when no third group has to run
 * between them. So bias and activation join the matmul that feeds them, the activation's derivative the matmul that
 * makes its gradient, softmax and cross-entropy each other, and an optimiser's update the kernel of the gradient.
 */

import type { ApplyNode, Graph, NodeId } from '../graph/index.ts'
import { isTranscendental, type ScalarProgram, scalarProgram } from '../ops/index.ts'
import { known, type Shape, sameShape } from '../shared/index.ts'
import { isIdentity, isRowBroadcast, squeeze } from './domain.ts'
import type { Operand } from './normalize.ts'

export type GroupKind = 'map' | 'reduce' | 'contract' | 'alone'

export interface Group {
  kind: GroupKind
  /** Extents other than 1. */
  domain: Shape
  /** Axes of the domain that are reduced. */
  reduced: readonly number[]
  /** In the order of the graph once fusion is done. */
  members: NodeId[]
  /** The first and the last of the members. */
  first: NodeId
  last: NodeId
}

/** Whether a member has a value for each element of the domain or for each row of a reduction. */
export type Role = 'element' | 'row'

/** Operations whose kernels read their inputs by address. */
const STORAGE_READERS: ReadonlySet<string> = new Set(['contract', 'gather', 'scatter', 'random'])

/** How many instructions a value may cost that is computed again rather than stored: a comparison and a choice. */
const CHEAP_INSTRUCTIONS = 3

export class Fusion {
  readonly graph: Graph
  readonly operands: readonly Operand[]
  readonly groupOf = new Map<NodeId, Group>()
  /** Scalars and cheap functions of one value, which are computed again wherever they are used. */
  readonly inlined = new Set<NodeId>()
  private readonly consumers = new Map<NodeId, NodeId[]>()
  private readonly programs = new Map<NodeId, ScalarProgram>()
  private readonly needed: ReadonlySet<NodeId>
  /** What is read by address and not as a value, and so can't be inlined. */
  private readonly stored = new Set<NodeId>()
  /** What some reader sees through a view, or combines. */
  private readonly seenOtherwise = new Set<NodeId>()

  constructor(graph: Graph, operands: readonly Operand[]) {
    this.graph = graph
    this.operands = operands
    this.needed = new Set([...graph.outputs.map(({ node }) => node), ...graph.updates.map(({ value }) => value)])
    for (const node of graph.nodes) {
      if (node.kind !== 'apply' || node.operation.kind === 'view') continue
      const readsStorage = STORAGE_READERS.has(node.operation.kind)
      for (const { source, layout } of node.inputs.map((input) => this.operand(input))) {
        const shape = known(graph.nodes[source], 'a source is a node').shape
        if (readsStorage) this.stored.add(source)
        if (!isIdentity(layout, shape) || node.operation.kind !== 'map') this.seenOtherwise.add(source)
      }
    }
    for (const node of graph.nodes) if (node.kind === 'apply' && node.operation.kind !== 'view') this.start(node)
  }

  node(id: NodeId): ApplyNode {
    const node = this.graph.nodes[id]
    return known(node?.kind === 'apply' ? node : undefined, `node ${id} is computed`)
  }

  /** What an elementwise node computes. */
  programOf({ id, operation, attributes, inputs }: ApplyNode): ScalarProgram {
    const found = this.programs.get(id)
    if (found !== undefined) return found
    const write = known(operation.kind === 'map' ? operation.program : undefined, 'a map has a program')
    const program = scalarProgram(inputs.length, (s, x) => write(s, x, attributes))
    this.programs.set(id, program)
    return program
  }

  operand(id: NodeId): Operand {
    return known(this.operands[id], `node ${id} has an operand`)
  }

  /** The computed nodes that a node reads, through views. */
  sourcesOf(id: NodeId): NodeId[] {
    return this.node(id).inputs.map((input) => this.operand(input).source)
  }

  /** The groups, in the order of their first members. */
  groups(): Group[] {
    return [...new Set(this.groupOf.values())]
  }

  roleOf(id: NodeId, group: Group): Role {
    const node = this.node(id)
    if (group.kind !== 'reduce') return 'element'
    return node.operation.kind === 'reduce' || !sameShape(squeeze(node.shape), group.domain) ? 'row' : 'element'
  }

  consumersOf(id: NodeId): readonly NodeId[] {
    return this.consumers.get(id) ?? []
  }

  private start(node: ApplyNode): void {
    const sources = this.sourcesOf(node.id)
    if (this.isInlineScalar(node, sources) || this.isCheapCopy(node)) {
      this.inlined.add(node.id)
      return
    }
    this.groupOf.set(node.id, this.alone(node))
    for (const source of this.throughInlined(sources)) {
      const consumers = this.consumers.get(source)
      if (consumers === undefined) this.consumers.set(source, [node.id])
      else consumers.push(node.id)
    }
  }

  /** Sources with inlined scalars replaced by what those read. */
  throughInlined(sources: readonly NodeId[]): NodeId[] {
    return sources.flatMap((id) => (this.inlined.has(id) ? this.throughInlined(this.sourcesOf(id)) : [id]))
  }

  private isInlineScalar(node: ApplyNode, sources: readonly NodeId[]): boolean {
    if (node.operation.kind !== 'map' || squeeze(node.shape).length > 0) return false
    if (this.needed.has(node.id) || this.stored.has(node.id)) return false
    return (
      node.dtype === 'float' && sources.every((id) => this.graph.nodes[id]?.kind !== 'apply' || this.inlined.has(id))
    )
  }

  /**
   * A cheap function of one value, read element by element: whoever reads it may as well read that value and compute
   * it again (the mask of a ReLU from the activation), so that it need not be stored.
   */
  private isCheapCopy(node: ApplyNode): boolean {
    const { operation, id } = node
    if (operation.kind !== 'map' || this.needed.has(id) || this.stored.has(id) || this.seenOtherwise.has(id))
      return false
    const tensors = node.inputs
      .map((input) => this.operand(input))
      .filter(({ source }) => this.graph.nodes[source]?.kind !== 'constant')
    const [only] = tensors
    if (only === undefined || new Set(tensors.map(({ source }) => source)).size !== 1) return false
    const from = known(this.graph.nodes[only.source], 'a source is a node')
    if (from.kind !== 'apply' || !tensors.every(({ layout }) => isIdentity(layout, from.shape))) return false
    const { instructions } = this.programOf(node)
    const arithmetic = instructions.filter((i) => i.operation !== 'input' && i.operation !== 'constant')
    return arithmetic.length <= CHEAP_INSTRUCTIONS && !arithmetic.some((i) => isTranscendental(i.operation))
  }

  private alone(node: ApplyNode): Group {
    const { operation, id } = node
    const members = { members: [id], first: id, last: id }
    const { kind } = operation
    if (kind !== 'reduce') {
      const own: GroupKind = kind === 'map' || kind === 'contract' ? kind : 'alone'
      return { kind: own, domain: squeeze(node.shape), reduced: [], ...members }
    }
    const shape = known(this.graph.nodes[node.inputs[0] ?? -1], 'a reduction has an input').shape
    const axes = node.attributes.axes as readonly number[]
    let place = 0
    const places = shape.map((extent) => (extent === 1 ? -1 : place++))
    const reduced = axes.map((axis) => places[axis] ?? -1).filter((axis) => axis >= 0)
    return { kind, domain: squeeze(shape), reduced, ...members }
  }

  /** Merges two groups if that is allowed; says whether it was done. */
  tryMerge(a: Group, b: Group): boolean {
    if (a === b) return false
    const [base, other] = a.kind === 'map' ? [b, a] : [a, b]
    if (!canJoin(base, other) || !this.edgesFit(base, other) || this.thirdBetween(a, b)) return false
    // The larger one takes the members of the smaller, so that no node moves more than log n times.
    const [to, from] = base.members.length >= other.members.length ? [base, other] : [other, base]
    const { kind, domain, reduced } = base
    to.kind = kind
    to.domain = domain
    to.reduced = reduced
    to.first = Math.min(a.first, b.first)
    to.last = Math.max(a.last, b.last)
    for (const id of from.members) {
      to.members.push(id)
      this.groupOf.set(id, to)
    }
    return true
  }

  /**
   * Whether every value that one of the groups makes and the other reads would go from an element to itself, or from a
   * row to its elements. What passes inside each of them does already.
   */
  private edgesFit(base: Group, other: Group): boolean {
    const [few, many] = base.members.length < other.members.length ? [base, other] : [other, base]
    return few.members.every(
      (id) =>
        this.node(id).inputs.every((input) => {
          const { source } = this.operand(input)
          return this.groupOf.get(source) !== many || this.edgeFits(base, id, input)
        }) &&
        this.consumersOf(id).every((consumer) => {
          if (this.groupOf.get(consumer) !== many) return true
          return this.node(consumer).inputs.every(
            (input) => this.operand(input).source !== id || this.edgeFits(base, consumer, input),
          )
        }),
    )
  }

  /** Whether `reader` may read through `input` what is made in the same group, one of the kind and domain of `base`. */
  private edgeFits(base: Group, reader: NodeId, input: NodeId): boolean {
    const node = this.node(reader)
    if (node.operation.kind !== 'map' && node.operation.kind !== 'reduce') return false
    const { source, layout } = this.operand(input)
    const { shape } = this.node(source)
    const from = this.roleOf(source, base)
    const to = node.operation.kind === 'reduce' ? 'element' : this.roleOf(reader, base)
    if (from === to) return isIdentity(layout, shape)
    return from === 'row' && isRowBroadcast(layout, shape, base.domain, base.reduced)
  }

  /** Whether a value goes from one of the groups through a third one into the other. */
  private thirdBetween(a: Group, b: Group): boolean {
    return this.reaches(a, b) || this.reaches(b, a)
  }

  private reaches(from: Group, to: Group): boolean {
    if (from.first > to.last) return false
    const pending = [from]
    const seen = new Set<Group>(pending)
    while (pending.length > 0) {
      const group = known(pending.pop(), 'pending is not empty')
      for (const member of group.members) {
        for (const consumer of this.consumersOf(member)) {
          const next = known(this.groupOf.get(consumer), 'a consumer is in a group')
          if (next === to && group !== from) return true
          // A direct edge is no third group; look on only from others.
          if (next === to || seen.has(next) || next.first > to.last) continue
          seen.add(next)
          pending.push(next)
        }
      }
    }
    return false
  }
}

/** Whether two groups may be one by their domains and kinds; `base` is the one that decides what it would be. */
function canJoin(base: Group, other: Group): boolean {
  if (base.kind === 'alone' || other.kind === 'alone' || other.kind === 'contract') return false
  const sameDomain = sameShape(base.domain, other.domain)
  if (other.kind !== 'map') return base.kind === 'reduce' && sameDomain && sameShape(base.reduced, other.reduced)
  if (sameDomain) return true
  const kept = base.domain.filter((_, axis) => !base.reduced.includes(axis))
  return base.kind === 'reduce' && sameShape(other.domain, kept)
}

/** Elementwise nodes that only one reduction reads go into its pass. */
function mergeIntoReductions(fusion: Fusion): void {
  for (const group of fusion.groups()) {
    const [id] = group.members
    if (id === undefined || fusion.node(id).operation.kind !== 'reduce') continue
    const pending = fusion.sourcesOf(id)
    while (pending.length > 0) {
      const source = known(pending.pop(), 'pending is not empty')
      const from = fusion.groupOf.get(source)
      const into = known(fusion.groupOf.get(id), 'a reduction is in a group')
      if (from?.kind !== 'map') continue
      const onlyHere = fusion.consumersOf(source).every((consumer) => fusion.groupOf.get(consumer) === into)
      if (onlyHere && fusion.tryMerge(into, from)) pending.push(...fusion.sourcesOf(source))
    }
  }
}

/** Consumers join the groups of what they read, in the order of the graph. */
function mergeAlongEdges(fusion: Fusion): void {
  for (const id of [...fusion.groupOf.keys()]) {
    for (const source of fusion.throughInlined(fusion.sourcesOf(id))) {
      const [from, to] = [fusion.groupOf.get(source), fusion.groupOf.get(id)]
      if (from !== undefined && to !== undefined) fusion.tryMerge(from, to)
    }
  }
}

/** Groups that read the same value over the same domain read it once. */
function mergeSiblings(fusion: Fusion): void {
  const readers = new Map<NodeId, NodeId[]>()
  for (const id of fusion.groupOf.keys()) {
    for (const source of fusion.sourcesOf(id)) {
      const list = readers.get(source)
      if (list === undefined) readers.set(source, [id])
      else list.push(id)
    }
  }
  for (const [source, ids] of readers) {
    if (squeeze(fusion.graph.nodes[source]?.shape ?? []).length === 0) continue
    for (let i = 1; i < ids.length; i++) {
      const [first, other] = [fusion.groupOf.get(ids[0] ?? -1), fusion.groupOf.get(ids[i] ?? -1)]
      if (first && other && first.kind !== 'contract' && other.kind !== 'contract') fusion.tryMerge(first, other)
    }
  }
}

/** The groups of a normalised graph. */
export function fuse(graph: Graph, operands: readonly Operand[]): Fusion {
  const fusion = new Fusion(graph, operands)
  mergeIntoReductions(fusion)
  mergeAlongEdges(fusion)
  mergeSiblings(fusion)
  for (const group of fusion.groups()) group.members.sort((a, b) => a - b)
  return fusion
}
