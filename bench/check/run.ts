/**
 * The benchmark of `nabla check`: right scripts in many styles, faults put into them, and how many are named.
 * Usage: bench/check/run.ts [--base NAME] [--every N] [--right]
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from '../../src/diagnosis/check/index.ts'
import { OPERATORS } from './operators.ts'
import { VARIATIONS } from './variations.ts'

const BASES = new URL('./bases/', import.meta.url)
/** Not looked at while the engine was built. */
const HELD_APART = new Set(['scalars', 'convolution', 'adam', 'nielsen'])

interface Case {
  base: string
  operator: string
  source: string
  line: number
  kinds: readonly string[]
}

interface Outcome extends Case {
  result: 'right' | 'wrong kind' | 'wrong line' | 'missed' | 'no script'
  got: string
  verified: boolean
  elapsedMs: number
}

function makeCases(): Case[] {
  const cases: Case[] = []
  for (const file of readdirSync(BASES).sort()) {
    const base = file.replace('.py', '')
    const source = readFileSync(new URL(file, BASES), 'utf8')
    const lines = source.split('\n')
    for (const operator of OPERATORS)
      lines.forEach((line, index) => {
        for (const changed of operator.apply(line)) {
          const text = lines.map((l, i) => (i === index ? changed : l)).join('\n')
          cases.push({ base, operator: operator.name, source: text, line: index + 1, kinds: operator.kinds })
        }
      })
  }
  return cases
}

async function runCase(one: Case, folder: string, index: number): Promise<Outcome> {
  const path = join(folder, `${one.base}-${index}.py`)
  writeFileSync(path, one.source)
  const result = await check(path, { timeoutSeconds: 40 })
  const [first] = result.findings
  const hit = result.findings.find((f) => f.line === one.line)
  const got = first === undefined ? `${result.verdict} ${result.reason ?? ''}` : `${first.line}:${first.kind} ${first.fix?.added.join(' ').trim() ?? '-'}`
  const base = { ...one, got, verified: first?.fix?.verified ?? false, elapsedMs: result.elapsedMs }
  if (result.verdict === 'unsupported' && /raised/.test(result.reason ?? '')) return { ...base, result: 'no script' }
  if (first === undefined) return { ...base, result: 'missed' }
  if (hit === undefined) return { ...base, result: 'wrong line' }
  return { ...base, result: one.kinds.includes(hit.kind) ? 'right' : 'wrong kind' }
}

async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const out: R[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) out[index] = await work(items[index] as T, index)
  }
  await Promise.all(Array.from({ length: width }, worker))
  return out
}

function summarise(name: string, outcomes: readonly Outcome[]): void {
  const real = outcomes.filter((o) => o.result !== 'no script')
  const share = (test: (o: Outcome) => boolean) => `${((100 * real.filter(test).length) / Math.max(1, real.length)).toFixed(1)} %`
  const times = real.map((o) => o.elapsedMs).sort((a, b) => a - b)
  console.log(`${name}: ${real.length} faulty; line right ${share((o) => o.result === 'right' || o.result === 'wrong kind')}, line and kind ${share((o) => o.result === 'right')}, verified fix ${share((o) => o.verified)}, missed ${share((o) => o.result === 'missed')}, median ${((times[times.length >> 1] ?? 0) / 1000).toFixed(1)} s`)
}

async function runRight(folder: string): Promise<void> {
  const scripts: { name: string; source: string }[] = []
  for (const file of readdirSync(BASES).sort()) {
    const source = readFileSync(new URL(file, BASES), 'utf8')
    scripts.push({ name: file, source })
    VARIATIONS.forEach((vary, i) => {
      const made = vary(source)
      if (made !== source) scripts.push({ name: `${file} ${i}`, source: made })
    })
  }
  const alarms: string[] = []
  const odd: string[] = []
  await inParallel(scripts, 2, async (script, index) => {
    const path = join(folder, `right-${index}.py`)
    writeFileSync(path, script.source)
    const result = await check(path, { timeoutSeconds: 40 })
    if (result.verdict === 'faulty') alarms.push(`${script.name}: ${result.findings.map((f) => `${f.line} ${f.kind} ${f.message}`).join('; ')}`)
    if (result.verdict === 'unsupported') odd.push(`${script.name}: ${result.reason}`)
  })
  console.log(`right scripts: ${scripts.length}, false alarms ${alarms.length}, not analysed ${odd.length}`)
  for (const line of [...alarms, ...odd]) console.log(`  ${line}`)
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2)
  const option = (name: string) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined)
  const folder = mkdtempSync(join(tmpdir(), 'nabla-bench-'))
  try {
    if (argv.includes('--right')) return await runRight(folder)
    const every = Number(option('--every') ?? 1)
    const cases = makeCases().filter((c, i) => (option('--base') === undefined || c.base === option('--base')) && i % every === 0)
    const outcomes = await inParallel(cases, 2, (c, i) => runCase(c, folder, i))
    for (const o of outcomes) if (o.result !== 'right' && o.result !== 'no script') console.log(`${o.result}: ${o.base}:${o.line} [${o.operator}] ${o.source.split('\n')[o.line - 1]?.trim()}  => ${o.got} (${o.elapsedMs} ms)`)
    summarise('while building', outcomes.filter((o) => !HELD_APART.has(o.base)))
    summarise('held apart', outcomes.filter((o) => HELD_APART.has(o.base)))
    console.log(`${outcomes.filter((o) => o.result === 'no script').length} changes made scripts that do not run`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
