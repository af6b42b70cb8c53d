/** A statement's run as it is, and what it makes when one of its operations makes something else. */

import { MOVES } from '../../roles/dependence.ts'
import { proportion } from '../../roles/measure.ts'
import { resolvePlaces } from '../../roles/places.ts'
import type { Values } from '../../tape/tape.ts'
import { scale, type Tensor } from '../../tape/tensor.ts'
import { isCount } from '../multiply.ts'
import type { Occurrence } from '../situation.ts'
import { innerOf } from '../statements.ts'
import {
  apply,
  attempt,
  type Change,
  MATRIX,
  MAX_POOL,
  MAX_SIZE,
  type Make,
  PRODUCTS,
  QUOTIENTS,
  type Setting,
} from './change.ts'

/** The operations of a run, and the parts of arrays that it reads: where they were taken no operation says. */
function withViews({ analysis, region }: Setting, node: number, others: ReadonlySet<number>): number[] {
  const inner = innerOf(analysis, region, node, others)
  const isView = (n: number) => {
    const { op, site } = analysis.tape.entry(n)
    return op === 'view' && site < 0 && region.signal[n] === 1 && !region.forward.has(n)
  }
  const views = inner.flatMap((n) => analysis.tape.entry(n).args.filter(isView))
  return [...new Set([...inner, ...views])].sort((a, b) => a - b)
}

/** Writes into one array that are followed back to where it got its name. */
const MAX_MOVES = 200
const LONGEST_POOL = 512
/** Operations from one value to another that is an elementwise function of it. */
const LONGEST_CURVE = 30

export class Scene {
  /** By size. */
  readonly derivativeCache = new Map<number, { make: Make; name: string }[]>()
  readonly setting: Setting
  /** What the script computed, the statement's own result included. */
  readonly values: readonly Values[]
  readonly one: Occurrence
  readonly inner: readonly number[]
  readonly within: ReadonlySet<number>
  readonly pool: readonly { node: number; name: string }[]
  /** All that has a name, be it too long ago for the pool. */
  private readonly names = new Map<number, string>()

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
    this.inner = one.from === undefined ? withViews(setting, one.node, others) : handsOver
    this.within = new Set(this.inner)
    this.pool = this.named()
  }

  /** Values that have a name before the statement ran, the latest first. */
  named(): { node: number; name: string }[] {
    const { trace, dependence } = this.setting.analysis
    const limit = this.one.from ?? this.one.node
    const placeOf = resolvePlaces(trace)
    const found = this.names
    for (const event of trace.events)
      if (event.kind === 'store' && event.time <= limit && event.node < limit && !this.within.has(event.node))
        found.set(event.node, placeOf(event.place, event.owner, event.key))
    for (const chain of dependence.parameters)
      for (const v of chain.versions) if (v.node < limit) found.set(v.node, chain.name)
    // Parts of arrays that the forward pass reads: `s[t]` where `s[t - 1]` stands.
    for (const node of this.setting.region.forward) {
      const { op, args } = this.setting.analysis.tape.entry(node)
      if ((op !== 'view' && op !== 'move') || node >= limit || found.has(node)) continue
      const whole = this.arrayOf(args[0] ?? node, found)
      found.set(node, whole === undefined ? 'another part of the array' : `another part of ${whole}`)
    }
    // What was written into an item of an array: `s[t] = tanh(…)`.
    for (const node of this.setting.region.forward) {
      const { op, args } = this.setting.analysis.tape.entry(node)
      const [, value = -1] = args
      if ((op !== 'write' && op !== 'put') || value < 0 || value >= limit || found.has(value)) continue
      found.set(value, this.arrayOf(args[0] ?? node, found) ?? 'another part of the array')
    }
    const isParameter = (node: number) => Number(dependence.cut.has(node))
    // The parameters, which may have been made long ago, then the latest values.
    const list = [...found]
      .map(([node, name]) => ({ node, name }))
      .sort((a, b) => isParameter(b.node) - isParameter(a.node) || b.node - a.node)
    const size = (node: number) => this.values[0]?.[node]?.data.length ?? 0
    if (list.length > MAX_POOL && size(this.one.node) === 1) {
      // Of the many single numbers of plain Python those that were used last: a sample's own, and its neurons' weights.
      const { tape } = this.setting.analysis
      const used = new Map(
        list.map(({ node }) => [node, Math.max(node, tape.readers(node).findLast((n) => n < limit) ?? node)]),
      )
      list.sort((a, b) => (used.get(b.node) ?? 0) - (used.get(a.node) ?? 0))
      list.length = Math.min(list.length, LONGEST_POOL)
    }
    // A state that begins with zeros would stand for leaving something out.
    const isZero = (node: number) => this.values[0]?.[node]?.data.every((x) => x === 0) !== false
    return list.filter(({ node }) => size(node) > 0 && size(node) <= MAX_SIZE && (this.isSilent || !isZero(node)))
  }

  at(node: number): Tensor | undefined {
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
      if (wanted.data.every((x) => x === 0) && result.data.every((x) => x === 0)) continue
      const match = proportion(result.data, wanted.data)
      if (!(match.residual < 1e-6) || match.ratio === 0) return undefined
      if (ratio !== undefined && Math.abs(match.ratio / ratio - 1) > 1e-5) return undefined
      ratio = match.ratio
    }
    if (ratio === undefined) return this.isSilent ? 'exact' : undefined
    if (ratio < 0) return undefined
    return Math.abs(ratio - 1) < 1e-5 ? 'exact' : 'proportional'
  }

  /** Whether nothing is wanted of this run. */
  private get isSilent(): boolean {
    return this.one.wanted.every((w) => w?.data.every((x) => x === 0) === true)
  }

  /** The statement's result with `node` put in. */
  recompute(values: Values, node: number, made: Tensor): Tensor | undefined {
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

  /** With what a value within the statement must be multiplied, if it is a term of what the statement computes. */
  factorOf(node: number): number | undefined {
    let factor: number | undefined
    for (const [point, own] of this.values.entries()) {
      const [value, wanted, whole] = [own[node], this.one.wanted[point], own[this.one.node]]
      const rest = value && this.recompute(own, node, scale(value, 0))
      if (rest === undefined || wanted === undefined || whole === undefined) return undefined
      if (rest.data.length !== wanted.data.length || rest.data.every((x) => x === 0)) return undefined
      const part = whole.data.map((x, i) => x - (rest.data[i] as number))
      const missing = wanted.data.map((x, i) => x - (rest.data[i] as number))
      const match = proportion(missing, part)
      if (!(match.residual < 1e-6) || !isCount(match.ratio) || Math.abs(match.ratio - 1) < 1e-6) return undefined
      if (factor !== undefined && Math.abs(match.ratio / factor - 1) > 1e-5) return undefined
      factor = match.ratio
    }
    return factor
  }

  /** Which of the statement's operations a node is. */
  placeOf(node: number): number {
    return this.inner.indexOf(node)
  }

  /** The result, and the operands and inner values that carry the error. */
  signals(): number[] {
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

  usedOnce(node: number): boolean {
    return this.inner.filter((n) => this.setting.analysis.tape.entry(n).args.includes(node)).length === 1
  }

  signal(node: number): boolean {
    return this.setting.region.signal[node] === 1
  }

  /** node with its i-th operand replaced. */
  withOperand(node: number, i: number, other: Make): Make {
    const { op, args, params } = this.setting.analysis.tape.entry(node)
    return (values, point) => {
      const operands = args.map((a, k) => (k === i ? other(values, point) : values[a]))
      return operands.some((o) => o === undefined) ? undefined : apply(op, operands as Tensor[], params)
    }
  }

  isNamed(node: number): boolean {
    return this.names.has(node)
  }

  nameOf(node: number): string {
    const { tape } = this.setting.analysis
    return this.names.get(node) ?? this.arrayOf(tape.entry(node).args[0] ?? node, this.names) ?? 'its operand'
  }

  /** The name of the array that a node is a part or a later state of. */
  private arrayOf(node: number, names: ReadonlyMap<number, string>): string | undefined {
    const { tape } = this.setting.analysis
    for (let at = node, depth = 0; depth < MAX_MOVES; depth++) {
      const name = names.get(at)
      if (name !== undefined) return name
      const { op, args } = tape.entry(at)
      if (!MOVES.has(op) || args[0] === undefined) return undefined
      at = args[0]
    }
    return undefined
  }

  feedsMatrix(node: number): boolean {
    return (
      MATRIX.has(this.setting.analysis.tape.entry(node).op) || this.setting.analysis.tape.entry(node).op === 'einsum'
    )
  }

  /** Whether one of two values is an elementwise function of the other. */
  curveBetween(a: number, b: number): boolean {
    const { tape } = this.setting.analysis
    const [from, to] = a < b ? [a, b] : [b, a]
    if (this.at(to)?.data.length !== this.at(from)?.data.length) return false
    // What was computed before `from` is not on the way: on a long tape that is nearly everything.
    const path = new Set([to])
    let reached = false
    for (const n of path) {
      const { op, args } = tape.entry(n)
      if (path.size >= LONGEST_CURVE || MATRIX.has(op)) return false
      for (const arg of args) {
        if (arg === from) reached = true
        else if (arg > from) path.add(arg)
      }
    }
    return reached
  }

  /** x·y·z from the left, within the statement: its operands, and by what operation each is joined. */
  chain(node: number): { node: number; op: string }[] {
    const { op, args } = this.setting.analysis.tape.entry(node)
    const [x, y] = args
    if (!this.within.has(node) || !(PRODUCTS.has(op) || QUOTIENTS.has(op)) || x === undefined || y === undefined)
      return [{ node, op: '' }]
    return [...this.chain(x), { node: y, op }]
  }
}
