/** The structure of plans: what is fused into what, whatever the size of the graph. */

import { describe, expect, it } from 'vitest'
import { planKernels } from './index.ts'
import { type Lifetime, placeBuffers } from './memory.ts'
import { mlpStep } from './mlp.fixture.ts'

describe('planKernels', () => {
  it('fuses every layer of a step of some 2,000 nodes as it fuses the layers of a small one', () => {
    const layers = 40
    const kinds = (count: number) => {
      const graph = mlpStep({ sizes: Array(count + 1).fill(6), batch: 5, optimizer: 'adam' })
      const plan = planKernels(graph)
      const counted = { contract: 0, reduce: 0, map: 0, random: 0 }
      for (const { kind } of plan.kernels) counted[kind]++
      return { nodes: graph.nodes.length, counted, plan }
    }
    const [small, large] = [kinds(4), kinds(layers)]
    expect(large.nodes).toBeGreaterThan(2000)
    // A layer is three products (forward, and the gradients of kernel and input) and the reduction of its bias.
    const more = layers - 4
    expect(large.counted.contract - small.counted.contract).toBe(3 * more)
    expect(large.counted.reduce - small.counted.reduce).toBe(more)
    expect(large.counted.map).toBe(small.counted.map)
    // Every parameter and slot is updated by the kernel that makes its gradient, in place.
    const names = new Set(large.plan.buffers.filter(({ role }) => role === 'state').map(({ id }) => id))
    const written = large.plan.kernels.flatMap(({ body }) => body.stores.map(({ buffer }) => buffer))
    expect(written.filter((id) => names.has(id)).length).toBe(6 * layers)
  })
})

describe('placeBuffers', () => {
  it('gives no two buffers that live at once the same bytes, and reuses what is free', () => {
    const lives: Lifetime[] = Array.from({ length: 200 }, (_, id) => ({
      id,
      sizeBytes: 1 + ((id * 7919) % 1000),
      first: (id * 31) % 97,
      last: ((id * 31) % 97) + ((id * 17) % 9),
    }))
    const { offsets, arenaBytes } = placeBuffers(lives)
    const at = (life: Lifetime) => offsets.get(life.id) ?? Number.NaN
    for (const a of lives) {
      expect(at(a) + a.sizeBytes).toBeLessThanOrEqual(arenaBytes)
      for (const b of lives) {
        if (a.id >= b.id || a.first > b.last || b.first > a.last) continue
        expect(at(a) + a.sizeBytes <= at(b) || at(b) + b.sizeBytes <= at(a)).toBe(true)
      }
    }
    expect(arenaBytes).toBeLessThan(lives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 4)
  })
})
