/** The figures as data: what `--json` writes and `--from` reads. Documented in docs/performance.md. */

import { readFileSync } from 'node:fs'
import { UsageError } from './arguments.ts'
import type { Identity } from './contestants/list.ts'
import type { GoalResult } from './goals.ts'
import { isBusy, type Machine } from './machine.ts'
import type { ItemResult } from './measurement.ts'

export const SCHEMA = 'nabla.bench/2'

export interface BenchDocument {
  readonly schema: typeof SCHEMA
  /** When it began, ISO 8601. */
  readonly date: string
  readonly machine: Machine
  readonly quick: boolean
  readonly rounds: number
  /** Runnable processes in the last minute, and cores that others kept busy during the rounds, on average. */
  readonly load: { readonly start: number; readonly end: number; readonly othersCores: number }
  readonly warnings: readonly string[]
  readonly contestants: readonly (Identity & { readonly description: string })[]
  readonly missing: readonly { readonly contestant: string; readonly reason: string }[]
  readonly items: readonly ItemResult[]
  readonly goals: readonly GoalResult[]
}

/** What must be said beside the figures, so that nobody quotes bad ones. */
export function listWarnings({
  machine,
  quick,
  load,
  items,
}: Pick<BenchDocument, 'machine' | 'quick' | 'load' | 'items'>): string[] {
  const warnings: string[] = []
  if (isBusy(load.othersCores, machine)) {
    const others = `${load.othersCores.toFixed(1)} of ${machine.cores} cores`
    warnings.push(
      `The machine was busy: others took ${others} during the rounds. Do not quote these times; ratios of processor time are the soundest here.`,
    )
  }
  if (quick) warnings.push('Short rounds (--quick): read no spread into these.')
  for (const { title, measurements } of items.flatMap(({ contests }) => contests)) {
    for (const { contestant, peer, agrees } of measurements) {
      if (!agrees && !peer) warnings.push(`${contestant} computes something else: ${title}.`)
    }
  }
  return warnings
}

/** The average over contests; those of more rounds do not count more. */
export function averageOthers(items: readonly ItemResult[]): number {
  const all = items.flatMap(({ contests }) => contests).flatMap(({ othersCores }) => othersCores ?? [])
  return all.reduce((sum, cores) => sum + cores, 0) / Math.max(1, all.length)
}

/** @throws UsageError unless the file is one that `--json` wrote. */
export function readDocument(path: string): BenchDocument {
  let document: Partial<BenchDocument>
  try {
    document = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`--from ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (document?.schema !== SCHEMA || !Array.isArray(document.items)) {
    throw new UsageError(`--from ${path}: expected a file that --json wrote ("schema": "${SCHEMA}").`)
  }
  return document as BenchDocument
}
