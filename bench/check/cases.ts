/**
 * Right scripts in; faulty ones, and right ones that differ from them, out. What is a fault is decided in relate.ts,
 * from outside.
 */

import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DERIVATIVE, KINDS, PENALTY } from './operators.ts'
import { isTwoFaults, type Observation, type Relation, type Request, relate } from './relate.ts'

export interface Base {
  readonly name: string
  /** Never looked at while the engine was built. */
  readonly heldApart: boolean
  /** An expression, in the script's own module, that leads to all its parameters. */
  readonly parameters: string
  /** The function in whose own names the expression is to be read, where the module has none of them. */
  readonly within?: string
  readonly backward: readonly (readonly [number, number])[]
  readonly update: readonly (readonly [number, number])[]
  /** Groups of names that an optimiser keeps; none for plain descent. */
  readonly states: readonly (readonly string[])[]
  readonly source: string
}

export interface Case {
  readonly base: string
  readonly heldApart: boolean
  /** In two-fault scripts, joined by " + ". */
  readonly operator: string
  readonly source: string
  /** For each fault, in the order of the operators: the line that was changed, then others where it may be named. */
  readonly lines: readonly (readonly number[])[]
  /** For each fault the kinds that are a right answer; for a right script those that are no false alarm. */
  readonly kinds: readonly (readonly string[])[]
  readonly right: boolean
}

const FOLDER = join(process.cwd(), 'bench/check')
const CACHE = join(process.cwd(), '.build/check-observations.json')
/** Of an operator's mutants in one script, so many are tried to find those wanted that run and change something. */
const TRIES = 3
/** Scripts with two faults that are made of one, for each mutant of an operator. */
const PAIRS = 3

const readTable = () => JSON.parse(readFileSync(join(FOLDER, 'bases.json'), 'utf8')) as Omit<Base, 'source'>[]

/** The expression, read in the frame of a function that is running: where it is not, there are no parameters yet. */
const readWithin = (name: string, expression: string) =>
  `eval(${JSON.stringify(expression)}, dict(next(f for f, _ in __import__('traceback').walk_stack(None) if f.f_code.co_name == ${JSON.stringify(name)}).f_locals))`

export function readBases(): Base[] {
  return readTable().map((base) => ({
    ...base,
    parameters: base.within === undefined ? base.parameters : readWithin(base.within, base.parameters),
    source: readFileSync(join(FOLDER, 'bases', `${base.name}.py`), 'utf8'),
  }))
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

export interface Mutant {
  readonly operator: string
  readonly line: number
  readonly also: readonly number[]
  /** Whether the change is in an activation's derivative: then it may be called that as well. */
  readonly derivative: boolean
  /** Whether it is in the term that a weight decay adds. */
  readonly penalty: boolean
  readonly source: string
}

type Related = Mutant & { readonly relation: Relation | 'no script' }

const ALSO_RIGHT: readonly string[] = ['rescaled', 'absorbed']

/**
 * A wrong constant in an optimiser's formula that the rate would absorb, 1 - beta2 for 1 - beta1 in Adam's mean, is a
 * mistake to one reader and a convention to another: neither a fault nor right.
 */
const isInOptimiser = (base: Base, { line }: Mutant) =>
  base.states.length > 0 && base.update.some(([first, last]) => first <= line && line <= last)

/** The mutants of each operator, in the order of their hash: the same one first every time. */
function byOperator(mutants: readonly Mutant[]): Mutant[][] {
  const groups = new Map<string, Mutant[]>()
  const ordered = mutants.map((mutant) => ({ mutant, hash: hashOf(mutant.source) }))
  ordered.sort((a, b) => (a.hash < b.hash ? -1 : 1))
  for (const { mutant } of ordered) groups.set(mutant.operator, [...(groups.get(mutant.operator) ?? []), mutant])
  return [...groups.values()]
}

/** The lines of the original that a mutant changes; undefined where it has more lines, or fewer. */
function changedLines(lines: readonly string[], mutant: Mutant): Set<number> | undefined {
  const mine = mutant.source.split('\n')
  if (mine.length !== lines.length) return undefined
  return new Set(lines.flatMap((line, k) => (mine[k] === line ? [] : [k + 1])))
}

interface Pair {
  readonly a: Mutant
  readonly b: Mutant
  readonly source: string
}

/** Two faults of one script, each of which is one by itself, on lines that lie apart: as one script. */
function pairUp(source: string, mutants: readonly Mutant[]): Pair[] {
  const lines = source.split('\n')
  const out: Pair[] = []
  for (let i = 0; i + 1 < mutants.length; i += 2) {
    const [a, b] = [mutants[i], mutants[i + 1]]
    if (a === undefined || b === undefined) continue
    const [mine, others] = [changedLines(lines, a), changedLines(lines, b)]
    if (mine === undefined || others === undefined) continue
    if ([...mine].some((line) => [line - 1, line, line + 1].some((near) => others.has(near)))) continue
    const [first, second] = [a.source.split('\n'), b.source.split('\n')]
    out.push({
      a,
      b,
      source: lines
        .map((line, k) => (mine.has(k + 1) ? first : others.has(k + 1) ? second : lines)[k] ?? line)
        .join('\n'),
    })
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
  const requests = bases.map((base) => ({ ...base }))
  const mutants = JSON.parse(await runPython(python, 'mutate.py', requests)) as Mutant[][]
  const observer = new Observer(python)
  let done = 0
  const groups = bases.flatMap((base, i) => byOperator(mutants[i] ?? []).map((group) => ({ base, group })))
  const related = await inParallel(groups, 2, async ({ base, group }) => {
    say(`what changes do: ${done++} of ${groups.length}`)
    const found: Related[] = []
    const wanted = () =>
      found.filter((m) => m.relation === 'fault' || (ALSO_RIGHT.includes(m.relation) && !isInOptimiser(base, m)))
    for (const mutant of group.slice(0, TRIES * perOperator)) {
      if (wanted().length >= perOperator) break
      const own = { source: mutant.source, parameters: base.parameters }
      const relation = await relate({ source: base.source, parameters: base.parameters }, own, observer.observe)
      found.push({ ...mutant, relation })
    }
    return { base, found: wanted() }
  })
  const out: Case[] = []
  for (const base of bases) {
    const own = related.filter((r) => r.base === base).flatMap((r) => r.found)
    const common = { base: base.name, heldApart: base.heldApart }
    for (const m of own)
      out.push({
        ...common,
        operator: m.operator,
        source: m.source,
        ...(m.relation === 'fault' ? faults(m) : rescaled(m)),
      })
    const single = own.filter((m) => m.relation === 'fault')
    let pairs = 0
    for (const pair of pairUp(base.source, single)) {
      if (pairs === PAIRS * perOperator) break
      const [original, first, second, both] = [base, pair.a, pair.b, pair].map(({ source }) => ({
        source,
        parameters: base.parameters,
      })) as [Request, Request, Request, Request]
      if (!(await isTwoFaults({ original, first, second, both }, observer.observe))) continue
      pairs++
      out.push({
        ...common,
        operator: `${pair.a.operator} + ${pair.b.operator}`,
        source: pair.source,
        ...faults(pair.a, pair.b),
      })
    }
  }
  observer.close()
  return out
}

/**
 * Right but for the rate, which is another: a report that finds it too high, or too low, by trial is right as well, and so is
 * one that finds by trial that the very line which was changed makes it too high.
 */
const rescaled = (mutant: Mutant) => ({
  lines: [[mutant.line, ...mutant.also]],
  kinds: [['learning-rate']],
  right: true,
})

const faults = (...mutants: readonly Mutant[]) => ({
  lines: mutants.map((m) => [m.line, ...m.also]),
  kinds: mutants.map((m) => [
    ...kindsOf(m.operator),
    ...(m.derivative ? DERIVATIVE : []),
    ...(m.penalty ? PENALTY : []),
  ]),
  right: false,
})

function kindsOf(operator: string): readonly string[] {
  const kinds = KINDS[operator]
  if (kinds === undefined) throw new Error(`bench/check/operators.ts does not say which kinds answer "${operator}"`)
  return kinds
}

/** observe.py in a few processes that stay; what it saw is kept for the next time. */
class Observer {
  readonly #python: string
  readonly #known: Map<string, Observation>
  readonly #open = new Map<string, Promise<Observation>>()
  readonly #idle: { process: ChildProcessWithoutNullStreams; lines: AsyncIterator<string> }[] = []

  constructor(python: string) {
    this.#python = python
    const kept = existsSync(CACHE) ? (JSON.parse(readFileSync(CACHE, 'utf8')) as Kept) : undefined
    this.#known = new Map(kept?.observer === observerHash() ? kept.seen : [])
  }

  readonly observe = (request: Request): Promise<Observation> => {
    const key = hashOf(JSON.stringify(request))
    const known = this.#known.get(key)
    if (known !== undefined) return Promise.resolve(known)
    const open = this.#open.get(key) ?? this.#run(request).then((seen) => this.#known.set(key, seen) && seen)
    this.#open.set(key, open)
    return open
  }

  async #run(request: Request): Promise<Observation> {
    const worker = this.#idle.pop() ?? this.#start()
    worker.process.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await worker.lines.next()
    if (done) throw new Error('observe.py ended: run it by hand on a request to see why')
    this.#idle.push(worker)
    return JSON.parse(value) as Observation
  }

  #start() {
    const process = spawn(this.#python, [join(FOLDER, 'observe.py')])
    process.stderr.resume()
    return { process, lines: createInterface({ input: process.stdout })[Symbol.asyncIterator]() }
  }

  close(): void {
    for (const { process } of this.#idle) process.stdin.end()
    if (this.#open.size === 0) return
    mkdirSync(join(process.cwd(), '.build'), { recursive: true })
    writeFileSync(CACHE, JSON.stringify({ observer: observerHash(), seen: [...this.#known] } satisfies Kept))
  }
}

interface Kept {
  /** Of observe.py itself: what another one saw counts for nothing. */
  readonly observer: string
  readonly seen: readonly (readonly [string, Observation])[]
}

const observerHash = () => hashOf(readFileSync(join(FOLDER, 'observe.py'), 'utf8'))

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
