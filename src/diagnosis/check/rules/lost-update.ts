/**
 * An update that reaches a local name only: `for w, g in zip(weights, grads): w = w - rate * g` makes new values, and
 * the list keeps the old ones. Seen in the trace as v − … computed from v, stored under another name, read by nobody.
 */

import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { expandUpdate } from '../roles/expand.ts'
import { resolvePlaces } from '../roles/places.ts'
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
} from './trial.ts'

const REBIND = /^(\w+)\s*=\s*\1\s*([-+])\s*([\s\S]+)$/

interface Lost {
  readonly site: number
  /** The local name that receives the new value. */
  readonly to: string
  readonly from: Set<string>
  readonly array: boolean
  count: number
}

export async function lostUpdates(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const lost = [...findLost(scene).values()].filter((l) => l.count >= 2)
  if (lost.length === 0) return NOTHING_FOUND
  const edits = inOrder(lost.flatMap((l) => inPlace(scene, l)))
  const after = edits.length === 0 ? undefined : await analyseEdited(scene, edits)
  const better = after !== undefined && (after.best?.results.length ?? 0) > (analysis.best?.results.length ?? 0)
  const groups = new Map<string, Lost[]>()
  for (const l of lost) {
    const home = analysis.trace.sites[l.site]?.function ?? ''
    groups.set(home, [...(groups.get(home) ?? []), l])
  }
  const findings = [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const from = group.flatMap((l) => [...l.from])
    const fixes = group.flatMap((l) => inPlace(scene, l).map((e) => fixOf(analysis, e, true)))
    return findingAt(analysis, {
      kind: 'lost-update',
      site: first.site,
      message: `the new value goes to the name ${listed(group.map((l) => l.to))} alone: ${listed(from)}, which the forward pass reads, ${from.length > 1 ? 'keep their values' : 'keeps its value'}`,
      expected: first.array
        ? 'an update of the array itself, in place'
        : 'the new value stored where the network reads it',
      received: lineAt(scene, first.site),
      evidence: [
        `computed ${group.reduce((n, l) => n + l.count, 0)} times in the traced rounds, and read by nothing afterwards`,
        ...(better && after !== undefined
          ? [
              `checked: in place, ${after.best?.results.length ?? 0} parameters are updated, ${countRight(after)} of them by their true gradients`,
            ]
          : []),
      ],
      parameters: from,
    }).map((f) =>
      better && fixes.length > 0
        ? {
            ...f,
            fix: {
              removed: fixes.flatMap((x) => x.removed),
              added: fixes.flatMap((x) => x.added),
              verified: true,
            },
          }
        : f,
    )
  })
  return better ? { findings, edits, analysis: after } : { findings, edits: [] }
}

function lineAt(scene: Scene, site: number): string {
  const found = scene.analysis.trace.sites[site]
  return found === undefined ? '' : (textAt(scene.analysis, found).trim().split('\n')[0] ?? '')
}

function inPlace(scene: Scene, lost: Lost): SourceEdit[] {
  const site = scene.analysis.trace.sites[lost.site]
  const match = site === undefined ? null : REBIND.exec(textAt(scene.analysis, site).trim())
  if (site === undefined || match === null || !lost.array) return []
  const [, name = '', sign = '', rest = ''] = match
  // a - b + c is (a - b) + c: what is taken off needs its own parentheses when it is a sum.
  const text = sign === '-' && /^[^()[\]]*[-+]/.test(rest.replace(/\([^()]*\)/g, '')) ? `(0${sign}${rest})` : rest
  return [replaceAt(site, `${name} ${text === rest ? sign : '+'}= ${text}`)]
}

function findLost(scene: Scene): Map<string, Lost> {
  const { tape, trace, dependence } = scene.analysis
  const placeOf = resolvePlaces(trace)
  const read = new Uint8Array(tape.length)
  for (let node = 0; node < trace.nodes.length; node++)
    if (tape.aside[node] !== 1) for (const arg of tape.entry(node).args) read[arg] = 1
  const places = new Map<number, Set<string>>()
  const kept = (event: { place: string; owner: string | number; key: string | number }) =>
    event.place === 'name' ? `${event.owner}|${event.key}` : placeOf(event.place, event.owner, event.key)
  for (const event of trace.events)
    if (event.kind === 'store') places.set(event.node, (places.get(event.node) ?? new Set()).add(kept(event)))
  const lost = new Map<string, Lost>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.place !== 'name' || read[event.node] === 1) continue
    const { args, op } = tape.entry(event.node)
    if (!['add', 'sub', 'subtract'].includes(op) || (places.get(event.node)?.size ?? 0) > 1) continue
    const own = kept(event)
    for (const arg of args) {
      const source = sourceOf(scene, arg)
      const from = [...(places.get(source) ?? [])].filter((p) => p !== own)
      if (from.length === 0 || dependence.chainOf.has(source) || isCount(scene, source)) continue
      const { found, rest } = expandUpdate(tape, event.node, arg)
      if (!found || rest.length === 0 || !tape.ancestors(rest).has(source)) continue
      const key = `${event.site}`
      const known = lost.get(key) ?? {
        site: event.site,
        to: String(event.key),
        from: new Set<string>(),
        array: (trace.nodes[event.node]?.shape.length ?? 0) > 0,
        count: 0,
      }
      known.from.add(bestName(from))
      known.count++
      lost.set(key, known)
    }
  }
  return lost
}

/** A whole number of the source is the same object wherever it stands, `hits = 0` and `for k in range(10)`. */
function isCount({ analysis }: Scene, node: number): boolean {
  const value = analysis.points.values[0]?.[node]
  return analysis.tape.entry(node).op === 'leaf' && value?.shape.length === 0 && Number.isInteger(value.data[0])
}

/** What an array was copied from. */
function sourceOf(scene: Scene, node: number): number {
  const { op, args } = scene.analysis.tape.entry(node)
  return op === 'copy' && args[0] !== undefined ? sourceOf(scene, args[0]) : node
}

/** `weights[0]` rather than a local variable. */
function bestName(places: readonly string[]): string {
  const [first = ''] = [...places].sort((a, b) => Number(a.includes('|')) - Number(b.includes('|')))
  return first.slice(first.indexOf('|') + 1)
}
