/** The command line of `npm run bench -- …`: text in, settings out. A mistake is a `UsageError`, exit code 2. */

import { parseArgs } from 'node:util'
import { nearest } from '../src/shared/index.ts'
import type { Patience } from './rounds.ts'

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
  patience: Patience
  jsonFile: string | undefined
  /** Where each sweep's picture goes. */
  chartFolder: string | undefined
  /** The Markdown file between whose marks the figures go. */
  figuresFile: string | undefined
  /** Figures measured before, in place of measuring. */
  fromFile: string | undefined
  quick: boolean
  help: boolean
}

export class UsageError extends Error {}

/** Fewer rounds give no spread worth the name. */
export const LEAST_ROUNDS = 5
const FULL = { rounds: 9, chunkMs: 150, patience: { runSeconds: 8, roundsSeconds: 12 } }
const QUICK = { rounds: LEAST_ROUNDS, chunkMs: 30, patience: { runSeconds: 2, roundsSeconds: 3 } }

const OPTIONS = {
  all: { type: 'boolean' },
  charts: { type: 'string' },
  figures: { type: 'string' },
  from: { type: 'string' },
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
  for (const item of positionals) {
    if (!itemNames.includes(item)) throw unknown(`There is no item "${item}".`, item, itemNames, 'Items')
  }
  if (
    values.from !== undefined &&
    (positionals.length > 0 || values.all || values.peers || values.json !== undefined)
  ) {
    throw new UsageError('--from shows what was measured before: it goes with --charts and --figures alone.')
  }
  return {
    items: itemNames.filter((name) => items.includes(name)),
    only: (values.only ?? [])
      .flatMap((names) => names.split(','))
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    peers: values.peers === true,
    rounds: readRounds(values.rounds, defaults.rounds),
    chunkMs: defaults.chunkMs,
    patience: defaults.patience,
    jsonFile: values.json,
    chartFolder: values.charts,
    figuresFile: values.figures,
    fromFile: values.from,
    quick,
    help: values.help === true,
  }
}

/** @throws UsageError for one of `--only` that nobody's name begins with. */
export function checkOnly(only: readonly string[], names: readonly string[]): void {
  for (const start of only) {
    if (names.some((name) => name.startsWith(start))) continue
    throw unknown(`--only: nobody’s name begins with "${start}".`, start, names, 'Contestants')
  }
}

function unknown(problem: string, name: string, names: readonly string[], plural: string): UsageError {
  const near = nearest(name, names)
  return new UsageError(
    `${problem}${near === undefined ? '' : ` Did you mean "${near}"?`} ${plural}: ${names.join(', ')}.`,
  )
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const option = /Unknown option '(-[^']*)'/.exec(error instanceof Error ? error.message : '')?.[1]
    if (option === undefined) throw new UsageError(error instanceof Error ? error.message : String(error))
    const names = Object.keys(OPTIONS).map((name) => `--${name}`)
    throw unknown(`There is no option "${option}".`, option, names, 'Options')
  }
}

function readRounds(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= LEAST_ROUNDS) return rounds
  throw new UsageError(`--rounds takes a whole number from ${LEAST_ROUNDS} on, not "${text}".`)
}
