/**
 * The order of the groups, and which updates may be written in place. A group that writes a state in place runs after
 * every other group that reads the old value; where that is impossible the new value gets a place of its own and is
 * copied at the end.
 */

import type { NodeId } from '../graph/index.ts'
import { InternalError, known } from '../shared/index.ts'
import { isIdentity } from './domain.ts'
import type { Fusion, Group } from './group.ts'

export interface Schedule {
  readonly order: readonly Group[]
  /** For each update's value node: the state that it is written to directly. */
  readonly inPlace: ReadonlyMap<NodeId, NodeId>
}

type Edges = Map<Group, Set<Group>>

function dataEdges(fusion: Fusion, groups: readonly Group[]): Edges {
  const edges: Edges = new Map(groups.map((group) => [group, new Set<Group>()]))
  for (const group of groups) {
    for (const id of group.members) {
      for (const consumer of fusion.consumersOf(id)) {
        const to = known(fusion.groupOf.get(consumer), 'a consumer is in a group')
        if (to !== group) edges.get(group)?.add(to)
      }
    }
  }
  return edges
}

function reaches(edges: Edges, from: Group, to: Group): boolean {
  const pending = [from]
  const seen = new Set<Group>()
  while (pending.length > 0) {
    const group = known(pending.pop(), 'pending is not empty')
    if (group === to) return true
    if (seen.has(group)) continue
    seen.add(group)
    pending.push(...(edges.get(group) ?? []))
  }
  return false
}

/** Whether the members of `group` read `state` only as the element that they write, never by another address. */
function readsOwnElementOnly(fusion: Fusion, group: Group, state: NodeId): boolean {
  const shape = known(fusion.graph.nodes[state], 'a state is a node').shape
  return group.members.every((id) => {
    const node = fusion.node(id)
    return node.inputs.every((input) => {
      const { source, layout } = fusion.operand(input)
      if (source !== state) return true
      return node.operation.kind === 'map' && isIdentity(layout, shape)
    })
  })
}

/** The groups that read each state. */
function readersOf(fusion: Fusion, groups: readonly Group[]): Map<NodeId, Set<Group>> {
  const readers = new Map<NodeId, Set<Group>>()
  for (const group of groups) {
    for (const id of group.members) {
      for (const source of fusion.throughInlined(fusion.sourcesOf(id))) {
        const found = readers.get(source)
        if (found === undefined) readers.set(source, new Set([group]))
        else found.add(group)
      }
    }
  }
  return readers
}

export function schedule(fusion: Fusion): Schedule {
  const groups = fusion.groups()
  const edges = dataEdges(fusion, groups)
  const readers = readersOf(fusion, groups)
  const inPlace = new Map<NodeId, NodeId>()
  for (const { state, value } of fusion.graph.updates) {
    const group = known(fusion.groupOf.get(value), 'an update is computed in a group')
    const others = [...(readers.get(state) ?? [])].filter((reader) => reader !== group)
    // A later pass over a row may read again what an earlier one has stored.
    const inPasses = group.kind === 'reduce' && fusion.roleOf(value, group) === 'element'
    const possible = group.kind !== 'alone' && !inPasses && readsOwnElementOnly(fusion, group, state)
    if (!possible || others.some((reader) => reaches(edges, group, reader))) continue
    inPlace.set(value, state)
    for (const reader of others) edges.get(reader)?.add(group)
  }
  return { order: topological(groups, edges), inPlace }
}

/** Groups after all that they wait for; among those that are ready the one that stands first in the graph. */
function topological(groups: readonly Group[], edges: Edges): Group[] {
  const waiting = new Map<Group, number>(groups.map((group) => [group, 0]))
  for (const targets of edges.values()) for (const to of targets) waiting.set(to, (waiting.get(to) ?? 0) + 1)
  const ready = new Ready()
  for (const group of groups) if (waiting.get(group) === 0) ready.add(group)
  const order: Group[] = []
  for (let group = ready.take(); group !== undefined; group = ready.take()) {
    order.push(group)
    for (const to of edges.get(group) ?? []) {
      waiting.set(to, (waiting.get(to) ?? 0) - 1)
      if (waiting.get(to) === 0) ready.add(to)
    }
  }
  if (order.length !== groups.length) throw new InternalError('groups form no cycle')
  return order
}

/** Groups that may run: a binary heap, the one that stands first in the graph on top. */
class Ready {
  private readonly heap: Group[] = []

  private key(at: number): number {
    return this.heap[at]?.first ?? Number.POSITIVE_INFINITY
  }

  private swap(a: number, b: number): void {
    const [one, other] = [known(this.heap[a], 'a place of the heap'), known(this.heap[b], 'a place of the heap')]
    this.heap[a] = other
    this.heap[b] = one
  }

  add(group: Group): void {
    let at = this.heap.push(group) - 1
    for (let parent = (at - 1) >> 1; at > 0 && this.key(at) < this.key(parent); parent = (at - 1) >> 1) {
      this.swap(at, parent)
      at = parent
    }
  }

  take(): Group | undefined {
    const top = this.heap[0]
    const last = this.heap.pop()
    if (last === undefined || this.heap.length === 0) return last
    this.heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const least = this.key(left + 1) < this.key(left) ? left + 1 : left
      if (this.key(least) >= this.key(at)) return top
      this.swap(at, least)
      at = least
    }
  }
}
