/**
 * Where the threads that share a plan have to wait for each other: before a kernel that touches what another thread may
 * still be writing, or writes what another may still be reading. Kernels that have nothing to do with each other follow
 * without a barrier.
 */

import type { Kernel, Plan } from '../plan/index.ts'
import { known } from '../shared/index.ts'

/** A run of bytes of the arena, or of a state's own storage. */
interface Region {
  readonly storage: string
  readonly start: number
  readonly end: number
}

interface Touched {
  readonly reads: readonly Region[]
  readonly writes: readonly Region[]
}

function touchedBy(kernel: Kernel, plan: Plan): Touched {
  const regionOf = (id: number): Region => {
    const { role, name, offset = 0, size } = known(plan.buffers[id], `buffer ${id} exists`)
    const [storage, start] = role === 'state' ? [`state ${name}`, 0] : ['arena', offset]
    return { storage, start, end: start + 4 * Math.max(1, size) }
  }
  const { loads, stores } = kernel.body
  const reads = [...new Set(loads.map(({ buffer }) => buffer))]
  if (kernel.kind === 'contract') reads.push(kernel.left.buffer, kernel.right.buffer)
  if (kernel.kind === 'random') reads.push(kernel.key)
  return { reads: reads.map(regionOf), writes: stores.map(({ buffer }) => regionOf(buffer)) }
}

const meets = (a: readonly Region[], b: readonly Region[]) =>
  a.some((x) => b.some((y) => x.storage === y.storage && x.start < y.end && y.start < x.end))

function conflicts(earlier: Touched, later: Touched): boolean {
  return meets(earlier.writes, [...later.reads, ...later.writes]) || meets(earlier.reads, later.writes)
}

/**
 * For each kernel, whether all threads meet before it. Kernels that are not shared are the first thread's alone, which
 * takes them in order; a step ends with a meeting of its own.
 */
export function meetingsOf(plan: Plan, shared: readonly boolean[]): boolean[] {
  let open: { shared: boolean; touched: Touched }[] = []
  return plan.kernels.map((kernel, at) => {
    const touched = touchedBy(kernel, plan)
    const isShared = shared[at] === true
    const waits = open.some((other) => (other.shared || isShared) && conflicts(other.touched, touched))
    if (waits) open = []
    open.push({ shared: isShared, touched })
    return waits
  })
}
