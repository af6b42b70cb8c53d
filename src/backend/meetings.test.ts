/** Threads meet where they must: every pair of kernels that touch the same bytes has a meeting between them. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Plan, planKernels } from '../plan/index.ts'
import { mlpStep } from '../plan/mlp.fixture.ts'
import { meetingsOf } from './meetings.ts'

/** Bytes of a kernel's buffers, one by one: a slow account of what `meetingsOf` does by intervals. */
function bytesOf(plan: Plan, at: number): { reads: Set<string>; writes: Set<string> } {
  const kernel = plan.kernels[at]
  const words = (ids: number[]) =>
    new Set(
      ids.flatMap((id) => {
        const buffer = plan.buffers[id]
        const place = buffer?.role === 'state' ? buffer.name : 'arena'
        return Array.from({ length: buffer?.size ?? 0 }, (_, i) => `${place} ${(buffer?.offset ?? 0) / 4 + i}`)
      }),
    )
  const reads = kernel?.body.loads.map(({ buffer }) => buffer) ?? []
  if (kernel?.kind === 'contract') reads.push(kernel.left.buffer, kernel.right.buffer)
  return { reads: words(reads), writes: words(kernel?.body.stores.map(({ buffer }) => buffer) ?? []) }
}

const overlap = (a: Set<string>, b: Set<string>) => [...a].some((word) => b.has(word))

it('stand between all kernels that depend on each other, and not before every kernel', () => {
  const plan = planKernels(mlpStep({ sizes: [3, 4, 5, 2], batch: 3, optimizer: 'adam' }))
  const touched = plan.kernels.map((_, at) => bytesOf(plan, at))
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: plan.kernels.length, maxLength: plan.kernels.length }),
      (shared) => {
        const meetings = meetingsOf(plan, shared)
        touched.forEach((later, j) => {
          touched.slice(0, j).forEach((earlier, i) => {
            if (!shared[i] && !shared[j]) return
            const depends =
              overlap(earlier.writes, later.reads) ||
              overlap(earlier.writes, later.writes) ||
              overlap(earlier.reads, later.writes)
            if (depends) expect(meetings.slice(i + 1, j + 1)).toContain(true)
          })
        })
      },
    ),
  )
  const all = meetingsOf(
    plan,
    plan.kernels.map(() => true),
  )
  expect(all.filter(Boolean).length).toBeLessThan(plan.kernels.length - 1)
  expect(
    meetingsOf(
      plan,
      plan.kernels.map(() => false),
    ),
  ).not.toContain(true)
})
