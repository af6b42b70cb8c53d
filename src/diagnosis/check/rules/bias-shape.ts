/**
 * A bias of shape (k,) beside a column (k, 1) of pre-activations: NumPy makes (k, k) of it, each unit with the biases of
 * all. The shapes tell it, and a run with the bias as a column what the gradients are then.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { originOf } from '../roles/dependence.ts'
import { resolvePlaces } from '../roles/places.ts'
import { SUMS } from '../tape/operations.ts'
import type { Trace, TraceEvent } from '../trace/trace.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  inOrder,
  listed,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const CALL = /^[\w.]+\([^()]*\)$/
const PRODUCTS = new Set(['dot', 'matmul', 'einsum'])

interface Grown {
  readonly name: string
  /** Where the bias is made. */
  readonly site: number
  readonly size: number
  /** The line in which it is added. */
  readonly line: number
}

export async function biasShapes(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const grown = grownBiases(analysis)
  if (grown.length === 0) return NOTHING_FOUND
  const edits = inOrder(
    grown.flatMap(({ site }) => {
      const at = analysis.trace.sites[site]
      const [, target, value] = (at && /^([^=]*[^=!<>]=(?!=)\s*)([\s\S]+)$/.exec(textAt(analysis, at))) ?? []
      return at === undefined || value === undefined
        ? []
        : [replaceAt(at, `${target}${CALL.test(value) ? value : `(${value})`}.reshape(-1, 1)`)]
    }),
  )
  const after = edits.length === grown.length ? await analyseEdited(scene, edits) : undefined
  const isMended = after !== undefined && wrongNames(after).length === 0 && countRight(after) > 0
  // Where it is wanted as it is, a column mends nothing.
  if (!isMended && (after === undefined || countRight(after) <= countRight(analysis))) return NOTHING_FOUND
  const names = listed(grown.map((g) => g.name))
  const findings = grown.flatMap(({ name, site, size, line }) =>
    findingAt(analysis, {
      kind: 'broadcast',
      site,
      message: `${name} has shape (${size},), and is added to a column (${size}, 1) in line ${line}: the sum is (${size}, ${size}), each unit with the biases of all`,
      expected: `a column, shape (${size}, 1)`,
      received: `shape (${size},)`,
      evidence: [
        `in line ${line} ${size} units become ${size * size} numbers`,
        ...(isMended
          ? [`checked: with ${names} as a column all ${countRight(after)} gradients are the true ones`]
          : []),
      ],
      parameters: wrongNames(analysis),
    }),
  )
  if (!isMended) return { findings, edits: [] }
  return {
    findings: findings.map((f, i) => {
      const edit = edits.find((e) => e.span[0] === analysis.trace.sites[grown[i]?.site ?? -1]?.line)
      return edit === undefined ? f : { ...f, fix: fixOf(analysis, edit, true) }
    }),
    edits,
    analysis: after,
  }
}

/** Arrays of one axis that are added to a column of as many rows, which a product made; all of them are kept anew later. */
function grownBiases({ tape, trace }: Analysis): Grown[] {
  const placeOf = resolvePlaces(trace)
  const updated = updatedPlaces(trace)
  const out = new Map<string, Grown>()
  for (let node = 0; node < trace.nodes.length; node++) {
    const { op, args, site } = tape.entry(node)
    const [first = -1, second = -1] = args
    if (!SUMS.has(op) || trace.nodes[node]?.shape.length !== 2) continue
    for (const [bias, column] of [
      [second, first],
      [first, second],
    ] as const) {
      const [size = 0, ...more] = trace.nodes[bias]?.shape ?? []
      const [rows, columns] = trace.nodes[column]?.shape ?? []
      if (more.length > 0 || size < 2 || rows !== size || columns !== 1) continue
      const origin = updated.get(bias)
      const { op: makes, args: factors } = tape.entry(originOf(tape, column))
      if (origin === undefined || !PRODUCTS.has(makes) || !factors.some((f) => updated.has(originOf(tape, f)))) continue
      const made = trace.sites[origin.site]?.statement ?? -1
      const name = placeOf(origin.place, origin.owner, origin.key)
      const line = trace.sites[site]?.line ?? 0
      if (!out.has(name)) out.set(name, { name, site: made >= 0 ? made : origin.site, size, line })
    }
  }
  return [...out.values()]
}

type Store = Extract<TraceEvent, { kind: 'store' }>

/**
 * Where each value got its name, if something else is kept under that name later: an update need not have its shape.
 * A script that fails may not have come that far.
 */
function updatedPlaces({ events, error }: Trace): Map<number, Store> {
  const latest = new Map<string, Store>()
  const out = new Map<number, Store>()
  for (const event of events) {
    if (event.kind !== 'store') continue
    const key = `${event.place} ${event.owner} ${event.key}`
    const before = latest.get(key)
    if (before !== undefined && before.node !== event.node && !out.has(before.node)) out.set(before.node, before)
    latest.set(key, event)
    if (error !== undefined && !out.has(event.node)) out.set(event.node, event)
  }
  return out
}
