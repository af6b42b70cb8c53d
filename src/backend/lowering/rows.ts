/**
 * A reduce kernel as passes over rows: what each pass computes, stores and keeps, and along which axis the lanes run.
 * Backends write the same passes in their own language.
 */

import { isReduction, type ReductionOperation } from '../../ops/index.ts'
import { type Body, passesOf, type ReduceKernel, variesAlongRow } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { type Joined, joinAxes } from './axes.ts'
import { lowerBody } from './body.ts'

/** What one pass over the elements of a row does, by position in the body or slot of a store. */
export interface RowPass {
  readonly pass: number
  readonly reductions: readonly number[]
  readonly stores: readonly number[]
  /** Values that are kept for later passes. */
  readonly kept: readonly number[]
}

/** Whether lanes run along the last kept axis: more accesses are contiguous there than along the last reduced one. */
function lanesAcrossRows({ domain, reduced, body }: Joined): boolean {
  const kept = domain.length - reduced - 1
  if (kept < 0 || reduced === 0) return kept >= 0
  const unit = (axis: number) => [...body.loads, ...body.stores].filter(({ strides }) => strides[axis] === 1).length
  return unit(kept) > unit(domain.length - 1)
}

export class Rows {
  readonly domain: readonly number[]
  readonly body: Body
  /** Positions of expensive values that one pass computes and later ones read. */
  readonly cached: readonly number[]
  /** Lanes run along neighbouring rows; else along the row. */
  readonly across: boolean
  readonly keptAxes: readonly number[]
  readonly reducedAxes: readonly number[]
  /** The axis that the lanes run along. */
  readonly lane: number
  private readonly passAt: readonly number[]
  private readonly varies: readonly boolean[]

  constructor(kernel: ReduceKernel) {
    const lowered = lowerBody(kernel.body, kernel.cached)
    const joined = joinAxes(kernel.domain, lowered.body, kernel.reduced)
    const axes = joined.domain.length === 0 ? { ...joined, domain: [1] } : joined
    const rank = axes.domain.length
    this.domain = axes.domain
    this.body = axes.body
    this.cached = lowered.cached
    this.across = lanesAcrossRows(axes)
    this.keptAxes = [...axes.domain.keys()].slice(0, rank - axes.reduced)
    this.reducedAxes = [...axes.domain.keys()].slice(rank - axes.reduced)
    this.lane = this.across ? this.keptAxes.length - 1 : rank - 1
    this.passAt = passesOf(axes.body)
    this.varies = variesAlongRow(axes.body, axes.reduced, rank)
  }

  extent(axis: number | undefined): number {
    return known(this.domain[axis ?? -1], 'an axis has an extent')
  }

  /** The passes that do something, in order. */
  get passes(): RowPass[] {
    const count = Math.max(0, ...this.passAt) + 1
    return Array.from({ length: count }, (_, pass) => this.passOf(pass)).filter(
      ({ reductions, stores, kept }) => reductions.length + stores.length + kept.length > 0,
    )
  }

  private passOf(pass: number): RowPass {
    const { instructions, stores } = this.body
    const isOf = (position: number) => this.passAt[position] === pass
    return {
      pass,
      reductions: [...instructions.keys()].filter((position) => {
        return isReduction(this.operationAt(position)) && this.passAt[position] === pass + 1
      }),
      stores: [...stores.keys()].filter((slot) => {
        const store = known(stores[slot], 'a store')
        return !store.perRow && isOf(store.value)
      }),
      kept: this.cached.filter(isOf),
    }
  }

  /** Whether a kept value was computed before `pass`. */
  isKeptBefore(position: number, pass: number): boolean {
    return (this.passAt[position] ?? 0) < pass
  }

  private operationAt(position: number) {
    return known(this.body.instructions[position], 'an operand is an instruction').operation
  }

  /** The operation of a reduction, and the position of what it reduces. */
  reductionAt(position: number): { operation: ReductionOperation; operand: number } {
    const operation = this.operationAt(position)
    const [operand] = known(this.body.instructions[position], 'a reduction').operands
    return {
      operation: isReduction(operation) ? operation : 'reduceSum',
      operand: known(operand, 'a reduction has an operand'),
    }
  }

  /**
   * The values that a row has as a whole and that follow from the reductions in `done`, in the order in which they can
   * be computed; without those in `done`.
   */
  rowValues(done: ReadonlyMap<number, unknown>): number[] {
    const missing: boolean[] = []
    const found: number[] = []
    this.body.instructions.forEach(({ operation, operands }, position) => {
      missing[position] = isReduction(operation) ? !done.has(position) : operands.some((operand) => missing[operand])
      if (this.varies[position] || done.has(position) || isReduction(operation) || missing[position]) return
      found.push(position)
    })
    return found
  }

  /** Slots of what is stored once for a row. */
  get rowStores(): number[] {
    return [...this.body.stores.keys()].filter((slot) => this.body.stores[slot]?.perRow)
  }
}
