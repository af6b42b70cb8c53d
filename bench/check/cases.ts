/**
 * Right scripts in; faulty ones, and right ones that differ from them, out.
 *
 * What a change does to a script is not decided by nabla: observe.py runs both under plain Python and compares what
 * their parameters go through. A change that moves nothing is dropped; one that scales every first update alike is
 * right (the learning rate absorbs it); everything else is a fault.
 */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KINDS } from './operators.ts'

export interface Base {
  readonly name: string
  /** Never looked at while the engine was built. */
  readonly heldApart: boolean
  /** An expression, in the script's own module, that leads to all its parameters. */
  readonly parameters: string
  readonly backward: readonly (readonly [number, number])[]
  readonly source: string
}

export interface Case {
  readonly base: string
  readonly heldApart: boolean
  /** In two-fault scripts, joined by " + ". */
  readonly operator: string
  readonly source: string
  /** The lines that were changed, in the order of the operators. */
  readonly lines: readonly number[]
  readonly kinds: readonly (readonly string[])[]
  readonly right: boolean
}

interface Observation {
  readonly first: Readonly<Record<string, number | null>>
  readonly later: readonly (number | null)[]
  readonly changes: number
  readonly error: string | null
}

const FOLDER = join(process.cwd(), 'bench/check')
const CACHE = join(process.cwd(), '.build/check-observations.json')

export function readBases(): Base[] {
  const table = JSON.parse(readFileSync(join(FOLDER, 'bases.json'), 'utf8')) as Omit<Base, 'source'>[]
  return table.map((base) => ({ ...base, source: readFileSync(join(FOLDER, 'bases', `${base.name}.py`), 'utf8') }))
}

function runPython(python: string, script: string, request: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(python, [join(FOLDER, script)], { maxBuffer: 1 << 30 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
    child.stdin?.end(JSON.stringify(request))
  })
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

interface Mutant {
  readonly operator: string
  readonly line: number
  readonly source: string
}

/** At most `most` mutants for each operator and base, chosen by their hash: the same ones every time. */
function choose(mutants: readonly Mutant[], most: number): Mutant[] {
  const kept = new Map<string, number>()
  return [...mutants]
    .sort((a, b) => (hashOf(a.source) < hashOf(b.source) ? -1 : 1))
    .filter((m) => {
      const count = kept.get(m.operator) ?? 0
      kept.set(m.operator, count + 1)
      return count < most
    })
}

/** Two changes of one script on different lines, as one script. */
function pairUp(source: string, mutants: readonly Mutant[], count: number): { a: Mutant; b: Mutant; source: string }[] {
  const lines = source.split('\n')
  const out: { a: Mutant; b: Mutant; source: string }[] = []
  for (let i = 0; i + 1 < mutants.length && out.length < count; i += 2) {
    const [a, b] = [mutants[i], mutants[i + 1]]
    if (a === undefined || b === undefined || Math.abs(a.line - b.line) < 2) continue
    const [first, second] = [a.source.split('\n'), b.source.split('\n')]
    if (first.length !== lines.length || second.length !== lines.length) continue
    out.push({ a, b, source: lines.map((l, k) => (first[k] !== l ? first[k] : second[k])).join('\n') })
  }
  return out
}

export interface CaseOptions {
  readonly python: string
  readonly perOperator: number
  readonly bases: readonly Base[]
  readonly say: (line: string) => void
}

/** All cases, faulty ones and scripts that a change has left right. */
export async function makeCases({ python, perOperator, bases, say }: CaseOptions): Promise<Case[]> {
  const table = JSON.parse(readFileSync(join(FOLDER, 'bases.json'), 'utf8')) as { name: string }[]
  const requests = bases.map((base) => ({ ...table.find((t) => t.name === base.name), source: base.source }))
  const mutants = JSON.parse(await runPython(python, 'mutate.py', requests)) as Mutant[][]
  const drafts: (Case & { parameters: string })[] = []
  bases.forEach((base, i) => {
    const common = { base: base.name, heldApart: base.heldApart, parameters: base.parameters, right: false }
    const chosen = choose(mutants[i] ?? [], perOperator)
    for (const m of chosen)
      drafts.push({
        ...common,
        operator: m.operator,
        source: m.source,
        lines: [m.line],
        kinds: [KINDS[m.operator] ?? []],
      })
    for (const pair of pairUp(base.source, chosen, 3 * perOperator))
      drafts.push({
        ...common,
        operator: `${pair.a.operator} + ${pair.b.operator}`,
        source: pair.source,
        lines: [pair.a.line, pair.b.line],
        kinds: [KINDS[pair.a.operator] ?? [], KINDS[pair.b.operator] ?? []],
      })
  })
  const seen = await observeAll(
    python,
    [...bases.map((b) => ({ source: b.source, parameters: b.parameters })), ...drafts],
    say,
  )
  const out: Case[] = []
  for (const draft of drafts) {
    const base = bases.find((b) => b.name === draft.base)
    const [before, after] = [seen.get(hashOf(base?.source ?? '')), seen.get(hashOf(draft.source))]
    if (before === undefined || after === undefined || after.error !== null) continue
    const relation = relate(before, after)
    if (relation === 'same') continue
    const { parameters: _, ...one } = draft
    if (relation === 'rescaled') out.push({ ...one, lines: [], kinds: [], right: true })
    else out.push(one)
  }
  return out
}

function relate(before: Observation, after: Observation): 'same' | 'rescaled' | 'other' {
  const keys = Object.keys(before.first)
  if (keys.length !== Object.keys(after.first).length) return 'other'
  let ratio: number | undefined
  for (const key of keys) {
    const [a, b] = [before.first[key], after.first[key]]
    if (a === null || b === null || a === undefined || b === undefined) return 'other'
    const mine = b / a
    if (ratio === undefined) ratio = mine
    if (Math.abs(mine / ratio - 1) > 1e-7) return 'other'
  }
  if (ratio === undefined || !(ratio > 0)) return 'other'
  if (Math.abs(ratio - 1) > 1e-9) return 'rescaled'
  const moved = before.later.some((x, i) => {
    const y = after.later[i]
    return x === null || y === null || y === undefined || Math.abs(x - y) > 1e-6 * Math.max(1, Math.abs(x))
  })
  return moved || before.changes !== after.changes ? 'other' : 'same'
}

async function observeAll(
  python: string,
  requests: readonly { source: string; parameters: string }[],
  say: (line: string) => void,
): Promise<Map<string, Observation>> {
  const known = new Map<string, Observation>(
    existsSync(CACHE) ? (JSON.parse(readFileSync(CACHE, 'utf8')) as [string, Observation][]) : [],
  )
  const keyOf = (r: { source: string; parameters: string }) => hashOf(`${r.parameters}\n${r.source}`)
  const open = requests.filter((r) => !known.has(keyOf(r)))
  const chunks = Array.from({ length: Math.ceil(open.length / 24) }, (_, i) => open.slice(24 * i, 24 * i + 24))
  await inParallel(chunks, 2, async (chunk, index) => {
    say(`observing what changes do: ${24 * index} of ${open.length}`)
    const answers = (await runPython(python, 'observe.py', chunk)).trim().split('\n')
    chunk.forEach((request, i) => {
      known.set(keyOf(request), JSON.parse(answers[i] ?? '{}') as Observation)
    })
  })
  if (open.length > 0) {
    mkdirSync(join(process.cwd(), '.build'), { recursive: true })
    writeFileSync(CACHE, JSON.stringify([...known]))
  }
  return new Map(requests.map((r) => [hashOf(r.source), known.get(keyOf(r)) as Observation]))
}

export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const out: R[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) out[index] = await work(items[index] as T, index)
  }
  await Promise.all(Array.from({ length: width }, worker))
  return out
}
