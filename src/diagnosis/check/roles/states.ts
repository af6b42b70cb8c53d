/** What an optimiser keeps from step to step, and is no parameter for that: velocities, means of gradients and of their squares. */

import { MULTIPLICATIONS, SUMS } from '../tape/operations.ts'
import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'
import { sizeAt } from './expand.ts'

/**
 * Whether a velocity is read by the forward pass in no other way than added to its own parameter, which it moves: where
 * the momentum would lead, as Nesterov's method looks.
 */
export function looksAhead(
  tape: Tape,
  chain: Chain,
  live: readonly Chain[],
  owner: ReadonlyMap<number, ReadonlySet<number>>,
  reads: ReadonlyMap<number, ReadonlySet<number>>,
): boolean {
  const size = sizeAt(tape, chain.versions[1]?.node ?? 0)
  const sums = new Set<number>()
  const moved = new Set<number>()
  for (const { node } of chain.versions.slice(0, 3)) {
    const scaled = tape.readers(node).filter((n) => MULTIPLICATIONS.has(tape.entry(n).op))
    for (const from of [node, ...scaled])
      for (const sum of tape.readers(from)) {
        if (!SUMS.has(tape.entry(sum).op) || sizeAt(tape, sum) !== size) continue
        for (const arg of tape.entry(sum).args)
          for (const id of owner.get(arg) ?? [])
            if (id !== chain.id && reads.get(id)?.has(chain.id) === true && owner.get(sum) === undefined) {
              sums.add(sum)
              moved.add(id)
            }
      }
  }
  const [parameter] = moved
  const own = new Set(chain.versions.map((v) => v.node))
  const isOwn = (n: number) =>
    own.has(n) || (MULTIPLICATIONS.has(tape.entry(n).op) && tape.entry(n).args.some((a) => own.has(a)))
  const steps = live.find((c) => c.id === parameter)?.rests ?? []
  if (parameter === undefined || moved.size > 1 || !steps.some((rest) => rest.some(isOwn))) return false
  const stop = new Set([...owner.keys(), ...sums])
  return live.every(
    (c) =>
      c.id === chain.id || c.id === parameter || ![...tape.ancestors(c.rests[1] ?? [], stop)].some((n) => own.has(n)),
  )
}

/** Whether a number that begins at zero gets in each step just what another gets: its sum of changes, and no parameter. */
export function addsTheSame(tape: Tape, { versions, rests }: Chain, other: Chain | undefined): boolean {
  const { op, value } = tape.trace.nodes[versions[0]?.node ?? -1] ?? {}
  if (other === undefined || op !== 'leaf' || value?.length !== 1 || value[0] !== 0) return false
  return rests.length > 1 && rests.every((rest, i) => rest.length > 0 && rest.join() === other.rests[i]?.join())
}

/** What the updates added, without what was set by hand: the forget gate's biases, before anything is learned. */
export const updatesOf = ({ rests }: Chain) => rests.filter((rest) => rest.length > 0)

/** Whether everything between `chain` and the update of `reader` has the chain's own size. */
export function elementwise(
  tape: Tape,
  chain: Chain,
  reader: Chain | undefined,
  versions: ReadonlySet<number>,
): boolean {
  if (reader === undefined) return true
  const nodes = new Set(chain.versions.map((v) => v.node))
  // A state that begins as the number 0 has its own size from the second step on.
  const updates = updatesOf(reader)
  const later = chain.versions.length > 2 && updates.length > 1 && sizeAt(tape, chain.versions[0]?.node ?? 0) === 1
  // Where a gradient of another shape is added, the state takes that shape.
  const sizes = chain.versions.slice(later ? 1 : 0, 2).map((v) => sizeAt(tape, v.node))
  const path = [...tape.ancestors(updates[later ? 1 : 0] ?? [], versions)].sort((a, b) => a - b)
  const through = new Set<number>()
  for (const node of path) {
    if (nodes.has(node) || (!versions.has(node) && tape.entry(node).args.some((a) => through.has(a)))) through.add(node)
  }
  return [...through].every(
    (node) => sizes.includes(sizeAt(tape, node)) && !['dot', 'matmul', 'einsum', 'outer'].includes(tape.entry(node).op),
  )
}
