/**
 * What a statement computed and what it should have computed in; the one change of its operations that turns the first
 * into the second out. Every change is made on the tape and holds at all points, or it is none.
 */

import type { Analysis, Judged } from '../analyse.ts'
import { proportion } from '../roles/measure.ts'
import { resolvePlaces } from '../roles/places.ts'
import { OPERATIONS, type Params } from '../tape/operations.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import { map, scale, tensor, transpose } from '../tape/tensor.ts'
import type { FindingKind } from '../types.ts'
import { innerOf } from './factors.ts'
import { flip } from './labels.ts'
import type { Occurrence } from './locate.ts'
import type { Region } from './statements.ts'

export interface Remake {
  readonly kind: FindingKind
  /** One line for the report. */
  readonly text: string
  /** The smaller, the more likely it is a slip. */
  readonly cost: number
}

/** A value instead of another one, at a point; undefined where it can't be. */
type Make = (values: Values, point: number) => Tensor | undefined

interface Change {
  /** The inner operation whose result is another. */
  readonly node: number
  readonly make: Make
  readonly kind: FindingKind
  readonly text: string
  readonly cost: number
}

export interface Setting {
  readonly analysis: Analysis
  readonly judged: Judged
  readonly region: Region
  /** With what is wrong before the statement put right. */
  readonly values: readonly Values[]
}

const MAX_POOL = 64
const MAX_SIZE = 20_000
const DEADLINE_MS = 400
const PRODUCTS = new Set(['mul', 'multiply'])
const QUOTIENTS = new Set(['div', 'divide', 'true_divide'])
const SUMS = new Set(['add', 'sub', 'subtract'])
const MATRIX = new Set(['dot', 'matmul'])
const REDUCTIONS = new Set(['sum', 'mean'])
const COMPARISONS: Readonly<Record<string, string>> = {
  greater: 'less',
  greater_equal: 'less_equal',
  less: 'greater',
  less_equal: 'greater_equal',
}

/** The cheapest change that explains a statement's runs: the first, the last and one between. */
export function remakeOf(setting: Setting, occurrences: readonly Occurrence[]): Remake | undefined {
  const others = new Set(occurrences.map((o) => o.node))
  // Where nothing is wanted, at the first step of a sequence say, leaving out whatever there is does it.
  const telling = occurrences.filter((o) => o.wanted.some((w) => w?.data.some((x) => x !== 0)))
  const last = telling.length - 1
  const chosen = [...new Set([0, last >> 1, last])].flatMap((i) => telling[i] ?? [])
  const found = chosen.map((one) => fitting(new Finder(setting, one, others)))
  const [first, ...more] = found
  if (first === undefined) return undefined
  const all = [...first].filter(([key]) => more.every((list) => list.has(key))).map(([, remake]) => remake)
  const kinds = [...first.values()].filter((r) =>
    more.every((list) => [...list.values()].some((o) => o.kind === r.kind)),
  )
  return (all.length > 0 ? all : kinds).sort((a, b) => a.cost - b.cost)[0]
}

/** The changes that explain one run, by what they say without its numbers. */
function fitting(finder: Finder): Map<string, Remake> {
  const deadline = Date.now() + DEADLINE_MS
  const found = new Map<string, Remake>()
  for (const change of finder.changes()) {
    if (Date.now() > deadline) break
    const fit = finder.fits(change)
    if (fit === undefined) continue
    const key = `${change.kind} ${finder.placeOf(change.node)} ${withoutNames(change.text)}`
    const cost = change.cost + (fit === 'exact' ? 0 : 1.5)
    const known = found.get(key)
    if (known === undefined || cost < known.cost) found.set(key, { kind: change.kind, text: change.text, cost })
  }
  return found
}

/** What a change does, whatever the values are called in one run or another. */
function withoutNames(text: string): string {
  return text
    .replace(/^with (1 [+-] |-)?.*?( \*\* 2)? in place of .* it is/, 'with $1@$2 in place of @ it is')
    .replace(
      /^(times the derivative of|times|multiplied with|plus|minus|with the derivative of) .* it is/,
      '$1 @ it is',
    )
}

class Finder {
  private readonly setting: Setting
  /** What the script computed, the statement's own result included. */
  private readonly values: readonly Values[]
  private readonly one: Occurrence
  private readonly inner: readonly number[]
  private readonly within: ReadonlySet<number>
  private readonly pool: readonly { node: number; name: string }[]

  constructor(setting: Setting, one: Occurrence, others: ReadonlySet<number>) {
    this.setting = setting
    this.one = one
    this.values = setting.values.map((values, point) => {
      const own = values.slice()
      own[one.node] = one.given[point]
      return own
    })
    const { op } = setting.analysis.tape.entry(one.node)
    const handsOver = op === 'view' || op === 'move' ? [one.node] : []
    this.inner = one.from === undefined ? innerOf(setting.analysis, setting.region, one.node, others) : handsOver
    this.within = new Set(this.inner)
    this.pool = this.named()
  }

  /** Values that have a name before the statement ran, the latest first. */
  private named(): { node: number; name: string }[] {
    const { trace, dependence } = this.setting.analysis
    const limit = this.one.from ?? this.one.node
    const placeOf = resolvePlaces(trace)
    const found = new Map<number, string>()
    for (const event of trace.events)
      if (event.kind === 'store' && event.time <= limit && event.node < limit && !this.within.has(event.node))
        found.set(event.node, placeOf(event.place, event.owner, event.key))
    for (const chain of dependence.parameters)
      for (const v of chain.versions) if (v.node < limit) found.set(v.node, chain.name)
    // Parts of arrays that the forward pass reads: `s[t]` where `s[t - 1]` stands.
    for (const node of this.setting.region.forward) {
      const { op, args } = this.setting.analysis.tape.entry(node)
      if ((op === 'view' || op === 'move') && node < limit && !found.has(node))
        found.set(node, `${found.get(args[0] ?? -1) ?? 'another part of the array'}`)
    }
    const list = [...found].map(([node, name]) => ({ node, name })).sort((a, b) => b.node - a.node)
    const size = (node: number) => this.values[0]?.[node]?.data.length ?? 0
    // A state that begins with zeros would stand for leaving something out.
    const isZero = (node: number) => this.values[0]?.[node]?.data.every((x) => x === 0) !== false
    return list.filter(({ node }) => size(node) > 0 && size(node) <= MAX_SIZE && !isZero(node))
  }

  private at(node: number): Tensor | undefined {
    return this.values[0]?.[node]
  }

  fits({ node, make }: Change): 'exact' | 'proportional' | undefined {
    const { values } = this
    let ratio: number | undefined
    for (const [point, own] of values.entries()) {
      const made = attempt(() => make(own, point))
      const result = made && this.recompute(own, node, made)
      const wanted = this.one.wanted[point]
      if (result === undefined || wanted === undefined || result.data.length !== wanted.data.length) return undefined
      const match = proportion(result.data, wanted.data)
      if (!(match.residual < 1e-6) || match.ratio === 0) return undefined
      if (ratio !== undefined && Math.abs(match.ratio / ratio - 1) > 1e-5) return undefined
      ratio = match.ratio
    }
    if (ratio === undefined || ratio < 0) return undefined
    return Math.abs(ratio - 1) < 1e-5 ? 'exact' : 'proportional'
  }

  /** The statement's result with `node` put in. */
  private recompute(values: Values, node: number, made: Tensor): Tensor | undefined {
    if (node === this.one.node) return made
    const own = new Map<number, Tensor | undefined>([[node, made]])
    for (const n of this.inner) {
      if (n <= node && n !== this.one.node) continue
      const { op, args, params } = this.setting.analysis.tape.entry(n)
      if (!args.some((a) => own.has(a))) continue
      const operands = args.map((a) => (own.has(a) ? own.get(a) : values[a]))
      own.set(
        n,
        operands.some((o) => o === undefined) ? undefined : attempt(() => apply(op, operands as Tensor[], params)),
      )
    }
    return own.get(this.one.node)
  }

  /** Which of the statement's operations a node is. */
  placeOf(node: number): number {
    return this.inner.indexOf(node)
  }

  *changes(): Generator<Change> {
    for (const node of [...this.inner].reverse()) {
      const { op, args } = this.setting.analysis.tape.entry(node)
      yield* this.otherOperation(node)
      yield* this.otherGrouping(node)
      for (const [i, arg] of args.entries()) if (!this.within.has(arg)) yield* this.otherOperand(node, i)
      if (op in OPERATIONS && args.length > 0) yield* this.dropped(node)
      yield* this.otherFactor(node)
      if (!this.signal(node)) yield* this.slips(node)
    }
    const places = this.inner.length === 0 ? [this.one.node] : this.signals()
    for (const node of places) yield* this.added(node)
  }

  /** The result, and the operands and inner values that carry the error. */
  private signals(): number[] {
    const { tape } = this.setting.analysis
    const found = new Set([this.one.node])
    for (const node of this.inner) {
      if (this.setting.region.signal[node] === 1) found.add(node)
    }
    for (const node of this.inner)
      for (const arg of tape.entry(node).args)
        if (!this.within.has(arg) && this.setting.region.signal[arg] === 1) found.add(arg)
    return [...found].filter((n) => this.within.has(n) || this.usedOnce(n)).sort((a, b) => b - a)
  }

  private usedOnce(node: number): boolean {
    return this.inner.filter((n) => this.setting.analysis.tape.entry(n).args.includes(node)).length === 1
  }

  private signal(node: number): boolean {
    return this.setting.region.signal[node] === 1
  }

  /** node with its i-th operand replaced. */
  private withOperand(node: number, i: number, other: Make): Make {
    const { op, args, params } = this.setting.analysis.tape.entry(node)
    return (values, point) => {
      const operands = args.map((a, k) => (k === i ? other(values, point) : values[a]))
      return operands.some((o) => o === undefined) ? undefined : apply(op, operands as Tensor[], params)
    }
  }

  private *otherOperand(node: number, i: number): Generator<Change> {
    const { tape, dependence } = this.setting.analysis
    const operand = tape.entry(node).args[i] ?? -1
    const value = this.at(operand)
    if (value === undefined) return
    const { op } = tape.entry(operand)
    // A leaf that nothing named is a number in the source.
    if (op === 'leaf' && value.data.length === 1 && !this.pool.some((p) => p.node === operand)) {
      const x = value.data[0] ?? 0
      for (const other of [1, 2, 0.5, 0, -1, -x])
        if (other !== x)
          yield {
            node,
            make: this.withOperand(node, i, () => tensor([], [other])),
            kind: 'constant',
            text: `with ${other} in place of ${x} it is the gradient that is needed`,
            cost: 2,
          }
      return
    }
    const ofOperand = this.nameOf(operand)
    if (!this.signal(operand) && !dependence.cut.has(operand))
      for (const change of this.slips(operand)) yield { ...change, node, make: this.withOperand(node, i, change.make) }
    let seen = 0
    const near = [...this.pool].sort((a, b) => Math.abs(a.node - operand) - Math.abs(b.node - operand))
    for (const { node: other, name } of near) {
      const candidate = this.at(other)
      if (other === operand || candidate === undefined) continue
      if (candidate.data.length !== value.data.length && !this.feedsMatrix(node)) continue
      if (++seen > MAX_POOL) break
      const same = candidate.shape.join() === value.shape.join()
      const related = this.curveBetween(operand, other)
      const text = `with ${name} in place of ${ofOperand} it is the gradient that is needed`
      const kind: FindingKind =
        !this.signal(operand) && !dependence.cut.has(operand) && related && !this.feedsMatrix(node)
          ? 'derivative-of-wrong-value'
          : 'wrong-operand'
      if (same || candidate.shape.length !== 2)
        yield {
          node,
          make: this.withOperand(node, i, (values) => reshaped(values[other], value.shape)),
          kind,
          text,
          cost: 1 + seen / 200,
        }
      if (candidate.shape.length === 2 && (!same || candidate.shape[0] === candidate.shape[1]))
        yield {
          node,
          make: this.withOperand(node, i, (values) => reshaped(flip(values[other]), value.shape)),
          kind,
          text,
          cost: 1.5 + seen / 200,
        }
    }
  }

  /** What is easily left out of a derivative's formula. */
  private *slips(node: number): Generator<Change> {
    const name = this.nameOf(node)
    for (const [text, f] of SLIPS)
      yield {
        node,
        make: (values) => {
          const x = values[node]
          return x && map(x, f)
        },
        kind: 'wrong-activation-derivative',
        text: `with ${text.replace('x', name)} in place of ${name} it is the gradient that is needed`,
        cost: 1.5,
      }
  }

  private nameOf(node: number): string {
    const { tape } = this.setting.analysis
    for (let at = node, depth = 0; depth < 3; depth++) {
      const found = this.pool.find((p) => p.node === at)
      if (found !== undefined) return found.name
      at = tape.entry(at).args[0] ?? at
    }
    return 'its operand'
  }

  private feedsMatrix(node: number): boolean {
    return (
      MATRIX.has(this.setting.analysis.tape.entry(node).op) || this.setting.analysis.tape.entry(node).op === 'einsum'
    )
  }

  /** Whether one of two values is an elementwise function of the other. */
  private curveBetween(a: number, b: number): boolean {
    const { tape } = this.setting.analysis
    const [from, to] = a < b ? [a, b] : [b, a]
    const size = this.at(from)?.data.length
    const path = [...tape.ancestors([to], new Set([from]))].filter((n) => n > from)
    return (
      tape.ancestors([to], new Set([from])).has(from) &&
      path.length < 30 &&
      path.every((n) => !MATRIX.has(tape.entry(n).op)) &&
      this.at(to)?.data.length === size
    )
  }

  private *otherOperation(node: number): Generator<Change> {
    const { op, args, params } = this.setting.analysis.tape.entry(node)
    const [a, b] = args
    if (a === undefined) return
    const of =
      (f: (x: Tensor, y: Tensor) => Tensor): Make =>
      (values) => {
        const [x, y] = [values[a], values[b ?? a]]
        return x === undefined || y === undefined ? undefined : f(x, y)
      }
    const as = (other: string) => of((x, y) => apply(other, [x, y], {}))
    if (PRODUCTS.has(op) && b !== undefined) {
      for (const [turnA, turnB] of TURNS)
        yield {
          node,
          make: of((x, y) => apply('matmul', [turnA ? turned(x) : x, turnB ? turned(y) : y], {})),
          kind: 'product-kind',
          text: 'as a matrix product it is the gradient that is needed',
          cost: 1 + (Number(turnA) + Number(turnB)) / 4,
        }
      for (const [turnA, turnB] of TURNS)
        yield {
          node,
          make: of((x, y) => apply('matmul', [turnB ? turned(y) : y, turnA ? turned(x) : x], {})),
          kind: 'product-kind',
          text: 'as a matrix product it is the gradient that is needed',
          cost: 1.2 + (Number(turnA) + Number(turnB)) / 4,
        }
      yield {
        node,
        make: as('div'),
        kind: 'operator',
        text: 'divided instead of multiplied it is the gradient',
        cost: 2,
      }
    }
    if (MATRIX.has(op) && b !== undefined) {
      for (const swap of [false, true])
        for (const [turnA, turnB] of TURNS)
          yield {
            node,
            make: of((x, y) => {
              const [p, q] = [turnA ? turned(x) : x, turnB ? turned(y) : y]
              return apply('matmul', swap ? [q, p] : [p, q], {})
            }),
            kind: 'transpose',
            text: 'with other factors transposed it is the gradient that is needed',
            cost: 1 + Number(swap) / 2,
          }
      for (const [turnA, turnB] of TURNS)
        yield {
          node,
          make: of((x, y) => apply('mul', [turnA ? turned(x) : x, turnB ? turned(y) : y], {})),
          kind: 'product-kind',
          text: 'as an elementwise product it is the gradient that is needed',
          cost: 1.1,
        }
    }
    if (op === 'outer' && b !== undefined)
      yield {
        node,
        make: of((x, y) => apply('outer', [y, x], {})),
        kind: 'transpose',
        text: 'turned it is the gradient',
        cost: 1,
      }
    if (QUOTIENTS.has(op)) {
      yield {
        node,
        make: as('mul'),
        kind: 'operator',
        text: 'multiplied instead of divided it is the gradient',
        cost: 2,
      }
    }
    if (SUMS.has(op) && b !== undefined) {
      const derivative = !this.signal(node)
      const kind: FindingKind = derivative ? 'wrong-activation-derivative' : 'sign'
      const text = 'with the other sign of one term it is the gradient that is needed'
      yield { node, make: as(op === 'add' ? 'sub' : 'add'), kind, text, cost: 1 }
      yield { node, make: of((x, y) => apply('sub', [y, x], {})), kind, text, cost: 1.1 }
    }
    const comparison = COMPARISONS[op]
    if (comparison !== undefined)
      yield {
        node,
        make: as(comparison),
        kind: 'wrong-activation-derivative',
        text: 'with the comparison turned it is the gradient that is needed',
        cost: 1,
      }
    yield* this.otherReduction(node, a, op, params)
  }

  /** Sums over other axes; and sums where a part was taken, or nothing was summed. */
  private *otherReduction(node: number, a: number, op: string, params: Params): Generator<Change> {
    const reduces = REDUCTIONS.has(op)
    const picks = op === 'view' || op === 'move'
    if (!reduces && !picks) return
    const value = this.at(a)
    if (value === undefined) return
    for (const axis of value.shape.keys()) {
      const make: Make = (values) => {
        const x = values[a]
        return x && apply(reduces ? op : 'sum', [x], { axes: [axis], keepdims: false })
      }
      yield {
        node,
        make,
        kind: 'reduction-axis',
        text: 'summed over the other axis it is the gradient',
        cost: picks ? 1.2 : 1,
      }
    }
    // What a part is taken of is an array of its own, which a view's first operand need not be.
    if (picks)
      for (const { node: whole, name } of this.pool.filter((p) => this.signal(p.node)).slice(0, 12))
        for (const axis of this.at(whole)?.shape.keys() ?? [])
          yield {
            node,
            make: (values) => {
              const x = values[whole]
              return x && apply('sum', [x], { axes: [axis], keepdims: false })
            },
            kind: 'reduction-axis',
            text: `${name} summed over an axis is the gradient that is needed`,
            cost: 1.3,
          }
    if (reduces && Array.isArray(params.axes)) {
      const other = op === 'sum' ? 'mean' : 'sum'
      const make: Make = (values) => {
        const x = values[a]
        return x && apply(other, [x], params)
      }
      yield {
        node,
        make,
        kind: 'scale',
        text: `with ${other} in place of ${op} it is the gradient that is needed`,
        cost: 1,
      }
    }
  }

  /** a − b·c where (a − b)·c is meant, and the reverse. */
  private *otherGrouping(node: number): Generator<Change> {
    const { tape } = this.setting.analysis
    const { op, args } = tape.entry(node)
    const groups = (o: string) => SUMS.has(o) || PRODUCTS.has(o) || QUOTIENTS.has(o)
    if (!groups(op)) return
    for (const [i, arg] of args.entries()) {
      const child = tape.entry(arg)
      if (!this.within.has(arg) || !groups(child.op) || SUMS.has(child.op) === SUMS.has(op)) continue
      const other = args[1 - i]
      if (other === undefined) continue
      const make: Make = (values) => {
        const [p, q, r] = [values[child.args[0] ?? -1], values[child.args[1] ?? -1], values[other]]
        if (p === undefined || q === undefined || r === undefined) return undefined
        if (i === 0) return apply(child.op, [p, apply(op, [q, r], {})], {})
        const [first, ...rest] = this.chain(arg)
        const start = values[first?.node ?? -1]
        return rest.reduce<Tensor | undefined>(
          (x, { node: y, op: by }) => {
            const factor = values[y]
            return x && factor && apply(by, [x, factor], {})
          },
          start && apply(op, [r, start], {}),
        )
      }
      yield { node, make, kind: 'parentheses', text: 'with the parentheses elsewhere it is the gradient', cost: 1 }
    }
  }

  /** x·y·z from the left, within the statement: its operands, and by what operation each is joined. */
  private chain(node: number): { node: number; op: string }[] {
    const { op, args } = this.setting.analysis.tape.entry(node)
    const [x, y] = args
    if (!this.within.has(node) || !(PRODUCTS.has(op) || QUOTIENTS.has(op)) || x === undefined || y === undefined)
      return [{ node, op: '' }]
    return [...this.chain(x), { node: y, op }]
  }

  /** One operation left out. */
  private *dropped(node: number): Generator<Change> {
    const { op, args } = this.setting.analysis.tape.entry(node)
    for (const [i, arg] of args.entries()) {
      const gone = args[1 - i]
      const kept = this.at(arg)
      if (kept === undefined || (i > 0 && QUOTIENTS.has(op))) continue
      let kind: FindingKind = 'operator'
      if (PRODUCTS.has(op) || QUOTIENTS.has(op) || MATRIX.has(op)) {
        const curve = gone !== undefined && !this.signal(gone) && (this.at(gone)?.data.length ?? 0) > 1
        kind = curve && !MATRIX.has(op) ? 'extra-activation-derivative' : 'extra-factor'
      } else if (SUMS.has(op)) kind = 'extra-term'
      else if (args.length > 1) continue
      else if (op === 'neg' || op === 'negative') kind = 'sign'
      else if (REDUCTIONS.has(op)) kind = 'reduction-axis'
      else if (!this.signal(node)) kind = 'wrong-activation-derivative'
      const text = 'without one of its operations it is the gradient that is needed'
      yield { node, make: (values) => values[arg], kind, text, cost: 1.2 }
    }
  }

  /** A factor that carries no error in place of another: the derivative of some function of the forward pass. */
  private *otherFactor(node: number): Generator<Change> {
    const { op, args } = this.setting.analysis.tape.entry(node)
    if (!PRODUCTS.has(op)) return
    for (const [i, arg] of args.entries()) {
      if (this.signal(arg) || !this.signal(args[1 - i] ?? -1)) continue
      const size = this.at(arg)?.data.length ?? 0
      if (size < 1) continue
      for (const { make, name } of this.derivatives(size))
        yield {
          node,
          make: this.withOperand(node, i, (values, point) => reshaped(make(values, point), this.at(arg)?.shape ?? [])),
          kind: 'wrong-activation-derivative',
          text: `with the derivative of ${name} as its factor it is the gradient that is needed`,
          cost: 1.6,
        }
    }
  }

  private derivativeCache = new Map<number, { make: Make; name: string }[]>()

  /** dy/dx of the elementwise functions of the forward pass, from one named value (or what is summed) to another. */
  private derivatives(size: number): { make: Make; name: string }[] {
    const known = this.derivativeCache.get(size)
    if (known !== undefined) return known
    const { judged, region } = this.setting
    const step = Math.min(...judged.results.map((r) => r.step.step))
    const adjoints = judged.measured.adjoints[step] ?? []
    const out: { make: Make; name: string }[] = []
    const named = this.pool.filter((p) => region.forward.has(p.node) && this.at(p.node)?.data.length === size)
    for (const { node, name } of named.slice(0, 24)) {
      for (const source of this.sourcesOf(node, size)) {
        const make: Make = (_, point) => {
          const [over, under] = [adjoints[point]?.get(source), adjoints[point]?.get(node)]
          if (over === undefined || under === undefined || over.data.length !== under.data.length) return undefined
          const data = over.data.map((x, i) => (under.data[i] === 0 ? 0 : x / (under.data[i] as number)))
          return { shape: under.shape, data }
        }
        const first = make([], 0)?.data
        if (first === undefined || first.every((x) => Math.abs(x - 1) < 1e-12)) continue
        out.push({ make, name })
      }
    }
    this.derivativeCache.set(size, out)
    return out
  }

  /** The nearest values below `node` that it is an elementwise function of: named ones, and results of other operations. */
  private sourcesOf(node: number, size: number): number[] {
    const { analysis, region } = this.setting
    const { tape, dependence } = analysis
    const out = new Set<number>()
    const stack = [node]
    const seen = new Set<number>()
    for (let at = stack.pop(); at !== undefined && seen.size < 60; at = stack.pop()) {
      if (seen.has(at)) continue
      seen.add(at)
      if (!isElementwise(tape.entry(at).op)) continue
      for (const arg of tape.entry(at).args) {
        if (dependence.depends[arg] !== 1 || !region.forward.has(arg)) continue
        if (this.at(arg)?.data.length !== size || dependence.cut.has(arg)) continue
        const { op, args } = tape.entry(arg)
        const affine = MATRIX.has(op) || op === 'einsum'
        const shifted = SUMS.has(op) && args.some((a) => dependence.cut.has(a) || MATRIX.has(tape.entry(a).op))
        if (affine || shifted || this.pool.some((p) => p.node === arg)) out.add(arg)
        stack.push(arg)
      }
    }
    return [...out]
  }

  /** A factor, a term, a matrix or a sum that is missing at a value. */
  private *added(node: number): Generator<Change> {
    const { dependence } = this.setting.analysis
    const value = this.at(node)
    if (value === undefined) return
    const own: Make = (values) => values[node]
    const combine =
      (op: string, other: Make, swap = false): Make =>
      (values, point) => {
        const [x, y] = [own(values, point), other(values, point)]
        return x === undefined || y === undefined ? undefined : apply(op, swap ? [y, x] : [x, y], {})
      }
    const depth = node === this.one.node ? 0 : 0.2
    for (const { make, name } of this.derivatives(value.data.length))
      yield {
        node,
        make: combine('mul', (v, p) => reshaped(make(v, p), value.shape)),
        kind: 'missing-activation-derivative',
        text: `times the derivative of ${name} it is the gradient that is needed`,
        cost: 1 + depth,
      }
    let seen = 0
    for (const { node: other, name } of this.pool) {
      if (other === node) continue
      const candidate = this.at(other)
      if (candidate === undefined || ++seen > MAX_POOL) continue
      const given: Make = (values) => values[other]
      const sameSize = candidate.data.length === value.data.length
      const spreads =
        candidate.shape.length === value.shape.length &&
        candidate.shape.every((n, i) => n === 1 || n === value.shape[i])
      if (sameSize || spreads || candidate.data.length === 1)
        yield {
          node,
          make: combine('mul', (v, p) => (sameSize && !spreads ? reshaped(given(v, p), value.shape) : given(v, p))),
          kind: 'missing-chain-factor',
          text: `times ${name} it is the gradient that is needed`,
          cost: 1.5 + depth,
        }
      if (candidate.shape.length === 2)
        for (const turn of [true, false])
          for (const swap of [false, true])
            yield {
              node,
              make: combine('matmul', (v, p) => (turn ? flip(given(v, p)) : given(v, p)), swap),
              kind: 'missing-chain-factor',
              text: `multiplied with ${name} it is the gradient that is needed`,
              cost: 1.3 + depth,
            }
      if (sameSize && candidate.data.length > 0) {
        const penalty = dependence.cut.has(other)
        for (const sign of [1, -1])
          yield {
            node,
            make: combine('add', (v, p) => {
              const x = reshaped(given(v, p), value.shape)
              return x && scale(x, sign)
            }),
            kind: penalty ? 'regularisation' : 'missing-term',
            text: `${sign > 0 ? 'plus' : 'minus'} ${name} it is the gradient that is needed`,
            cost: 1.4 + depth,
          }
      }
    }
    for (const axis of value.shape.keys())
      if (value.shape.length > 1)
        yield {
          node,
          make: (values) => {
            const x = values[node]
            return x && apply('sum', [x], { axes: [axis], keepdims: false })
          },
          kind: 'bias-gradient',
          text: 'summed over the samples it is the gradient that is needed',
          cost: 1.1 + depth,
        }
  }
}

const SLIPS: readonly (readonly [string, (x: number) => number])[] = [
  ['1 + x', (x) => 1 + x],
  ['1 - x', (x) => 1 - x],
  ['x ** 2', (x) => x * x],
  ['-x', (x) => -x],
]

const TURNS: readonly (readonly [boolean, boolean])[] = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
]

const MIXING = new Set([
  'inner',
  'vdot',
  'outer',
  'einsum',
  'max',
  'min',
  'prod',
  'pack',
  'move',
  'view',
  'put',
  'write',
])
const isElementwise = (op: string) => !MATRIX.has(op) && !REDUCTIONS.has(op) && !MIXING.has(op)

const turned = (x: Tensor) => (x.shape.length === 2 ? transpose(x) : x)

function reshaped(x: Tensor | undefined, shape: readonly number[]): Tensor | undefined {
  return x && { shape: shape.reduce((a, b) => a * b, 1) === x.data.length ? shape : x.shape, data: x.data }
}

function apply(op: string, operands: readonly Tensor[], params: Params): Tensor {
  const operation = OPERATIONS[op]
  if (operation === undefined) throw new RangeError(op)
  return operation.forward(operands, params)
}

/** Shapes that don't go together are no change. */
function attempt(make: () => Tensor | undefined): Tensor | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof TypeError) throw error
    return undefined
  }
}
