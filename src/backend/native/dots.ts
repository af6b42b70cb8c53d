/** Writes contractions as dot products: for vectors times matrices there is nothing to gain from tiles. */

import type { Contraction } from './contract.ts'
import { coordinateName } from './point.ts'

/** Rows of A times rows of B, both contiguous along k. The lanes run along the longer axis. */
export function writeDots(c: Contraction): void {
  const { code, lanes } = c.context
  const { m, n } = c.tiling
  const { left, right, k } = c.kernel
  const along = n >= m ? c.rank - 1 : c.rank - 2
  const other = n >= m ? c.rank - 2 : c.rank - 1
  const [extent, others] = n >= m ? [n, m] : [m, n]
  const [short, long] =
    n >= m
      ? [`A + ${coordinateName(other)} * ${left.outerStride}`, 'B']
      : [`B + ${coordinateName(other)} * ${right.outerStride}`, 'A']
  const stride = n >= m ? right.outerStride : left.outerStride
  const name = coordinateName(along)
  const whole = extent - (extent % lanes)
  const point = (count: number) => {
    code.line(`float sum[LANES] __attribute__((aligned(64)));`)
    const fours = count - (count % 4)
    const at = (l: string) => `${long} + (${name} + ${l}) * ${stride}`
    if (fours > 0)
      code.line(`for (long l = 0; l < ${fours}; l += 4) dots(${short}, ${at('l')}, ${stride}, ${k}, sum + l);`)
    if (fours < count) code.line(`for (long l = ${fours}; l < ${count}; l++) sum[l] = dot(${short}, ${at('l')}, ${k});`)
    c.point(along, count, 'sum')
  }
  code.loop(coordinateName(other), 0, others, 1, () => {
    const vectors = whole / lanes
    if (whole > 0) {
      code.loop(name, `${vectors}L * t / T * ${lanes}`, `${vectors}L * (t + 1) / T * ${lanes}`, lanes, () =>
        point(lanes),
      )
    }
    if (whole === extent) return
    code.block('if (t == T - 1)', () => {
      code.line(`const long ${name} = ${whole};`)
      point(extent - whole)
    })
  })
}
