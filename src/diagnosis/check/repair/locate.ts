/**
 * Where the backward pass goes wrong, without any edit: what a statement computed is replaced by the true gradient of
 * some forward value, and the rest of the step is replayed. The statement at which this makes the wrong parameters
 * right is where it goes wrong, and what it should have computed is known.
 */

import type { Analysis, Judged, ParameterResult } from '../analyse.ts'
import { join } from '../roles/measure.ts'
import type { Values } from '../tape/tape.ts'
import { add, type Tensor } from '../tape/tensor.ts'
import { blameDerivatives, innerOf } from './factors.ts'
import { flip, type Label, Labels } from './labels.ts'
import { partsOf } from './parts.ts'
import { type Remake, remakeOf } from './remake.ts'
import { type Forced, type Given, Replay } from './replay.ts'
import { type Region, regionOf, type Statement } from './statements.ts'

export interface Occurrence {
  readonly node: number
  /** What the statement computed from right operands, and what it should have, at each point. */
  readonly given: readonly (Tensor | undefined)[]
  readonly wanted: readonly (Tensor | undefined)[]
  /** The forward value whose gradient is wanted. */
  readonly target: number
  /** From when on it is wanted, for what a statement only hands over. */
  readonly from?: number
}

export interface Located {
  readonly statement: Statement
  readonly fixed: readonly number[]
  readonly occurrences: readonly Occurrence[]
  /** Whether what it computes is another value's gradient than the one that is needed here. */
  readonly labelled: boolean
  /** The one change that makes the statement right, where there is one. */
  readonly remake?: Remake
  /** Other statements whose change would make the same parameters right. */
  readonly rivals: readonly Statement[]
}

/** In how many pieces a block goes backwards, each piece forwards in itself: 1 is the forward order, 0 all backwards. */
const ORDERS = [0, 1, 2, 3, 4]
const MAX_TARGETS = 60

/** The faults that explain most wrong parameters, one after the other, until all are explained or nothing more is found. */
export function locate(analysis: Analysis, judged: Judged, milliseconds: number): Located[] {
  const deadline = Date.now() + milliseconds
  const region = regionOf(analysis, judged)
  const step = Math.min(...judged.results.map((r) => r.step.step))
  const labels = new Labels(judged, step)
  const results = judged.results.filter((r) => r.step.step === step && r.status !== 'unreached')
  const normal = normalOf(judged)
  let right = results.filter((r) => r.status === 'right')
  let wrong = results.filter((r) => r.status === 'wrong')
  const out: Located[] = []
  let points = analysis.points.values
  const forced = new Map<number, Given>()
  while (wrong.length > 0 && out.length < 4 && Date.now() < deadline) {
    const pinned = new Set([...forced].filter(([, given]) => given.from === undefined).map(([node]) => node))
    const situation = { analysis, judged, region, labels, points, pinned, wrong, right, normal }
    const found = explain(situation, deadline)
    if (found === undefined || out.some((o) => o.statement === found.statement)) break
    out.push(found)
    for (const o of found.occurrences)
      forced.set(o.node, { parts: o.wanted, ...(o.from !== undefined && { from: o.from }) })
    const replay = new Replay(analysis, region.end)
    points = analysis.points.values.map((_, p) => replay.values(p, forced))
    const fits = new Replay(analysis, region.end, points).fits(new Map(), results)
    const fixed = new Set(fits.map((f) => f.chain))
    right = results.filter((r) => fits.some((f) => f.chain === r.chain.id && isNormal(f.ratio, normal)))
    wrong = wrong.filter((r) => !fixed.has(r.chain.id))
  }
  const blamed = blameDerivatives(analysis, region, out)
  if (wrong.length > 0) return blamed
  return [
    ...blamed,
    ...locateFactors(
      { analysis, judged, region, labels, points, pinned: new Set(), wrong, right, normal },
      results,
      deadline,
    ),
  ]
}

/** Where gradients that are right but for a constant get their factor. */
function locateFactors(situation: Situation, results: readonly ParameterResult[], deadline: number): Located[] {
  const out: Located[] = []
  let { points, right } = situation
  const { analysis, region, normal } = situation
  if (normal === undefined) return out
  const forced = new Map<number, Given>()
  for (let round = 0; round < 3 && Date.now() < deadline; round++) {
    const fits = new Replay(analysis, region.end, points).fits(new Map(), results)
    right = results.filter((r) => fits.some((f) => f.chain === r.chain.id && isNormal(f.ratio, normal)))
    const off = results.filter((r) => fits.some((f) => f.chain === r.chain.id && !isNormal(f.ratio, normal)))
    if (off.length === 0) break
    const found = explain({ ...situation, points, right, wrong: off }, deadline, true)
    if (found === undefined || out.some((o) => o.statement === found.statement)) break
    out.push(found)
    for (const o of found.occurrences)
      forced.set(o.node, { parts: o.wanted, ...(o.from !== undefined && { from: o.from }) })
    points = situation.points.map((_, p) => new Replay(analysis, region.end, situation.points).values(p, forced))
  }
  return out
}

function normalOf(judged: Judged): number | undefined {
  const right = judged.results.find((r) => r.status === 'right')
  return right && right.ratio / right.rate
}

const isNormal = (ratio: number, normal: number | undefined) =>
  normal === undefined || Math.abs(ratio / normal - 1) < 1e-5

interface Situation {
  readonly analysis: Analysis
  readonly judged: Judged
  readonly region: Region
  readonly labels: Labels
  readonly points: readonly Values[]
  /** Nodes that an earlier round has put right. */
  readonly pinned: ReadonlySet<number>
  readonly wrong: readonly ParameterResult[]
  readonly right: readonly ParameterResult[]
  readonly normal: number | undefined
}

interface Pairing {
  readonly nodes: readonly number[]
  readonly targets: readonly number[]
  readonly times?: readonly number[] | undefined
  /** Whether the targets are what single uses ask for. */
  readonly byUses?: boolean
}

interface Explanation extends Pairing {
  readonly statement: Statement
  readonly forced: Forced
  readonly fixed: readonly number[]
  readonly labelled: boolean
  /** Whether what is wanted has the scale that the operands have. */
  readonly natural: boolean
  /** When it first differs from what is wanted. */
  readonly first: number
  /** Whether a sign is what is wrong. */
  readonly turned: boolean
}

function explain(situation: Situation, deadline: number, factors = false): Located | undefined {
  const { analysis, region, wrong } = situation
  const groups = targetGroups(situation)
  const made = analysis.tape.madeFrom(
    wrong.map((r) => r.step.after),
    analysis.dependence.cut,
  )
  const flows = flowsOf(situation)
  const order = factors ? betterFactor : better
  const best = new Map<number, Explanation>()
  const inParts = new Map<number, Explanation>()
  for (const statement of region.statements) {
    if (!statement.outputs.some((n) => made.has(n))) continue
    const known = new Map<number, Label[]>()
    const scales = new Map<number, number[]>()
    const scalesAt = (node: number) => {
      const list = scales.get(node) ?? operandScales(situation, node)
      scales.set(node, list)
      return list
    }
    const pairings = factors
      ? ownPairings(situation, statement, flows)
      : pairingsOf(situation, statement, groups, flows)
    for (const pairing of pairings) {
      if (Date.now() > deadline) break
      const found = attempt(situation, statement, pairing, known, scalesAt)
      if (found === undefined) continue
      const list = pairing.byUses === true ? inParts : best
      const other = list.get(statement.site)
      if (other === undefined || order(found, other)) list.set(statement.site, found)
    }
  }
  for (const [site, one] of inParts) if (!best.has(site)) best.set(site, one)
  const sorted = [...best.values()].sort((a, b) => (order(a, b) ? -1 : order(b, a) ? 1 : 0))
  const [top] = sorted
  if (top === undefined) return undefined
  const equals = sorted.filter(
    (e) => e.fixed.length === top.fixed.length && e.statement.updates === top.statement.updates,
  )
  const drafts = equals
    .slice(0, MAX_RIVALS)
    .map((e, i) => judgeRival(situation, e, inParts.get(e.statement.site), i, factors))
  drafts.sort((a, b) => a.cost - b.cost)
  const [first, ...others] = drafts
  if (first === undefined) return undefined
  const { statement, fixed, labelled } = first.explanation
  const { occurrences, remake } = first
  return {
    statement,
    fixed,
    labelled,
    occurrences,
    ...(remake !== undefined && { remake }),
    rivals: others.filter((o) => !o.explanation.statement.updates).map((o) => o.explanation.statement),
  }
}

const MAX_RIVALS = 6

interface Rival {
  readonly explanation: Explanation
  readonly occurrences: readonly Occurrence[]
  readonly remake: Remake | undefined
  readonly cost: number
}

/** A statement that one small change would make right is at fault sooner than one that would have to be another. */
function judgeRival(
  situation: Situation,
  explanation: Explanation,
  inParts: Explanation | undefined,
  place: number,
  factors: boolean,
): Rival {
  const { analysis, judged, region } = situation
  const whole = compare(situation, explanation)
  const remade = ({ occurrences, values }: ReturnType<typeof compare>) =>
    factors || explanation.statement.updates ? undefined : remakeOf({ analysis, judged, region, values }, occurrences)
  let remake = remade(whole)
  let { occurrences } = whole
  if (remake === undefined && inParts !== undefined && inParts.fixed.length >= explanation.fixed.length) {
    const parts = compare(situation, inParts)
    remake = remade(parts)
    if (remake !== undefined) occurrences = parts.occurrences
  }
  const hints = explanation.labelled && remake !== undefined ? likeness(situation, explanation) : 0
  // What only hands a value on is where the value should have become another one.
  const lacks = remake?.kind.startsWith('missing') === true
  const handsOn = lacks && explanation.statement.times !== undefined ? 0.1 : 0
  return { explanation, occurrences, remake, cost: (remake?.cost ?? 3) - hints - handsOn + 0.05 * place }
}

/** What speaks for a statement that lacks a factor: it is called after the value whose gradient is wanted, or stands in the class that computed the one whose gradient it has. */
function likeness({ analysis, labels, points }: Situation, { statement, nodes, targets }: Explanation): number {
  const { trace, tape } = analysis
  const site = trace.sites[statement.site]
  const [target, node] = [targets[0] ?? -1, nodes[0] ?? -1]
  if (site === undefined) return 0
  const wanted = labels.adjoints.map((_, p) => labels.gradient(target, p))
  const same = new Set(
    labels
      .find(join(wanted))
      .filter((l) => Math.abs(l.scale - 1) < 1e-9)
      .map((l) => l.node),
  )
  const names = trace.events.flatMap((e) => (e.kind === 'store' && same.has(e.node) ? [bare(e.key)] : []))
  const own = trace.events.flatMap((e) =>
    e.kind === 'store' && trace.sites[e.site]?.statement === statement.site ? [bare(e.key)] : [],
  )
  const called = own.some((key) => names.some((n) => n !== '' && key !== n && key.includes(n)))
  const scopeOf = (file: string, line: number) => enclosingClass(trace.sources.get(file) ?? '', line)
  const home = scopeOf(site.file, site.line)
  const beside = labels.of(node, points).some((l) => {
    const made = trace.sites[tape.entry(l.node).site]
    return made !== undefined && made.file === site.file && scopeOf(made.file, made.line) === home
  })
  return (called ? 0.3 : 0) + (beside ? 0.3 : 0)
}

const bare = (key: string | number) => (typeof key === 'number' ? '' : key.toLowerCase().replace(/[^a-z0-9]/g, ''))

/** The line of the class that a line is in. */
function enclosingClass(source: string, line: number): number | undefined {
  const lines = source.split('\n')
  const depthOf = (text: string) => text.length - text.trimStart().length
  let depth = depthOf(lines[line - 1] ?? '')
  for (let at = line - 1; at > 0; at--) {
    const text = lines[at - 1] ?? ''
    if (text.trim() === '' || depthOf(text) >= depth) continue
    depth = depthOf(text)
    if (/^\s*class\b/.test(text)) return at
  }
  return undefined
}

function attempt(
  situation: Situation,
  statement: Statement,
  { nodes, targets, times }: Pairing,
  known: Map<number, Label[]>,
  scalesAt: (node: number) => number[],
): Explanation | undefined {
  const { analysis, region, labels, points, pinned, wrong, right, normal } = situation
  const replay = new Replay(analysis, region.end, points, pinned)
  const unit = force({ nodes, targets, times }, labels, points)
  if (unit === undefined) return undefined
  // Beside a penalty's gradient a multiple is not enough: the scale must be the one that the operands have.
  const scales = scalesAt(nodes[0] ?? 0)
  const sizes = [1, ...scales.filter((c) => Math.abs(c - 1) > 1e-9)].slice(0, 3)
  let fixed: { chains: number[]; factor: number } | undefined
  for (const c of sizes) {
    const found = agreeing(replay.fits(scaled(unit, c), wrong), normal)
    if (found.chains.length === 0) continue
    fixed = { chains: found.chains, factor: found.factor * c }
    break
  }
  if (fixed === undefined) return undefined
  const forced = scaled(unit, fixed.factor)
  if (right.length > 0) {
    const still = replay.fits(forced, right)
    if (right.some((r) => !still.some((f) => f.chain === r.chain.id && isNormal(f.ratio, normal)))) return undefined
  }
  for (const n of nodes) if (!known.has(n)) known.set(n, labels.of(n, points))
  // A multiple of the very gradient that is wanted is wrong here; another value's gradient may be right here.
  const labelled =
    !statement.updates &&
    nodes.every((n, i) => {
      const own = known.get(n) ?? []
      return own.length > 0 && !own.some((l) => l.node === targets[i])
    })
  const natural = scales.length === 0 || scales.some((c) => Math.abs(fixed.factor / c - 1) < 1e-5)
  const wrongAt = nodes.findIndex((n) => !points.every((values, p) => close(values[n], forced.get(n)?.parts[p])))
  const first = times?.[Math.max(0, wrongAt)] ?? nodes[Math.max(0, wrongAt)] ?? 0
  return {
    statement,
    nodes,
    targets,
    times,
    forced,
    fixed: fixed.chains,
    labelled,
    natural,
    first,
    turned: wrong.some((r) => r.status === 'sign'),
  }
}

function close(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === undefined || b === undefined || a.data.length !== b.data.length) return false
  let [off, size] = [0, 0]
  for (let i = 0; i < a.data.length; i++) {
    off += ((a.data[i] as number) - (b.data[i] as number)) ** 2
    size += (b.data[i] as number) ** 2
  }
  return off <= 1e-14 * size
}

const NEGATIONS = new Set(['neg', 'negative'])

/** The scales of the gradients that a run of a statement starts from. */
function operandScales({ analysis, region, labels, points }: Situation, node: number): number[] {
  const inner = new Set(innerOf(analysis, region, node, new Set()))
  const scales = new Set<number>()
  for (const n of inner)
    for (const arg of analysis.tape.entry(n).args) {
      if (inner.has(arg) || region.forward.has(arg) || region.signal[arg] !== 1) continue
      // −z inside a sigmoid has the negative of z's gradient: only what the script itself holds has a sign.
      const found = labels.of(arg, points)
      const held = found.filter((label) => region.held.has(label.node))
      const plain = found.filter((label) => !NEGATIONS.has(analysis.tape.entry(label.node).op))
      const chosen = held.length > 0 ? held : plain.length > 0 ? plain : found
      for (const label of chosen) scales.add(label.scale)
    }
  return [...scales]
}

/** More parameters first; then the last statement that hands on another value's gradient; then the first that is wrong. */
function better(a: Explanation, b: Explanation): boolean {
  if (a.fixed.length !== b.fixed.length) return a.fixed.length > b.fixed.length
  if (a.statement.updates !== b.statement.updates) return b.statement.updates
  if (a.natural !== b.natural) return a.natural
  if (a.labelled !== b.labelled) return a.labelled
  return a.labelled ? a.first > b.first : a.first < b.first
}

/** For a constant: where the operands have the scale that is wanted; else at the update's sign, or the gradient itself. */
function betterFactor(a: Explanation, b: Explanation): boolean {
  if (a.fixed.length !== b.fixed.length) return a.fixed.length > b.fixed.length
  const rank = (e: Explanation) => (e.natural && !e.statement.updates ? 0 : e.turned === e.statement.updates ? 1 : 2)
  if (rank(a) !== rank(b)) return rank(a) < rank(b)
  return rank(a) === 0 ? a.first < b.first : a.first > b.first
}

/** Every run of a statement with the gradients that its values are multiples of. */
function* ownPairings(
  situation: Situation,
  statement: Statement,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  const { labels, points, region } = situation
  for (const pairing of pairingsOf(situation, statement, [], flows)) yield pairing
  if (statement.updates) return
  const nodes = statement.outputs.filter((n) => region.signal[n] === 1)
  const targets = nodes.map((n) => labels.of(n, points)[0]?.node ?? -1)
  if (nodes.length > 0 && targets.every((t) => t >= 0))
    yield {
      nodes,
      targets,
      times: statement.times && nodes.map((n) => statement.times?.[statement.outputs.indexOf(n)] ?? 0),
    }
}

/** node -> the parameters (of those not right in themselves) that it flows to. */
function flowsOf({ analysis, wrong, right }: Situation): Map<number, ParameterResult[]> {
  const flows = new Map<number, ParameterResult[]>()
  for (const result of [...wrong, ...right])
    for (const node of analysis.tape.madeFrom([result.step.after], analysis.dependence.cut)) {
      const list = flows.get(node) ?? []
      list.push(result)
      flows.set(node, list)
    }
  return flows
}

/** The parameters that a value flows to by what reads it from a moment on. */
function flowsFrom(
  { analysis, region }: Situation,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
  node: number,
  from: number,
): ParameterResult[] {
  const found = new Set<ParameterResult>()
  for (let user = from; user < region.end; user++)
    if (analysis.tape.entry(user).args.includes(node)) for (const r of flows.get(user) ?? []) found.add(r)
  return [...found]
}

/** All runs of a statement, or only those that the wrong parameters come from. */
function* pairingsOf(
  situation: Situation,
  statement: Statement,
  groups: readonly (readonly number[])[],
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  if (statement.updates) return yield* pairingsAmong(situation, statement, restsOf(situation, statement), groups, flows)
  yield* pairingsAmong(situation, statement, statement.outputs, groups, flows)
  if (statement.suspected.length < statement.outputs.length && statement.times === undefined)
    yield* pairingsAmong(situation, statement, statement.suspected, groups, flows)
}

function* pairingsAmong(
  situation: Situation,
  statement: Statement,
  own: readonly number[],
  groups: readonly (readonly number[])[],
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  // What flows to one parameter alone is that parameter's gradient, whatever its shape; of a sum, its last state is.
  const last = new Map<number, { node: number; target: number; time: number | undefined }>()
  for (const [i, node] of own.entries()) {
    const [one, ...others] =
      statement.times === undefined
        ? (flows.get(node) ?? [])
        : flowsFrom(situation, flows, node, statement.times[i] ?? 0)
    if (one !== undefined && others.length === 0 && one.step.part === undefined)
      last.set(one.chain.id, { node, target: one.step.before, time: statement.times?.[i] })
  }
  if (last.size > 0) {
    const pairs = [...last.values()].sort((a, b) => a.node - b.node)
    const times = statement.times && pairs.map((p) => p.time ?? 0)
    yield { nodes: pairs.map((p) => p.node), targets: pairs.map((p) => p.target), times }
  }
  yield* byUses(situation, statement, own, flows)
  if (statement.updates) return
  const values = situation.points[0] ?? []
  const signals = own.filter((n) => situation.region.signal[n] === 1)
  const nodes = signals.length > 0 ? signals : own
  const times = statement.times && nodes.map((n) => statement.times?.[own.indexOf(n)] ?? 0)
  for (const group of groups) for (const targets of pairings(nodes, group, values)) yield { nodes, targets, times }
  // Right in every run but the first or the last: the output layer, or the one at the input.
  if (nodes.length < 2 || nodes.length > 12) return
  for (const at of [0, nodes.length - 1])
    for (const group of groups)
      for (const target of group) {
        const node = nodes[at] as number
        if (values[target]?.data.length === values[node]?.data.length)
          yield { nodes: [node], targets: [target], times: times && [times[at] ?? 0] }
      }
}

/**
 * A statement that ran once for each use of a parameter, sample by sample or back through time: each run's value is
 * what that use asks for, or the sum of what was asked so far.
 */
function* byUses(
  situation: Situation,
  statement: Statement,
  own: readonly number[],
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  const { analysis, labels } = situation
  if (statement.updates || own.length < 2 || own.length > MOST_RUNS) return
  const runs = new Map<ParameterResult, number[]>()
  for (const [i, node] of own.entries()) {
    const list =
      statement.times === undefined
        ? (flows.get(node) ?? [])
        : flowsFrom(situation, flows, node, statement.times[i] ?? 0)
    const [one, ...others] = list
    if (one === undefined || others.length > 0 || one.step.part !== undefined) return
    runs.set(one, [...(runs.get(one) ?? []), i])
  }
  const asked = [...runs].map(([result, indices]) => ({
    before: result.step.before,
    indices,
    parts: partsOf(analysis, labels.adjoints, result.step.before),
  }))
  if (asked.some(({ indices, parts }) => indices.length !== parts.length) || asked.every((a) => a.parts.length < 2))
    return
  for (const isLatest of [true, false])
    for (const isSum of [false, true]) {
      const pairs = asked.flatMap(({ before, indices, parts }) => {
        const open = [...parts]
        let sum: (Tensor | undefined)[] = []
        return indices.map((i, k) => {
          // A run is about the latest use before it that no other run is about; or else about the first.
          const place = isLatest ? open.findLastIndex((part) => part.use < (own[i] as number)) : 0
          const [part] = open.splice(Math.max(0, place), 1)
          const now = part?.parts ?? []
          sum = isSum && k > 0 ? now.map((x, p) => plus(sum[p], x)) : [...now]
          return { i, target: labels.part(before, sum) }
        })
      })
      pairs.sort((x, y) => x.i - y.i)
      yield {
        nodes: pairs.map(({ i }) => own[i] as number),
        targets: pairs.map(({ target }) => target),
        times: statement.times && pairs.map(({ i }) => statement.times?.[i] ?? 0),
        byUses: true,
      }
    }
}

const MOST_RUNS = 200
const plus = (a: Tensor | undefined, b: Tensor | undefined) => a && b && add(a, b)

/** What update statements add to their parameters. */
function restsOf({ analysis, region, wrong, right }: Situation, statement: Statement): number[] {
  return [...wrong, ...right].flatMap((r) => {
    const index = r.chain.versions.findIndex((v) => v.node === r.step.after)
    const rest = r.chain.rests[index - 1]?.[0]
    if (rest === undefined) return []
    let node = rest
    for (let depth = 0; depth < 8 && region.homeOf(node) === statement.site; depth++) {
      const { args } = analysis.tape.entry(node)
      const next = args.find((a) => region.signal[a] === 1 && region.homeOf(a) === statement.site)
      if (next === undefined) break
      node = next
    }
    return region.homeOf(node) === statement.site ? [node] : []
  })
}

/** Forward values by the expression that computed them, in order. */
function targetGroups({ analysis, labels, region }: Situation): number[][] {
  // A view has no expression of its own: it is known by what reads it.
  const users = new Map<number, string>()
  for (const node of region.forward) {
    const { args, site } = analysis.tape.entry(node)
    args.forEach((a, i) => {
      if (!users.has(a)) users.set(a, `${site}/${i}`)
    })
  }
  const bySite = new Map<string, number[]>()
  for (const node of [...(labels.adjoints[0]?.keys() ?? [])].sort((a, b) => a - b)) {
    const { site, op } = analysis.tape.entry(node)
    if (node >= region.end) continue
    const key = site >= 0 ? `${site}:${op}` : (users.get(node) ?? `n${node}`)
    bySite.set(key, [...(bySite.get(key) ?? []), node])
  }
  return [...bySite.values()].slice(0, 400)
}

/**
 * Which forward value each run of a statement may be about. Runs come in blocks (all layers of a sample, all steps of a
 * sequence); within a block the backward pass goes the same way as the forward one or the other way round, and may
 * leave out the first or the last.
 */
function* pairings(nodes: readonly number[], group: readonly number[], values: Values): Generator<number[]> {
  if (nodes.length === 1) {
    const [node] = nodes
    let left = MAX_TARGETS
    for (const target of group) {
      if (values[target] === undefined || node === undefined) continue
      if (values[target].data.length === values[node]?.data.length || group.length === 1) {
        if (left-- > 0) yield [target]
      }
    }
    return
  }
  const blocks = blocksOf(nodes, group)
  if (blocks === undefined) return
  const seen = new Set<string>()
  for (const order of ORDERS)
    for (const skip of [0, -1, 1]) {
      const out: number[] = []
      for (const block of blocks) {
        const short = block.targets.length - block.nodes.length
        if (short < 0) break
        const cut =
          skip === 0
            ? block.targets.slice(0)
            : skip < 0
              ? block.targets.slice(0, block.targets.length - short)
              : block.targets.slice(short)
        const ordered = inOrder(cut, order)
        block.nodes.forEach((_, i) => {
          out.push(ordered[i] ?? -1)
        })
      }
      const key = out.join()
      if (out.length !== nodes.length || seen.has(key)) continue
      seen.add(key)
      if (out.every((t, i) => values[t]?.data.length === values[nodes[i] ?? -1]?.data.length)) yield out
    }
}

function inOrder(targets: readonly number[], pieces: number): number[] {
  if (pieces === 0) return [...targets].reverse()
  const size = targets.length / pieces
  if (!Number.isInteger(size)) return [...targets]
  return Array.from({ length: pieces }, (_, i) => targets.slice((pieces - 1 - i) * size, (pieces - i) * size)).flat()
}

function blocksOf(
  nodes: readonly number[],
  group: readonly number[],
): { nodes: number[]; targets: number[] }[] | undefined {
  const blocks: { nodes: number[]; targets: number[] }[] = []
  let [i, j] = [0, 0]
  while (j < nodes.length) {
    const targets: number[] = []
    while (i < group.length && (group[i] as number) < (nodes[j] as number)) targets.push(group[i++] as number)
    const limit = group[i] ?? Number.POSITIVE_INFINITY
    const run: number[] = []
    while (j < nodes.length && (nodes[j] as number) < limit) run.push(nodes[j++] as number)
    if (run.length === 0 || targets.length < run.length) return undefined
    blocks.push({ nodes: run, targets })
  }
  return blocks
}

function force({ nodes, targets, times }: Pairing, labels: Labels, points: readonly Values[]): Forced | undefined {
  const forced = new Map<number, Given>()
  for (const [k, node] of nodes.entries()) {
    const target = targets[k] ?? -1
    const parts = points.map((values, p) => shaped(labels.gradient(target, p), values[node]))
    if (parts.some((x) => x === undefined)) return undefined
    const from = times?.[k]
    forced.set(node, { parts, ...(from !== undefined && { from }) })
  }
  return forced
}

/** A gradient in the shape that the script keeps it in: as it is, reshaped, or turned. */
function shaped(gradient: Tensor | undefined, like: Tensor | undefined): Tensor | undefined {
  if (gradient === undefined || like === undefined) return undefined
  const same = gradient.shape.length === like.shape.length && gradient.shape.every((n, i) => n === like.shape[i])
  if (same) return gradient
  if (gradient.data.length !== like.data.length) return gradient
  const turned = flip(gradient)
  if (
    turned !== undefined &&
    turned.shape.length === like.shape.length &&
    turned.shape.every((n, i) => n === like.shape[i])
  )
    return turned
  return { shape: like.shape, data: gradient.data }
}

function scaled(forced: Forced, factor: number): Forced {
  if (factor === 1) return forced
  const times = (p: Tensor | undefined) => p && { shape: p.shape, data: p.data.map((x) => x * factor) }
  return new Map([...forced].map(([node, given]) => [node, { ...given, parts: given.parts.map(times) }]))
}

/** The parameters that fit with one scale, and the factor that brings it to the scale of the right ones. */
function agreeing(
  fits: readonly { chain: number; ratio: number }[],
  normal: number | undefined,
): { chains: number[]; factor: number } {
  let best: { chains: number[]; factor: number } = { chains: [], factor: 1 }
  for (const fit of fits) {
    const chains = fits.filter((f) => Math.abs(f.ratio / fit.ratio - 1) < 1e-5).map((f) => f.chain)
    if (chains.length > best.chains.length)
      best = { chains, factor: normal === undefined ? Math.sign(fit.ratio) : normal / fit.ratio }
  }
  return best
}

/** What the statement computes at each run when everything before is right, beside what it should. */
function compare(
  { analysis, region, labels, points, pinned }: Situation,
  { nodes, targets, times, forced }: Pairing & { forced: Forced },
): { occurrences: Occurrence[]; values: Values[] } {
  const replay = new Replay(analysis, region.end, points, pinned)
  const values = points.map((_, p) => replay.values(p, forced))
  const occurrences = nodes.map((node, k): Occurrence => {
    const inner = innerOf(analysis, region, node, new Set(nodes))
    const given = values.map((v) => {
      const own = v.slice()
      for (const n of inner) own[n] = analysis.tape.compute(n, own, new Map())
      return own[node]
    })
    const from = times?.[k]
    const wanted = forced.get(node)?.parts ?? []
    return { node, given, wanted, target: labels.valueOf(targets[k] ?? -1), ...(from !== undefined && { from }) }
  })
  return { occurrences, values }
}
