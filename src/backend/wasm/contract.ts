/**
 * Writes contractions: C[m, n] = Σ_k A[m, k]·B[k, n], with the kernel's body as epilogue.
 *
 * A tile of C (rows × vectors of four columns) is accumulated in registers; the columns of B that it needs are packed
 * side by side, so that the inner loop reads them in order. k is cut into blocks whose panel of B fits the first-level
 * cache; between blocks a panel of C rests in scratch. Panels are gone over for a block of rows at a time. Tiles at the
 * edges are the same code with other rows, vectors and lanes, known when the code is written.
 */

import type { ContractKernel, Factor } from '../../plan/index.ts'
import { lowerBody } from '../lowering/body.ts'
import { I32, type Local, OP } from './encode.ts'
import { packLeft, packRight } from './pack.ts'
import { type KernelContext, PointWriter } from './point.ts'
import { newRun, overParts, overUnits, partOf, type Run } from './runs.ts'
import { shareOf } from './share.ts'
import { sweep } from './sweep.ts'
import { tile } from './tile.ts'
import {
  BLOCK_ROWS,
  type Contraction,
  K_BLOCK,
  type Scratch,
  scratchOf,
  type Tiling,
  tileRows,
  tilingOf,
} from './tiling.ts'

export function writeContract(context: KernelContext, kernel: ContractKernel): void {
  if (kernel.domain.includes(0)) return
  new ContractWriter(context, kernel).write()
}

class ContractWriter implements Contraction {
  readonly context: KernelContext
  readonly kernel: ContractKernel
  readonly tiling: Tiling
  readonly points: PointWriter
  readonly rank: number
  readonly m: number
  readonly n: number
  readonly scratch: Scratch
  readonly batch: readonly Local[]
  readonly leftBase: Local
  readonly rightBase: Local
  readonly row: Local
  readonly column: Local
  readonly block: Local
  readonly blockLength: Local
  readonly columns: Run
  readonly packedColumns: Run
  readonly packedRows: Run
  /** The rows of this thread, and those that each panel of B is used for at once. */
  private readonly rows: Run
  private readonly blockRows: Run

  constructor(context: KernelContext, kernel: ContractKernel) {
    const { f } = context
    this.context = context
    this.kernel = kernel
    this.tiling = tilingOf(kernel)
    this.points = new PointWriter(context, lowerBody(kernel.body).body)
    this.rank = kernel.domain.length
    this.m = kernel.domain[this.rank - 2] ?? 1
    this.n = kernel.domain[this.rank - 1] ?? 1
    this.scratch = scratchOf(kernel)
    this.batch = Array.from({ length: this.rank - 2 }, () => f.local(I32))
    this.leftBase = f.local(I32)
    this.rightBase = f.local(I32)
    this.row = f.local(I32)
    this.column = f.local(I32)
    this.block = f.local(I32)
    this.blockLength = f.local(I32)
    // Each thread takes panels of columns where there are enough, and packs its own; else tiles of rows.
    const { sweeps, rows, vectors } = this.tiling
    const byColumns = sweeps || this.n > 4 * vectors * (4 * context.threads - 1) || this.m <= 4 * rows
    this.columns = newRun(f, context.threads === 1 || !byColumns)
    this.packedColumns = partOf(f, this.columns, this.n, this.tiling.packedColumns)
    this.rows = newRun(f, context.threads === 1 || byColumns)
    this.packedRows = partOf(f, this.rows, this.m, this.tiling.packedRows)
    this.blockRows = partOf(f, this.packedRows, this.m, BLOCK_ROWS)
  }

  write(): void {
    this.points.hoist()
    this.cutForThreads()
    this.overBatch(0)
  }

  readonly pushScratch = (offset: number): void => {
    this.context.pushScratch(offset)
  }

  private cutForThreads(): void {
    const { context, m, n, columns, rows } = this
    const width = 4 * this.tiling.vectors
    shareOf(context, !columns.isAll, width, n, columns.begin, columns.end)
    const narrowest = tileRows(this.tiling, Math.ceil((n % width) / 4) || this.tiling.vectors)
    shareOf(context, !rows.isAll, narrowest, m, rows.begin, rows.end)
  }

  private overBatch(axis: number): void {
    const { f } = this.context
    const counter = this.batch[axis]
    if (counter !== undefined) {
      f.i32(0).set(counter)
      const extent = this.kernel.domain[axis] ?? 1
      f.loopWhileBelow(
        counter,
        () => f.i32(extent),
        1,
        () => this.overBatch(axis + 1),
      )
      return
    }
    this.factorBase(this.kernel.left, this.leftBase)
    this.factorBase(this.kernel.right, this.rightBase)
    if (this.tiling.sweeps) sweep(this)
    else this.blocks()
  }

  private factorBase(factor: Factor, base: Local): void {
    const { f } = this.context
    f.i32(this.context.addressOf(factor.buffer) + 4 * factor.offset)
    factor.batchStrides.forEach((stride, axis) => {
      const counter = this.batch[axis]
      if (stride !== 0 && counter !== undefined)
        f.get(counter)
          .i32(4 * stride)
          .op(OP.i32mul)
          .op(OP.i32add)
    })
    f.set(base)
  }

  /** Blocks of k: each packs its part of B, and goes over the rows of A in blocks. */
  private blocks(): void {
    const { f } = this.context
    const { k } = this.kernel
    f.i32(0).set(this.block)
    if (this.tiling.blocks === 1) {
      f.i32(k).set(this.blockLength)
      this.withinBlock()
      return
    }
    f.loopWhileBelow(
      this.block,
      () => f.i32(k),
      K_BLOCK,
      () => {
        f.i32(K_BLOCK).set(this.blockLength)
        f.i32(k).get(this.block).op(OP.i32sub).i32(K_BLOCK).op(OP.i32ltU)
        f.when(() => f.i32(k).get(this.block).op(OP.i32sub).set(this.blockLength))
        this.withinBlock()
      },
    )
  }

  private withinBlock(): void {
    const { f } = this.context
    const { tiling, columns, packedColumns, rows, packedRows, blockRows } = this
    overParts(f, packedColumns, columns, tiling.packedColumns, () => {
      if (tiling.packsRight) packRight(this)
      overParts(f, packedRows, rows, tiling.packedRows, () => {
        if (tiling.packsLeft) packLeft(this)
        overParts(f, blockRows, packedRows, BLOCK_ROWS, () => this.overColumns((width) => this.tiles(width)))
      })
    })
  }

  /** The panels of columns that are packed. */
  readonly overColumns = (body: (width: number) => void): void => {
    overUnits(this.context.f, this.column, this.packedColumns, this.n, 4 * this.tiling.vectors, body)
  }

  /** The tiles of one panel of columns in a block of rows. */
  private tiles(width: number): void {
    const height = tileRows(this.tiling, Math.ceil(width / 4))
    overUnits(this.context.f, this.row, this.blockRows, this.m, height, (rows) => tile(this, rows, width))
  }
}
