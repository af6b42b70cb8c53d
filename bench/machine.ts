/** What was measured on. */

import { cpus, loadavg, totalmem } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly node: string
  readonly platform: string
  /** Runnable processes in the last minute, when the benchmark began: what disturbs it. */
  readonly load: number
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0] ?? 0,
  }
}

export const formatMachine = ({ cpu, cores, node, platform, load }: Machine) =>
  `${cpu}, ${cores} cores, ${platform}, Node ${node}, load ${load.toFixed(1)}`
