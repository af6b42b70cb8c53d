/**
 * What a script keeps from step to step beside its parameters, and does not feed: a velocity or a mean that begins at
 * zero and is only multiplied; one whose former value is replaced by something else. The update then lacks what the
 * place was made for.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { PASSES } from '../roles/dependence.ts'
import { resolvePlaces } from '../roles/places.ts'
import { MULTIPLICATIONS, SUMS } from '../tape/operations.ts'
import type { Finding } from '../types.ts'
import { listed, textAt } from './trial.ts'

const POWERS = new Set(['pow', 'power', 'square'])
interface Kept {
  readonly name: string
  /** Before the first step. */
  readonly first: number
  /** What each step leaves, and where. */
  readonly later: readonly { readonly node: number; readonly site: number; readonly before: number }[]
}

export function starvedStates(analysis: Analysis): Finding[] {
  const places = keptPlaces(analysis)
  return [...onlyMultiplied(analysis, places), ...replaced(analysis, places), ...oneForTwo(analysis)]
}

/** Places that begin with zeros and are set by one statement, at least twice. */
function keptPlaces({ trace, tape, points }: Analysis): Kept[] {
  const placeOf = resolvePlaces(trace)
  const values = points.values[0] ?? tape.evaluate(new Map())
  const isZero = (node: number) => values[node]?.data.every((x) => x === 0) === true
  const places = new Map<
    string,
    { name: string; first: number; later: { node: number; site: number; before: number }[] }
  >()
  const note = (key: string, name: string, node: number, site: number) => {
    const known = places.get(key)
    if (known === undefined) places.set(key, { name, first: node, later: [] })
    else {
      const before = known.later.at(-1)?.node ?? known.first
      if (before !== node) known.later.push({ node, site, before })
    }
  }
  for (const event of trace.events) {
    if (event.kind !== 'store') continue
    const name = placeOf(event.place, event.owner, event.key)
    // (vw, vb) is stored as a whole; what was computed stands elsewhere.
    const made = trace.sites[tape.entry(event.node).site]?.statement ?? -1
    const site = made >= 0 ? made : event.site
    note(`${event.place === 'name' ? `${event.owner}|` : ''}${name}`, name, event.node, site)
  }
  return [...places.values()].filter(
    ({ first, later }) =>
      later.length >= 2 &&
      isZero(first) &&
      new Set(later.map((l) => l.site)).size === 1 &&
      tape.entry(first).op !== 'opaque',
  )
}

/** `v = 0.9 * v`: zero, and never anything else. */
function onlyMultiplied(analysis: Analysis, places: readonly Kept[]): Finding[] {
  const { tape, trace, dependence } = analysis
  const starved = places.filter(({ later }) =>
    later.every(({ node, before }) => {
      const { op, args } = tape.entry(node)
      if (!MULTIPLICATIONS.has(op)) return false
      const own = args.findIndex((a) => throughShifts(analysis, a, before) === before)
      const other = args[1 - own]
      return own >= 0 && other !== undefined && other !== before && dependence.depends[other] !== 1
    }),
  )
  const used = starved.filter(({ later }) => later.some(({ node }) => isRead(analysis, node, later)))
  return bySite(used).flatMap(([site, group]) =>
    findingAt(analysis, {
      kind: 'optimiser',
      site,
      message: `${listed(group.map((k) => k.name))} begin${group.length > 1 ? '' : 's'} at zero and ${group.length > 1 ? 'are' : 'is'} only multiplied: the gradient never enters`,
      expected: 'the former value times β, and a share of the gradient',
      received: received(analysis, site),
      evidence: [
        `it is zero in each of the ${group[0]?.later.length ?? 0} steps seen, and the update is computed with it`,
        `line ${trace.sites[site]?.line ?? '?'} reads nothing but its former value and a number`,
      ],
      parameters: group.map((k) => k.name),
    }),
  )
}

/** `v = 0.9 * g + g`: what the place held is read by nothing, and its part of the sum is taken by something else. */
function replaced(analysis: Analysis, places: readonly Kept[]): Finding[] {
  const { tape, trace, dependence } = analysis
  const states = new Map(places.flatMap((k) => [k.first, ...k.later.map((l) => l.node)].map((n) => [n, k] as const)))
  const found: { kept: Kept; by: string }[] = []
  for (const kept of places) {
    const by = kept.later.map(({ node, before }) => {
      const { op, args } = tape.entry(node)
      const [a, b] = args
      if (!SUMS.has(op) || a === undefined || b === undefined || dependence.depends[node] !== 1) return undefined
      const [left, right] = [factorOf(analysis, a), factorOf(analysis, b)]
      if (left === undefined || right === undefined || left === before || right === before) return undefined
      // The same gradient twice, once as it is or as its square: β·g + (1 − β)·g².
      if (left === right && !states.has(left)) return 'the gradient'
      const other = states.get(left)
      const isFormer = other !== undefined && other !== kept && other.first !== kept.first
      return isFormer && !states.has(right) && a !== left ? other.name : undefined
    })
    const [one] = by
    if (one !== undefined && by.every((x) => x !== undefined)) found.push({ kept, by: one })
  }
  const used = found.filter(({ kept }) => kept.later.some(({ node }) => isRead(analysis, node, kept.later)))
  return bySite(used.map((f) => f.kept)).flatMap(([site, group]) => {
    const by = used.find((f) => f.kept === group[0])?.by ?? 'something else'
    return findingAt(analysis, {
      kind: 'optimiser',
      site,
      message: `${listed(group.map((k) => k.name))} forget${group.length > 1 ? '' : 's'} what ${group.length > 1 ? 'they' : 'it'} held: ${by} stands where the former value should`,
      expected: 'the former value times β, and a share of the gradient',
      received: received(analysis, site),
      evidence: [
        `${group[0]?.name ?? 'it'} begins at zero and is set in each step; what it held before is not in the sum on line ${trace.sites[site]?.line ?? '?'}`,
      ],
      parameters: group.map((k) => k.name),
    })
  })
}

const received = (analysis: Analysis, site: number) => {
  const at = analysis.trace.sites[site]
  return at === undefined ? '' : textAt(analysis, at).trim()
}

function bySite(places: readonly Kept[]): [number, Kept[]][] {
  const groups = new Map<number, Kept[]>()
  for (const kept of places) {
    const site = kept.later[0]?.site ?? -1
    groups.set(site, [...(groups.get(site) ?? []), kept])
  }
  return [...groups]
}

/** Back through copies and views, as far as `until`. */
function throughShifts({ tape }: Analysis, node: number, until: number): number {
  let at = node
  while (at !== until && PASSES.has(tape.entry(at).op)) at = tape.entry(at).args[0] ?? until
  return at
}

/** The one value that a term is a multiple or a power of, element by element. */
function factorOf({ tape, points, dependence }: Analysis, node: number): number | undefined {
  let at = node
  for (let depth = 0; depth < 6; depth++) {
    const { op, args } = tape.entry(at)
    const [a, b] = args
    if (MULTIPLICATIONS.has(op) && a !== undefined && a === b) return a
    if (POWERS.has(op) && a !== undefined) return a
    if (!MULTIPLICATIONS.has(op) || a === undefined || b === undefined) return at
    const isNumber = (n: number) => points.values[0]?.[n]?.data.length === 1 && dependence.depends[n] !== 1
    if (isNumber(a) === isNumber(b)) return at
    at = isNumber(a) ? b : a
  }
  return at
}

/** Whether anything but the place's own next value is computed from a value. */
function isRead({ tape }: Analysis, node: number, own: Kept['later']): boolean {
  const next = new Set(own.map((l) => l.node))
  return tape.readers(node).some((user) => user < node + 5000 && !next.has(user) && tape.aside[user] !== 1)
}

/** `v = m`: one list or dictionary under two names, which two statements write into as if there were two. */
function oneForTwo(analysis: Analysis): Finding[] {
  const { trace } = analysis
  const text = (site: number) => {
    const at = trace.sites[site]
    return at === undefined ? '' : textAt(analysis, at).trim()
  }
  const bound = new Map<number, { key: string | number; time: number }[]>()
  /** By container and statement, when it was last written into. */
  const written = new Map<string | number, Map<number, number>>()
  for (const event of trace.events) {
    if (event.kind === 'bind') {
      const binds = bound.get(event.container) ?? []
      binds.push(event)
      bound.set(event.container, binds)
    } else if (event.kind === 'store' && event.place === 'item')
      written.set(event.owner, (written.get(event.owner) ?? new Map()).set(event.site, event.time))
  }
  for (const event of trace.events) {
    if (event.kind !== 'bind' || event.place === 'item' || trace.sites[event.site]?.kind !== 'Assign') continue
    const names = /^([\w.]+)\s*=\s*([\w.]+)$/.exec(text(event.site))
    if (names === null || names[1] === names[2]) continue
    const writes = [...(written.get(event.container) ?? [])].filter(([, last]) => last > event.time)
    const isWritten = (name: string | undefined) => writes.some(([site]) => text(site).startsWith(`${name}[`))
    const hadName = bound.get(event.container)?.some((e) => e.time <= event.time && e.key !== event.key) === true
    if (!hadName || !isWritten(names[1]) || !isWritten(names[2])) continue
    return findingAt(analysis, {
      kind: 'aliased-array',
      site: event.site,
      message: `${names[1]} and ${names[2]} are one and the same: what is kept in one is written over by the other`,
      expected: `a container of its own for ${names[1]}`,
      received: text(event.site),
      evidence: [`both ${names[1]}[…] and ${names[2]}[…] are set in each step, and hold the same values afterwards`],
    })
  }
  return []
}

/** Where nothing trains: arrays that each round stores once more as they are, though the network computes with them. */
export function storedAsTheyAre(analysis: Analysis): Finding[] {
  const { trace, tape } = analysis
  const counts = new Map<string, { node: number; site: number; count: number; names: Set<string> }>()
  const multiplied = new Set<number>()
  for (let node = 0; node < trace.nodes.length; node++) {
    const { op, args } = tape.entry(node)
    if (op === 'dot' || op === 'matmul' || op === 'einsum')
      for (const arg of args) multiplied.add(throughShifts(analysis, arg, -1)).add(arg)
  }
  const placeOf = resolvePlaces(trace)
  for (const event of trace.events) {
    if (event.kind !== 'store' || !multiplied.has(event.node)) continue
    const site = trace.sites[event.site]
    // A name that a function or a loop gives is no place of its own.
    const assigned = site?.kind === 'Assign' || (event.place !== 'name' && site?.kind !== 'For')
    if (!assigned || (event.place === 'name' && event.owner !== '<module>')) continue
    const key = `${event.site}|${event.node}`
    const known = counts.get(key) ?? { node: event.node, site: event.site, count: 0, names: new Set<string>() }
    known.count++
    known.names.add(placeOf(event.place, event.owner, event.key))
    counts.set(key, known)
  }
  const again = [...counts.values()].filter((c) => c.count >= 3)
  const [first] = again
  if (first === undefined || new Set(again.map((c) => c.node)).size < 2) return []
  const names = again.flatMap((c) => [...c.names])
  const returned = trace.events.find((e) => e.kind === 'mark' && e.as === 'return' && e.node === first.node)
  return findingAt(analysis, {
    kind: 'never-updated',
    site: returned !== undefined && 'site' in returned ? returned.site : first.site,
    message: `nothing is learned: ${listed(names)} are stored in each round as they were`,
    expected: 'a step against the gradient',
    received: received(analysis, first.site),
    evidence: [`${first.count} rounds store the same values in the same places`],
    parameters: names,
  })
}
