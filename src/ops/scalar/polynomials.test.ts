import { describe, expect, it } from 'vitest'
import { erf } from './float64.ts'
import { lowerToPrimitives, MEANING, type PrimitiveOperation, type ScalarProgram, scalarProgram } from './index.ts'

/** Runs a program as f32 hardware would: every result rounded. */
function runFloat32(program: ScalarProgram, inputs: number[], fused: boolean): number {
  const values: number[] = []
  for (const { operation, operands, value, slot } of program.instructions) {
    if (operation === 'input') values.push(Math.fround(inputs[slot ?? 0] ?? 0))
    else if (operation === 'constant') values.push(Math.fround(value ?? 0))
    else {
      const [a = 0, b = 0, c = 0] = operands.map((o) => values[o] ?? 0)
      const product = operation === 'multiplyAdd' && !fused ? Math.fround(a * b) + c : undefined
      values.push(Math.fround(product ?? MEANING[operation as PrimitiveOperation](a, b, c)))
    }
  }
  return values[program.results[0] ?? 0] ?? Number.NaN
}

/** Units in the last place of f32 between `value` and the exact result. */
function ulps(value: number, exact: number): number {
  if (Object.is(value, exact) || value === Math.fround(exact)) return 0
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(exact))), -126)
  return Math.abs(value - exact) / 2 ** (exponent - 23)
}

const FUNCTIONS = {
  exp: { f: Math.exp, range: [-86, 88], bound: 2 },
  log: { f: Math.log, range: [1e-30, 1e5], bound: 2 },
  tanh: { f: Math.tanh, range: [-10, 10], bound: 2 },
  erf: { f: erf, range: [-4.5, 4.5], bound: 3 },
  sin: { f: Math.sin, range: [-6, 6], bound: 3 },
  cos: { f: Math.cos, range: [-6, 6], bound: 3 },
  expm1: { f: Math.expm1, range: [-20, 20], bound: 5 },
  log1p: { f: Math.log1p, range: [-0.99, 50], bound: 5 },
} as const

describe.each([true, false])('polynomials for f32, fused multiply-add %s', (fused) => {
  for (const [name, { f, range, bound }] of Object.entries(FUNCTIONS)) {
    it(`${name} is within ${bound} ulp of f64`, () => {
      const program = lowerToPrimitives(scalarProgram(1, (s, [x]) => s.emit(name as 'exp', x ? [x] : [])))
      let worst = { ulps: 0, x: 0 }
      for (let i = 0; i <= 20_000; i++) {
        const uniform = range[0] + ((range[1] - range[0]) * i) / 20_000
        const x = Math.fround(i % 3 === 0 ? uniform * 10 ** -(i % 7) : uniform)
        if (name === 'log' && x <= 0) continue
        const exact = f(x)
        // Near a zero of sin and cos the absolute error counts: f32 cannot hold the argument more exactly.
        const error = ulps(runFloat32(program, [x], fused), exact)
        const absolute = Math.abs(runFloat32(program, [x], fused) - exact)
        if (error > worst.ulps && absolute > 1e-7 * Math.min(1, Math.abs(exact) * 2)) worst = { ulps: error, x }
      }
      expect(worst.ulps, `at ${worst.x}`).toBeLessThan(bound)
    })
  }

  it('keeps the edges', () => {
    const run = (name: 'exp' | 'log' | 'tanh' | 'erf' | 'expm1' | 'log1p', x: number) =>
      runFloat32(lowerToPrimitives(scalarProgram(1, (s, [v]) => s.emit(name, v ? [v] : []))), [x], fused)
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]
    expect([run('exp', -inf), run('exp', inf), run('exp', nan), run('exp', 0), run('exp', 89)]).toEqual([
      0,
      inf,
      nan,
      1,
      inf,
    ])
    expect([run('log', 0), run('log', inf), run('log', -1), run('log', nan), run('log', 1)]).toEqual([
      -inf,
      inf,
      nan,
      nan,
      0,
    ])
    expect([run('tanh', inf), run('tanh', -inf), run('tanh', nan), run('tanh', 0)]).toEqual([1, -1, nan, 0])
    expect([run('erf', inf), run('erf', -inf), run('erf', nan)]).toEqual([1, -1, nan])
    expect([run('expm1', -inf), run('expm1', inf), run('expm1', 1e-20)]).toEqual([-1, inf, Math.fround(1e-20)])
    expect([run('log1p', -1), run('log1p', inf), run('log1p', 1e-20)]).toEqual([-inf, inf, Math.fround(1e-20)])
    expect(ulps(run('exp', -100), Math.exp(-100))).toBeLessThan(2)
    expect(ulps(run('log', 1e-42), Math.log(Math.fround(1e-42)))).toBeLessThan(2)
  })

  it('powers', () => {
    const program = lowerToPrimitives(scalarProgram(2, (s, [x, y]) => s.pow(x ?? 0, y ?? 0)))
    for (const [x, y] of [
      [2, 10],
      [-2, 3],
      [-2, 2],
      [0.5, -3],
      [9, 0.5],
      [0, 0],
      [0, 2],
      [1, 1e9],
      [-1, 5],
    ] as const) {
      expect(runFloat32(program, [x, y], fused) / x ** y || 1).toBeCloseTo(1, 5)
    }
    expect(runFloat32(program, [-2, 0.5], fused)).toBeNaN()
    expect(runFloat32(program, [0, 0], fused)).toBe(1)
    expect(runFloat32(program, [0, 2], fused)).toBe(0)
  })
})
