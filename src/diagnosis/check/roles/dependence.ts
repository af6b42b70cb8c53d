/** Which nodes depend on parameters, and on which version of each. */

import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'

export interface Dependence {
  /** Nodes that are versions of parameters; searches stop there. */
  readonly cut: ReadonlySet<number>
  /** The same, and what earlier steps left in an optimiser's states: a forward pass may look ahead with a velocity. */
  readonly past: ReadonlySet<number>
  readonly chainOf: ReadonlyMap<number, number>
  /** 1 where the node is computed from a parameter. */
  readonly depends: Uint8Array
  readonly parameters: readonly Chain[]
}

export function findDependence(tape: Tape, chains: readonly Chain[]): Dependence {
  const parameters = chains.filter((c) => c.parameter)
  const chainOf = new Map<number, number>()
  for (const chain of parameters)
    for (const version of chain.versions) if (!chainOf.has(version.node)) chainOf.set(version.node, chain.id)
  const depends = new Uint8Array(tape.length)
  const kept = keptCopies(tape, parameters, chains)
  for (let node = 0; node < tape.length; node++) {
    if (kept.has(node)) continue
    if (chainOf.has(node) || tape.entry(node).args.some((a) => depends[a] === 1)) depends[node] = 1
  }
  const cut = new Set([...chainOf.keys(), ...kept])
  const states = chains.filter((c) => c.isState === true).flatMap((c) => c.versions.map((v) => v.node))
  return { cut, past: new Set([...cut, ...states]), chainOf, depends, parameters }
}

/**
 * Copies of parameters that are read after several updates of these: a target network, which is a constant to the loss.
 * What is copied for the lower layers' sake is read before the next step.
 */
function keptCopies(tape: Tape, parameters: readonly Chain[], chains: readonly Chain[]): Set<number> {
  const versions = new Set(chains.flatMap((c) => c.versions.map((v) => v.node)))
  const kept = new Set<number>()
  for (const { versions: own } of parameters)
    for (const [i, { node }] of own.entries()) {
      const later = own[i + STEPS_KEPT]?.node
      if (later === undefined) break
      for (const copy of tape.readers(node)) {
        if (tape.entry(copy).op !== 'copy' || versions.has(copy)) continue
        if (tape.readers(copy).some((r) => r > later || tape.readers(r).some((n) => n > later))) kept.add(copy)
      }
    }
  return kept
}

const STEPS_KEPT = 2

/** Operations that hand elements on as they are. */
export const MOVES: ReadonlySet<string> = new Set(['view', 'move', 'copy', 'pack', 'write', 'put'])

/** Those of them that make nothing of what they are given but a copy or a part of it. */
export const PASSES: ReadonlySet<string> = new Set(['copy', 'view', 'move'])

/** 1 where a node holds elements of `sources` as they are, directly or by way of moves. */
export function holding(tape: Tape, sources: ReadonlySet<number>, end = tape.length): Readonly<Uint8Array> {
  const before = knownHolding.get(sources)
  if (before?.tape === tape && before.holds.length === end) return before.holds
  const holds = new Uint8Array(end)
  // In the order in which they were made: arrays that are filled element by element are long chains of writes.
  for (let node = 0; node < end; node++) {
    const { op, args } = tape.entry(node)
    if (sources.has(node) || (MOVES.has(op) && args.some((a) => holds[a] === 1))) holds[node] = 1
  }
  knownHolding.set(sources, { tape, holds })
  return holds
}

/** What holds parameters is asked for by many rules. */
const knownHolding = new WeakMap<ReadonlySet<number>, { tape: Tape; holds: Uint8Array }>()

/** The parameter versions that a node is computed from: chain -> version node (the latest, if several). */
export function versionsRead(tape: Tape, dependence: Dependence, node: number): Map<number, number> {
  const read = new Map<number, number>()
  for (const found of tape.ancestors([node], dependence.past)) {
    const chain = dependence.chainOf.get(found)
    if (chain !== undefined) read.set(chain, Math.max(read.get(chain) ?? -1, found))
  }
  return read
}

/** What a value is a copy, a view or a moved part of. */
export function originOf(tape: Tape, node: number): number {
  let at = node
  for (let { op, args } = tape.entry(at); PASSES.has(op) && args[0] !== undefined; { op, args } = tape.entry(at))
    at = args[0]
  return at
}
