/**
 * A statement that multiplies with a derivative computed elsewhere in; who is to blame out. Where the derivative would
 * have been right at another value, it is the statement that chose the value; else it is what computed the derivative.
 */

import type { Analysis } from '../analyse.ts'
import { originOf, PASSES } from '../roles/dependence.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { viewIndex } from '../tape/moves.ts'
import { MULTIPLICATIONS } from '../tape/operations.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import { statementOf } from '../trace/location.ts'
import { callerOf } from './callers.ts'
import type { Remake } from './remake/change.ts'
import { isOff, type Located, type Occurrence } from './situation.ts'
import type { Region } from './statements.ts'

const ELSEWHERE = {
  kind: 'derivative-of-wrong-value',
  text: 'the derivative that it multiplies with is right at another value',
  cost: 1,
} as const

export function blameDerivatives(analysis: Analysis, region: Region, all: readonly Located[]): Located[] {
  const shared = sharedDerivative(analysis, region, all)
  const found = shared === undefined ? all : all.filter((one) => !shared.places.includes(one))
  const rest = blameEach(analysis, region, found)
  return shared === undefined ? rest : [shared.located, ...rest]
}

/** A derivative function that several statements call, always with a value at which it is wrong: one line, sooner than each call. */
function sharedDerivative(
  analysis: Analysis,
  region: Region,
  all: readonly Located[],
): { located: Located; places: readonly Located[] } | undefined {
  const homes = all.map((one) => {
    const { kind } = one.remake ?? {}
    const may = kind === undefined || kind === 'wrong-activation-derivative' || kind === 'derivative-of-wrong-value'
    const factors = may ? one.occurrences.flatMap((o) => factorIn(analysis, region, o) ?? []) : []
    const [first = -1, ...others] = new Set(factors.map((f) => region.homeOf(f.node)))
    const isOne = others.length === 0 && factors.length === one.occurrences.length && factors.every(isOff)
    return { one, home: isOne ? first : -1, factors }
  })
  for (const { home } of homes) {
    const own = homes.filter((h) => h.home === home)
    const statement = region.statements.find((s) => s.site === home)
    const factors = own.flatMap((h) => h.factors)
    const [first] = own
    if (home < 0 || own.length < 2 || statement === undefined || first === undefined) continue
    if (!statement.outputs.every((n) => factors.some((f) => f.node === n))) continue
    const places = own.map((h) => h.one)
    const located = {
      ...first.one,
      statement,
      fixed: [...new Set(places.flatMap((p) => p.fixed))],
      occurrences: factors,
      labelled: false,
      remake: slopeOf(factors),
      rivals: places.map((p) => p.statement),
    }
    return { located, places }
  }
  return undefined
}

function blameEach(analysis: Analysis, region: Region, found: readonly Located[]): Located[] {
  const located = found.map((one) =>
    isElsewhere(analysis, region, one) ? chosenBy(analysis, region, { ...one, remake: ELSEWHERE }) : one,
  )
  const factors = located.map((one) => factorsOf(analysis, region, one))
  const homes = factors.map((list) => (list[0] === undefined ? -1 : region.homeOf(list[0].node)))
  const out: Located[] = []
  for (const home of new Set(homes)) {
    const together = located.filter((_, i) => homes[i] === home)
    const [one] = together
    const shared = factors.flatMap((list, i) => (homes[i] === home ? list : []))
    const statement = region.statements.find((s) => s.site === home)
    const [first] = shared.filter(isOff)
    // One run of it that is right, and it is the others' use of it that is wrong.
    const always = statement?.outputs.every((n) => shared.some((f) => f.node === n && isOff(f))) === true
    if (home < 0 || one === undefined || first === undefined || statement === undefined) out.push(...together)
    else if (elsewhereRight(analysis, region, first))
      out.push(...together.map((t) => chosenBy(analysis, region, { ...t, remake: ELSEWHERE })))
    else if (!always) out.push(...together.map((t) => chosenBy(analysis, region, t)))
    else
      out.push({
        ...one,
        statement,
        fixed: [...new Set(together.flatMap((t) => t.fixed))],
        occurrences: shared,
        labelled: false,
        remake: one.remake ?? slopeOf(shared),
      })
  }
  return out
}

/** `sp = sigmoid_prime(a)` before `d = e * sp`: what gave the derivative its name chose what it is taken of. */
function chosenBy(analysis: Analysis, region: Region, one: Located): Located {
  const off = one.occurrences.filter(isOff)
  const factors = off.map((o) => factorIn(analysis, region, o))
  const callers = factors.map((f) => {
    const caller = f === undefined ? -1 : callerOf(analysis, f.node)
    return f !== undefined && caller < 0 ? region.homeOf(f.node) : caller
  })
  const [site = -1] = callers
  if (site < 0 || site === one.statement.site || callers.some((c) => c !== site)) return one
  const occurrences = factors.flatMap((f) => f ?? [])
  const outputs = occurrences.map((o) => o.node)
  const statement = { site, outputs, suspected: outputs, signal: false, exonerated: false, updates: false }
  return { ...one, statement, occurrences, rivals: [one.statement, ...one.rivals] }
}

function slopeOf(shared: readonly Occurrence[]): Remake {
  const ratios = shared.flatMap(({ given, wanted }) => {
    const [g, w] = [join(given), join(wanted)]
    return [...g].flatMap((x, i) => (w[i] === 0 || w[i] === undefined ? [] : [x / w[i]]))
  })
  const figure = (x: number) => String(Number(x.toPrecision(4)))
  return {
    kind: 'wrong-activation-derivative',
    text: `it is ${figure(Math.min(...ratios))} to ${figure(Math.max(...ratios))} times the derivative of the function that the forward pass applies`,
    cost: 1.6,
  }
}

/**
 * A statement that lacks the error, since what it multiplies with is a bare matrix: what gave that matrix the name of a
 * gradient (`dh = W2.T`) is where it was lost.
 */
export function blameBare(analysis: Analysis, region: Region, located: readonly Located[]): Located[] {
  return located.map((one) => {
    const { remake, occurrences, statement } = one
    const off = occurrences.filter(isOff)
    const isMultiple = remake?.kind === 'sign' || remake?.kind === 'scale' || statement.updates
    const isLost = !isMultiple && off.length > 0 && off.every(({ node }) => region.signal[node] !== 1)
    if (remake?.kind !== 'missing-chain-factor' && !isLost) return one
    const homes = (isLost ? off : occurrences).map(({ node }) => bareHome(analysis, region, node))
    const [first] = homes
    const same = homes.every((h) => h === first) ? first : undefined
    const home = same ?? (isLost ? bareListBefore(analysis, region, off) : undefined)
    if (home === undefined) return one
    const outputs = occurrences.map((o) => o.node)
    const bare = { site: home, outputs, suspected: outputs, signal: false, exonerated: false, updates: false }
    const lacks = isLost ? LOST : remake
    return {
      ...one,
      statement: bare,
      rivals: [statement, ...one.rivals],
      ...(lacks !== undefined && { remake: lacks }),
    }
  })
}

const LOST: Remake = { kind: 'missing-chain-factor', text: 'nothing of the error reaches it', cost: 1 }

/** The statement of the backward pass that gave a list of parameters, and nothing else, the name that these values are made of. */
function bareListBefore(
  { trace, tape, dependence }: Analysis,
  region: Region,
  occurrences: readonly Occurrence[],
): number | undefined {
  const begin = region.signal.indexOf(1)
  const stop = new Set([...dependence.cut, ...region.forward])
  const used = new Set<number>()
  for (const node of tape.ancestors(
    occurrences.map((o) => o.node).filter((n) => !stop.has(n)),
    stop,
  ))
    for (const arg of tape.entry(node).args) if (dependence.cut.has(arg)) used.add(arg)
  const items = new Map<number, number[]>()
  const inside = new Map<number, number[]>()
  for (const e of trace.events) {
    if (e.kind === 'store' && e.place === 'item' && typeof e.owner === 'number')
      items.set(e.owner, [...(items.get(e.owner) ?? []), e.node])
    if (e.kind === 'bind' && e.place === 'item' && typeof e.owner === 'number')
      inside.set(e.owner, [...(inside.get(e.owner) ?? []), e.container])
  }
  const nodesIn = (container: number): number[] => [
    ...(items.get(container) ?? []),
    ...(inside.get(container) ?? []).flatMap((inner) => items.get(inner) ?? []),
  ]
  const named = trace.events.find((e) => {
    if (e.kind !== 'bind' || e.place !== 'name' || e.time < begin || e.time >= region.end) return false
    const nodes = nodesIn(e.container)
    return nodes.length > 1 && nodes.every((n) => dependence.cut.has(n)) && nodes.some((n) => used.has(n))
  })
  const site = named?.kind === 'bind' ? named.site : -1
  return site < 0 ? undefined : statementOf(trace, site)
}

/** The statement that named a parameter, or its transpose, after the errors had been computed, for this run to read. */
function bareHome({ trace, tape, dependence }: Analysis, region: Region, node: number): number | undefined {
  const home = region.homeOf(node)
  const inner = new Set([node])
  for (const n of inner)
    for (const arg of tape.entry(n).args) if (region.homeOf(arg) === home && arg < n) inner.add(arg)
  for (const n of inner)
    for (const arg of tape.entry(n).args) {
      if (inner.has(arg) || region.signal[arg] === 1) continue
      const matrix = originOf(tape, arg)
      if (!dependence.cut.has(matrix) || region.forward.has(arg)) continue
      // A view of a matrix that has been changed since is read as another one.
      const chain = dependence.chainOf.get(matrix)
      const isIt = (n: number) => n === arg || (n !== matrix && dependence.chainOf.get(originOf(tape, n)) === chain)
      const named = trace.events.find(
        (e) =>
          e.kind === 'store' &&
          e.time <= node &&
          tape.entry(e.node).op === tape.entry(arg).op &&
          isIt(e.node) &&
          region.signal.subarray(0, e.time).includes(1),
      )
      const site = named?.kind === 'store' ? trace.sites[named.site]?.statement : undefined
      if (site !== undefined && site >= 0 && site !== home && trace.sites[site]?.kind === 'Assign') return site
    }
  return undefined
}

/** Whether each run multiplies with a derivative that is right at another value, whatever computes it (each layer's own). */
function isElsewhere(analysis: Analysis, region: Region, located: Located): boolean {
  if (located.remake?.kind !== 'wrong-activation-derivative') return false
  const off = located.occurrences.filter(isOff)
  const factors = off.flatMap((o) => factorIn(analysis, region, o) ?? [])
  return (
    factors.length > 0 && factors.length === off.length && factors.every((f) => elsewhereRight(analysis, region, f))
  )
}

/** What a located statement multiplies with, computed by another statement, beside what it should have been. */
function factorsOf(analysis: Analysis, region: Region, located: Located): Occurrence[] {
  const lacks = located.remake?.kind === 'missing-activation-derivative'
  // One change of the statement itself is enough.
  if (located.remake !== undefined && located.remake.ofFactor !== true && !lacks) return []
  const factors = located.occurrences
    .flatMap((occurrence) => factorIn(analysis, region, occurrence) ?? [])
    // A derivative that is 1 everywhere is one that was computed wrongly.
    .filter(({ given }) => !lacks || given.every((f) => f?.data.every((x) => x === 1) === true))
  const homes = new Set(factors.map((f) => region.homeOf(f.node)))
  return homes.size === 1 && factors.length === located.occurrences.length ? factors : []
}

function factorIn(analysis: Analysis, region: Region, occurrence: Occurrence): Occurrence | undefined {
  const factor = multiplied(analysis, region, occurrence.node)
  if (factor === undefined) return undefined
  const given = analysis.points.values.map((v) => v[factor])
  const wanted = given.map((f, p) => corrected(f, occurrence.given[p], occurrence.wanted[p]))
  return wanted.every((w) => w !== undefined) ? { node: factor, given, wanted, target: occurrence.target } : undefined
}

/** The operand of a product that carries no error and was computed by another statement. */
function multiplied(analysis: Analysis, region: Region, node: number): number | undefined {
  const { tape, dependence } = analysis
  for (let at = node, depth = 0; depth < 6; depth++) {
    const { op, args } = tape.entry(at)
    if (!MULTIPLICATIONS.has(op)) return undefined
    const plain = args.find((a) => region.signal[a] !== 1)
    const carrying = args.find((a) => region.signal[a] === 1)
    if (plain !== undefined) {
      const factor = originOf(tape, plain)
      const elsewhere = region.homeOf(factor) !== region.homeOf(node)
      if (
        elsewhere &&
        dependence.depends[factor] === 1 &&
        !region.forward.has(factor) &&
        tape.entry(factor).op !== 'leaf'
      )
        return factor
    }
    if (carrying === undefined || region.homeOf(carrying) !== region.homeOf(node)) return undefined
    at = carrying
  }
  return undefined
}

function corrected(
  factor: Tensor | undefined,
  given: Tensor | undefined,
  wanted: Tensor | undefined,
): Tensor | undefined {
  if (factor === undefined || given === undefined || wanted === undefined) return undefined
  if (factor.data.length !== given.data.length || given.data.length !== wanted.data.length) return undefined
  return {
    shape: factor.shape,
    data: factor.data.map((f, i) =>
      given.data[i] === 0 ? f : (f * (wanted.data[i] as number)) / (given.data[i] as number),
    ),
  }
}

/** Whether the factor is right at another value of the forward pass, or is another value that the script has. */
function elsewhereRight(analysis: Analysis, region: Region, factor: Occurrence): boolean {
  const { tape, points, dependence } = analysis
  // Wrong only where it is 0, and what it should be there can't be read off.
  if (proportion(join(factor.given), join(factor.wanted)).residual < MATCH) return false
  const within = madeBeside(analysis, region, factor.node)
  const inner = [...within].sort((a, b) => a - b)
  // A part of a value, `a[:, 1:]`, is what was given as much as the value is.
  const sources = new Set(
    inner
      .flatMap((n) => tape.entry(n).args)
      .filter((a) => dependence.depends[a] === 1 && (!within.has(a) || PASSES.has(tape.entry(a).op))),
  )
  const size = factor.wanted[0]?.data.length
  // What only stands inside an expression, such as the −z of a sigmoid, nobody chose by mistake.
  const all = [...region.forward].filter(
    (n) => dependence.depends[n] === 1 && region.held.has(n) && points.values[0]?.[n]?.data.length === size,
  )
  if (all.some((n) => agrees(points.values, factor.wanted, (v) => v[n]))) return true
  for (const source of sources)
    for (const other of all.slice(0, 200)) {
      if (other === source) continue
      const found = agrees(points.values, factor.wanted, (values) => {
        const own = values.slice()
        for (const n of inner) own[n] = tape.compute(n, own, NOTHING, new Map([[source, other]]))
        return own[factor.node]
      })
      if (found) return true
    }
  // Of one sample's row: the same row of another value.
  for (const source of sources) {
    const row = rowOf(analysis, source)
    const length = points.values[0]?.[source]?.data.length ?? 0
    if (row === undefined || length < 2) continue
    for (const other of region.forward) {
      const [rows = 0, columns = 0, ...more] = points.values[0]?.[other]?.shape ?? []
      if (dependence.depends[other] !== 1 || !region.held.has(other)) continue
      if (more.length > 0 || rows !== row.of || columns !== length) continue
      const found = agrees(points.values, factor.wanted, (values) => {
        const own = values.slice()
        const [whole, was] = [values[other], values[source]]
        if (whole === undefined || was === undefined) return undefined
        own[source] = { shape: was.shape, data: whole.data.slice(row.at * columns, (row.at + 1) * columns) }
        for (const n of inner) if (n !== source) own[n] = tape.compute(n, own, NOTHING)
        return own[factor.node]
      })
      if (found) return true
    }
  }
  return false
}

/** Which row of a matrix a value is, or is a part of. */
function rowOf({ tape, trace }: Analysis, node: number): { at: number; of: number } | undefined {
  const { op, args, params } = tape.entry(node)
  const [rows = 0, columns = 0, ...more] = trace.nodes[args[0] ?? -1]?.shape ?? []
  if (op !== 'view' || columns === 0 || more.length > 0) return undefined
  const index = viewIndex([rows, columns], params)
  const at = Math.floor((index[0] ?? 0) / columns)
  return index.every((place) => Math.floor(place / columns) === at) ? { at, of: rows } : undefined
}

/** What a derivative is computed by, in however many statements, from values of the forward pass. */
function madeBeside({ tape, dependence }: Analysis, region: Region, node: number): Set<number> {
  const found = new Set<number>()
  const stack = [node]
  for (let at = stack.pop(); at !== undefined && found.size < MOST_BESIDE; at = stack.pop()) {
    if (found.has(at) || region.forward.has(at) || dependence.depends[at] !== 1 || dependence.cut.has(at)) continue
    found.add(at)
    stack.push(...tape.entry(at).args)
  }
  return found
}

const MOST_BESIDE = 60

/** Up to a constant: without a right parameter, the scale is anybody's. */
function agrees(
  points: readonly Values[],
  wanted: readonly (Tensor | undefined)[],
  make: (values: Values) => Tensor | undefined,
): boolean {
  const made = points.map(make)
  if (made.some((m, p) => m === undefined || m.data.length !== wanted[p]?.data.length)) return false
  const match = proportion(join(made), join(wanted))
  return match.residual < MATCH && match.ratio !== 0
}

const NOTHING: ReadonlyMap<number, Tensor> = new Map()
