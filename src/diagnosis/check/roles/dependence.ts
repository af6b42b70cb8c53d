/** Which nodes depend on parameters, and on which version of each. */

import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'

export interface Dependence {
  /** Nodes that are versions of parameters; searches stop there. */
  readonly cut: ReadonlySet<number>
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
  for (let node = 0; node < tape.length; node++) {
    if (chainOf.has(node) || tape.entry(node).args.some((a) => depends[a] === 1)) depends[node] = 1
  }
  return { cut: new Set(chainOf.keys()), chainOf, depends, parameters }
}

/** The parameter versions that a node is computed from: chain -> version node (the latest, if several). */
export function versionsRead(tape: Tape, dependence: Dependence, node: number): Map<number, number> {
  const read = new Map<number, number>()
  for (const found of tape.ancestors([node], dependence.cut)) {
    const chain = dependence.chainOf.get(found)
    if (chain !== undefined) read.set(chain, Math.max(read.get(chain) ?? -1, found))
  }
  return read
}
