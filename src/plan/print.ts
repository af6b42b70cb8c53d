/** A plan as text: its kernels in order, what was fused into each, what it moves and computes. */

import { formatBytes, formatCount, formatShape } from '../shared/index.ts'
import type { Access, Kernel, Plan } from './kernel.ts'

function shapeOf(kernel: Kernel): string {
  if (kernel.kind === 'contract') return `${formatShape(kernel.domain)} × k ${kernel.k}`
  if (kernel.kind !== 'reduce') return formatShape(kernel.domain)
  const kept = kernel.domain.length - kernel.reduced
  return `${formatShape(kernel.domain.slice(0, kept))} over ${formatShape(kernel.domain.slice(kept))}`
}

function printKernel(kernel: Kernel, position: number, plan: Plan): string {
  const nameOf = (access: Access) => plan.buffers[access.buffer]?.name ?? '?'
  const factors = kernel.kind === 'contract' ? [kernel.left.buffer, kernel.right.buffer] : []
  const reads = [...factors.map((id) => plan.buffers[id]?.name ?? '?'), ...kernel.body.loads.map(nameOf)]
  const writes = kernel.body.stores.map(nameOf)
  const size = `${formatCount(kernel.flops)} flop, ${formatBytes(kernel.bytes)}`
  return [
    `${String(position).padStart(3)} ${kernel.kind.padEnd(8)} ${kernel.name}  ${shapeOf(kernel)}  ${size}`,
    `      fused   ${kernel.fused.join(' · ')}`,
    `      reads   ${[...new Set(reads)].join(', ') || 'nothing'}`,
    `      writes  ${[...new Set(writes)].join(', ')}`,
  ].join('\n')
}

export function printPlan(plan: Plan): string {
  const total = plan.kernels.reduce(
    (sum, { flops, bytes }) => ({ flops: sum.flops + flops, bytes: sum.bytes + bytes }),
    {
      flops: 0,
      bytes: 0,
    },
  )
  const states = plan.buffers.filter(({ role }) => role === 'state')
  const stateBytes = states.reduce((sum, { size }) => sum + 4 * size, 0)
  return [
    `${plan.kernels.length} kernels, ${formatCount(total.flops)} floating-point operations, ${formatBytes(total.bytes)} moved`,
    `state ${formatBytes(stateBytes)} in ${states.length} buffers, arena ${formatBytes(plan.arenaBytes)}`,
    '',
    ...plan.kernels.map((kernel, position) => printKernel(kernel, position, plan)),
  ].join('\n')
}
