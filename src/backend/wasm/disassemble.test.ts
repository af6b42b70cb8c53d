/** Modules as text: instructions by the names of the specification, and every one that is emitted has a name. */

import { describe, expect, it } from 'vitest'
import { planKernels } from '../../plan/index.ts'
import { mlpStep } from '../../plan/mlp.fixture.ts'
import { disassemble } from './disassemble.ts'
import { FunctionWriter, I32, I64, ModuleWriter, OP, SIMD, V128 } from './encode.ts'
import { renderWat } from './text.ts'

describe('disassemble', () => {
  it('gives back what was written', () => {
    const f = new FunctionWriter([I32])
    const [a, b, c] = [f.local(V128), f.local(V128), f.local(I64)]
    f.i32(0).load(16).set(a)
    f.floats([1, -0, 0.5, Number.NaN]).get(a).simd(SIMD.f32x4relaxedMadd).tee(b).op(OP.drop)
    f.get(a).get(b).shuffle([0, 5, 2, 7]).extractFloat(3).op(OP.drop)
    f.i64(-(2n ** 40n)).set(c)
    f.i32(-2147483648).f32load(4).op(OP.drop)
    f.loopWhileBelow(
      0,
      () => f.i32(300),
      4,
      () =>
        f.get(0).when(
          () => f.i32(8).call(0),
          () => f.i32(70000).call(0),
        ),
    )
    f.i32(128).i32(1).atomic(0x1e).op(OP.drop)
    const module = new ModuleWriter([{ name: 'told', parameters: [I32] }])
    module.add(f, 'run')
    const text = disassemble(module.finish({ shared: true, maximumPages: 65536 }), ['ker\nnel'])
    expect(text).toBe(`(module
  (import "nabla" "memory" (memory 0 65536 shared))
  (import "nabla" "told" (func (param i32)))
  ;; ker_nel
  (func (;1;) (param i32)
    (local v128 v128)
    (local i64)
    i32.const 0
    v128.load offset=16 align=4
    local.set 1
    v128.const i32x4 0x3f800000 0x80000000 0x3f000000 0x7fc00000
    local.get 1
    f32x4.relaxed_madd
    local.tee 2
    drop
    local.get 1
    local.get 2
    i8x16.shuffle 0 1 2 3 20 21 22 23 8 9 10 11 28 29 30 31
    f32x4.extract_lane 3
    drop
    i64.const -1099511627776
    local.set 3
    i32.const -2147483648
    f32.load offset=4 align=4
    drop
    block
      loop
        local.get 0
        i32.const 300
        i32.ge_u
        br_if 1
        local.get 0
        if
          i32.const 8
          call 0
        else
          i32.const 70000
          call 0
        end
        local.get 0
        i32.const 4
        i32.add
        local.set 0
        br 0
      end
    end
    i32.const 128
    i32.const 1
    i32.atomic.rmw.add align=4
    drop)
  (export "run" (func 1)))
`)
  })

  it('has a name for everything in a training step, on one thread and on two', () => {
    const plan = planKernels(mlpStep({ sizes: [70, 90, 3], batch: 33, optimizer: 'adam' }))
    for (const threads of [1, 2]) {
      const text = renderWat(plan, { threads })
      const functions = text.match(/^ {2}\(func /gm)?.length ?? 0
      expect(functions).toBeGreaterThan(plan.kernels.length)
      expect(text.includes('shared')).toBe(threads === 2)
      const opened = text.match(/^ +(block|loop|if)$/gm)?.length
      expect(text.match(/^ +end\)?$/gm)?.length).toBe(opened)
    }
  })
})
