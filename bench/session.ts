/** One run of the benchmark: who is there, each item in turn. Leaves: the data. Tables on stdout, progress on stderr. */

import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkOnly, type Settings, UsageError } from './arguments.ts'
import { type Entry, listEntries, selectEntries } from './contestants/list.ts'
import { averageOthers, type BenchDocument, listWarnings, SCHEMA } from './document.ts'
import { judgeGoals } from './goals.ts'
import { ITEMS, type ItemContext } from './items/index.ts'
import { formatMemory, type MemoryResult } from './items/memory.ts'
import { describeMachine, formatMachine, isBusy, type Machine } from './machine.ts'
import type { ContestResult, ItemResult } from './measurement.ts'
import { installPeers } from './peers.ts'
import { Player } from './player.ts'
import { formatContest } from './table.ts'

export const say = (line: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}
export const print = (text: string) => {
  say('')
  process.stdout.write(`${text}\n`)
}

/** Everybody who has joined; joins each once. */
class Guests {
  readonly players: Player[] = []
  readonly missing: { contestant: string; reason: string }[] = []

  join = async (entry: Entry): Promise<Player | undefined> => {
    const known = this.players.find(({ name }) => name === entry.name)
    if (known !== undefined || this.missing.some(({ contestant }) => contestant === entry.name)) return known
    say(`${entry.name} joins`)
    try {
      const player = await Player.join(entry)
      this.players.push(player)
      print(`  ${player.name}: ${player.description}`)
      return player
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.missing.push({ contestant: entry.name, reason })
      print(`  ${entry.name}: not here, ${reason}`)
      return undefined
    }
  }

  leave(): void {
    for (const player of this.players) player.leave()
  }
}

/** @throws UsageError where nobody takes part. */
export async function measure(settings: Settings): Promise<BenchDocument> {
  const all = listEntries()
  checkOnly(
    settings.only,
    all.map(({ name }) => name),
  )
  const entries = selectEntries(all, settings.only, settings.peers)
  if (entries.length === 0) throw new UsageError('Nobody takes part: whom --only names is not nabla; add --peers.')
  const [machine, start, date] = [describeMachine(), loadavg()[0] ?? 0, new Date().toISOString()]
  print(`${formatMachine(machine)}, load ${start.toFixed(1)}`)
  const problem = settings.peers ? installPeers() : undefined
  if (problem !== undefined) print(`  ${problem}`)
  const guests = new Guests()
  const folder = mkdtempSync(join(tmpdir(), 'nabla-bench-'))
  const tidy = () => {
    guests.leave()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('SIGINT', () => {
    tidy()
    process.exit(130)
  })
  try {
    for (const entry of entries) await guests.join(entry)
    if (guests.players.length === 0) throw new UsageError('Nobody takes part.')
    print(`Ratios are times over those of ${guests.players[0]?.name}, round by round. * is the best thread setting.`)
    const items = await measureItems(settings, guests, folder, machine)
    const load = { start, end: loadavg()[0] ?? 0, othersCores: averageOthers(items) }
    const { quick, rounds } = settings
    const contestants = guests.players.map(({ entry: { start: _, ...identity }, description }) => ({
      ...identity,
      description,
    }))
    const warnings = listWarnings({ machine, quick, load, items })
    const figures = { items, goals: judgeGoals(items, machine) }
    return {
      schema: SCHEMA,
      date,
      machine,
      quick,
      rounds,
      load,
      warnings,
      contestants,
      missing: guests.missing,
      ...figures,
    }
  } finally {
    tidy()
  }
}

async function measureItems(
  settings: Settings,
  guests: Guests,
  folder: string,
  machine: Machine,
): Promise<ItemResult[]> {
  const results: ItemResult[] = []
  const players = [...guests.players]
  for (const item of ITEMS.filter(({ name }) => settings.items.includes(name))) {
    const contests: ContestResult[] = []
    const memory: MemoryResult[] = []
    results.push({ item: item.name, contests, memory })
    const report = (result: ContestResult) => {
      contests.push(result)
      print(`\n${formatContest(result)}${formatBusy(result, machine)}`)
    }
    const reportMemory = (result: MemoryResult) => {
      memory.push(result)
      print(`\n${formatMemory(result)}`)
    }
    const { rounds, chunkMs, quick, patience } = settings
    const asked = { rounds, chunkMs, patience, quick, folder }
    const context: ItemContext = { ...asked, players, join: guests.join, say, report, reportMemory }
    await item.measure(context)
  }
  return results
}

const formatBusy = ({ othersCores }: ContestResult, machine: Machine) =>
  isBusy(othersCores, machine)
    ? `\n  BUSY: others took ${othersCores?.toFixed(1)} of ${machine.cores} cores meanwhile`
    : ''
