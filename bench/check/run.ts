/**
 * The benchmark of `nabla check`: right scripts in many styles, faults put into them, and how many are named.
 * Run by `npm run bench -- check`; HELP says how.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type CheckResult, check, type Finding } from 'nabla/node'
import { UsageError } from '../arguments.ts'
import { type Case, inParallel, makeCases, readBases } from './cases.ts'
import { benchPosted } from './posted.ts'
import { VARIATIONS } from './variations.ts'

const HELP = `npm run bench -- check [options]

  --sample N         only N faulty scripts, spread over all
  --base NAMES       only these base scripts
  --operator TEXT    only operators whose name has TEXT in it
  --per-operator N   scripts for each operator and base (1)
  --right            only the right scripts
  --faulty           only the faulty ones
  --held             the scripts held apart too, and what is missed there (else only their figures)
  --dev              without the scripts held apart
  --posted           instead, scripts and faults that were written without knowledge of the engine (--base chooses)
  --list             say which scripts there are, and check none
  --keep FOLDER      leave the scripts that were missed there
  --json FILE        every outcome as data
  --python PATH      the interpreter (/usr/bin/python3)`

type Told = 'right' | 'wrong kind' | 'wrong line' | 'missed' | 'not analysed' | 'clean' | 'false alarm'

interface Outcome {
  readonly one: Case
  readonly told: Told
  readonly got: string
  readonly verified: boolean
  readonly stage: string
  readonly elapsedMs: number
}

function judge(one: Case, result: CheckResult): { told: Told; stage: string } {
  if (result.verdict === 'unsupported') return { told: 'not analysed', stage: 'no roles' }
  if (one.right) {
    const isChanged = (f: Finding) => one.lines[0]?.some((line) => f.line <= line && line <= f.endLine) === true
    const isRight = (f: Finding) => one.kinds[0]?.includes(f.kind) || (f.kind === 'scale' && isChanged(f))
    const alarm = result.verdict !== 'clean' && !result.findings.every(isRight)
    return { told: alarm ? 'false alarm' : 'clean', stage: '' }
  }
  if (result.verdict === 'clean') return { told: 'missed', stage: 'truth' }
  const hits = one.lines.map((places) =>
    result.findings.filter((f) => f.endLine - f.line < 4 && places.some((line) => f.line <= line && line <= f.endLine)),
  )
  const unrepaired = result.findings.some((f) => f.fix === null)
  if (hits.some((h) => h.length === 0))
    return {
      told: 'wrong line',
      stage: unrepaired ? 'no repair, and the line named instead is another' : 'another repair',
    }
  if (hits.every((h, i) => h.some((f) => one.kinds[i]?.includes(f.kind)))) return { told: 'right', stage: '' }
  return { told: 'wrong kind', stage: unrepaired ? 'no repair, kind by evidence' : 'kind of the repair' }
}

async function runCase(one: Case, folder: string, index: number, python: string, keep?: string): Promise<Outcome> {
  const path = join(folder, `${one.base}-${index}.py`)
  writeFileSync(path, one.source)
  const result = await check(path, { timeoutSeconds: 60, python })
  const got =
    result.findings.length === 0
      ? `${result.verdict} ${result.reason ?? ''}`
      : result.findings.map((f) => `${f.line}:${f.kind} ${f.fix?.added.join(' ').trim() ?? '-'}`).join(' | ')
  const outcome = {
    one,
    ...judge(one, result),
    got,
    verified: result.findings[0]?.fix?.verified ?? false,
    elapsedMs: result.elapsedMs,
  }
  if (keep !== undefined && outcome.told !== 'right' && outcome.told !== 'clean') {
    mkdirSync(keep, { recursive: true })
    writeFileSync(join(keep, `${one.base}-${index}.py`), one.source)
  }
  return outcome
}

function describe({ one, told, stage, got, elapsedMs }: Outcome, index: number): string {
  const lines = one.lines.map(([l = 0]) => `${l}: ${one.source.split('\n')[l - 1]?.trim()}`).join('  &  ')
  return `${told} (${stage}) ${one.base}-${index} [${one.operator}] ${lines}\n      => ${got} (${elapsedMs} ms)`
}

const share = (count: number, of: number) => `${count} of ${of} (${((100 * count) / Math.max(1, of)).toFixed(1)} %)`

function summarise(name: string, outcomes: readonly Outcome[]): void {
  const single = outcomes.filter((o) => !o.one.right && o.one.lines.length === 1)
  const double = outcomes.filter((o) => !o.one.right && o.one.lines.length === 2)
  const times = outcomes.map((o) => o.elapsedMs).sort((a, b) => a - b)
  const count = (list: readonly Outcome[], ...told: Told[]) => list.filter((o) => told.includes(o.told)).length
  if (single.length > 0)
    console.log(
      `${name}, one fault: line and kind right ${share(count(single, 'right'), single.length)}, line right ${share(count(single, 'right', 'wrong kind'), single.length)}, verified fix ${share(single.filter((o) => o.verified).length, single.length)}, called clean ${count(single, 'missed')}, not analysed ${count(single, 'not analysed')}`,
    )
  if (double.length > 0)
    console.log(
      `${name}, two faults: both lines and kinds right ${share(count(double, 'right'), double.length)}, both lines right ${share(count(double, 'right', 'wrong kind'), double.length)}`,
    )
  if (times.length > 0)
    console.log(
      `${name}: median ${((times[times.length >> 1] ?? 0) / 1000).toFixed(1)} s, 90 % within ${((times[Math.floor(times.length * 0.9)] ?? 0) / 1000).toFixed(1)} s`,
    )
}

function rightCases(names: ReadonlySet<string>): Case[] {
  const out: Case[] = []
  for (const base of readBases().filter((b) => names.has(b.name))) {
    const common = { base: base.name, heldApart: base.heldApart, lines: [], kinds: [], right: true }
    out.push({ ...common, operator: 'as it is', source: base.source })
    VARIATIONS.forEach(({ name, vary }) => {
      const made = vary(base.source)
      if (made !== base.source) out.push({ ...common, operator: name, source: made })
    })
  }
  return out
}

/** `count` of them, evenly spread. */
function spread<T>(items: readonly T[], count: number): T[] {
  return items.filter((_, i) => Math.floor((i * count) / items.length) !== Math.floor(((i - 1) * count) / items.length))
}

/** @throws UsageError */
function readOptions(args: readonly string[]) {
  const config = {
    args: [...args],
    options: {
      sample: { type: 'string' },
      base: { type: 'string' },
      operator: { type: 'string' },
      'per-operator': { type: 'string', default: '1' },
      right: { type: 'boolean', default: false },
      faulty: { type: 'boolean', default: false },
      held: { type: 'boolean', default: false },
      dev: { type: 'boolean', default: false },
      posted: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      keep: { type: 'string' },
      json: { type: 'string' },
      python: { type: 'string', default: '/usr/bin/python3' },
      help: { type: 'boolean', default: false },
    },
  } as const
  try {
    return parseArgs(config).values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${HELP}`)
  }
}

/** @throws UsageError */
function countOf(option: string, text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new UsageError(`${option} takes a whole number from 1, not "${text}".`)
}

export async function benchCheck(args: readonly string[]): Promise<void> {
  const values = readOptions(args)
  if (values.help) return console.log(HELP)
  const wanted = values.base?.split(',')
  if (values.posted) return inFolder((folder) => benchPosted(values.python, folder, wanted))
  const known = readBases().map((b) => b.name)
  const strange = wanted?.find((name) => !known.includes(name))
  if (strange !== undefined)
    throw new UsageError(`--base: there is no script "${strange}". There are ${known.join(', ')}.`)
  const sample = values.sample === undefined ? undefined : countOf('--sample', values.sample)
  const perOperator = countOf('--per-operator', values['per-operator'])
  const bases = readBases().filter(
    (b) => (wanted === undefined || wanted.includes(b.name)) && !(values.dev && b.heldApart),
  )
  const say = (line: string) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`))
  const made = await makeCases({ python: values.python, perOperator, bases, say })
  const chosen = made.filter((c) => values.operator === undefined || c.operator.includes(values.operator))
  const faulty = values.right ? [] : chosen.filter((c) => !c.right)
  const right = values.faulty
    ? []
    : [...rightCases(new Set(bases.map((b) => b.name))), ...chosen.filter((c) => c.right)]
  const cases = [...(sample === undefined ? faulty : spread(faulty, sample)), ...right]
  console.log(
    `${cases.filter((c) => !c.right).length} faulty scripts (${faulty.length} in all), ${right.length} right ones`,
  )
  if (values.list) return list(cases)
  await inFolder(async (folder) => {
    const outcomes = await inParallel(cases, 2, async (one, index) => {
      say(`${index} of ${cases.length}`)
      const outcome = await runCase(one, folder, index, values.python, values.keep)
      if (outcome.told !== 'right' && outcome.told !== 'clean' && (!one.heldApart || values.held))
        console.log(describe(outcome, index))
      return outcome
    })
    report(outcomes)
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcomes, null, 1))
  })
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-check-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function list(cases: readonly Case[]): void {
  const count = (some: readonly Case[]) => {
    const faulty = some.filter((c) => !c.right)
    const two = faulty.filter((c) => c.lines.length > 1).length
    return `${faulty.length - two} with one fault, ${two} with two, ${some.length - faulty.length} right`
  }
  for (const base of new Set(cases.map((c) => c.base))) {
    const own = cases.filter((c) => c.base === base)
    console.log(`${base}${own[0]?.heldApart ? ' (held apart)' : ''}: ${count(own)}`)
    console.log(`  ${own.map((c) => `${c.operator}${c.right ? ' (right)' : ''}`).join(', ')}`)
  }
  console.log(`while building: ${count(cases.filter((c) => !c.heldApart))}`)
  console.log(`held apart: ${count(cases.filter((c) => c.heldApart))}`)
}

function report(outcomes: readonly Outcome[]): void {
  const stages = new Map<string, number>()
  for (const o of outcomes)
    if (o.stage !== '' && !o.one.heldApart)
      stages.set(`${o.told}: ${o.stage}`, (stages.get(`${o.told}: ${o.stage}`) ?? 0) + 1)
  for (const [stage, count] of [...stages].sort((a, b) => b[1] - a[1])) console.log(`  ${count} × ${stage}`)
  summarise(
    'while building',
    outcomes.filter((o) => !o.one.heldApart && !o.one.right),
  )
  summarise(
    'held apart',
    outcomes.filter((o) => o.one.heldApart && !o.one.right),
  )
  for (const apart of [false, true]) {
    const right = outcomes.filter((o) => o.one.right && o.one.heldApart === apart)
    if (right.length > 0)
      console.log(
        `right scripts${apart ? ', held apart' : ''}: ${right.length}; false alarms ${right.filter((o) => o.told === 'false alarm').length}, not analysed ${right.filter((o) => o.told === 'not analysed').length}`,
      )
  }
}
