/**
 * Writes contractions: C[m, n] = Σ_k A[m, k]·B[k, n], with the kernel's body as epilogue.
 *
 * A tile of C (rows × vectors of four columns) is accumulated in registers; the columns of B that it needs are packed
 * side by side, so that the inner loop reads them in order. k is cut into blocks whose panel of B fits the first-level
 * cache; between blocks a panel of C rests in scratch. Tiles at the edges are the same code with fewer rows, vectors
 * and lanes, known when the code is written.
 */

import type { Access, ContractKernel, Factor } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { I32, type Local, OP, SIMD, V128 } from './encode.ts'
import { type KernelContext, lowerBody, type Place, PointWriter } from './point.ts'

/** k in one block: a panel of B of 8 columns then takes 16 KiB, half of a first-level cache. */
const K_BLOCK = 512
/** Rows of A in one block: packed, they take 256 KiB at most, a part of a second-level cache. */
const M_BLOCK = 128
/** Unrolling of the inner loop. */
const UNROLL = 4
/** Added to the length of a panel, so that neighbouring panels do not fall into the same sets of a cache. */
const PANEL_PADDING_BYTES = 64

interface Tiling {
  readonly rows: number
  readonly vectors: number
  readonly blocks: number
  /** Whether A and B are copied into panels; they are not where they are read too rarely to be worth it. */
  readonly packsLeft: boolean
  readonly packsRight: boolean
  /** Bytes from one panel to the next. */
  readonly leftPanelBytes: number
  readonly rightPanelBytes: number
}

/** 4×8 keeps its accumulators in registers where 6×8 spills; fewer rows leave room for more columns. */
function tilingOf(kernel: ContractKernel): Tiling {
  const rank = kernel.domain.length
  const m = kernel.domain[rank - 2] ?? 1
  const n = kernel.domain[rank - 1] ?? 1
  const rows = Math.min(m, 4)
  const most = rows === 1 ? 8 : rows === 2 ? 4 : 2
  const vectors = Math.min(most, Math.ceil(n / 4))
  const packsRight = !(kernel.right.outerStride === 1 && m <= 8)
  const packsLeft = rows === 4 && kernel.left.innerStride !== 1 && n > 4 * vectors
  const depth = Math.min(kernel.k, K_BLOCK)
  return {
    rows,
    vectors,
    packsLeft,
    packsRight,
    blocks: packsRight || packsLeft ? Math.max(1, Math.ceil(kernel.k / K_BLOCK)) : 1,
    leftPanelBytes: 16 * depth + PANEL_PADDING_BYTES,
    rightPanelBytes: 16 * vectors * depth + PANEL_PADDING_BYTES,
  }
}

interface Scratch {
  readonly right: number
  readonly left: number
  readonly partial: number
  readonly end: number
}

/** Scratch: the panels of B, of a block of A, and the sums of C between blocks of k. */
function scratchOf(kernel: ContractKernel, start: number): Scratch {
  const tiling = tilingOf(kernel)
  const rank = kernel.domain.length
  const m = kernel.domain[rank - 2] ?? 1
  const n = kernel.domain[rank - 1] ?? 1
  const panels = Math.ceil(n / (4 * tiling.vectors))
  const left = start + (tiling.packsRight ? panels * tiling.rightPanelBytes : 0)
  const partial = left + (tiling.packsLeft ? Math.ceil(Math.min(m, M_BLOCK) / 4) * tiling.leftPanelBytes : 0)
  const end = partial + (tiling.blocks > 1 ? Math.ceil(m / 4) * 4 * panels * tiling.vectors * 16 : 0)
  return { right: start, left, partial, end }
}

/** Bytes of scratch. */
export function contractScratchBytes(kernel: ContractKernel): number {
  return scratchOf(kernel, 0).end
}

export function writeContract(context: KernelContext, kernel: ContractKernel, scratch: number): void {
  if (kernel.domain.includes(0)) return
  new ContractWriter(context, kernel, scratch).write()
}

class ContractWriter {
  private readonly context: KernelContext
  private readonly kernel: ContractKernel
  private readonly tiling: Tiling
  private readonly points: PointWriter
  private readonly rank: number
  private readonly m: number
  private readonly n: number
  private readonly scratch: Scratch
  private readonly batch: readonly Local[]
  private readonly leftBase: Local
  private readonly rightBase: Local
  private readonly row: Local
  private readonly column: Local
  private readonly block: Local
  /** The block of rows: from, and the end of its whole tiles. */
  private readonly firstRow: Local
  private readonly lastRow: Local
  /** k in this block. */
  private readonly blockLength: Local

  constructor(context: KernelContext, kernel: ContractKernel, scratch: number) {
    const { f } = context
    this.context = context
    this.kernel = kernel
    this.tiling = tilingOf(kernel)
    this.points = new PointWriter(context, lowerBody(kernel.body).body)
    this.rank = kernel.domain.length
    this.m = kernel.domain[this.rank - 2] ?? 1
    this.n = kernel.domain[this.rank - 1] ?? 1
    this.scratch = scratchOf(kernel, scratch)
    this.batch = Array.from({ length: this.rank - 2 }, () => f.local(I32))
    this.leftBase = f.local(I32)
    this.rightBase = f.local(I32)
    this.row = f.local(I32)
    this.column = f.local(I32)
    this.block = f.local(I32)
    this.firstRow = f.local(I32)
    this.lastRow = f.local(I32)
    this.blockLength = f.local(I32)
  }

  write(): void {
    this.points.hoist()
    this.overBatch(0)
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
    this.blocks()
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
    if (this.tiling.packsRight) this.packRight()
    const whole = this.m - (this.m % this.tiling.rows)
    f.i32(0).set(this.firstRow)
    f.loopWhileBelow(
      this.firstRow,
      () => f.i32(this.m),
      M_BLOCK,
      () => {
        f.get(this.firstRow).i32(M_BLOCK).op(OP.i32add).set(this.lastRow)
        f.i32(whole).get(this.lastRow).op(OP.i32ltU)
        f.when(() => f.i32(whole).set(this.lastRow))
        if (this.tiling.packsLeft) this.packLeft()
        this.overColumns((width) => this.rows(width))
      },
    )
  }

  /** Panels of columns: whole ones in a loop, then the rest. */
  private overColumns(body: (width: number) => void): void {
    const { f } = this.context
    const width = 4 * this.tiling.vectors
    const whole = this.n - (this.n % width)
    f.i32(0).set(this.column)
    if (whole > 0) {
      f.loopWhileBelow(
        this.column,
        () => f.i32(whole),
        width,
        () => body(width),
      )
    }
    if (whole < this.n) body(this.n - whole)
  }

  /** Pushes the address of the packed panel of B for the current columns. */
  private rightPanel(): void {
    const width = 4 * this.tiling.vectors
    this.context.f.get(this.column).i32(width).op(OP.i32divU).i32(this.tiling.rightPanelBytes).op(OP.i32mul)
    this.context.f.i32(this.scratch.right).op(OP.i32add)
  }

  /** Copies B[block.., :] into panels: for each k the columns of a panel side by side. */
  private packRight(): void {
    const { f } = this.context
    const { outerStride, innerStride } = this.kernel.right
    if (outerStride === 1) {
      this.packRowsOfRight()
      return
    }
    const [from, to, i, fours] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
    const step = 16 * this.tiling.vectors
    const advance = (count: number) => {
      f.get(from)
        .i32(4 * innerStride * count)
        .op(OP.i32add)
        .set(from)
      f.get(to)
        .i32(step * count)
        .op(OP.i32add)
        .set(to)
    }
    this.overColumns((width) => {
      const vectors = Math.ceil(width / 4)
      f.get(this.rightBase)
        .get(this.column)
        .i32(4 * outerStride)
        .op(OP.i32mul)
        .op(OP.i32add)
      f.get(this.block)
        .i32(4 * innerStride)
        .op(OP.i32mul)
        .op(OP.i32add)
        .set(from)
      this.rightPanel()
      f.set(to)
      f.i32(0).set(i)
      if (innerStride === 1) {
        f.get(this.blockLength).i32(-4).op(OP.i32and).set(fours)
        f.loopWhileBelow(
          i,
          () => f.get(fours),
          4,
          () => {
            for (let v = 0; v < vectors; v++) this.packTransposed(from, to, v, Math.min(4, width - 4 * v), step)
            advance(4)
          },
        )
      }
      f.loopWhileBelow(
        i,
        () => f.get(this.blockLength),
        1,
        () => {
          for (let v = 0; v < vectors; v++) {
            f.get(to)
            this.gatherLanes(from, 16 * v * outerStride, outerStride, Math.min(4, width - 4 * v))
            f.store(16 * v)
          }
          advance(1)
        },
      )
    })
  }

  /** B with contiguous rows: each row is read once, from end to end, and dealt out to the panels. */
  private packRowsOfRight(): void {
    const { f } = this.context
    const [from, to, i, row] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
    const stride = 4 * this.kernel.right.innerStride
    f.get(this.rightBase).get(this.block).i32(stride).op(OP.i32mul).op(OP.i32add).set(row)
    f.i32(0).set(i)
    f.loopWhileBelow(
      i,
      () => f.get(this.blockLength),
      1,
      () => {
        f.get(row).set(from)
        f.get(i)
          .i32(16 * this.tiling.vectors)
          .op(OP.i32mul)
          .i32(this.scratch.right)
          .op(OP.i32add)
          .set(to)
        this.overColumns((width) => {
          for (let v = 0; 4 * v < width; v++) {
            f.get(to)
            this.gatherLanes(from, 16 * v, 1, Math.min(4, width - 4 * v))
            f.store(16 * v)
          }
          f.get(from)
            .i32(16 * this.tiling.vectors)
            .op(OP.i32add)
            .set(from)
          f.get(to).i32(this.tiling.rightPanelBytes).op(OP.i32add).set(to)
        })
        f.get(row).i32(stride).op(OP.i32add).set(row)
      },
    )
  }

  /** Copies the block of rows of A into panels of four rows: for each k the four side by side. */
  private packLeft(): void {
    const { f } = this.context
    const { outerStride, innerStride } = this.kernel.left
    const [from, to, i, row, column] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
    f.get(this.leftBase)
      .get(this.firstRow)
      .i32(4 * outerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
    f.get(this.block)
      .i32(4 * innerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
      .set(column)
    const panel = () => {
      f.get(to)
      this.gatherLanes(from, 0, outerStride, 4)
      f.store(0)
    }
    f.i32(0).set(i)
    f.loopWhileBelow(
      i,
      () => f.get(this.blockLength),
      1,
      () => {
        f.get(column).set(from)
        f.get(i).i32(16).op(OP.i32mul).i32(this.scratch.left).op(OP.i32add).set(to)
        f.get(this.firstRow).set(row)
        f.loopWhileBelow(
          row,
          () => f.get(this.lastRow),
          4,
          () => {
            panel()
            f.get(from)
              .i32(16 * outerStride)
              .op(OP.i32add)
              .set(from)
            f.get(to).i32(this.tiling.leftPanelBytes).op(OP.i32add).set(to)
          },
        )
        f.get(column)
          .i32(4 * innerStride)
          .op(OP.i32add)
          .set(column)
      },
    )
  }

  /** Pushes `lanes` elements of B that are `stride` apart. */
  private gatherLanes(from: Local, offset: number, stride: number, lanes: number): void {
    const { f } = this.context
    if (stride === 1 && lanes === 4) {
      f.get(from).load(offset)
      return
    }
    const vector = f.local(V128)
    f.get(from).load32zero(offset).set(vector)
    for (let lane = 1; lane < lanes; lane++) {
      f.get(from)
        .get(vector)
        .load32lane(offset + 4 * lane * stride, lane)
        .set(vector)
    }
    f.get(vector)
  }

  /** Four k of four columns that are contiguous in k: a 4×4 block turned round. */
  private packTransposed(from: Local, to: Local, v: number, lanes: number, step: number): void {
    const { f } = this.context
    const { outerStride } = this.kernel.right
    const columns = [0, 1, 2, 3].map((lane) => {
      const local = f.local(V128)
      if (lane < lanes) f.get(from).load(4 * (4 * v + lane) * outerStride)
      else f.words([0, 0, 0, 0])
      f.set(local)
      return local
    })
    const mix = (a: number, b: number, lanesOf: readonly number[]) => {
      const local = f.local(V128)
      f.get(known(columns[a], 'a column')).get(known(columns[b], 'a column')).shuffle(lanesOf).set(local)
      return local
    }
    const [low01, high01] = [mix(0, 1, [0, 4, 1, 5]), mix(0, 1, [2, 6, 3, 7])]
    const [low23, high23] = [mix(2, 3, [0, 4, 1, 5]), mix(2, 3, [2, 6, 3, 7])]
    const rows: [Local, Local, readonly number[]][] = [
      [low01, low23, [0, 1, 4, 5]],
      [low01, low23, [2, 3, 6, 7]],
      [high01, high23, [0, 1, 4, 5]],
      [high01, high23, [2, 3, 6, 7]],
    ]
    rows.forEach(([a, b, lanesOf], k) => {
      f.get(to)
        .get(a)
        .get(b)
        .shuffle(lanesOf)
        .store(k * step + 16 * v)
    })
  }

  /** The tiles of one panel of columns in a block of rows. */
  private rows(width: number): void {
    const { f } = this.context
    const step = this.tiling.rows
    f.get(this.firstRow).set(this.row)
    f.loopWhileBelow(
      this.row,
      () => f.get(this.lastRow),
      step,
      () => this.tile(step, width),
    )
    const rest = this.m % step
    if (rest === 0) return
    f.get(this.row)
      .i32(this.m - rest)
      .op(OP.i32eq)
    f.when(() => this.tile(rest, width))
  }

  /** One tile of C: its sums over this block of k, then the rest of the work or a rest in scratch. */
  private tile(rows: number, width: number): void {
    const { f } = this.context
    const vectors = Math.ceil(width / 4)
    const sums = Array.from({ length: rows * vectors }, () => f.local(V128))
    if (this.tiling.blocks === 1) {
      for (const sum of sums) f.words([0, 0, 0, 0]).set(sum)
      this.accumulate(rows, vectors, sums)
      this.epilogue(rows, width, sums)
      return
    }
    const rest = f.local(I32)
    const paddedRows = Math.ceil(this.m / 4) * 4
    f.get(this.column)
      .i32(4 * paddedRows)
      .op(OP.i32mul)
      .i32(this.scratch.partial)
      .op(OP.i32add)
    f.get(this.row)
      .i32(16 * this.tiling.vectors)
      .op(OP.i32mul)
      .op(OP.i32add)
      .set(rest)
    f.get(this.block)
    f.when(
      () => {
        sums.forEach((sum, i) => {
          f.get(rest)
            .load(16 * i)
            .set(sum)
        })
      },
      () => {
        for (const sum of sums) f.words([0, 0, 0, 0]).set(sum)
      },
    )
    this.accumulate(rows, vectors, sums)
    f.get(this.block).get(this.blockLength).op(OP.i32add).i32(this.kernel.k).op(OP.i32ltU)
    f.when(
      () => {
        sums.forEach((sum, i) => {
          f.get(rest)
            .get(sum)
            .store(16 * i)
        })
      },
      () => this.epilogue(rows, width, sums),
    )
  }

  private accumulate(rows: number, vectors: number, sums: readonly Local[]): void {
    const { f } = this.context
    const { left, right } = this.kernel
    const { packsRight, leftPanelBytes } = this.tiling
    const packsLeft = this.tiling.packsLeft && rows === 4
    const [a, b, i, unrolled] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
    if (packsLeft) {
      f.get(this.row)
        .get(this.firstRow)
        .op(OP.i32sub)
        .i32(leftPanelBytes / 4)
        .op(OP.i32mul)
      f.i32(this.scratch.left).op(OP.i32add).set(a)
    } else {
      f.get(this.leftBase)
        .get(this.row)
        .i32(4 * left.outerStride)
        .op(OP.i32mul)
        .op(OP.i32add)
      f.get(this.block)
        .i32(4 * left.innerStride)
        .op(OP.i32mul)
        .op(OP.i32add)
        .set(a)
    }
    if (packsRight) this.rightPanel()
    else f.get(this.rightBase).get(this.column).i32(4).op(OP.i32mul).op(OP.i32add)
    if (!packsRight)
      f.get(this.block)
        .i32(4 * right.innerStride)
        .op(OP.i32mul)
        .op(OP.i32add)
    f.set(b)
    const bStep = packsRight ? 16 * this.tiling.vectors : 4 * right.innerStride
    const aStep = packsLeft ? 16 : 4 * left.innerStride
    const aRow = packsLeft ? 4 : 4 * left.outerStride
    const columns = Array.from({ length: vectors }, () => f.local(V128))
    const element = f.local(V128)
    const once = (u: number) => {
      columns.forEach((column, v) => {
        f.get(b)
          .load(u * bStep + 16 * v)
          .set(column)
      })
      for (let r = 0; r < rows; r++) {
        f.get(a)
          .load32splat(r * aRow + u * aStep)
          .set(element)
        columns.forEach((column, v) => {
          this.multiplyAdd(element, column, known(sums[r * vectors + v], 'a sum'))
        })
      }
    }
    const advance = (count: number) => {
      f.get(a)
        .i32(count * aStep)
        .op(OP.i32add)
        .set(a)
      f.get(b)
        .i32(count * bStep)
        .op(OP.i32add)
        .set(b)
    }
    f.get(this.blockLength).i32(-UNROLL).op(OP.i32and).set(unrolled)
    f.i32(0).set(i)
    f.loopWhileBelow(
      i,
      () => f.get(unrolled),
      UNROLL,
      () => {
        for (let u = 0; u < UNROLL; u++) once(u)
        advance(UNROLL)
      },
    )
    f.loopWhileBelow(
      i,
      () => f.get(this.blockLength),
      1,
      () => {
        once(0)
        advance(1)
      },
    )
  }

  private multiplyAdd(a: Local, b: Local, sum: Local): void {
    const { f, relaxed } = this.context
    if (relaxed) f.get(a).get(b).get(sum).simd(SIMD.f32x4relaxedMadd).set(sum)
    else f.get(sum).get(a).get(b).simd(SIMD.f32x4mul).simd(SIMD.f32x4add).set(sum)
  }

  /** The body at every vector of the tile. */
  private epilogue(rows: number, width: number, sums: readonly Local[]): void {
    const { f } = this.context
    const { body } = this.points
    const vectors = Math.ceil(width / 4)
    const bases = new Map<string, Local>()
    const prepare = (slot: string, access: Access) => {
      const base = f.local(I32)
      f.i32(this.context.addressOf(access.buffer) + 4 * access.offset)
      const counters = [...this.batch, this.row, this.column]
      access.strides.forEach((stride, axis) => {
        const counter = counters[axis]
        if (stride !== 0 && counter !== undefined)
          f.get(counter)
            .i32(4 * stride)
            .op(OP.i32mul)
            .op(OP.i32add)
      })
      f.set(base)
      bases.set(slot, base)
    }
    body.loads.forEach((access, slot) => {
      prepare(`load${slot}`, access)
    })
    body.stores.forEach((access, slot) => {
      prepare(`store${slot}`, access)
    })
    const repeated: Map<number, Local>[] = Array.from({ length: vectors }, () => new Map())
    for (let r = 0; r < rows; r++) {
      for (let v = 0; v < vectors; v++) {
        const place = this.place(r, v, Math.min(4, width - 4 * v), bases)
        this.point(place, known(sums[r * vectors + v], 'a sum'), known(repeated[v], 'a column'))
      }
    }
  }

  private place(r: number, v: number, lanes: number, bases: ReadonlyMap<string, Local>): Place {
    const { f } = this.context
    return {
      laneAxis: this.rank - 1,
      lanes,
      coordinate: (axis) => {
        const counters = [...this.batch, this.row, this.column]
        f.get(known(counters[axis], 'an axis of the domain'))
        if (axis === this.rank - 2) f.i32(r).op(OP.i32add)
        if (axis === this.rank - 1) f.i32(4 * v).op(OP.i32add)
      },
      address: (access, slot) => {
        f.get(known(bases.get(slot), 'a base'))
        return 4 * (r * (access.strides[this.rank - 2] ?? 0) + 4 * v * (access.strides[this.rank - 1] ?? 0))
      },
    }
  }

  /** One vector: what is the same for all rows (a bias) is loaded at the first and kept in `repeated`. */
  private point(place: Place, sum: Local, repeated: Map<number, Local>): void {
    const { body } = this.points
    const values = new Map(repeated)
    body.instructions.forEach(({ operation }, position) => {
      if (operation === 'accumulator') values.set(position, sum)
    })
    const valueAt = this.points.at(place, values)
    body.instructions.forEach(({ operation, slot }, position) => {
      const access = operation === 'input' ? body.loads[slot ?? -1] : undefined
      if (access !== undefined && access.strides[this.rank - 2] === 0) repeated.set(position, valueAt(position))
    })
    const results = body.stores.map(({ value }) => valueAt(value))
    results.forEach((value, slot) => {
      this.points.store(slot, place, value)
    })
  }
}
