/** Writes random kernels: Philox4x32-10, one block of four words for each vector of four elements. */

import type { RandomKernel } from '../../plan/index.ts'
import { known, PHILOX } from '../../shared/index.ts'
import { I32, I64, type Local, OP, SIMD, V128 } from './encode.ts'
import type { KernelContext } from './point.ts'
import { shareOf } from './share.ts'

export function writeRandom(context: KernelContext, kernel: RandomKernel): void {
  const { f } = context
  const size = kernel.domain[0] ?? 0
  const store = known(kernel.body.stores[0], 'random numbers are stored')
  const key = context.addressOf(kernel.key)
  const [block, pointer, vector] = [f.local(I32), f.local(I32), f.local(V128)]
  const counter = Array.from({ length: 4 }, () => f.local(I32))
  const keys = [f.local(I32), f.local(I32)]
  const products = [f.local(I64), f.local(I64)]
  const end = f.local(I32)
  shareOf(context, true, 1, Math.ceil(size / 4), block, end)
  f.get(block).i32(16).op(OP.i32mul).i32(context.addressOf(store.buffer)).op(OP.i32add).set(pointer)
  f.loopWhileBelow(
    block,
    () => f.get(end),
    1,
    () => {
      philoxBlock(context, { block, stream: kernel.stream, key, counter, keys, products })
      f.words([0, 0, 0, 0]).set(vector)
      counter.forEach((word, lane) => {
        f.get(vector).get(word).simd(0x1c)
        f.op(lane).set(vector)
      })
      // The upper 24 bits as a float, exactly.
      f.get(vector)
        .i32(8)
        .simd(SIMD.i32x4shrU)
        .simd(SIMD.f32x4convertU)
        .floats(Array(4).fill(2 ** -24))
        .simd(SIMD.f32x4mul)
      f.set(vector)
      storeBlock(context, pointer, vector, block, size)
      f.get(pointer).i32(16).op(OP.i32add).set(pointer)
    },
  )
}

interface PhiloxLocals {
  readonly block: Local
  readonly stream: number
  /** Address of seed low, seed high, step. */
  readonly key: number
  readonly counter: readonly Local[]
  readonly keys: readonly Local[]
  readonly products: readonly Local[]
}

/** Leaves in `counter` the four words of a block. */
function philoxBlock({ f }: KernelContext, { block, stream, key, counter, keys, products }: PhiloxLocals): void {
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter
  const [k0 = 0, k1 = 0] = keys
  const [p0 = 0, p1 = 0] = products
  f.get(block).set(c0).i32(key).i32load(8).set(c1).i32(stream).set(c2).i32(0).set(c3)
  f.i32(key).i32load(0).set(k0).i32(key).i32load(4).set(k1)
  for (let round = 0; round < PHILOX.rounds; round++) {
    f.get(c0).op(OP.i64extendU).i64(BigInt(PHILOX.multiplier0)).op(OP.i64mul).set(p0)
    f.get(c2).op(OP.i64extendU).i64(BigInt(PHILOX.multiplier1)).op(OP.i64mul).set(p1)
    f.get(p1).i64(32n).op(OP.i64shrU).op(OP.i32wrap).get(c1).op(OP.i32xor).get(k0).op(OP.i32xor).set(c0)
    f.get(p1).op(OP.i32wrap).set(c1)
    f.get(p0).i64(32n).op(OP.i64shrU).op(OP.i32wrap).get(c3).op(OP.i32xor).get(k1).op(OP.i32xor).set(c2)
    f.get(p0).op(OP.i32wrap).set(c3)
    f.get(k0).i32(PHILOX.weyl0).op(OP.i32add).set(k0)
    f.get(k1).i32(PHILOX.weyl1).op(OP.i32add).set(k1)
  }
}

/** The whole vector, or at the end of the array the lanes that are left. */
function storeBlock({ f }: KernelContext, pointer: Local, vector: Local, block: Local, size: number): void {
  const rest = size % 4
  if (rest === 0) {
    f.get(pointer).get(vector).store(0)
    return
  }
  f.get(block)
    .i32(Math.floor(size / 4))
    .op(OP.i32ltU)
  f.when(
    () => f.get(pointer).get(vector).store(0),
    () => {
      for (let lane = 0; lane < rest; lane++)
        f.get(pointer)
          .get(vector)
          .store32lane(4 * lane, lane)
    },
  )
}
