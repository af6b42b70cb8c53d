/** Writes the packing of a contraction's factors: what the inner loop reads lies in the order in which it reads it. */

import { known } from '../../shared/index.ts'
import { I32, type Local, OP, V128 } from './encode.ts'
import { BLOCK_ROWS, type Contraction } from './tiling.ts'

/** Pushes the address of the packed panel of B for the current columns. */
export function rightPanel(c: Contraction): void {
  const width = 4 * c.tiling.vectors
  c.context.f
    .get(c.column)
    .get(c.packedColumns.begin)
    .op(OP.i32sub)
    .i32(width)
    .op(OP.i32divU)
    .i32(c.tiling.rightPanelBytes)
    .op(OP.i32mul)
  c.pushScratch(c.scratch.right)
  c.context.f.op(OP.i32add)
}

/** Copies B[block.., :] into panels: for each k the columns of a panel side by side. */
export function packRight(c: Contraction): void {
  const { f } = c.context
  const { outerStride, innerStride } = c.kernel.right
  if (outerStride === 1) {
    packRowsOfRight(c)
    return
  }
  const [from, to, i, fours] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
  const step = 16 * c.tiling.vectors
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
  c.overColumns((width) => {
    const vectors = Math.ceil(width / 4)
    f.get(c.rightBase)
      .get(c.column)
      .i32(4 * outerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
    f.get(c.block)
      .i32(4 * innerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
      .set(from)
    rightPanel(c)
    f.set(to)
    f.i32(0).set(i)
    if (innerStride === 1) {
      f.get(c.blockLength).i32(-4).op(OP.i32and).set(fours)
      f.loopWhileBelow(
        i,
        () => f.get(fours),
        4,
        () => {
          for (let v = 0; v < vectors; v++) packTransposed(c, from, to, v, Math.min(4, width - 4 * v), step)
          advance(4)
        },
      )
    }
    f.loopWhileBelow(
      i,
      () => f.get(c.blockLength),
      1,
      () => {
        for (let v = 0; v < vectors; v++) {
          f.get(to)
          gatherLanes(c, from, 16 * v * outerStride, outerStride, Math.min(4, width - 4 * v))
          f.store(16 * v)
        }
        advance(1)
      },
    )
  })
}

/** B with contiguous rows: each row is read once, from end to end, and dealt out to the panels. */
function packRowsOfRight(c: Contraction): void {
  const { f } = c.context
  const [from, to, i, row] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
  const stride = 4 * c.kernel.right.innerStride
  f.get(c.rightBase).get(c.block).i32(stride).op(OP.i32mul).op(OP.i32add).set(row)
  f.i32(0).set(i)
  f.loopWhileBelow(
    i,
    () => f.get(c.blockLength),
    1,
    () => {
      f.get(row).get(c.packedColumns.begin).i32(4).op(OP.i32mul).op(OP.i32add).set(from)
      f.get(i)
        .i32(16 * c.tiling.vectors)
        .op(OP.i32mul)
      f.get(c.packedColumns.begin).set(c.column)
      rightPanel(c)
      f.op(OP.i32add).set(to)
      c.overColumns((width) => {
        for (let v = 0; 4 * v < width; v++) {
          f.get(to)
          gatherLanes(c, from, 16 * v, 1, Math.min(4, width - 4 * v))
          f.store(16 * v)
        }
        f.get(from)
          .i32(16 * c.tiling.vectors)
          .op(OP.i32add)
          .set(from)
        f.get(to).i32(c.tiling.rightPanelBytes).op(OP.i32add).set(to)
      })
      f.get(row).i32(stride).op(OP.i32add).set(row)
    },
  )
}

/** Copies the block of rows of A into panels of a tile's rows: for each k they lie side by side. */
export function packLeft(c: Contraction): void {
  const { f } = c.context
  const { outerStride, innerStride } = c.kernel.left
  const { rows } = c.tiling
  const end = f.local(I32)
  const [from, to, i, row, column] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32), f.local(I32)]
  f.get(c.leftBase)
    .get(c.packedRows.begin)
    .i32(4 * outerStride)
    .op(OP.i32mul)
    .op(OP.i32add)
  f.get(c.block)
    .i32(4 * innerStride)
    .op(OP.i32mul)
    .op(OP.i32add)
    .set(column)
  const panels = (count: number) => {
    for (let p = 0; p < count; p++) {
      f.get(to)
      // The lanes past the rows are written over at the next k, or fall into the padding.
      if (outerStride === 1) f.get(from).load(4 * rows * p)
      else gatherLanes(c, from, 4 * rows * p * outerStride, outerStride, rows)
      f.store(p * c.tiling.leftPanelBytes)
    }
    f.get(from)
      .i32(4 * rows * count * outerStride)
      .op(OP.i32add)
      .set(from)
    f.get(to)
      .i32(count * c.tiling.leftPanelBytes)
      .op(OP.i32add)
      .set(to)
  }
  // The rows of the last tile that is not whole are read where they are.
  const whole = c.m - (c.m % rows)
  f.get(c.packedRows.end).set(end)
  f.i32(whole).get(end).op(OP.i32ltU)
  f.when(() => f.i32(whole).set(end))
  const wholeBlocks = f.local(I32)
  if (outerStride === 1)
    f.get(end)
      .get(end)
      .get(c.packedRows.begin)
      .op(OP.i32sub)
      .i32(BLOCK_ROWS)
      .op(OP.i32remU)
      .op(OP.i32sub)
      .set(wholeBlocks)
  f.i32(0).set(i)
  f.loopWhileBelow(
    i,
    () => f.get(c.blockLength),
    1,
    () => {
      f.get(column).set(from)
      f.get(i)
        .i32(4 * rows)
        .op(OP.i32mul)
      c.pushScratch(c.scratch.left)
      f.op(OP.i32add).set(to)
      f.get(c.packedRows.begin).set(row)
      if (outerStride === 1)
        f.loopWhileBelow(
          row,
          () => f.get(wholeBlocks),
          BLOCK_ROWS,
          () => panels(BLOCK_ROWS / rows),
        )
      f.loopWhileBelow(
        row,
        () => f.get(end),
        rows,
        () => panels(1),
      )
      f.get(column)
        .i32(4 * innerStride)
        .op(OP.i32add)
        .set(column)
    },
  )
}

/** Pushes `lanes` elements that are `stride` apart. */
function gatherLanes(c: Contraction, from: Local, offset: number, stride: number, lanes: number): void {
  const { f } = c.context
  if (stride === 1 && lanes === 4) {
    f.get(from).load(offset)
    return
  }
  const vector = f.local(V128)
  const pair = stride === 1 && lanes > 1
  f.get(from)
  if (pair) f.load64zero(offset)
  else f.load32zero(offset)
  f.set(vector)
  for (let lane = pair ? 2 : 1; lane < lanes; lane++) {
    f.get(from)
      .get(vector)
      .load32lane(offset + 4 * lane * stride, lane)
      .set(vector)
  }
  f.get(vector)
}

/** Four k of four columns that are contiguous in k: a 4×4 block turned round. */
function packTransposed(c: Contraction, from: Local, to: Local, v: number, lanes: number, step: number): void {
  const { f } = c.context
  const { outerStride } = c.kernel.right
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
