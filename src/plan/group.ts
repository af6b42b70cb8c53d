/**
 * Fusion: partitions the computed nodes of a normalised graph into groups, each of which becomes one kernel.
 *
 * Every node starts alone. Two groups merge when they run over the same domain, when every value that passes between
 * them passes from an element to the same element (or from a row to its elements), and when no third group has to run
 * between them. So bias and activation join the matmul that feeds them, the activation's derivative the matmul that
 * makes its gradient, softmax and cross-entropy each other, and an optimiser's update the kernel of the gradient.
 */

import type { ApplyNode, Graph, NodeId } from '../graph/index.ts'
import { isTranscendental, scalarProgram } from '../ops/index.ts'
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
  /** In the order of the graph. */
  members: NodeId[]
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

  /** Whether a node's value must be stored: read by another group, an output, or an update. */
  isStored(id: NodeId): boolean {
    if (this.needed.has(id)) return true
    const group = this.groupOf.get(id)
    return this.consumersOf(id).some((consumer) => this.groupOf.get(consumer) !== group)
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
      this.consumers.set(source, [...(this.consumers.get(source) ?? []), node.id])
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
    const { instructions } = scalarProgram(node.inputs.length, (s, x) => operation.program(s, x, node.attributes))
    const arithmetic = instructions.filter((i) => i.operation !== 'input' && i.operation !== 'constant')
    return arithmetic.length <= CHEAP_INSTRUCTIONS && !arithmetic.some((i) => isTranscendental(i.operation))
  }

  private alone(node: ApplyNode): Group {
    const { operation } = node
    const domain = squeeze(node.shape)
    if (operation.kind === 'map') return { kind: 'map', domain, reduced: [], members: [node.id] }
    if (operation.kind === 'contract') return { kind: 'contract', domain, reduced: [], members: [node.id] }
    if (operation.kind !== 'reduce') return { kind: 'alone', domain, reduced: [], members: [node.id] }
    const shape = known(this.graph.nodes[node.inputs[0] ?? -1], 'a reduction has an input').shape
    const axes = node.attributes.axes as readonly number[]
    let place = 0
    const places = shape.map((extent) => (extent === 1 ? -1 : place++))
    const reduced = axes.map((axis) => places[axis] ?? -1).filter((axis) => axis >= 0)
    return { kind: 'reduce', domain: squeeze(shape), reduced, members: [node.id] }
  }

  /** Merges two groups if that is allowed; says whether it was done. */
  tryMerge(a: Group, b: Group): boolean {
    const merged = a === b ? undefined : this.merged(a, b)
    if (merged === undefined || !this.edgesFit(merged) || this.thirdBetween(a, b)) return false
    for (const id of merged.members) this.groupOf.set(id, merged)
    return true
  }

  /** The merged group by domains and kinds alone. */
  private merged(a: Group, b: Group): Group | undefined {
    const [base, other] = a.kind === 'map' ? [b, a] : [a, b]
    const members = [...a.members, ...b.members].sort((x, y) => x - y)
    const sameDomain = sameShape(base.domain, other.domain)
    if (base.kind === 'alone' || other.kind === 'alone' || other.kind === 'contract') return undefined
    if (other.kind === 'map') {
      const kept = base.domain.filter((_, axis) => !base.reduced.includes(axis))
      const asRows = base.kind === 'reduce' && sameShape(other.domain, kept)
      return sameDomain || asRows ? { ...base, members } : undefined
    }
    const sameRows = base.kind === 'reduce' && sameDomain && sameShape(base.reduced, other.reduced)
    return sameRows ? { ...base, members } : undefined
  }

  /** Whether every value that is made and read inside the group goes from an element to itself, or from row to element. */
  private edgesFit(group: Group): boolean {
    const inside = new Set(group.members)
    return group.members.every((id) => {
      const node = this.node(id)
      return node.inputs.every((input) => {
        const { source, layout } = this.operand(input)
        if (!inside.has(source)) return true
        if (node.operation.kind !== 'map' && node.operation.kind !== 'reduce') return false
        const shape = this.node(source).shape
        const from = this.roleOf(source, group)
        const to = node.operation.kind === 'reduce' ? 'element' : this.roleOf(id, group)
        if (from === to) return isIdentity(layout, shape)
        return from === 'row' && isRowBroadcast(layout, shape, group.domain, group.reduced)
      })
    })
  }

  /** Whether a value goes from one of the groups through a third one into the other. */
  private thirdBetween(a: Group, b: Group): boolean {
    return this.reaches(a, b) || this.reaches(b, a)
  }

  private reaches(from: Group, to: Group): boolean {
    const last = Math.max(...to.members)
    const pending = from.members.flatMap((id) => this.consumersOf(id))
    const seen = new Set<Group>([from])
    while (pending.length > 0) {
      const id = known(pending.pop(), 'pending is not empty')
      const group = known(this.groupOf.get(id), 'a consumer is in a group')
      if (seen.has(group) || Math.min(...group.members) > last) continue
      if (group === to) {
        // A direct edge is no third group; look on only from others.
        continue
      }
      seen.add(group)
      const next = group.members.flatMap((member) => this.consumersOf(member))
      if (next.some((consumer) => this.groupOf.get(consumer) === to)) return true
      pending.push(...next)
    }
    return false
  }
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
    for (const source of fusion.sourcesOf(id)) readers.set(source, [...(readers.get(source) ?? []), id])
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
  return fusion
}
