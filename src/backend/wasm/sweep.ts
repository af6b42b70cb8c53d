/**
 * Writes contractions of few rows with a large B whose rows are contiguous: C[m, :] += A[m, k]·B[k, :].
 *
 * B is by far the most that is read, and it is read once, from end to end. Tiles would step from row to row of B for a
 * few columns, page after page. The sums of a block of columns rest in scratch, in the first-level cache.
 */

import { I32, type Local, OP, SIMD, V128 } from './encode.ts'
import { epilogue } from './tile.ts'
import { type Contraction, SWEEP_COLUMNS } from './tiling.ts'

/** Steps of k at once: each sum is loaded and stored once for all of them. */
const STEPS = 4

export function sweep(c: Contraction): void {
  const { f } = c.context
  const [first, last, k] = [f.local(I32), f.local(I32), f.local(I32)]
  const { k: depth } = c.kernel
  f.get(c.columns.begin).set(first)
  f.loopWhileBelow(
    first,
    () => f.get(c.columns.end),
    SWEEP_COLUMNS,
    () => {
      f.get(first).i32(SWEEP_COLUMNS).op(OP.i32add).set(last)
      f.get(c.columns.end).get(last).op(OP.i32ltU)
      f.when(() => f.get(c.columns.end).set(last))
      overRows(c, () => overVectors(c, first, last, () => pushSum(c, first).words([0, 0, 0, 0]).store(0)))
      f.i32(0).set(k)
      const whole = depth - (depth % STEPS)
      if (whole > 0)
        f.loopWhileBelow(
          k,
          () => f.i32(whole),
          STEPS,
          () => add(c, k, STEPS, first, last),
        )
      if (whole < depth)
        f.loopWhileBelow(
          k,
          () => f.i32(depth),
          1,
          () => add(c, k, 1, first, last),
        )
      overRows(c, () => finish(c, first, last))
    },
  )
}

function overRows(c: Contraction, body: () => void): void {
  const { f } = c.context
  f.i32(0).set(c.row)
  f.loopWhileBelow(c.row, () => f.i32(c.m), 1, body)
}

/** Vectors of columns from `first` until `last`; the last one may reach past the end, into padding. */
function overVectors(c: Contraction, first: Local, last: Local, body: () => void): void {
  const { f } = c.context
  f.get(first).set(c.column)
  f.loopWhileBelow(c.column, () => f.get(last), 4, body)
}

/** Pushes the address of the sum at the current row and column. */
function pushSum(c: Contraction, first: Local) {
  const { f } = c.context
  f.get(c.row)
    .i32(4 * SWEEP_COLUMNS)
    .op(OP.i32mul)
  f.get(c.column).get(first).op(OP.i32sub).i32(2).op(OP.i32shl).op(OP.i32add)
  c.pushScratch(c.scratch.partial)
  return f.op(OP.i32add)
}

/** Adds A[:, k …]·B[k …, first … last] for some steps of k. */
function add(c: Contraction, k: Local, steps: number, first: Local, last: Local): void {
  const { f } = c.context
  const { left, right } = c.kernel
  const factors = Array.from({ length: steps }, () => f.local(V128))
  const [sum, from, end] = [f.local(I32), f.local(I32), f.local(I32)]
  const total = f.local(V128)
  overRows(c, () => {
    f.get(c.leftBase)
      .get(c.row)
      .i32(4 * left.outerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
    f.get(k)
      .i32(4 * left.innerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
      .set(from)
    factors.forEach((factor, step) => {
      f.get(from)
        .load32splat(4 * step * left.innerStride)
        .set(factor)
    })
    f.get(first).set(c.column)
    pushSum(c, first).set(sum)
    f.get(last).get(first).op(OP.i32sub).i32(2).op(OP.i32shl).get(sum).op(OP.i32add).set(end)
    f.get(c.rightBase).get(first).i32(2).op(OP.i32shl).op(OP.i32add)
    f.get(k)
      .i32(4 * right.innerStride)
      .op(OP.i32mul)
      .op(OP.i32add)
      .set(from)
    f.loopWhileBelow(
      sum,
      () => f.get(end),
      16,
      () => {
        f.get(sum).load(0).set(total)
        factors.forEach((factor, step) => {
          const offset = 4 * step * right.innerStride
          if (c.context.relaxed) f.get(factor).get(from).load(offset).get(total).simd(SIMD.f32x4relaxedMadd).set(total)
          else f.get(total).get(factor).get(from).load(offset).simd(SIMD.f32x4mul).simd(SIMD.f32x4add).set(total)
        })
        f.get(sum).get(total).store(0)
        f.get(from).i32(16).op(OP.i32add).set(from)
      },
    )
  })
}

/** The kernel's body at every vector of a row. */
function finish(c: Contraction, first: Local, last: Local): void {
  const { f } = c.context
  const sum = f.local(V128)
  const whole = f.local(I32)
  const rest = c.n % 4
  const vector = (lanes: number) => {
    pushSum(c, first).load(0).set(sum)
    epilogue(c, 1, lanes, [sum])
  }
  f.get(last).set(whole)
  if (rest !== 0) {
    f.i32(c.n - rest)
      .get(whole)
      .op(OP.i32ltU)
    f.when(() => f.i32(c.n - rest).set(whole))
  }
  overVectors(c, first, whole, () => vector(4))
  if (rest === 0) return
  f.get(last).i32(c.n).op(OP.i32eq)
  f.when(() => {
    f.i32(c.n - rest).set(c.column)
    vector(rest)
  })
}
