/** A statement in, the gradients that each of its runs may be meant to compute out. */

import type { ParameterResult } from '../judge.ts'
import { placesRead } from '../tape/moves.ts'
import { add, type Tensor } from '../tape/tensor.ts'
import type { Labels } from './labels.ts'
import { byOperands, byReaders } from './operands.ts'
import { pairings, RARE } from './orders.ts'
import { partsOf } from './parts.ts'
import { readsAs } from './replay.ts'
import type { Pairing, Situation } from './situation.ts'
import type { Alias, Statement } from './statements.ts'
import { byWays, type Targets } from './ways.ts'

/** Every run of a statement with the gradients that its values are multiples of. */
export function* ownPairings(
  situation: Situation,
  statement: Statement,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  const { labels, points, region } = situation
  for (const pairing of pairingsOf(situation, statement, { groups: [], ways: [] }, flows)) yield pairing
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
export function flowsOf(situation: Situation): Map<number, ParameterResult[]> {
  const flows = new Map<number, ParameterResult[]>()
  for (const result of [...situation.wrong, ...situation.right])
    for (const node of madeFor(situation, result)) {
      const list = flows.get(node) ?? []
      list.push(result)
      flows.set(node, list)
    }
  return flows
}

/** What a parameter's update is made of: of a part of a vector, what was joined into just that part. */
function madeFor({ analysis, points, region }: Situation, { step }: ParameterResult): ReadonlySet<number> {
  const { tape, dependence } = analysis
  const all = tape.madeFrom([step.after], dependence.cut)
  const { part } = step
  const sizeOf = (node: number) => points[0]?.[node]?.data.length ?? 0
  if (part === undefined) return all
  const joined = [...all]
    .sort((a, b) => b - a)
    .find((n) => {
      const { op, args } = tape.entry(n)
      return op === 'move' && args.length > 1 && sizeOf(n) === sizeOf(step.before) && !region.forward.has(n)
    })
  if (joined === undefined) return all
  const { args, params } = tape.entry(joined)
  const index = params.index as number[]
  let end = 0
  const own = args.filter((arg) => {
    const start = end
    end += sizeOf(arg)
    return part.some((at) => (index[at] ?? -1) >= start && (index[at] ?? -1) < end)
  })
  const joins = tape.ancestors([joined], dependence.cut)
  const found = new Set([...all].filter((n) => n === joined || !joins.has(n)))
  for (const node of tape.ancestors(own, dependence.cut)) found.add(node)
  return found
}

/** The parameters that a value flows to by what reads it from a moment on. */
function flowsFrom(
  { analysis, region }: Situation,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
  node: number,
  from: number,
  alias: Alias | undefined,
): ParameterResult[] {
  const found = new Set<ParameterResult>()
  for (let user = from; user < region.end; user++)
    if (analysis.tape.entry(user).args.includes(node) && readsAs(analysis, user, node, alias))
      for (const r of flows.get(user) ?? []) found.add(r)
  return [...found]
}

/** The one parameter that a run's value flows to; undefined where it flows to several, or to a part of one. */
function ownerOf(
  situation: Situation,
  statement: Statement,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
  proxies: ReadonlyMap<number, ParameterResult>,
  node: number,
  run: number,
): ParameterResult | undefined {
  // By way of a common norm it flows to all, and is one's gradient nevertheless.
  const proxied = proxies.get(node)
  if (proxied !== undefined && isWhole(situation, proxied, node)) return proxied
  const [one, ...others] =
    statement.times === undefined
      ? (flows.get(node) ?? [])
      : flowsFrom(situation, flows, node, statement.times[run] ?? 0, statement.alias)
  return one !== undefined && others.length === 0 && isWhole(situation, one, node) ? one : undefined
}

/** What the uses of a parameter ask for that are no penalty: of a single number a decay can't be told from the rest by its direction. */
function besidePenalties(situation: Situation, target: number): number {
  const known = knownBesides.get(situation.labels) ?? new Map<number, number>()
  knownBesides.set(situation.labels, known)
  const found = known.get(target) ?? seekBesidePenalties(situation, target)
  known.set(target, found)
  return found
}

const knownBesides = new WeakMap<Labels, Map<number, number>>()

function seekBesidePenalties({ analysis, labels, points }: Situation, target: number): number {
  const { tape, dependence } = analysis
  const isPenalty = (use: number) =>
    tape
      .entry(use)
      .args.every((arg) => arg === target || (dependence.depends[arg] !== 1 && !analysis.points.inputs.has(arg)))
  if (target < 0 || points[0]?.[target]?.data.length !== 1) return target
  if (!tape.readers(target).some((use) => labels.adjoints[0]?.has(use) === true && isPenalty(use))) return target
  const all = partsOf(analysis, labels.adjoints, target)
  const rest = all.filter(({ use }) => !isPenalty(use))
  if (rest.length === all.length || rest.length === 0) return target
  const sums = points.map((_, p) => rest.map(({ parts }) => parts[p]).reduce(plus))
  return labels.part(target, sums)
}

/** Whether a value may be all of a parameter's gradient: of a part of a vector it has the part's size. */
function isWhole(situation: Situation, result: ParameterResult, node: number): boolean {
  const { part } = result.step
  if (part === undefined) return true
  return situation.points[0]?.[node]?.data.length === part.length && variableOf(situation, result) !== undefined
}

/** The value whose gradient a parameter's is: of a part of a vector, the view that the forward pass takes of it. */
function variableOf({ analysis: { tape, trace }, labels }: Situation, { step }: ParameterResult): number | undefined {
  const { part, before } = step
  if (part === undefined) return before
  const { shape } = trace.nodes[before] ?? { shape: [] }
  return [...tape.readers(before)].find((reader) => {
    const entry = tape.entry(reader)
    if ((entry.op !== 'view' && entry.op !== 'move') || labels.adjoints[0]?.has(reader) !== true) return false
    const index = Int32Array.from(placesRead(shape, entry))
    return (
      index.length === part.length &&
      index
        .slice()
        .sort()
        .every((at, i) => at === part[i])
    )
  })
}

/** All runs of a statement, or only those that the wrong parameters come from. */
export function* pairingsOf(
  situation: Situation,
  statement: Statement,
  targets: Targets,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  if (statement.updates) {
    const rests = restsOf(situation, statement)
    const innermost = rests.flatMap((list) => list.at(-1) ?? [])
    yield* pairingsAmong(situation, statement, innermost, targets, flows)
    // Of single numbers a product of three, `rate * delta * h`, may be wrong in its last factor.
    const whole = rests.flatMap((list) => list[0] ?? [])
    const isNumber = (node: number) => situation.points[0]?.[node]?.data.length === 1
    if (whole.every(isNumber) && whole.some((node, i) => node !== innermost[i]))
      yield* pairingsAmong(situation, statement, whole, targets, flows)
    return
  }
  yield* pairingsAmong(situation, statement, statement.outputs, targets, flows)
  if (statement.suspected.length < statement.outputs.length && statement.times === undefined)
    yield* pairingsAmong(situation, statement, statement.suspected, targets, flows)
}

function* pairingsAmong(
  situation: Situation,
  statement: Statement,
  own: readonly number[],
  targets: Targets,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  const proxies = new Map<number, ParameterResult>()
  for (const r of [...situation.wrong, ...situation.right])
    if (r.gradientNode !== undefined && !proxies.has(r.gradientNode)) proxies.set(r.gradientNode, r)
  const owners = own.map((node, i) => ownerOf(situation, statement, flows, proxies, node, i))
  // What flows to one parameter alone is that parameter's gradient, whatever its shape; of a sum, its last state is.
  const last = new Map<number, { node: number; target: number; time: number | undefined }>()
  for (const [i, node] of own.entries()) {
    const one = owners[i]
    const target = one && variableOf(situation, one)
    if (one !== undefined && target !== undefined) last.set(one.chain.id, { node, target, time: statement.times?.[i] })
  }
  if (last.size > 0) {
    const pairs = [...last.values()].sort((a, b) => a.node - b.node)
    const times = statement.times && pairs.map((p) => p.time ?? 0)
    yield { nodes: pairs.map((p) => p.node), targets: pairs.map((p) => p.target), times }
    const besides = pairs.map((p) => besidePenalties(situation, p.target))
    if (besides.some((target, i) => target !== pairs[i]?.target))
      yield { nodes: pairs.map((p) => p.node), targets: besides, times }
  }
  yield* byUses(situation, statement, own, owners)
  if (statement.updates) return
  const { region, analysis } = situation
  const { tape } = analysis
  const values = situation.points[0] ?? []
  const signals = own.filter((n) => situation.region.signal[n] === 1)
  const nodes = signals.length > 0 ? signals : own
  const times = statement.times && nodes.map((n) => statement.times?.[own.indexOf(n)] ?? 0)
  if (times === undefined) yield* byOperands(situation, nodes)
  yield* byReaders(situation, nodes, times, statement.alias, flows)
  // A sum over turns of a loop, `err += …`, is about a value where it is whole: what another statement reads.
  const isRead = (node: number) =>
    tape.readers(node).some((user) => user < region.end && region.homeOf(user) !== statement.site)
  const ends = times === undefined ? nodes.filter(isRead) : []
  if (ends.length > 1 && ends.length < nodes.length) {
    yield* byOperands(situation, ends)
    yield* byReaders(situation, ends, times, statement.alias, flows)
  }
  // What is handed on may lack a matrix, and is of another size than the gradient then; sooner it has that size, and is
  // the gradient of a value that has a name.
  const sizeOf = (node: number | undefined) => values[node ?? -1]?.data.length
  const fits = (group: readonly number[]) => group.some((target) => sizeOf(target) === sizeOf(nodes[0]))
  const isLike = (group: readonly number[]) => fits(group) && group.some((target) => region.held.has(target))
  const likely = targets.groups.filter(isLike)
  const others = targets.groups.filter((group) => !isLike(group))
  const groups = [...likely, ...others.filter(fits), ...others.filter((group) => !fits(group))]
  function* inUsualOrders(group: readonly number[]): Generator<Pairing> {
    for (const chosen of pairings(nodes, group, values, times !== undefined)) yield { nodes, targets: chosen, times }
    // Back through time the last run is about the state before the first step, which is no variable.
    const asked = group.slice(0, -1).reverse()
    const own = nodes.slice(0, -1)
    if (group.length !== nodes.length || !own.every((node, i) => sizeOf(node) === sizeOf(asked[i]))) return
    if (own.length > 1) yield { nodes: own, targets: asked, times: times?.slice(0, -1) }
  }
  for (const group of likely) yield* inUsualOrders(group)
  yield* byWays(situation, targets.ways, nodes, times)
  for (const group of groups.slice(likely.length)) yield* inUsualOrders(group)
  for (const group of groups)
    for (const chosen of pairings(nodes, group, values, times !== undefined, RARE))
      yield { nodes, targets: chosen, times }
  // Right in every run but the first or the last: the output layer, or the one at the input.
  if (nodes.length < 2 || nodes.length > 12) return
  for (const at of [0, nodes.length - 1])
    for (const group of groups)
      for (const target of group) {
        const node = nodes[at] as number
        if (values[target]?.data.length === values[node]?.data.length || times !== undefined)
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
  owners: readonly (ParameterResult | undefined)[],
): Generator<Pairing> {
  const { analysis, labels } = situation
  if (statement.updates || own.length < 2 || own.length > MOST_RUNS) return
  const runs = new Map<ParameterResult, number[]>()
  for (const [i, one] of owners.entries()) {
    if (one === undefined) return
    runs.set(one, [...(runs.get(one) ?? []), i])
  }
  const asked = [...runs].map(([result, indices]) => {
    const before = variableOf(situation, result) ?? result.step.before
    return { before, indices, parts: partsOf(analysis, labels.adjoints, before) }
  })
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

/** What update statements add to their parameters, for each of them from the whole to its innermost product with the error. */
function restsOf({ analysis, region, wrong, right }: Situation, statement: Statement): number[][] {
  return [...wrong, ...right].flatMap((r) => {
    const index = r.chain.versions.findIndex((v) => v.node === r.step.after)
    const rest = r.chain.rests[index - 1]?.[0]
    if (rest === undefined || region.homeOf(rest) !== statement.site) return []
    const list = [rest]
    for (let node = rest, depth = 0; depth < 8; depth++) {
      const { args } = analysis.tape.entry(node)
      const next = args.find((a) => region.signal[a] === 1 && region.homeOf(a) === statement.site)
      if (next === undefined) break
      list.push(next)
      node = next
    }
    return [list]
  })
}

/** Forward values by the expression that computed them, in order; those that no parameter enters, the making of data, come last. */
export function targetGroups({ analysis, labels, region }: Situation): number[][] {
  const { depends, cut } = analysis.dependence
  const isTrained = (node: number) => depends[node] === 1 || cut.has(node)
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
  const groups = [...bySite.values()]
  return [...groups.filter((g) => g.some(isTrained)), ...groups.filter((g) => !g.some(isTrained))].slice(0, 400)
}
