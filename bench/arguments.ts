/** The command line of `npm run bench -- …`: text in, settings out. A mistake is a `UsageError`, exit code 2. */

import { parseArgs } from 'node:util'

export interface Settings {
  /** What is measured, by name, in the order of `ITEMS`. */
  items: string[]
  /** Contestants to keep, by the beginning of their names; empty keeps all. */
  only: string[]
  /** Whether other people's libraries take part. */
  peers: boolean
  rounds: number
  /** How long one contestant runs in one round, at least one step. */
  chunkMs: number
  jsonFile: string | undefined
  chartFile: string | undefined
  quick: boolean
  help: boolean
}

export class UsageError extends Error {}

/** Fewer rounds give no spread worth the name. */
export const LEAST_ROUNDS = 5
const FULL = { rounds: 9, chunkMs: 150 }
const QUICK = { rounds: LEAST_ROUNDS, chunkMs: 30 }

const OPTIONS = {
  all: { type: 'boolean' },
  chart: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  json: { type: 'string' },
  only: { type: 'string', multiple: true },
  peers: { type: 'boolean' },
  quick: { type: 'boolean' },
  rounds: { type: 'string' },
} as const

/** @throws UsageError */
export function readArguments(args: readonly string[], itemNames: readonly string[]): Settings {
  const { values, positionals } = parse(args)
  const quick = values.quick === true
  const defaults = quick ? QUICK : FULL
  const items = values.all === true ? [...itemNames] : positionals.length === 0 ? ['steps'] : positionals
  for (const item of items) {
    if (!itemNames.includes(item)) throw new UsageError(`There is no item "${item}". Items: ${itemNames.join(', ')}.`)
  }
  return {
    items: itemNames.filter((name) => items.includes(name)),
    only: (values.only ?? []).flatMap((names) => names.split(',')).filter((name) => name !== ''),
    peers: values.peers === true,
    rounds: readRounds(values.rounds, defaults.rounds),
    chunkMs: defaults.chunkMs,
    jsonFile: values.json,
    chartFile: values.chart,
    quick,
    help: values.help === true,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function readRounds(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= LEAST_ROUNDS) return rounds
  throw new UsageError(`--rounds takes a whole number from ${LEAST_ROUNDS} on, not "${text}".`)
}
