/** Writes random kernels: Philox4x32-10, one block of four words for four elements. */

import type { RandomKernel } from '../../plan/index.ts'
import { known, PHILOX } from '../../shared/index.ts'
import { bufferName, type KernelContext } from './point.ts'

/** What random kernels call; stands once in a file that has one. */
export const PHILOX_FUNCTION = `/* Four words of Philox4x32-10 (Salmon and others, SC'11) as floats in [0, 1), of 24 bits each. */
static void uniforms(unsigned block, unsigned stream, const unsigned *key, float *out) {
  unsigned c0 = block, c1 = key[2], c2 = stream, c3 = 0, k0 = key[0], k1 = key[1];
  for (int round = 0; round < ${PHILOX.rounds}; round++) {
    const unsigned long long p0 = ${PHILOX.multiplier0}ull * c0, p1 = ${PHILOX.multiplier1}ull * c2;
    c0 = (unsigned)(p1 >> 32) ^ c1 ^ k0;
    c1 = (unsigned)p1;
    c2 = (unsigned)(p0 >> 32) ^ c3 ^ k1;
    c3 = (unsigned)p0;
    k0 += ${PHILOX.weyl0}u;
    k1 += ${PHILOX.weyl1}u;
  }
  out[0] = (float)(c0 >> 8) * 0x1p-24f;
  out[1] = (float)(c1 >> 8) * 0x1p-24f;
  out[2] = (float)(c2 >> 8) * 0x1p-24f;
  out[3] = (float)(c3 >> 8) * 0x1p-24f;
}
`

export function writeRandom({ code }: KernelContext, kernel: RandomKernel): void {
  const size = kernel.domain[0] ?? 0
  const out = bufferName(known(kernel.body.stores[0], 'random numbers are stored').buffer)
  const whole = Math.floor(size / 4)
  const call = (block: string, to: string) =>
    `uniforms(${block}, ${kernel.stream >>> 0}u, (const unsigned *)${bufferName(kernel.key)}, ${to});`
  if (whole > 0) {
    code.loop('i', `${whole}L * t / T`, `${whole}L * (t + 1) / T`, 1, () => code.line(call('i', `${out} + 4 * i`)))
  }
  if (size % 4 === 0) return
  code.block('if (t == T - 1)', () => {
    code.line('float rest[4];', call(String(whole), 'rest'))
    code.line(`for (long l = 0; l < ${size % 4}; l++) ${out}[${4 * whole} + l] = rest[l];`)
  })
}
