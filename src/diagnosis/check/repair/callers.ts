/**
 * A function that several statements call, `dot(u, v)` say, is right where most of its results are: what is wrong with the
 * others is what it was given, by the statement that keeps them.
 */

import type { Analysis } from '../analyse.ts'
import type { Tensor } from '../tape/tensor.ts'
import { textOfSite } from '../trace/location.ts'
import type { Site } from '../trace/trace.ts'
import type { Remake } from './remake/change.ts'
import type { Located, Occurrence } from './situation.ts'
import { innerOf, type Region } from './statements.ts'

/**
 * The statement outside of its function that first keeps or uses a value, or the last that keeps it as it is; -1 where the function goes on with it itself.
 */
export function callerOf(analysis: Analysis, node: number, isLast = false): number {
  const { trace, tape } = analysis
  const home = trace.sites[tape.entry(node).site]
  if (home === undefined || home.function === '<module>') return -1
  const isOutside = (site: number) => {
    const at = trace.sites[site]
    return at !== undefined && (at.function !== home.function || at.file !== home.file)
  }
  let first = { time: Number.POSITIVE_INFINITY, site: -1 }
  const kept = (storesOf(trace).get(node) ?? []).filter(({ site }) => isOutside(site))
  for (const { site, time } of kept) if (time < first.time) first = { time, site }
  for (const reader of tape.readers(node)) {
    const { site } = tape.entry(reader)
    if (tape.aside[reader] === 1 || site < 0 || reader >= first.time) continue
    // Within one statement its last operation is what leaves the function.
    if (!isOutside(site))
      return trace.sites[site]?.statement === home.statement ? callerOf(analysis, reader, isLast) : -1
    first = { time: reader, site }
  }
  const last = isLast ? kept.filter(({ time }) => time <= firstUse(analysis, node)).at(-1) : undefined
  return trace.sites[last?.site ?? first.site]?.statement ?? -1
}

const firstUse = ({ tape }: Analysis, node: number) => tape.readers(node)[0] ?? Number.POSITIVE_INFINITY

const knownStores = new WeakMap<Analysis['trace'], Map<number, { site: number; time: number }[]>>()

function storesOf(trace: Analysis['trace']): ReadonlyMap<number, readonly { site: number; time: number }[]> {
  let found = knownStores.get(trace)
  if (found === undefined) {
    found = new Map()
    for (const event of trace.events)
      if (event.kind === 'store') {
        const list = found.get(event.node)
        if (list === undefined) found.set(event.node, [event])
        else list.push(event)
      }
    knownStores.set(trace, found)
  }
  return found
}

/**
 * The runs of an operation of the script within the step that some parameters are judged by, as far as something is
 * updated with them: what a check of the gradients computes beside it shows no place.
 */
function runsOf({ tape, best, dependence }: Analysis, node: number, fixed: readonly number[]): number[] {
  const { site, op } = tape.entry(node)
  const made = tape.madeFrom(best?.results.map((r) => r.step.after) ?? [], dependence.cut)
  const steps = best?.results.filter((r) => fixed.includes(r.chain.id)).map((r) => r.step) ?? []
  const out: number[] = []
  for (let n = Math.max(...steps.map((s) => s.before)) + 1; n <= Math.max(...steps.map((s) => s.after)); n++)
    if (tape.entry(n).site === site && tape.entry(n).op === op && tape.aside[n] !== 1 && made.has(n)) out.push(n)
  return out
}

/** The innermost call through which all of some runs were reached, and none of the others. */
function partingCall({ trace }: Analysis, nodes: readonly number[], others: readonly number[]): number | undefined {
  const callsOf = (node: number) => {
    const out: number[] = []
    for (let frame = trace.nodes[node]?.frame ?? 0; frame > 0; frame = trace.frames[frame]?.caller ?? 0)
      out.push(trace.sites[trace.frames[frame]?.site ?? -1]?.statement ?? -1)
    return out
  }
  const [first = [], ...more] = nodes.map(callsOf)
  const rest = others.map(callsOf)
  return first.find(
    (site) => site >= 0 && more.every((calls) => calls.includes(site)) && !rest.some((calls) => calls.includes(site)),
  )
}

export function blameCallers(analysis: Analysis, located: readonly Located[]): Located[] {
  return located.map((one) => {
    const { occurrences, statement } = one
    const wrong = occurrences.filter(isOther)
    const [first] = wrong
    if (statement.times !== undefined || first === undefined) return one
    // What lacks a factor lacks it up to where it gets its last name.
    const lacks = one.remake?.kind.startsWith('missing') === true
    const caller = callerOf(analysis, first.node, lacks)
    if (caller < 0 || wrong.some((o) => callerOf(analysis, o.node, lacks) !== caller)) return one
    const own = new Set(wrong.map((o) => o.node))
    const others = runsOf(analysis, first.node, one.fixed).filter((n) => !own.has(n))
    // Called by one statement alone, for one layer after the other, it may be wrong for some of them.
    if (others.length === 0) return one
    const isShared = others.some((n) => callerOf(analysis, n, lacks) === caller)
    const call = isShared ? partingCall(analysis, [...own], others) : caller
    if (call === undefined) return one
    const isSlope = one.remake?.kind === 'wrong-activation-derivative'
    const site = (isSlope ? returnOf(analysis, first.node, call) : undefined) ?? call
    const moved = { ...statement, site, outputs: wrong.map((o) => o.node), updates: false }
    return { ...one, statement: moved, occurrences: wrong, rivals: [statement, ...one.rivals] }
  })
}

/** What returns, unchanged, what a statement of the same function was given: it says what the value is. */
function returnOf({ trace }: Analysis, node: number, statement: number): number | undefined {
  const own = trace.sites[statement]
  if (own === undefined || own.function === '<module>') return undefined
  const found = trace.events.find((e) => {
    const at = e.kind === 'mark' && e.as === 'return' && e.node === node ? trace.sites[e.site] : undefined
    return at !== undefined && at.function === own.function && at.file === own.file
  })
  return found?.kind === 'mark' ? trace.sites[found.site]?.statement : undefined
}

/** An update that nothing of the error reaches: at fault is what computed from data alone what it takes. */
export function blameUnfed(analysis: Analysis, region: Region, located: readonly Located[]): Located[] {
  const { tape, dependence } = analysis
  const fine = tape.madeFrom(
    analysis.best?.results.flatMap((r) => (r.status === 'right' ? [r.step.after] : [])) ?? [],
    dependence.cut,
  )
  return located.map((one) => {
    const { occurrences, statement } = one
    if (statement.signal || statement.times !== undefined || one.remake !== undefined) return one
    const stop = new Set([...dependence.cut, ...region.forward])
    const behind = tape.ancestors(
      occurrences.map((o) => o.node).filter((n) => !stop.has(n)),
      stop,
    )
    const isFed = (n: number) => dependence.depends[n] === 1 && !stop.has(n) && region.homeOf(n) !== statement.site
    if ([...behind].some(isFed)) return one
    const taken = occurrences.map(({ node }) => {
      const inner = innerOf(analysis, region, node, new Set())
      const given = inner
        .flatMap((n) => tape.entry(n).args)
        .filter(
          (a) => region.homeOf(a) !== statement.site && dependence.depends[a] !== 1 && tape.entry(a).op !== 'leaf',
        )
      return Math.max(-1, ...given)
    })
    const [first = -1] = taken
    // What right gradients are made of as well, a hinge's slope, is what the error is.
    if (taken.some((n) => fine.has(n))) return one
    const home = first < 0 ? -1 : region.homeOf(first)
    if (home < 0 || taken.some((n) => n < 0 || region.homeOf(n) !== home)) return { ...one, remake: UNFED }
    const moved = { ...statement, site: home, outputs: taken, updates: false }
    return { ...one, statement: moved, rivals: [statement, ...one.rivals], remake: UNFED }
  })
}

/**
 * `return dx` of what `dx = d` has just given that name, or `dz = da` after the statement that made it: where something is
 * missing it is missing where a value gets another name and stays what it is.
 */
export function blameNames({ trace }: Analysis, located: readonly Located[]): Located[] {
  return located.map((one) => {
    const at = trace.sites[one.statement.site]
    const whole = trace.sites[at?.statement ?? -1] ?? at
    if (whole === undefined || one.remake?.kind.startsWith('missing') !== true) return one
    const site = whole.kind === 'Return' ? namedBefore(trace, whole) : renamedAfter(trace, whole)
    return site < 0 ? one : { ...one, statement: { ...one.statement, site }, rivals: [one.statement, ...one.rivals] }
  })
}

/** `dx = d`, the last that gives `return dx` its value; else -1. */
function namedBefore(trace: Analysis['trace'], whole: Site): number {
  const lines = trace.sources.get(whole.file)?.split('\n') ?? []
  const name = /^return ([A-Za-z_]\w*)\s*$/.exec(textOfSite(trace, whole).trim())?.[1]
  const start = lines.slice(0, whole.line).findLastIndex((line) => /^\s*def\b/.test(line))
  const gives = new RegExp(`^\\s*${name}\\s*=\\s*[A-Za-z_]\\w*\\s*(?:#.*)?$`)
  const line = lines.findLastIndex((text, i) => i > start && i < whole.line && gives.test(text))
  const isLast = !lines
    .slice(line + 1, whole.line - 1)
    .some((text) => new RegExp(`^\\s*${name}\\s*[-+*/@]?=`).test(text))
  if (name === undefined || line < 0 || !isLast) return -1
  return trace.sites.findIndex((s) => s.file === whole.file && s.line === line + 1 && s.kind === 'Assign')
}

/** The only `dz = da` of what a statement called `da`, further down in the same function; else -1. */
function renamedAfter(trace: Analysis['trace'], whole: Site): number {
  const name = /^([A-Za-z_]\w*)\s*=(?!=)/.exec(textOfSite(trace, whole))?.[1]
  const after = trace.sites.flatMap((at, site) => {
    const isSame = at.kind === 'Assign' && at.statement < 0 && at.file === whole.file && at.function === whole.function
    return isSame && at.line > whole.endLine ? [{ site, text: textOfSite(trace, at) }] : []
  })
  const isBare = new RegExp(`^[A-Za-z_]\\w*\\s*=\\s*${name}\\s*$`)
  const [found, ...more] = after.filter(({ text }) => isBare.test(text))
  const isSetAgain = after.some(({ text }) => new RegExp(`^${name}\\s*=(?!=)`).test(text))
  return name === undefined || found === undefined || more.length > 0 || isSetAgain ? -1 : found.site
}

const UNFED: Remake = { kind: 'wrong-operand', text: 'nothing of the error reaches it', cost: 1 }

function isOther({ given, wanted }: Occurrence): boolean {
  const differs = (a: Tensor | undefined, b: Tensor | undefined) =>
    a?.data.length !== b?.data.length ||
    a?.data.some((x, i) => Math.abs(x - (b?.data[i] ?? 0)) > 1e-7 * Math.abs(b?.data[i] ?? 0)) === true
  return given.some((x, p) => differs(x, wanted[p]))
}
