/**
 * Writes reduce kernels. The lanes run along the row (and are combined at its end) or along neighbouring rows,
 * whichever the loads are contiguous in. A body with softmax in it takes several passes over a row while it is in
 * cache; expensive values of one pass are kept in a scratch row for the next.
 */

import { isReduction, type ReductionOperation } from '../../ops/index.ts'
import type { Body, ReduceKernel } from '../../plan/index.ts'
import { passesOf, variesAlongRow } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { I32, type Local, OP, SIMD, V128 } from './encode.ts'
import { type Joined, joinAxes, Nest } from './loops.ts'
import { type KernelContext, lowerBody, type Place, PointWriter } from './point.ts'

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

/** Whether lanes run along the last kept axis: more accesses are contiguous there than along the last reduced one. */
function lanesAcrossRows({ domain, reduced, body }: Joined): boolean {
  const kept = domain.length - reduced - 1
  if (kept < 0 || reduced === 0) return kept >= 0
  const unit = (axis: number) => [...body.loads, ...body.stores].filter(({ strides }) => strides[axis] === 1).length
  return unit(kept) > unit(domain.length - 1)
}

export function writeReduce(context: KernelContext, kernel: ReduceKernel): void {
  const { body, cached } = lowerBody(kernel.body, kernel.cached)
  const axes = joinAxes(kernel.domain, body, kernel.reduced)
  const joined = axes.domain.length === 0 ? { ...axes, domain: [1] } : axes
  if (kernel.domain.slice(0, kernel.domain.length - kernel.reduced).includes(0)) return
  const writer = new RowWriter(context, joined, cached)
  writer.write()
}

class RowWriter {
  private readonly context: KernelContext
  private readonly joined: Joined
  private readonly body: Body
  private readonly cached: readonly number[]
  private readonly points: PointWriter
  private readonly nest: Nest
  private readonly passes: readonly number[]
  private readonly varies: readonly boolean[]
  private readonly scratchPointer: Local
  private readonly across: boolean
  private readonly keptAxes: readonly number[]
  private readonly reducedAxes: readonly number[]
  private readonly lane: number

  constructor(context: KernelContext, joined: Joined, cached: readonly number[]) {
    this.context = context
    this.joined = joined
    this.body = joined.body
    this.cached = cached
    this.points = new PointWriter(context, joined.body)
    this.passes = passesOf(joined.body)
    this.varies = variesAlongRow(joined.body, joined.reduced, joined.domain.length)
    this.scratchPointer = context.f.local(I32)
    this.across = lanesAcrossRows(joined)
    const axes = [...joined.domain.keys()]
    this.keptAxes = axes.slice(0, joined.domain.length - joined.reduced)
    this.reducedAxes = axes.slice(joined.domain.length - joined.reduced)
    this.lane = this.across ? this.keptAxes.length - 1 : joined.domain.length - 1
    this.nest = new Nest(context, joined.domain.length)
  }

  write(): void {
    this.points.hoist()
    if (!this.across) {
      this.nest.sharedLoop(this.keptAxes, this.joined.domain, () => this.row(4))
      return
    }
    const extent = known(this.joined.domain[this.lane], 'the lane axis has an extent')
    this.nest.sharedLoop(this.keptAxes.slice(0, -1), this.joined.domain, () => {
      this.nest.vectorLoop(this.lane, extent, this.keptAxes.length === 1, (lanes) => this.row(lanes))
    })
  }

  /** All passes over one row, or over four neighbouring ones. */
  private row(lanes: number): void {
    const rows = new Map<number, Local>()
    const last = Math.max(0, ...this.passes)
    for (let pass = 0; pass <= last; pass++) {
      const reductions = this.reductionsOf(pass)
      const accumulators = new Map(reductions.map((position) => [position, this.context.f.local(V128)]))
      for (const [position, local] of accumulators) {
        this.context.f.floats(Array(4).fill(IDENTITY[this.reductionAt(position)])).set(local)
      }
      const stores = this.storesOf(pass)
      const kept = this.cached.filter((position) => this.passes[position] === pass)
      if (reductions.length + stores.length + kept.length > 0) {
        this.elements(pass, lanes, rows, accumulators, stores, kept)
      }
      for (const [position, local] of accumulators) {
        if (!this.across) this.combineLanes(this.reductionAt(position), local)
        rows.set(position, local)
      }
    }
    this.rowStores(lanes, rows)
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

  /** One pass over the elements of the row. */
  private elements(
    pass: number,
    lanes: number,
    rows: ReadonlyMap<number, Local>,
    accumulators: ReadonlyMap<number, Local>,
    stores: readonly number[],
    kept: readonly number[],
  ): void {
    const { f } = this.context
    const { domain } = this.joined
    const inner = domain.length - 1
    if (this.cached.length > 0) {
      this.context.pushScratch(0)
      f.set(this.scratchPointer)
    }
    const rowValues = this.rowValues(rows, lanes)
    const point = (count: number) => {
      const place = this.nest.place(this.lane, count, inner)
      this.element(place, pass, rowValues, accumulators, stores, kept)
      if (this.cached.length > 0) {
        f.get(this.scratchPointer)
          .i32(16 * this.cached.length)
          .op(OP.i32add)
          .set(this.scratchPointer)
      }
    }
    if (this.across || this.joined.reduced === 0) {
      this.nest.loop(this.reducedAxes.slice(0, -1), domain, () => {
        this.nest.prepareAll(this.body, inner)
        this.nest.loop(this.reducedAxes.slice(-1), domain, () => point(lanes))
      })
      return
    }
    const extent = known(domain[inner], 'the row has an extent')
    this.nest.loop(this.reducedAxes.slice(0, -1), domain, () => {
      this.nest.prepareAll(this.body, inner)
      this.nest.vectorLoop(inner, extent, false, point)
    })
  }

  private element(
    place: Place,
    pass: number,
    rowValues: ReadonlyMap<number, Local>,
    accumulators: ReadonlyMap<number, Local>,
    stores: readonly number[],
    kept: readonly number[],
  ): void {
    const { f } = this.context
    const before = new Map(rowValues)
    this.cached.forEach((position, i) => {
      if ((this.passes[position] ?? 0) >= pass) return
      const local = f.local(V128)
      f.get(this.scratchPointer)
        .load(16 * i)
        .set(local)
      before.set(position, local)
    })
    const valueAt = this.points.at(place, before)
    for (const position of kept) {
      const value = valueAt(position)
      f.get(this.scratchPointer)
        .get(value)
        .store(16 * this.cached.indexOf(position))
    }
    for (const [position, accumulator] of accumulators) {
      const operation = this.reductionAt(position)
      const value = valueAt(known(this.points.instruction(position).operands[0], 'a reduction has an operand'))
      f.get(accumulator)
      this.pushValid(value, operation, place.lanes)
      f.simd(COMBINE[operation]).set(accumulator)
    }
    const values = stores.map((slot) => valueAt(known(this.body.stores[slot], 'a store').value))
    stores.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
  }

  /** Pushes a vector with the identity in the lanes past the end of the row. */
  private pushValid(value: Local, operation: ReductionOperation, lanes: number): void {
    const { f } = this.context
    f.get(value)
    if (lanes === 4 || this.across) return
    f.floats(Array(4).fill(IDENTITY[operation]))
    f.words([0, 1, 2, 3].map((lane) => (lane < lanes ? -1 : 0))).simd(SIMD.bitselect)
  }

  /** Combines the four lanes, and leaves the result in each of them. */
  private combineLanes(operation: ReductionOperation, local: Local): void {
    const { f } = this.context
    f.get(local).get(local).get(local).shuffle([2, 3, 0, 1]).simd(COMBINE[operation]).set(local)
    f.get(local).get(local).get(local).shuffle([1, 0, 3, 2]).simd(COMBINE[operation]).set(local)
  }

  /** The values that a row has as a whole and that later passes or stores need, computed once before the pass. */
  private rowValues(rows: ReadonlyMap<number, Local>, lanes: number): Map<number, Local> {
    const place = this.rowPlace(lanes)
    const valueAt = this.points.at(place, rows)
    const values = new Map(rows)
    this.nest.prepareAll(this.body, -1)
    this.body.instructions.forEach(({ operation, operands }, position) => {
      if (this.varies[position] || values.has(position) || isReduction(operation)) return
      const isReady = operands.every((operand) => values.has(operand) || !this.dependsOnMissing(operand, rows))
      if (isReady && !this.dependsOnMissing(position, rows)) values.set(position, valueAt(position))
    })
    return values
  }

  /** Whether an instruction needs a reduction that is not done yet. */
  private dependsOnMissing(position: number, rows: ReadonlyMap<number, Local>): boolean {
    const { operation, operands } = this.points.instruction(position)
    if (isReduction(operation)) return !rows.has(position)
    return operands.some((operand) => this.dependsOnMissing(operand, rows))
  }

  /** The point of a whole row: reduced coordinates do not enter its addresses. */
  private rowPlace(lanes: number): Place {
    return this.nest.place(this.across ? this.lane : -1, this.across ? lanes : 1, -1)
  }

  private rowStores(lanes: number, rows: ReadonlyMap<number, Local>): void {
    const slots = [...this.body.stores.keys()].filter((slot) => this.body.stores[slot]?.perRow)
    if (slots.length === 0) return
    const place = this.rowPlace(lanes)
    this.nest.prepareAll(this.body, -1)
    const valueAt = this.points.at(place, rows)
    const values = slots.map((slot) => valueAt(known(this.body.stores[slot], 'a store').value))
    slots.forEach((slot, i) => {
      this.points.store(slot, place, known(values[i], 'a stored value'))
    })
  }
}
