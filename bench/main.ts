/** `npm run bench`: who takes part, what is measured, where it is shown. Tables on stdout, progress on stderr. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readArguments, type Settings, UsageError } from './arguments.ts'
import { listEntries, selectEntries } from './contestants/list.ts'
import { ITEMS, type ItemContext } from './items/index.ts'
import { describeMachine, formatMachine } from './machine.ts'
import { Player } from './player.ts'
import type { ContestResult } from './rounds.ts'
import { formatContest } from './table.ts'

export const SCHEMA = 'nabla.bench/1'

const HELP = `npm run bench -- [ITEM …] [options]

Items (steps where none is named):
${ITEMS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

  --all          every item
  --peers        other libraries too: installs those in bench/package.json once, looks for Python's
  --only NAMES   only contestants whose names begin so: --only "nabla,torch"
  --rounds N     rounds, at least 5
  --quick        5 short rounds
  --json FILE    the figures as data
  --help         this`

const say = (line: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}
const print = (text: string) => {
  say('')
  process.stdout.write(`${text}\n`)
}

async function joinAll(settings: Settings) {
  const entries = selectEntries(listEntries(), settings.only, settings.peers)
  const players: Player[] = []
  const missing: { contestant: string; reason: string }[] = []
  for (const entry of entries) {
    say(`${entry.name} joins`)
    try {
      players.push(await Player.join(entry))
    } catch (error) {
      missing.push({ contestant: entry.name, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { entries, players, missing }
}

async function measure(settings: Settings): Promise<void> {
  const machine = describeMachine()
  print(formatMachine(machine))
  const { entries, players, missing } = await joinAll(settings)
  for (const { name, description } of players) print(`  ${name}: ${description}`)
  for (const { contestant, reason } of missing) print(`  ${contestant}: not here, ${reason}`)
  if (players.length === 0) throw new UsageError('Nobody takes part.')
  print(`Ratios are times over those of ${players[0]?.name}, round by round.`)
  const folder = mkdtempSync(join(tmpdir(), 'nabla-bench-'))
  const results: { item: string; contests: ContestResult[] }[] = []
  try {
    for (const item of ITEMS.filter(({ name }) => settings.items.includes(name))) {
      const contests: ContestResult[] = []
      results.push({ item: item.name, contests })
      const report = (result: ContestResult) => {
        contests.push(result)
        print(`\n${formatContest(result)}`)
      }
      const { rounds, chunkMs, quick } = settings
      const context: ItemContext = { players, entries, rounds, chunkMs, quick, folder, say, report }
      await item.measure(context)
    }
  } finally {
    for (const player of players) player.leave()
    rmSync(folder, { recursive: true, force: true })
  }
  if (settings.jsonFile !== undefined) {
    const document = { schema: SCHEMA, machine, rounds: settings.rounds, missing, items: results }
    writeFileSync(settings.jsonFile, `${JSON.stringify(document, null, 2)}\n`)
  }
  const wrong = results.flatMap(({ contests }) => contests.flatMap(({ measurements }) => measurements))
  if (wrong.some(({ contestant, agrees }) => !agrees && contestant.startsWith('nabla'))) process.exitCode = 1
}

try {
  const itemNames = ITEMS.map(({ name }) => name)
  const settings = readArguments(process.argv.slice(2), itemNames)
  if (settings.help) process.stdout.write(`${HELP}\n`)
  else await measure(settings)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
