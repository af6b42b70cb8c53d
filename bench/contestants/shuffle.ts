/** 0 … count − 1 in random order (R. A. Fisher, F. Yates, 1938), for contestants that bring no such thing. */

import { randomSource } from '../work.ts'

export function shuffled(count: number): Int32Array {
  const random = randomSource(1)
  const order = Int32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = kept
  }
  return order
}
