/** Writes one tile of a contraction: its sums in registers, then the kernel's body at every vector of it. */

import type { Access } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { I32, type Local, OP, SIMD, V128 } from './encode.ts'
import { rightPanel } from './pack.ts'
import type { Place } from './point.ts'
import type { Contraction } from './tiling.ts'

/** One tile of C: its sums over this block of k, then the rest of the work or a rest in scratch. */
export function tile(c: Contraction, rows: number, width: number): void {
  const { f } = c.context
  const vectors = Math.ceil(width / 4)
  const sums = Array.from({ length: rows * vectors }, () => f.local(V128))
  if (c.tiling.blocks === 1) {
    for (const sum of sums) f.words([0, 0, 0, 0]).set(sum)
    accumulate(c, rows, vectors, sums)
    epilogue(c, rows, width, sums)
    return
  }
  const rest = f.local(I32)
  const paddedRows = c.m + c.tiling.rows
  f.get(c.column)
    .i32(4 * paddedRows)
    .op(OP.i32mul)
  c.pushScratch(c.scratch.partial)
  f.op(OP.i32add)
  f.get(c.row)
    .i32(16 * c.tiling.vectors)
    .op(OP.i32mul)
    .op(OP.i32add)
    .set(rest)
  f.get(c.block)
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
  accumulate(c, rows, vectors, sums)
  f.get(c.block).get(c.blockLength).op(OP.i32add).i32(c.kernel.k).op(OP.i32ltU)
  f.when(
    () => {
      sums.forEach((sum, i) => {
        f.get(rest)
          .get(sum)
          .store(16 * i)
      })
    },
    () => epilogue(c, rows, width, sums),
  )
}

function accumulate(c: Contraction, rows: number, vectors: number, sums: readonly Local[]): void {
  const { f } = c.context
  const { left, right } = c.kernel
  const { packsRight, leftPanelBytes } = c.tiling
  const packsLeft = c.tiling.packsLeft && rows % c.tiling.rows === 0
  if (c.kernel.k === 0) return
  const [a, b, end] = [f.local(I32), f.local(I32), f.local(I32)]
  if (packsLeft) {
    f.get(c.row)
      .get(c.packedRows.begin)
      .op(OP.i32sub)
      .i32(leftPanelBytes / c.tiling.rows)
      .op(OP.i32mul)
    c.pushScratch(c.scratch.left)
    f.op(OP.i32add).set(a)
  } else {
    f.get(c.leftBase)
      .get(c.row)
      .i32(4 * left.outerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
    f.get(c.block)
      .i32(4 * left.innerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
      .set(a)
  }
  if (packsRight) rightPanel(c)
  else f.get(c.rightBase).get(c.column).i32(4).op(OP.i32mul).op(OP.i32add)
  if (!packsRight)
    f.get(c.block)
      .i32(4 * right.innerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
  f.set(b)
  const bStep = packsRight ? 16 * c.tiling.vectors : 4 * right.innerStride
  const aStep = packsLeft ? 4 * c.tiling.rows : 4 * left.innerStride
  /** Bytes from the tile's first row of A to another one. */
  const rowOffset = (r: number) =>
    packsLeft ? leftPanelBytes * Math.floor(r / c.tiling.rows) + 4 * (r % c.tiling.rows) : 4 * left.outerStride * r
  const columns = Array.from({ length: vectors }, () => f.local(V128))
  const element = f.local(V128)
  f.get(c.blockLength).i32(bStep).op(OP.i32mul).get(b).op(OP.i32add).set(end)
  f.repeatWhileBelow(b, end, () => {
    columns.forEach((column, v) => {
      f.get(b)
        .load(16 * v)
        .set(column)
    })
    for (let r = 0; r < rows; r++) {
      f.get(a).load32splat(rowOffset(r)).set(element)
      columns.forEach((column, v) => {
        multiplyAdd(c, element, column, known(sums[r * vectors + v], 'a sum'))
      })
    }
    f.get(a).i32(aStep).op(OP.i32add).set(a)
    f.get(b).i32(bStep).op(OP.i32add).set(b)
  })
}

function multiplyAdd(c: Contraction, a: Local, b: Local, sum: Local): void {
  const { f, relaxed } = c.context
  if (relaxed) f.get(a).get(b).get(sum).simd(SIMD.f32x4relaxedMadd).set(sum)
  else f.get(sum).get(a).get(b).simd(SIMD.f32x4mul).simd(SIMD.f32x4add).set(sum)
}

/** The body at every vector of the tile. */
export function epilogue(c: Contraction, rows: number, width: number, sums: readonly Local[]): void {
  const { f } = c.context
  const { body } = c.points
  const vectors = Math.ceil(width / 4)
  const bases = new Map<string, Local>()
  const prepare = (slot: string, access: Access) => {
    const base = f.local(I32)
    f.i32(c.context.addressOf(access.buffer) + 4 * access.offset)
    const counters = [...c.batch, c.row, c.column]
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
      const place = placeOf(c, r, v, Math.min(4, width - 4 * v), bases)
      point(c, place, known(sums[r * vectors + v], 'a sum'), known(repeated[v], 'a column'))
    }
  }
}

function placeOf(c: Contraction, r: number, v: number, lanes: number, bases: ReadonlyMap<string, Local>): Place {
  const { f } = c.context
  return {
    laneAxis: c.rank - 1,
    lanes,
    coordinate: (axis) => {
      const counters = [...c.batch, c.row, c.column]
      f.get(known(counters[axis], 'an axis of the domain'))
      if (axis === c.rank - 2) f.i32(r).op(OP.i32add)
      if (axis === c.rank - 1) f.i32(4 * v).op(OP.i32add)
    },
    address: (access, slot) => {
      f.get(known(bases.get(slot), 'a base'))
      return 4 * (r * (access.strides[c.rank - 2] ?? 0) + 4 * v * (access.strides[c.rank - 1] ?? 0))
    },
  }
}

/** One vector: what is the same for all rows (a bias) is loaded at the first and kept in `repeated`. */
function point(c: Contraction, place: Place, sum: Local, repeated: Map<number, Local>): void {
  const { body } = c.points
  const values = new Map(repeated)
  body.instructions.forEach(({ operation }, position) => {
    if (operation === 'accumulator') values.set(position, sum)
  })
  const valueAt = c.points.at(place, values)
  body.instructions.forEach(({ operation, slot }, position) => {
    const access = operation === 'input' ? body.loads[slot ?? -1] : undefined
    if (access !== undefined && access.strides[c.rank - 2] === 0) repeated.set(position, valueAt(position))
  })
  const results = body.stores.map(({ value }) => valueAt(value))
  results.forEach((value, slot) => {
    c.points.store(slot, place, value)
  })
}
