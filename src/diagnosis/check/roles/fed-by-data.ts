/**
 * Parameters whose updates lost the error, `b -= rate * y.sum()`: nothing that learns is read by them, so that they are in
 * no cycle. They are told from means and states of the data by what they have in common with other parameters: the
 * statement that updates them, or the rate.
 */

import { DIVISIONS, MULTIPLICATIONS, NEGATIONS, SUMS } from '../tape/operations.ts'
import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'
import { originOf } from './dependence.ts'
import { PRODUCTS } from './points.ts'

const WRITES = new Set(['write', 'put'])
/** Lines between two updates by the same number. */
const NEAR = 8
const DEPTH = 8

export function fedByData(
  tape: Tape,
  chains: readonly Chain[],
  live: readonly Chain[],
  reads: ReadonlyMap<number, ReadonlySet<number>>,
): Set<number> {
  const parameters = chains.filter((c) => c.parameter && stepOf(tape, c) !== undefined)
  const states = new Set(chains.filter((c) => c.isState === true).map((c) => c.id))
  const isAlone = (id: number, own: number): boolean =>
    [...(reads.get(id) ?? [])].every(
      (read) => read === id || read === own || (states.has(read) && id === own && isAlone(read, own)),
    )
  const found = live.filter((chain) => {
    const { parameter, isState } = chains[chain.id] ?? chain
    if (parameter || isState === true || chain.rests.length === 0 || !isAlone(chain.id, chain.id)) return false
    if (!parameters.some((p) => reads.get(p.id)?.has(chain.id))) return false
    const step = stepOf(tape, chain)
    // What gets nothing at all is a parameter that is never updated, which has reasons of its own.
    const isIdle = chain.rests[0]?.every((node) => [tape.trace.nodes[node]?.digest].flat().every((x) => x === 0))
    if (step === undefined || isIdle === true || isMean(tape, chain)) return false
    return parameters.some((p) => isAkin(tape, step, stepOf(tape, p)))
  })
  return new Set(found.map((c) => c.id))
}

interface Step {
  readonly statement: number
  readonly subtracts: boolean
  /** The plain numbers that what is added is multiplied with, by their nodes. */
  readonly rates: ReadonlyMap<number, number>
}

/** The first update of a place, where it is the former value plus or minus something. */
function stepOf(tape: Tape, { versions, rests }: Chain): Step | undefined {
  const [before, after] = versions
  if (before === undefined || after === undefined) return undefined
  let node = after.node
  for (let depth = 0; depth < DEPTH && !SUMS.has(tape.entry(node).op); depth++) {
    const { op, args } = tape.entry(node)
    node = (WRITES.has(op) ? args[1] : args[0]) ?? node
  }
  const { op, args } = tape.entry(node)
  const origin = originOf(tape, before.node)
  if (!SUMS.has(op) || !args.some((arg) => originOf(tape, arg) === origin)) return undefined
  const rates = new Map<number, number>()
  const walk = (at: number, depth: number): void => {
    const { op, args } = tape.entry(at)
    const { value, shape } = tape.trace.nodes[at] ?? {}
    const number = op === 'leaf' && shape?.length === 0 ? value?.[0] : undefined
    if (number !== undefined && !Number.isInteger(number)) rates.set(at, number)
    if (depth > DEPTH) return
    // rate * x.T @ d is (rate * x.T) @ d.
    if (MULTIPLICATIONS.has(op) || DIVISIONS.has(op) || PRODUCTS.has(op)) for (const arg of args) walk(arg, depth + 1)
    else if (NEGATIONS.has(op) && args[0] !== undefined) walk(args[0], depth + 1)
  }
  for (const rest of rests[0] ?? []) walk(rest, 0)
  return { statement: tape.trace.sites[after.site]?.statement ?? -1, subtracts: op !== 'add', rates }
}

/** Whether a place is moved towards data, `m += rate * (x - m)`, as means are. */
function isMean(tape: Tape, { versions, rests }: Chain): boolean {
  const before = versions[0]?.node ?? -1
  const path = tape.ancestors(rests[0] ?? [], new Set([before]))
  return tape.readers(before).some((reader) => path.has(reader) && SUMS.has(tape.entry(reader).op))
}

function isAkin({ trace }: Tape, own: Step, other: Step | undefined): boolean {
  if (other === undefined) return false
  if (own.statement >= 0 && own.statement === other.statement) return true
  if ([...own.rates.keys()].some((node) => other.rates.has(node))) return own.subtracts === other.subtracts
  const [a, b] = [trace.sites[own.statement], trace.sites[other.statement]]
  const isNear = a?.file === b?.file && a?.function === b?.function && Math.abs((a?.line ?? 0) - (b?.line ?? 0)) <= NEAR
  const values = new Set(other.rates.values())
  return isNear && own.subtracts && other.subtracts && [...own.rates.values()].some((x) => values.has(x))
}
