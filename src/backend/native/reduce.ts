/**
 * Writes reduce kernels. The lanes run along the row (and are combined at its end) or along neighbouring rows,
 * whichever the loads are contiguous in. A body with softmax in it takes several passes over a row while it is in
 * cache; expensive values of one pass are kept in scratch for the next. Sums have several accumulators where rows are
 * long, because one waits for the addition before it; which element goes into which is fixed by its place.
 */

import { isReduction, type ReductionOperation } from '../../ops/index.ts'
import { type Body, passesOf, type ReduceKernel, variesAlongRow } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { type Joined, joinAxes } from '../wasm/loops.ts'
import { lowerBody } from '../wasm/point.ts'
import { floatLiteral } from './code.ts'
import { coordinateName, type KernelContext, type Place, PointWriter } from './point.ts'
import type { Lanes } from './preamble.ts'

const RULES: Record<ReductionOperation, { identity: number; combine(a: string, b: string): string; total: string }> = {
  reduceSum: { identity: 0, combine: (a, b) => `${a} + ${b}`, total: 'total' },
  reduceMax: { identity: Number.NEGATIVE_INFINITY, combine: (a, b) => `maximum(${a}, ${b})`, total: 'largest' },
  reduceMin: { identity: Number.POSITIVE_INFINITY, combine: (a, b) => `minimum(${a}, ${b})`, total: 'smallest' },
}
/** Additions that are under way at once: latency 4, two units, and enough is had with half of that. */
const ACCUMULATORS = 4

/** Bytes of scratch that one thread needs: a row of vectors for each cached value. */
export function reduceScratchBytes(kernel: ReduceKernel, lanes: Lanes): number {
  const row = kernel.domain.slice(kernel.domain.length - kernel.reduced).reduce((n, extent) => n * extent, 1)
  return kernel.cached.length * 4 * lanes * (row + 1)
}

/** Whether lanes run along the last kept axis: more accesses are contiguous there than along the last reduced one. */
function lanesAcrossRows({ domain, reduced, body }: Joined): boolean {
  const kept = domain.length - reduced - 1
  if (kept < 0 || reduced === 0) return kept >= 0
  const unit = (axis: number) => [...body.loads, ...body.stores].filter(({ strides }) => strides[axis] === 1).length
  return unit(kept) > unit(domain.length - 1)
}

/** Writes the body of `kernel(c, t, T)`. */
export function writeReduce(context: KernelContext, kernel: ReduceKernel): void {
  if (kernel.domain.slice(0, kernel.domain.length - kernel.reduced).includes(0)) return
  const { body, cached } = lowerBody(kernel.body, kernel.cached)
  const axes = joinAxes(kernel.domain, body, kernel.reduced)
  new RowWriter(context, axes.domain.length === 0 ? { ...axes, domain: [1] } : axes, cached).write()
}

/** Whether the rows of a kernel can be shared out among threads. */
export function sharesRows(kernel: ReduceKernel, lanes: Lanes): boolean {
  const axes = joinAxes(kernel.domain, lowerBody(kernel.body).body, kernel.reduced)
  const kept = axes.domain.length - axes.reduced
  return kept > 0 && (kept > 1 || !lanesAcrossRows(axes) || (axes.domain[0] ?? 0) >= 4 * lanes)
}

/** What one pass over the elements of a row does. */
interface Pass {
  readonly pass: number
  /** Values that the row has as a whole, by position. */
  readonly rows: ReadonlyMap<number, string>
  /** The reductions that this pass computes, and the names of their results. */
  readonly sums: ReadonlyMap<number, string>
  readonly stores: readonly number[]
  /** Values that are kept for later passes. */
  readonly kept: readonly number[]
}

class RowWriter {
  private readonly context: KernelContext
  private readonly domain: readonly number[]
  private readonly body: Body
  private readonly cached: readonly number[]
  private readonly points: PointWriter
  private readonly passes: readonly number[]
  private readonly varies: readonly boolean[]
  private readonly across: boolean
  private readonly keptAxes: readonly number[]
  private readonly reducedAxes: readonly number[]
  private readonly lane: number

  constructor(context: KernelContext, joined: Joined, cached: readonly number[]) {
    this.context = context
    this.domain = joined.domain
    this.body = joined.body
    this.cached = cached
    this.points = new PointWriter(context, joined.body)
    this.passes = passesOf(joined.body)
    this.varies = variesAlongRow(joined.body, joined.reduced, joined.domain.length)
    this.across = lanesAcrossRows(joined)
    const axes = [...joined.domain.keys()]
    this.keptAxes = axes.slice(0, joined.domain.length - joined.reduced)
    this.reducedAxes = axes.slice(joined.domain.length - joined.reduced)
    this.lane = this.across ? this.keptAxes.length - 1 : joined.domain.length - 1
  }

  private extent(axis: number | undefined): number {
    return known(this.domain[axis ?? -1], 'an axis has an extent')
  }

  write(): void {
    const { code, lanes } = this.context
    this.points.hoist()
    if (this.cached.length > 0) code.line('float *const scratch = scratchOf(c, t);', 'float *s;')
    if (!this.across) {
      if (this.keptAxes.length === 0) code.block('if (t == 0)', () => this.row(lanes))
      else this.loop(this.keptAxes, () => this.row(lanes), true)
      return
    }
    const outer = this.keptAxes.slice(0, -1)
    const extent = this.extent(this.lane)
    const whole = extent - (extent % lanes)
    const name = coordinateName(this.lane)
    const isShared = outer.length === 0
    const vectors = whole / lanes
    const [from, to] = isShared
      ? [`${vectors}L * t / T * ${lanes}`, `${vectors}L * (t + 1) / T * ${lanes}`]
      : ['0', `${whole}`]
    this.loop(
      outer,
      () => {
        if (whole > 0) code.loop(name, from, to, lanes, () => this.row(lanes))
        if (whole === extent) return
        code.block(isShared ? 'if (t == T - 1)' : '', () => {
          code.line(`const long ${name} = ${whole};`)
          this.row(extent - whole)
        })
      },
      true,
    )
  }

  /** Loops over `axes` from outside in; the first one is shared out among threads where `isShared`. */
  private loop(axes: readonly number[], body: () => void, isShared = false): void {
    const [axis, ...inner] = axes
    if (axis === undefined) {
      body()
      return
    }
    const extent = this.extent(axis)
    const [from, to] = isShared ? [`${extent}L * t / T`, `${extent}L * (t + 1) / T`] : ['0', `${extent}`]
    this.context.code.loop(coordinateName(axis), from, to, 1, () => this.loop(inner, body))
  }

  /** All passes over one row, or over as many neighbouring ones as there are lanes. */
  private row(lanes: number): void {
    const rows = new Map<number, string>()
    const last = Math.max(0, ...this.passes)
    for (let pass = 0; pass <= last; pass++) {
      const reductions = this.reductionsOf(pass)
      const kept = this.cached.filter((position) => this.passes[position] === pass)
      const stores = this.storesOf(pass)
      if (reductions.length + stores.length + kept.length === 0) continue
      const sums = new Map(reductions.map((position) => [position, this.context.code.fresh('sum')]))
      for (const [position, name] of this.rowValues(rows, lanes)) rows.set(position, name)
      this.pass({ pass, rows, sums, stores, kept }, lanes)
      for (const [position, name] of sums) rows.set(position, name)
    }
    this.rowStores(lanes, rows)
  }

  /** One pass over the elements of the row. */
  private pass(pass: Pass, lanes: number): void {
    const { code, lanes: width } = this.context
    const [inner] = this.reducedAxes.slice(-1)
    const steps = this.across ? 1 : width
    const length = inner === undefined ? 1 : this.extent(inner)
    const several = pass.sums.size > 0 && length >= 2 * ACCUMULATORS * steps ? ACCUMULATORS : 1
    for (const [position, name] of pass.sums) {
      const identity = `splat(${floatLiteral(RULES[this.reductionAt(position)].identity)})`
      for (let u = 0; u < several; u++) code.line(`V ${name}_${u} = ${identity};`)
    }
    if (this.cached.length > 0) code.line('s = scratch;')
    if (inner === undefined) this.element(pass, 0, lanes, new Map())
    else this.loop(this.reducedAxes.slice(0, -1), () => this.inner(pass, inner, several, lanes))
    for (const [position, name] of pass.sums) this.combine(position, name, several)
  }

  /** The innermost loop of a pass: several steps at once, single ones, and the end of the row. */
  private inner(pass: Pass, inner: number, several: number, lanes: number): void {
    const { code, lanes: width } = this.context
    const name = coordinateName(inner)
    const extent = this.extent(inner)
    const step = this.across ? 1 : width
    const blocks = several === 1 ? 0 : extent - (extent % (several * step))
    const whole = extent - (extent % step)
    const count = this.across ? lanes : width
    if (blocks > 0) {
      code.loop(name, 0, blocks, several * step, () => {
        for (let u = 0; u < several; u++) this.element(pass, u, count, new Map([[inner, `(${name} + ${u * step})`]]))
      })
    }
    if (blocks < whole) code.loop(name, blocks, whole, step, () => this.element(pass, 0, count, new Map()))
    if (whole === extent) return
    code.block('', () => {
      code.line(`const long ${name} = ${whole};`)
      this.element(pass, 0, extent - whole, new Map())
    })
  }

  private element(pass: Pass, u: number, lanes: number, coordinates: ReadonlyMap<number, string>): void {
    const { code } = this.context
    const place: Place = { laneAxis: this.lane, lanes, coordinates }
    const before = new Map(pass.rows)
    this.cached.forEach((position, i) => {
      if ((this.passes[position] ?? 0) >= pass.pass) return
      const name = code.fresh('x')
      code.line(`const V ${name} = load(s + ${i} * LANES);`)
      before.set(position, name)
    })
    const valueAt = this.points.at(place, before)
    for (const position of pass.kept) {
      code.line(`store(s + ${this.cached.indexOf(position)} * LANES, ${valueAt(position)});`)
    }
    for (const [position, name] of pass.sums) {
      const { identity, combine } = RULES[this.reductionAt(position)]
      const value = valueAt(known(this.points.instruction(position).operands[0], 'a reduction has an operand'))
      const isPart = !this.across && lanes < this.context.lanes
      const valid = isPart ? `keep(${value}, ${lanes}, ${floatLiteral(identity)})` : value
      code.line(`${name}_${u} = ${combine(`${name}_${u}`, valid)};`)
    }
    const values = pass.stores.map((slot) => valueAt(known(this.body.stores[slot], 'a store').value))
    pass.stores.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
    if (this.cached.length > 0) code.line(`s += ${this.cached.length} * LANES;`)
  }

  /** The accumulators as one, and where the lanes run along the row one value in all of them. */
  private combine(position: number, name: string, several: number): void {
    const { combine, total } = RULES[this.reductionAt(position)]
    let parts = Array.from({ length: several }, (_, u) => `${name}_${u}`)
    while (parts.length > 1) {
      const half = parts.length / 2
      parts = parts.slice(0, half).map((part, i) => `(${combine(part, known(parts[i + half], 'a half'))})`)
    }
    this.context.code.line(`const V ${name} = ${this.across ? parts[0] : `${total}(${parts[0]})`};`)
  }

  /** The values that a row has as a whole and that are known before the pass, written once. */
  private rowValues(rows: ReadonlyMap<number, string>, lanes: number): Map<number, string> {
    const valueAt = this.points.at(this.rowPlace(lanes), rows)
    const values = new Map(rows)
    const missing: boolean[] = []
    this.body.instructions.forEach(({ operation, operands }, position) => {
      missing[position] = isReduction(operation) ? !rows.has(position) : operands.some((operand) => missing[operand])
      if (this.varies[position] || values.has(position) || isReduction(operation) || missing[position]) return
      values.set(position, valueAt(position))
    })
    return values
  }

  private reductionAt(position: number): ReductionOperation {
    const { operation } = this.points.instruction(position)
    return isReduction(operation) ? operation : 'reduceSum'
  }

  private reductionsOf(pass: number): number[] {
    return [...this.passes.keys()].filter(
      (position) => isReduction(this.points.instruction(position).operation) && this.passes[position] === pass + 1,
    )
  }

  private storesOf(pass: number): number[] {
    return [...this.body.stores.keys()].filter((slot) => {
      const store = known(this.body.stores[slot], 'a store')
      return !store.perRow && this.passes[store.value] === pass
    })
  }

  private rowPlace(lanes: number): Place {
    return { laneAxis: this.across ? this.lane : -1, lanes: this.across ? lanes : 1 }
  }

  private rowStores(lanes: number, rows: ReadonlyMap<number, string>): void {
    const slots = [...this.body.stores.keys()].filter((slot) => this.body.stores[slot]?.perRow)
    const place = this.rowPlace(lanes)
    const valueAt = this.points.at(place, rows)
    const values = slots.map((slot) => valueAt(known(this.body.stores[slot], 'a store').value))
    slots.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
  }
}
