/**
 * A gradient that is set for each sample where it should add up, or whose sum is set back before it is whole: the update
 * sees the last ones alone. Shown by the values themselves: with the sum of all of them the update is right.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { ParameterResult } from '../judge.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { type Given, Replay } from '../repair/replay.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { resolvePlaces } from '../roles/places.ts'
import type { Tape } from '../tape/tape.ts'
import { add, sameShape, scale, type Tensor } from '../tape/tensor.ts'
import type { Finding } from '../types.ts'
import { addsZeros } from './still-weights.ts'
import {
  analyseEdited,
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

const ASSIGN = /^([\w.[\]'"]+)\s*=\s*([\s\S]+)$/
const SUM = [/^(?:\w+\.)?sum\(\s*([\w.[\]'"]+)\s*(?:,[\s\S]*)?\)$/, /^([\w.[\]'"]+)\.sum\([^()]*\)$/]

interface Overwritten {
  readonly name: string
  readonly site: number
  readonly count: number
  /** Whether the value is summed to one number, and what is summed is meant. */
  readonly collapsed: boolean
  /** Whether not even the last value reaches the update, which takes the zeros of before. */
  readonly unread?: boolean
}

export async function overwrittenSums(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const wrong = analysis.best?.results.filter((r) => r.status === 'wrong' && r.step.part === undefined) ?? []
  const found = [...wrong.flatMap((r) => overwritten(analysis, r) ?? []), ...unadded(analysis)]
  if (found.length === 0) return NOTHING_FOUND
  const edits = new Map(found.map((o) => [o.site, editOf(analysis, o)]))
  const all = inOrder([...edits.values()].filter((e) => e !== undefined))
  const after = all.length === 0 ? undefined : await analyseEdited(scene, all)
  const still = after && wrongNames(after)
  const learns = (name: string) => after?.best?.results.some((r) => r.chain.name === name) === true
  const mended = still !== undefined && found.every((o) => !still.includes(o.name) && learns(o.name))
  const findings = [...edits].flatMap(([site, edit]) =>
    claim(
      analysis,
      site,
      found.filter((o) => o.site === site),
    ).map((f) => (mended && edit !== undefined ? { ...f, fix: fixOf(analysis, edit, true) } : f)),
  )
  return mended && after !== undefined ? { findings, edits: all, analysis: after } : { findings, edits: [] }
}

function claim(analysis: Analysis, site: number, group: readonly Overwritten[]): Finding[] {
  const [one] = group
  const at = analysis.trace.sites[site]
  if (one === undefined || at === undefined) return []
  const text = textAt(analysis, at).trim()
  const subject = /^([\w.[\]'"]+)\s*[-+]?=/.exec(text)?.[1] ?? 'this gradient'
  const sums = at.kind === 'AugAssign'
  return findingAt(analysis, {
    kind: 'overwritten-sum',
    site,
    message: sums
      ? `${subject} is set back while its ${one.count} parts are still being added: only the last of them count`
      : `${subject} is set anew ${one.count} times in a step where it should add up: ${one.unread === true ? 'the update takes the zeros that it began with' : 'only the last one counts'}${one.collapsed ? ', and that summed to one number' : ''}`,
    expected: sums ? `${subject} set back once in each step, before all of them` : `${subject} += …`,
    received: text,
    evidence: [
      `the ${one.count} values that were ${sums ? 'added' : 'set'} in the step${one.collapsed ? ', before they are summed,' : ''} add up to what the update of ${listed(group.map((o) => o.name))} needs to follow its gradient`,
    ],
    parameters: group.map((o) => o.name),
  })
}

/** What one place got in one run of a statement. */
interface Run {
  /** What stands there afterwards, or the part of an array that was written. */
  readonly node: number
  /** What was set, or added. */
  readonly term: number
  readonly sign: number
}

/**
 * A statement on the way to a parameter's update that ran several times for one place, and of which not all runs reach
 * the update. With the sum of all in place of the last one, the update follows the gradient.
 */
function overwritten(analysis: Analysis, result: ParameterResult): Overwritten | undefined {
  const { tape, dependence } = analysis
  const { chain, step } = result
  const made = tape.madeFrom([step.after], dependence.cut)
  const replay = new Replay(analysis, step.after + 1)
  // The statement nearest to the update: what is computed on the way to it is overwritten for each sample as well.
  const nearest = [...runsOf(analysis, step)].reverse().sort((a, b) => lastOf(b[1]) - lastOf(a[1]))
  for (const [site, places] of nearest) {
    const reaching = [...places.values()]
      .flatMap((runs) => inTurns(tape, runs))
      .filter((runs) => runs.length > 1 && made.has(runs.at(-1)?.node ?? -1))
    const lost = (runs: readonly Run[]) => runs.slice(0, -1).some((run) => !made.has(run.node) || run.term === run.node)
    if (reaching.length === 0 || !reaching.some(lost)) continue
    for (const isCollapsed of [false, true]) {
      const forced = new Map<number, Given>()
      for (const runs of reaching) {
        const parts = totals(analysis, runs, isCollapsed)
        if (parts !== undefined) forced.set(runs.at(-1)?.node ?? -1, { parts })
      }
      if (forced.size < reaching.length) continue
      const [fit] = replay.fits(forced, [result])
      if (fit !== undefined && fit.ratio > 0)
        return { name: chain.name, site, count: reaching[0]?.length ?? 0, collapsed: isCollapsed }
    }
  }
  return undefined
}

/**
 * `dW = …` for `dW += …`, where the update takes an array of zeros that once had this name: the values that nothing
 * reads add up to the gradient of a parameter that never moves.
 */
function unadded({ chains, points, tape, trace, dependence, best }: Analysis): Overwritten[] {
  const idle = chains.filter((c) => !c.parameter && c.isState !== true && c.resets === 0 && addsZeros(c, points))
  if (best === undefined || idle.length === 0) return []
  const adjoints = best.measured.adjointsAt(0)
  const end = Math.max(...best.results.map((r) => r.step.after))
  const lost = new Map<number, Run[]>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.place !== 'name' || event.node >= end) continue
    if (dependence.depends[event.node] !== 1 || tape.aside[event.node] === 1 || tape.readers(event.node).length > 0)
      continue
    lost.set(event.site, [...(lost.get(event.site) ?? []), { node: event.node, term: event.node, sign: 1 }])
  }
  return idle.flatMap(({ name, versions }) => {
    const truth = join(adjoints.map((a) => a.get(versions[0]?.node ?? -1)))
    for (const [site, runs] of lost) {
      const sum = join(totals({ points, tape }, runs, false) ?? [])
      if (runs.length < 2 || truth.length === 0 || sum.length !== truth.length || truth.every((x) => x === 0)) continue
      if (proportion(sum, truth).residual < MATCH)
        return { name, site, count: runs.length, collapsed: false, unread: true }
    }
    return []
  })
}

/** The runs up to one that something reads, and those up to the next: a name may hold the sum of one unit after the other. */
function inTurns(tape: Tape, runs: readonly Run[]): Run[][] {
  const isRead = runs.map((run) => tape.readers(run.node).some((n) => tape.aside[n] !== 1))
  if (!isRead.some((x, i) => x && i < runs.length - 1) || isRead.every((x) => x)) return [[...runs]]
  const out: Run[][] = [[]]
  for (const [i, run] of runs.entries()) {
    out.at(-1)?.push(run)
    if (isRead[i] && i < runs.length - 1) out.push([])
  }
  return out
}

const lastOf = (places: ReadonlyMap<string, readonly Run[]>) =>
  Math.max(...[...places.values()].map((runs) => runs.at(-1)?.node ?? 0))

/** site -> place -> its runs, of statements that store numbers or write into arrays within a step. */
function runsOf(
  { trace, tape }: Analysis,
  { before, after }: ParameterResult['step'],
): Map<number, Map<string, Run[]>> {
  const placeOf = resolvePlaces(trace)
  const out = new Map<number, Map<string, Run[]>>()
  const note = (site: number, place: string, run: Run) => {
    const places = out.get(site) ?? new Map<string, Run[]>()
    out.set(site, places)
    const runs = places.get(place) ?? []
    places.set(place, runs)
    if (runs.at(-1)?.node !== run.node) runs.push(run)
  }
  for (const event of trace.events) {
    if ((event.kind !== 'store' && event.kind !== 'write') || event.node <= before || event.node >= after) continue
    const { op, args, params, site } = tape.entry(event.node)
    const adds = trace.sites[event.site]?.kind === 'AugAssign'
    if (event.kind === 'store') {
      const run = adds ? added(tape, event.node) : { node: event.node, term: event.node, sign: 1 }
      const name = placeOf(event.place, event.owner, event.key)
      if (run !== undefined) note(event.site, event.place === 'name' ? `${event.owner}|${name}` : name, run)
    } else if ((op === 'put' || op === 'write') && args[1] !== undefined && site === event.site) {
      const run = adds ? added(tape, args[1]) : { node: args[1], term: args[1], sign: 1 }
      const where = op === 'put' ? String(params.at) : `${params.offset}/${params.strides}/${params.shape}`
      if (run !== undefined) note(event.site, where, run)
    }
  }
  return out
}

/** v + rest, as a run of `v += rest`. */
function added(tape: Tape, node: number): Run | undefined {
  const { op, args } = tape.entry(node)
  const [, rest] = args
  if (rest === undefined || !['add', 'sub', 'subtract'].includes(op)) return undefined
  return { node, term: rest, sign: op === 'add' ? 1 : -1 }
}

/** The sum of all runs at each point; with `isCollapsed` of what each of them sums to one number. */
function totals(
  { tape, points }: Pick<Analysis, 'tape' | 'points'>,
  runs: readonly Run[],
  isCollapsed: boolean,
): Tensor[] | undefined {
  const out: Tensor[] = []
  for (const values of points.values) {
    let total: Tensor | undefined
    for (const { term, sign } of runs) {
      const { op, args } = tape.entry(term)
      const value = isCollapsed ? (op === 'sum' ? values[args[0] ?? -1] : undefined) : values[term]
      if (value === undefined || (total !== undefined && !sameShape(total, value))) return undefined
      const own = scale(value, sign)
      total = total === undefined ? own : add(total, own)
    }
    if (total === undefined) return undefined
    out.push(total)
  }
  return out
}

function editOf(analysis: Analysis, { site, collapsed }: Overwritten): SourceEdit | undefined {
  const at = analysis.trace.sites[site]
  const match = at === undefined ? null : ASSIGN.exec(textAt(analysis, at).trim())
  if (at === undefined || match === null || at.kind !== 'Assign') return undefined
  const [, name = '', value = ''] = match
  const inner = SUM.map((s) => s.exec(value.trim())?.[1]).find((x) => x !== undefined)
  if (collapsed && inner === undefined) return undefined
  return replaceAt(at, `${name} += ${collapsed ? inner : value}`)
}
