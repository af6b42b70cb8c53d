/** What was measured on, and how busy others kept it meanwhile. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { benchFolder } from './contestants/peer.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly node: string
  readonly platform: string
  /** nabla's version, and the commit where it is a clone. */
  readonly nabla: string
}

export function describeMachine(): Machine {
  const { version } = JSON.parse(readFileSync(join(benchFolder, '../package.json'), 'utf8')) as { version: string }
  const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: benchFolder, encoding: 'utf8' })
  const commit = stdout?.trim() ?? ''
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    nabla: commit === '' ? version : `${version} (${commit})`,
  }
}

export const formatMachine = ({ cpu, cores, memoryBytes, node, platform, nabla }: Machine) =>
  `${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${platform}, Node ${node}, nabla ${nabla}`

/** Beyond this share of the cores, taken by others, figures are of the others too. */
export const BUSY_SHARE = 0.5

export function isBusy(others: number | undefined, { cores }: Pick<Machine, 'cores'>): boolean {
  return others !== undefined && others > BUSY_SHARE * cores
}

/** Says for a stretch of time how many cores were busy with something other than the benchmark, on average. */
export class LoadWatch {
  private readonly ownSeconds: () => number
  private readonly start = performance.now()
  private readonly busyAtStart = busySeconds()
  private readonly ownAtStart: number

  /** `ownSeconds`: processor time of the benchmark's own processes so far. */
  constructor(ownSeconds: () => number) {
    this.ownSeconds = ownSeconds
    this.ownAtStart = ownSeconds()
  }

  othersCores(): number {
    const elapsedSeconds = (performance.now() - this.start) / 1000
    const busy = busySeconds() - this.busyAtStart - (this.ownSeconds() - this.ownAtStart)
    return Math.max(0, busy / elapsedSeconds)
  }
}

export function ownCpuSeconds(players: readonly { readonly cpuSeconds: number }[]): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6 + players.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
}

/** What Linux counts in: USER_HZ (man 5 proc). */
const TICKS_PER_SECOND = 100

/** Seconds that the machine's cores have worked since it started; on Linux also those that other guests of its host took. */
function busySeconds(): number {
  try {
    // cpu user nice system idle iowait irq softirq steal …
    const ticks = /^cpu\s+(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(/\s+/).map(Number) ?? []
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = ticks
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
  } catch {
    return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000
  }
}
