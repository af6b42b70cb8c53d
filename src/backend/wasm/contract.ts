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
/** Unrolling of the inner loop. */
const UNROLL = 4

interface Tiling {
  readonly rows: number
  readonly vectors: number
  readonly blocks: number
  /** Whether B is copied into panels; it is not where it is used too rarely to be worth it. */
  readonly packed: boolean
}

/** 4×8 keeps its accumulators in registers where 6×8 spills; fewer rows leave room for more columns. */
function tilingOf(kernel: ContractKernel): Tiling {
  const rank = kernel.domain.length
  const m = kernel.domain[rank - 2] ?? 1
  const n = kernel.domain[rank - 1] ?? 1
  const rows = Math.min(m, 4)
  const most = rows === 1 ? 8 : rows === 2 ? 4 : 2
  const vectors = Math.min(most, Math.ceil(n / 4))
  const packed = !(kernel.right.outerStride === 1 && m <= 8)
  return { rows, vectors, packed, blocks: packed ? Math.max(1, Math.ceil(kernel.k / K_BLOCK)) : 1 }
}

/** Bytes of scratch: a packed panel of B, and a panel of C where k is cut into blocks. */
export function contractScratchBytes(kernel: ContractKernel): number {
  const { vectors, blocks, packed } = tilingOf(kernel)
  const m = kernel.domain[kernel.domain.length - 2] ?? 1
  const panel = packed ? Math.min(kernel.k, K_BLOCK) * vectors * 16 : 0
  return panel + (blocks > 1 ? (m + 4) * vectors * 16 : 0)
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
  /** Scratch addresses: the packed panel of B, and the panel of C between blocks of k. */
  private readonly panel: number
  private readonly partial: number
  private readonly batch: readonly Local[]
  private readonly leftBase: Local
  private readonly rightBase: Local
  private readonly row: Local
  private readonly column: Local
  private readonly block: Local
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
    this.panel = scratch
    this.partial = scratch + (this.tiling.packed ? Math.min(kernel.k, K_BLOCK) * this.tiling.vectors * 16 : 0)
    this.batch = Array.from({ length: this.rank - 2 }, () => f.local(I32))
    this.leftBase = f.local(I32)
    this.rightBase = f.local(I32)
    this.row = f.local(I32)
    this.column = f.local(I32)
    this.block = f.local(I32)
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
    this.columns()
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

  /** Panels of columns: whole ones in a loop, then the rest. */
  private columns(): void {
    const { f } = this.context
    const width = 4 * this.tiling.vectors
    const whole = this.n - (this.n % width)
    f.i32(0).set(this.column)
    if (whole > 0)
      f.loopWhileBelow(
        this.column,
        () => f.i32(whole),
        width,
        () => this.blocks(width),
      )
    if (whole < this.n) this.blocks(this.n - whole)
  }

  /** Blocks of k for one panel of columns. */
  private blocks(width: number): void {
    const { f } = this.context
    const { blocks, packed } = this.tiling
    const { k } = this.kernel
    f.i32(0).set(this.block)
    if (blocks === 1) {
      f.i32(k).set(this.blockLength)
      if (packed) this.pack(width)
      this.rows(width)
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
        if (packed) this.pack(width)
        this.rows(width)
      },
    )
  }

  /** Copies B[block.., column..] into the panel: for each k the columns side by side. */
  private pack(width: number): void {
    const { f } = this.context
    const { outerStride, innerStride } = this.kernel.right
    const [from, to, i] = [f.local(I32), f.local(I32), f.local(I32)]
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
    f.i32(this.panel).set(to)
    f.i32(0).set(i)
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
    if (innerStride === 1 && outerStride !== 1) {
      const fours = f.local(I32)
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
          const lanes = Math.min(4, width - 4 * v)
          f.get(to)
          this.gatherLanes(from, 16 * v * outerStride, outerStride, lanes)
          f.store(16 * v)
        }
        advance(1)
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

  private rows(width: number): void {
    const { f } = this.context
    const step = this.tiling.rows
    const whole = this.m - (this.m % step)
    f.i32(0).set(this.row)
    if (whole > 0)
      f.loopWhileBelow(
        this.row,
        () => f.i32(whole),
        step,
        () => this.tile(step, width),
      )
    if (whole < this.m) this.tile(this.m - whole, width)
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
    f.i32(this.partial)
      .get(this.row)
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
    const { packed } = this.tiling
    const [a, b, i, unrolled] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
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
    if (packed) f.i32(this.panel).set(b)
    else f.get(this.rightBase).get(this.column).i32(4).op(OP.i32mul).op(OP.i32add).set(b)
    const bStep = packed ? 16 * this.tiling.vectors : 4 * right.innerStride
    const aStep = 4 * left.innerStride
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
          .load32splat(4 * r * left.outerStride + u * aStep)
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
