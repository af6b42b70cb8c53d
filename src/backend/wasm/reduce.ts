/**
 * Writes reduce kernels. The lanes run along the row (and are combined at its end) or along neighbouring rows,
 * whichever the loads are contiguous in. A body with softmax in it takes several passes over a row while it is in
 * cache; expensive values of one pass are kept in a scratch row for the next.
 */

import type { ReductionOperation } from '../../ops/index.ts'
import type { ReduceKernel } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { type RowPass, Rows } from '../lowering/rows.ts'
import { I32, type Local, OP, SIMD, V128 } from './encode.ts'
import { Nest } from './loops.ts'
import { type KernelContext, type Place, PointWriter } from './point.ts'

const IDENTITY: Record<ReductionOperation, number> = {
  reduceSum: 0,
  reduceMax: Number.NEGATIVE_INFINITY,
  reduceMin: Number.POSITIVE_INFINITY,
}
const COMBINE: Record<ReductionOperation, number> = {
  reduceSum: SIMD.f32x4add,
  reduceMax: SIMD.f32x4max,
  reduceMin: SIMD.f32x4min,
}

/** Bytes of scratch that a kernel needs: a row of vectors for each cached value. */
export function reduceScratchBytes(kernel: ReduceKernel): number {
  const row = kernel.domain.slice(kernel.domain.length - kernel.reduced).reduce((n, extent) => n * extent, 1)
  return kernel.cached.length * (16 * row + 16)
}

export function writeReduce(context: KernelContext, kernel: ReduceKernel): void {
  if (kernel.domain.slice(0, kernel.domain.length - kernel.reduced).includes(0)) return
  new RowWriter(context, new Rows(kernel)).write()
}

/** A pass while it is written. */
interface Pass extends RowPass {
  /** Values that the row has as a whole, by position. */
  readonly values: ReadonlyMap<number, Local>
  readonly accumulators: ReadonlyMap<number, Local>
}

class RowWriter {
  private readonly context: KernelContext
  private readonly rows: Rows
  private readonly points: PointWriter
  private readonly nest: Nest
  private readonly scratchPointer: Local

  constructor(context: KernelContext, rows: Rows) {
    this.context = context
    this.rows = rows
    this.points = new PointWriter(context, rows.body)
    this.nest = new Nest(context, rows.domain.length)
    this.scratchPointer = context.f.local(I32)
  }

  write(): void {
    const { across, keptAxes, domain, lane } = this.rows
    this.points.hoist()
    if (!across) {
      this.nest.sharedLoop(keptAxes, domain, () => this.row(4))
      return
    }
    this.nest.sharedLoop(keptAxes.slice(0, -1), domain, () => {
      this.nest.vectorLoop(lane, this.rows.extent(lane), keptAxes.length === 1, (lanes) => this.row(lanes))
    })
  }

  /** All passes over one row, or over four neighbouring ones. */
  private row(lanes: number): void {
    const { f } = this.context
    const values = new Map<number, Local>()
    for (const pass of this.rows.passes) {
      const accumulators = new Map(pass.reductions.map((position) => [position, f.local(V128)]))
      for (const [position, local] of accumulators) {
        f.floats(Array(4).fill(IDENTITY[this.rows.reductionAt(position).operation])).set(local)
      }
      this.rowValues(lanes, values)
      this.elements({ ...pass, values: new Map(values), accumulators }, lanes)
      for (const [position, local] of accumulators) {
        if (!this.rows.across) this.combineLanes(this.rows.reductionAt(position).operation, local)
        values.set(position, local)
      }
    }
    this.rowStores(lanes, values)
  }

  /** One pass over the elements of the row. */
  private elements(pass: Pass, lanes: number): void {
    const { f } = this.context
    const { domain, body, cached, across, reducedAxes, lane } = this.rows
    const inner = domain.length - 1
    if (cached.length > 0) {
      this.context.pushScratch(0)
      f.set(this.scratchPointer)
    }
    const point = (count: number) => {
      this.element(this.nest.place(lane, count, inner), pass)
      if (cached.length === 0) return
      f.get(this.scratchPointer)
        .i32(16 * cached.length)
        .op(OP.i32add)
        .set(this.scratchPointer)
    }
    this.nest.loop(reducedAxes.slice(0, -1), domain, () => {
      this.nest.prepareAll(body, inner)
      if (across || reducedAxes.length === 0) this.nest.loop(reducedAxes.slice(-1), domain, () => point(lanes))
      else this.nest.vectorLoop(inner, this.rows.extent(inner), false, point)
    })
  }

  private element(place: Place, pass: Pass): void {
    const { f } = this.context
    const { cached, body } = this.rows
    const before = new Map(pass.values)
    cached.forEach((position, i) => {
      if (!this.rows.isKeptBefore(position, pass.pass)) return
      const local = f.local(V128)
      f.get(this.scratchPointer)
        .load(16 * i)
        .set(local)
      before.set(position, local)
    })
    const valueAt = this.points.at(place, before)
    for (const position of pass.kept) {
      const value = valueAt(position)
      f.get(this.scratchPointer)
        .get(value)
        .store(16 * cached.indexOf(position))
    }
    for (const [position, accumulator] of pass.accumulators) {
      const { operation, operand } = this.rows.reductionAt(position)
      const value = valueAt(operand)
      f.get(accumulator)
      this.pushValid(value, operation, place.lanes)
      f.simd(COMBINE[operation]).set(accumulator)
    }
    const values = pass.stores.map((slot) => valueAt(known(body.stores[slot], 'a store').value))
    pass.stores.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
  }

  /** Pushes a vector with the identity in the lanes past the end of the row. */
  private pushValid(value: Local, operation: ReductionOperation, lanes: number): void {
    const { f } = this.context
    f.get(value)
    if (lanes === 4 || this.rows.across) return
    f.floats(Array(4).fill(IDENTITY[operation]))
    f.words([0, 1, 2, 3].map((lane) => (lane < lanes ? -1 : 0))).simd(SIMD.bitselect)
  }

  /** Combines the four lanes, and leaves the result in each of them. */
  private combineLanes(operation: ReductionOperation, local: Local): void {
    const { f } = this.context
    f.get(local).get(local).get(local).shuffle([2, 3, 0, 1]).simd(COMBINE[operation]).set(local)
    f.get(local).get(local).get(local).shuffle([1, 0, 3, 2]).simd(COMBINE[operation]).set(local)
  }

  /** Adds the values that a row has as a whole and that are known before the pass, computed once. */
  private rowValues(lanes: number, values: Map<number, Local>): void {
    this.nest.prepareAll(this.rows.body, -1)
    const valueAt = this.points.at(this.rowPlace(lanes), values)
    for (const position of this.rows.rowValues(values)) values.set(position, valueAt(position))
  }

  /** The point of a whole row: reduced coordinates do not enter its addresses. */
  private rowPlace(lanes: number): Place {
    const { across, lane } = this.rows
    return this.nest.place(across ? lane : -1, across ? lanes : 1, -1)
  }

  private rowStores(lanes: number, rowValues: ReadonlyMap<number, Local>): void {
    const { rowStores, body } = this.rows
    if (rowStores.length === 0) return
    this.nest.prepareAll(body, -1)
    const place = this.rowPlace(lanes)
    const valueAt = this.points.at(place, rowValues)
    const values = rowStores.map((slot) => valueAt(known(body.stores[slot], 'a store').value))
    rowStores.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
  }
}
