/**
 * A state whose new value is lost: `for w, g, m in zip(weights, grads, memory): m = m + g * g` makes new arrays, and the
 * list keeps the zeros that it began with. The trace shows the same zeros at the beginning of each step; written in place,
 * the array must be a state, and no gradient may suffer.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { resolvePlaces } from '../roles/places.ts'
import { MULTIPLICATIONS, SUMS } from '../tape/operations.ts'
import { statementOf } from '../trace/location.ts'
import type { Site } from '../trace/trace.ts'
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

const SQUARES = new Set(['square', 'pow', 'power'])
const OWN = /^(\w+)\s*=\s*(?=[\s\S]*(?<![\w.])\1(?![\w.([]))([\s\S]+)$/
const PLAIN = /^(\w+)\s*\+\s*([\s\S]+)$/
const FEWEST_STEPS = 2

interface Lost {
  readonly site: Site
  readonly name: string
  /** The places that keep their zeros, and how often each was read. */
  readonly places: Map<number, { name: string; count: number }>
  readonly edit: SourceEdit
}

export async function lostStates(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const lost = findLost(analysis)
  if (lost.length === 0) return NOTHING_FOUND
  const edits = inOrder(lost.map((l) => l.edit))
  const after = await analyseEdited(scene, edits)
  if (after === undefined || countRight(after) < countRight(analysis)) return NOTHING_FOUND
  if (wrongNames(after).some((name) => !wrongNames(analysis).includes(name))) return NOTHING_FOUND
  const states = lost.filter(({ site }) => isState(after, site))
  if (states.length < lost.length) return NOTHING_FOUND
  const findings = states.flatMap(({ site, name, places, edit }) => {
    const kept = [...places.values()]
    return findingAt(analysis, {
      kind: 'lost-update',
      site: analysis.trace.sites.indexOf(site),
      message: `the new value goes to the name ${name} alone: ${listed(kept.map((p) => p.name))} ${kept.length > 1 ? 'stay' : 'stays'} at zero, and each step forgets those before it`,
      expected: 'an update of the array itself, in place',
      received: textAt(analysis, site).trim(),
      evidence: [
        `${kept[0]?.name} is the same zeros in each of the ${kept[0]?.count} steps seen`,
        `checked: in place ${kept.length > 1 ? 'they are' : 'it is'} carried from step to step, and ${countRight(after)} gradients agree with the true ones`,
      ],
    }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
  })
  return { findings, edits, analysis: after }
}

/** Whether a place that a statement sets is carried from step to step now. */
function isState({ chains, trace, tape }: Analysis, { file, line }: Site): boolean {
  return chains.some(
    (chain) =>
      !chain.parameter &&
      chain.versions.some(({ node }) => {
        const at = trace.sites[tape.entry(node).site]
        return at?.line === line && at.file === file
      }),
  )
}

function findLost(analysis: Analysis): Lost[] {
  const { trace, dependence } = analysis
  const holders = heldElsewhere(analysis)
  const found = new Map<number, Lost>()
  const others = new Set<number>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.place !== 'name' || dependence.depends[event.node] !== 1) continue
    const at = statementOf(trace, event.site)
    const site = trace.sites[at]
    const [, name = '', value = ''] = site === undefined ? [] : (OWN.exec(textAt(analysis, site).trim()) ?? [])
    if (site === undefined || name !== event.key || others.has(at)) continue
    const old = formerOf(analysis, event.node)
    const place = old === undefined ? undefined : holders.get(old)
    if (old === undefined || place === undefined || (trace.nodes[event.node]?.shape.length ?? 0) === 0) {
      others.add(at)
      continue
    }
    const lost = found.get(at) ?? { site, name, places: new Map(), edit: inPlace(site, name, value) }
    const known = lost.places.get(old) ?? { name: place, count: 0 }
    lost.places.set(old, { ...known, count: known.count + 1 })
    found.set(at, lost)
  }
  return [...found].flatMap(([at, lost]) =>
    !others.has(at) && [...lost.places.values()].every((p) => p.count >= FEWEST_STEPS) ? [lost] : [],
  )
}

function inPlace(site: Site, name: string, value: string): SourceEdit {
  const [, first, rest] = PLAIN.exec(value) ?? []
  return replaceAt(site, first === name ? `${name} += ${rest}` : `${name}[...] = ${value}`)
}

/** The zeros that are in a sum with squares, or with anything where they are times a number: m + g², β·m + g. */
function formerOf({ tape, points, dependence }: Analysis, node: number): number | undefined {
  const values = points.values[0] ?? []
  const isNumber = (n: number) => values[n]?.data.length === 1 && dependence.depends[n] !== 1
  const isZeros = (n: number) => {
    const data = tape.entry(n).op === 'leaf' ? values[n]?.data : undefined
    return data !== undefined && data.length > 0 && data.every((x) => x === 0)
  }
  const { op, args } = tape.entry(node)
  if (!SUMS.has(op)) return undefined
  for (const [k, arg] of args.entries()) {
    const term = tape.entry(arg)
    const decayed =
      MULTIPLICATIONS.has(term.op) && term.args.find((a, i) => isZeros(a) && isNumber(term.args[1 - i] ?? -1))
    if (decayed !== undefined && decayed !== false) return decayed
    if (isZeros(arg) && isSquare(tape.entry(args[1 - k] ?? arg))) return arg
  }
  return undefined
}

const isSquare = ({ op, args }: { readonly op: string; readonly args: readonly number[] }) =>
  SQUARES.has(op) || (MULTIPLICATIONS.has(op) && args[0] === args[1])

/** Values that an item or an attribute holds, with its name. */
function heldElsewhere({ trace }: Analysis): Map<number, string> {
  const placeOf = resolvePlaces(trace)
  const held = new Map<number, string>()
  for (const event of trace.events)
    if (event.kind === 'store' && event.place !== 'name' && !held.has(event.node))
      held.set(event.node, placeOf(event.place, event.owner, event.key))
  return held
}
