/**
 * Writes reduce kernels. The lanes run along the row (and are combined at its end) or along neighbouring rows,
 * whichever the loads are contiguous in. A body with softmax in it takes several passes over a row while it is in
 * cache; expensive values of one pass are kept in scratch for the next. Sums have several accumulators where rows are
 * long, because one waits for the addition before it; which element goes into which is fixed by its place.
 */

import type { ReductionOperation } from '../../ops/index.ts'
import type { ReduceKernel } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { type RowPass, Rows } from '../lowering/rows.ts'
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

/** Writes the body of `kernel(c, t, T)`. */
export function writeReduce(context: KernelContext, kernel: ReduceKernel): void {
  if (kernel.domain.slice(0, kernel.domain.length - kernel.reduced).includes(0)) return
  new RowWriter(context, new Rows(kernel)).write()
}

/** Whether the rows of a kernel can be shared out among threads. */
export function sharesRows(kernel: ReduceKernel, lanes: Lanes): boolean {
  const { keptAxes, across, domain } = new Rows(kernel)
  return keptAxes.length > 0 && (keptAxes.length > 1 || !across || (domain[0] ?? 0) >= 4 * lanes)
}

/** A pass while it is written. */
interface Pass extends RowPass {
  /** Values that the row has as a whole, by position. */
  readonly values: ReadonlyMap<number, string>
  /** The reductions that this pass computes, and the names of their results. */
  readonly sums: ReadonlyMap<number, string>
}

class RowWriter {
  private readonly context: KernelContext
  private readonly rows: Rows
  private readonly points: PointWriter

  constructor(context: KernelContext, rows: Rows) {
    this.context = context
    this.rows = rows
    this.points = new PointWriter(context, rows.body)
  }

  write(): void {
    const { code, lanes } = this.context
    const { across, keptAxes, cached, lane } = this.rows
    this.points.hoist()
    if (cached.length > 0) code.line('float *const scratch = scratchOf(c, t);', 'float *s;')
    if (!across) {
      if (keptAxes.length === 0) code.block('if (t == 0)', () => this.row(lanes))
      else this.loop(keptAxes, () => this.row(lanes), true)
      return
    }
    const outer = keptAxes.slice(0, -1)
    const extent = this.rows.extent(lane)
    const whole = extent - (extent % lanes)
    const name = coordinateName(lane)
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
    const extent = this.rows.extent(axis)
    const [from, to] = isShared ? [`${extent}L * t / T`, `${extent}L * (t + 1) / T`] : ['0', `${extent}`]
    this.context.code.loop(coordinateName(axis), from, to, 1, () => this.loop(inner, body))
  }

  /** All passes over one row, or over as many neighbouring ones as there are lanes. */
  private row(lanes: number): void {
    const values = new Map<number, string>()
    for (const pass of this.rows.passes) {
      const sums = new Map(pass.reductions.map((position) => [position, this.context.code.fresh('sum')]))
      const valueAt = this.points.at(this.rowPlace(lanes), values)
      for (const position of this.rows.rowValues(values)) values.set(position, valueAt(position))
      this.pass({ ...pass, values: new Map(values), sums }, lanes)
      for (const [position, name] of sums) values.set(position, name)
    }
    this.rowStores(lanes, values)
  }

  /** One pass over the elements of the row. */
  private pass(pass: Pass, lanes: number): void {
    const { code, lanes: width } = this.context
    const { reducedAxes, across, cached } = this.rows
    const [inner] = reducedAxes.slice(-1)
    const steps = across ? 1 : width
    const length = inner === undefined ? 1 : this.rows.extent(inner)
    const several = pass.sums.size > 0 && length >= 2 * ACCUMULATORS * steps ? ACCUMULATORS : 1
    for (const [position, name] of pass.sums) {
      const identity = `splat(${floatLiteral(RULES[this.rows.reductionAt(position).operation].identity)})`
      for (let u = 0; u < several; u++) code.line(`V ${name}_${u} = ${identity};`)
    }
    if (cached.length > 0) code.line('s = scratch;')
    if (inner === undefined) this.element(pass, 0, lanes, new Map())
    else this.loop(reducedAxes.slice(0, -1), () => this.inner(pass, inner, several, lanes))
    for (const [position, name] of pass.sums) this.combine(position, name, several)
  }

  /** The innermost loop of a pass: several steps at once, single ones, and the end of the row. */
  private inner(pass: Pass, inner: number, several: number, lanes: number): void {
    const { code, lanes: width } = this.context
    const name = coordinateName(inner)
    const { across } = this.rows
    const extent = this.rows.extent(inner)
    const step = across ? 1 : width
    const blocks = several === 1 ? 0 : extent - (extent % (several * step))
    const whole = extent - (extent % step)
    const count = across ? lanes : width
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
    const { lane, across, cached, body } = this.rows
    const place: Place = { laneAxis: lane, lanes, coordinates }
    const before = new Map(pass.values)
    cached.forEach((position, i) => {
      if (!this.rows.isKeptBefore(position, pass.pass)) return
      const name = code.fresh('x')
      code.line(`const V ${name} = load(s + ${i} * LANES);`)
      before.set(position, name)
    })
    const valueAt = this.points.at(place, before)
    for (const position of pass.kept) {
      code.line(`store(s + ${cached.indexOf(position)} * LANES, ${valueAt(position)});`)
    }
    for (const [position, name] of pass.sums) {
      const { operation, operand } = this.rows.reductionAt(position)
      const { identity, combine } = RULES[operation]
      const value = valueAt(operand)
      const isPart = !across && lanes < this.context.lanes
      const valid = isPart ? `keep(${value}, ${lanes}, ${floatLiteral(identity)})` : value
      code.line(`${name}_${u} = ${combine(`${name}_${u}`, valid)};`)
    }
    const values = pass.stores.map((slot) => valueAt(known(body.stores[slot], 'a store').value))
    pass.stores.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
    if (cached.length > 0) code.line(`s += ${cached.length} * LANES;`)
  }

  /** The accumulators as one, and where the lanes run along the row one value in all of them. */
  private combine(position: number, name: string, several: number): void {
    const { combine, total } = RULES[this.rows.reductionAt(position).operation]
    let parts = Array.from({ length: several }, (_, u) => `${name}_${u}`)
    while (parts.length > 1) {
      const half = parts.length / 2
      parts = parts.slice(0, half).map((part, i) => `(${combine(part, known(parts[i + half], 'a half'))})`)
    }
    this.context.code.line(`const V ${name} = ${this.rows.across ? parts[0] : `${total}(${parts[0]})`};`)
  }

  private rowPlace(lanes: number): Place {
    const { across, lane } = this.rows
    return { laneAxis: across ? lane : -1, lanes: across ? lanes : 1 }
  }

  private rowStores(lanes: number, rowValues: ReadonlyMap<number, string>): void {
    const { rowStores, body } = this.rows
    const place = this.rowPlace(lanes)
    const valueAt = this.points.at(place, rowValues)
    const values = rowStores.map((slot) => valueAt(known(body.stores[slot], 'a store').value))
    rowStores.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
  }
}
