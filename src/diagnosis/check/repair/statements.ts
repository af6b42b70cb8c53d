/** The statements of a step's backward pass in, with what each computed, in order. */

import type { Analysis } from '../analyse.ts'
import type { Judged, ParameterResult } from '../judge.ts'
import { MOVES } from '../roles/dependence.ts'
import { findMeetings } from '../roles/meetings.ts'
import { textOfSite } from '../trace/location.ts'

export interface Statement {
  /** Its site. */
  readonly site: number
  /** What it hands on to other statements, one or more for each time that it ran. */
  readonly outputs: readonly number[]
  /** Those of them that wrong parameters are computed from. */
  readonly suspected: readonly number[]
  /** Whether it carries the error back (and is no bare derivative of an activation). */
  readonly signal: boolean
  /** Whether parameters that are right were computed from it too. */
  readonly exonerated: boolean
  readonly updates: boolean
  /** For a statement that computes nothing (`dZ = dA`, `return g`): when it handed each of its outputs on. */
  readonly times?: readonly number[]
  /** The name that it gives them, where it is one. */
  readonly alias?: Alias
}

/** A name, and the function in which it stands for a value; none for what goes into a container. */
export interface Alias {
  readonly name: string
  readonly scope: string
  /** What the value was called until then. */
  readonly former: string
}

export interface Region {
  readonly statements: readonly Statement[]
  /** node -> statement, -1 for what no statement wrote (views, copies). */
  readonly homeOf: (node: number) => number
  readonly signal: Uint8Array
  readonly forward: ReadonlySet<number>
  /** Values that the script keeps under a name or in a container, and parameters. */
  readonly held: ReadonlySet<number>
  readonly end: number
}

/** The part of the tape between the loss and the updates of the wrong parameters. */
export function regionOf(analysis: Analysis, judged: Judged): Region {
  const { tape, dependence, trace } = analysis
  const wrong = judged.results.filter((r) => r.status !== 'right' && r.status !== 'unreached')
  // What an optimiser keeps was made from the gradients of earlier steps, of which this one can tell nothing.
  const start = Math.min(...judged.results.map((r) => r.step.before))
  const madeIn = (results: readonly ParameterResult[]) => {
    const versions = results.map((r) => r.step.after)
    return new Set([...tape.madeFrom(versions, dependence.cut)].filter((n) => n >= start))
  }
  const made = madeIn(wrong)
  const fine = madeIn(judged.results.filter((r) => r.status === 'right'))
  const all = new Set([...made, ...fine])
  const steps = new Set(judged.results.map((r) => r.step.step))
  const forward = tape.ancestors(
    judged.measured.loss.steps.filter((_, k) => steps.has(k)).flatMap((s) => s.terms.map(([n]) => n)),
    dependence.cut,
  )
  const end = Math.max(0, ...judged.results.map((r) => r.step.after)) + 1
  const views = namedViews(analysis)
  const statementOf = (node: number) => views.get(node) ?? trace.sites[tape.entry(node).site]?.statement ?? -1
  const parts = partsOfStatements(analysis, all, statementOf)
  const homeOf = (node: number) => parts.get(node) ?? statementOf(node)
  const signal = signalNodes(analysis, end)
  const updates = new Set(judged.results.map((r) => homeOf(r.step.after)))
  for (const r of judged.results)
    updates.add(trace.sites[r.chain.versions.find((v) => v.node === r.step.after)?.site ?? -1]?.statement ?? -1)
  // What a statement hands on: to others, or by way of what it keeps to its own next run, as sums do.
  const held = heldBy(analysis)
  const outside = new Uint8Array(end)
  for (const node of held) if (node < end) outside[node] = 1
  for (let node = 0; node < end; node++) {
    const home = homeOf(node)
    for (const arg of tape.entry(node).args) if (home < 0 || homeOf(arg) !== home) outside[arg] = 1
  }
  const free = freeOfError(analysis, wrong, start)
  interface Draft {
    site: number
    outputs: number[]
    suspected: number[]
    signal: boolean
    exonerated: boolean
  }
  const drafts = new Map<number, Draft>()
  for (const node of [...all].sort((a, b) => a - b)) {
    const isGradient = dependence.depends[node] === 1 || free.has(node)
    if (node >= end || forward.has(node) || !isGradient || tape.aside[node] === 1) continue
    const site = homeOf(node)
    if (site < 0 || (outside[node] !== 1 && !dependence.cut.has(node))) continue
    const draft = drafts.get(site) ?? { site, outputs: [], suspected: [], signal: false, exonerated: true }
    draft.outputs.push(node)
    draft.signal ||= signal[node] === 1
    if (made.has(node)) {
      draft.suspected.push(node)
      draft.exonerated &&= fine.has(node)
    }
    drafts.set(site, draft)
  }
  const suspects = [...drafts.values()].filter((d) => d.suspected.length > 0)
  const whole = new Set([...drafts.keys()].map((site) => statementOfSite(analysis, site)))
  const statements: Statement[] = suspects.map((d) => ({ ...d, updates: updates.has(d.site) }))
  for (const [site, handed] of handOvers(analysis, made, end, statementOf))
    if (!whole.has(site) && !updates.has(site))
      statements.push({
        site,
        outputs: handed.map((h) => h.node),
        suspected: handed.map((h) => h.node),
        times: handed.map((h) => h.time),
        ...aliasOf(analysis, handed, site),
        signal: handed.some((h) => signal[h.node] === 1),
        exonerated: false,
        updates: false,
      })
  return { statements, homeOf, signal, forward, held, end }
}

/** What updates are computed from that lost the error altogether, `db = y.sum()`: of data alone, and no copy of them. */
function freeOfError({ tape, dependence }: Analysis, wrong: readonly ParameterResult[], start: number): Set<number> {
  const lost = wrong.filter(({ chain, step }) => {
    const rest = chain.rests[chain.versions.findIndex((v) => v.node === step.after) - 1] ?? []
    return rest.length > 0 && rest.every((node) => dependence.depends[node] !== 1)
  })
  const made = tape.madeFrom(
    lost.map((r) => r.step.after),
    dependence.cut,
  )
  const isMade = (node: number) => !MOVES.has(tape.entry(node).op) && tape.entry(node).op !== 'leaf'
  return new Set([...made].filter((node) => node >= start && dependence.depends[node] !== 1 && isMade(node)))
}

/** `d = (d @ W.T * slope)[:, 1:]`: a view that the statement which computed the whole gave its name. node -> that statement. */
function namedViews({ trace, tape }: Analysis): Map<number, number> {
  const out = new Map<number, number>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || out.has(event.node)) continue
    const { op, args, site } = tape.entry(event.node)
    const [of] = args
    const statement = trace.sites[event.site]?.statement ?? -1
    if (op !== 'view' || site >= 0 || of === undefined || statement < 0) continue
    if (trace.sites[tape.entry(of).site]?.statement === statement) out.set(event.node, statement)
  }
  return out
}

const SIMPLE = new Set(['Assign', 'AugAssign', 'AnnAssign', 'Return', 'Expr'])

/** The statement that a place is or belongs to. */
export function statementOfSite({ trace }: Analysis, site: number): number {
  const found = trace.sites[site]
  return found === undefined || SIMPLE.has(found.kind) || found.statement < 0 ? site : found.statement
}

/**
 * `return X.T @ d, d.sum(axis=0)` and `{'W': …, 'b': …}` are several statements in one: values that have nothing to do
 * with each other. node -> the site of the expression that it is a part of, for nodes of such statements.
 */
function partsOfStatements(
  { tape, trace }: Analysis,
  nodes: ReadonlySet<number>,
  statementOf: (node: number) => number,
): Map<number, number> {
  const rootOf = new Map<number, number>()
  const roots = new Map<number, Set<number>>()
  for (const node of [...nodes].sort((a, b) => b - a)) {
    const statement = statementOf(node)
    if (statement < 0 || !SIMPLE.has(trace.sites[statement]?.kind ?? '')) continue
    const site = rootOf.get(node) ?? tape.entry(node).site
    rootOf.set(node, site)
    roots.set(statement, (roots.get(statement) ?? new Set()).add(site))
    for (const arg of tape.entry(node).args)
      if (nodes.has(arg) && statementOf(arg) === statement && !rootOf.has(arg)) rootOf.set(arg, site)
  }
  const out = new Map<number, number>()
  for (const [node, site] of rootOf) if ((roots.get(statementOf(node))?.size ?? 0) > 1) out.set(node, site)
  return out
}

/** Nodes that stand under a name or in a container, and parameters. */
function heldBy({ trace, dependence }: Analysis): Set<number> {
  const held = new Set(dependence.cut)
  for (const event of trace.events) if (event.kind === 'store' || event.kind === 'write') held.add(event.node)
  return held
}

interface Handed {
  readonly node: number
  readonly time: number
  readonly key?: string
}

function aliasOf({ trace }: Analysis, handed: readonly Handed[], at: number): { alias?: Alias } {
  const [name, ...others] = new Set(handed.map((h) => h.key))
  const site = trace.sites[at]
  if (name === undefined || others.length > 0 || site === undefined) return {}
  const former = /(?:^|[^=!<>]=)\s*([A-Za-z_][\w.]*)\s*$/.exec(textOfSite(trace, site))?.[1] ?? ''
  return { alias: { name, scope: site.function, former } }
}

/** The name under which a value is read from then on: of an item, that of its container. */
function keyOf(
  { trace }: Analysis,
  event: { readonly key: string | number; readonly place: string },
  statement: number,
): string | undefined {
  if (event.place !== 'item') return String(event.key)
  const site = trace.sites[statement]
  const line = site === undefined ? '' : (trace.sources.get(site.file)?.split('\n')[site.line - 1] ?? '')
  return /^\s*((?:\w+\.)*\w+)\s*\[/.exec(line)?.[1] ?? (typeof event.key === 'string' ? event.key : undefined)
}

/** Statements, and parts of what is put into containers, that keep or return unchanged what others computed. */
function handOvers(
  analysis: Analysis,
  made: ReadonlySet<number>,
  end: number,
  homeOf: (node: number) => number,
): Map<number, Handed[]> {
  const { trace, tape, dependence } = analysis
  const out = new Map<number, Handed[]>()
  const statementOf = (site: number) => trace.sites[site]?.statement ?? -1
  for (const event of trace.events) {
    if ((event.kind !== 'store' && event.kind !== 'mark') || event.time >= end || !made.has(event.node)) continue
    const isPart = event.kind === 'mark' && event.as === 'handed'
    if (event.kind === 'mark' && !isPart && event.as !== 'return') continue
    const statement = statementOf(event.site)
    const kind = trace.sites[statement]?.kind
    if (statement < 0 || homeOf(event.node) === statement) continue
    if (!isPart && kind !== 'Assign' && kind !== 'Return') continue
    if (dependence.cut.has(event.node) || tape.aside[event.node] === 1) continue
    const site = isPart ? event.site : statement
    const list = out.get(site) ?? []
    const key = isPart ? '' : event.kind === 'store' ? keyOf(analysis, event, statement) : undefined
    if (list.length < 400 && list.at(-1)?.node !== event.node)
      list.push({ node: event.node, time: event.time, ...(key !== undefined && { key }) })
    out.set(site, list)
  }
  // What one of its runs hands on may be a constant, as the zeros that are carried back from behind the last step.
  for (const [site, list] of out) if (list.every((h) => dependence.depends[h.node] !== 1)) out.delete(site)
  // `return dW, db` and `dW, db = …`: each of them is somebody else's.
  let last: { site: number; time: number; node: number; key: string | number; list: number } | undefined
  for (const event of trace.events) {
    if (event.kind !== 'store' && (event.kind !== 'mark' || event.as !== 'return')) continue
    const site = trace.sites[event.site]?.statement ?? -1
    const key = event.kind === 'store' ? event.key : ''
    // One name for several values at a time is several runs of the statement.
    const together = last?.site === site && last.time === event.time && last.node !== event.node
    // A list that one expression has made is one value, the elements of which are numbers in plain Python.
    const list = event.kind === 'store' && event.place === 'item' && typeof event.owner === 'number' ? event.owner : -1
    const isVector = list >= 0 && list === last?.list && tape.entry(event.node).site === tape.entry(last.node).site
    if (isVector) {
      last = { site, time: event.time, node: event.node, key, list }
      continue
    }
    if (together && (event.kind === 'mark' || last?.key !== key)) out.delete(site)
    last = { site, time: event.time, node: event.node, key, list }
  }
  return out
}

/** 1 for what carries the error back: computed from a meeting of prediction and target, or where none is seen, from outputs. */
export function signalNodes(analysis: Analysis, end: number): Uint8Array {
  const { tape, dependence } = analysis
  const signal = new Uint8Array(end + 1)
  const meetings = findMeetings(tape, dependence).filter((m) => m.node <= end)
  for (const { node } of meetings) signal[node] = 1
  const begins = meetings.length > 0 ? new Set<number>() : outputsOf(analysis)
  for (let node = 0; node <= end && node < tape.length; node++) {
    if (signal[node] === 1 || dependence.cut.has(node) || begins.has(node)) continue
    if (tape.entry(node).args.some((a) => signal[a] === 1 || begins.has(a))) signal[node] = 1
  }
  return signal
}

/** What the loss is computed from once all parameters have been used: the network's outputs, and what is made of them. */
function outputsOf({ tape, dependence, best }: Analysis): Set<number> {
  const terms = (best?.measured.loss.steps ?? []).flatMap((s) => s.terms.map(([node]) => node))
  const forward = [...tape.ancestors(terms, dependence.cut)].sort((a, b) => b - a)
  const early = new Set<number>()
  for (const node of forward) {
    const { args } = tape.entry(node)
    const mixes = args.some((a) => dependence.cut.has(a))
    if (mixes || early.has(node)) for (const arg of args) early.add(arg)
  }
  return new Set(forward.filter((n) => dependence.depends[n] === 1 && !early.has(n) && !dependence.cut.has(n)))
}

/** The operations of one run of a statement, in order. */
export function innerOf(analysis: Analysis, region: Region, node: number, others: ReadonlySet<number>): number[] {
  const home = region.homeOf(node)
  const found = new Set<number>([node])
  const stack = [node]
  for (let at = stack.pop(); at !== undefined; at = stack.pop())
    for (const arg of analysis.tape.entry(at).args)
      if (region.homeOf(arg) === home && !others.has(arg) && !found.has(arg)) {
        found.add(arg)
        stack.push(arg)
      }
  return [...found].sort((a, b) => a - b)
}
