/**
 * A trace file (`nabla.trace/1`, JSON lines) in, a checked `Trace` out. The lines come from a process that ran
 * somebody's script, so that every one of them is parsed as hostile: what does not fit is refused with its line.
 */

import { NablaError } from '../../../shared/index.ts'

export interface Site {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly kind: string
  /** The statement that this expression is in (a site), or -1. */
  readonly statement: number
  readonly function: string
}

export interface TraceNode {
  readonly op: string
  readonly args: readonly number[]
  readonly params: Readonly<Record<string, unknown>>
  readonly site: number
  /** From where the function that computed it had been called: an index of the trace's frames; 0 where it was in none. */
  readonly frame: number
  readonly dtype: string
  readonly shape: readonly number[]
  /** A leaf's content; else undefined. */
  readonly value?: Float64Array
  /** A scalar's value, or an array's sum and weighted sum. */
  readonly digest: number | readonly number[]
}

/** A call of one of the script's own functions. */
export interface Frame {
  /** The frame that it was made in. */
  readonly caller: number
  /** Where. */
  readonly site: number
}

export type TraceEvent =
  | {
      kind: 'store'
      time: number
      site: number
      place: string
      owner: string | number
      key: string | number
      node: number
    }
  | {
      kind: 'bind'
      time: number
      site: number
      place: string
      owner: string | number
      key: string | number
      container: number
    }
  | { kind: 'write'; time: number; site: number; container: number; node: number }
  | { kind: 'mark'; time: number; site: number; as: string; node: number }
  | { kind: 'guard'; time: number; node: number; value: boolean; site: number }
  /** The positions of the largest or smallest elements of a value along axes, which the script may go on with. */
  | {
      kind: 'choice'
      time: number
      node: number
      of: 'max' | 'min'
      axes: readonly number[]
      chosen: readonly number[]
    }
  | { kind: 'iteration'; time: number; site: number }
  /** `[item] * n`: several places of one list hold the same containers. */
  | { kind: 'shared'; time: number; site: number; containers: readonly number[] }
  /** A list's or an array's elements were put into this order (the first 4,096 of it). */
  | { kind: 'shuffle'; time: number; site: number; container: number; order: readonly number[] }
  | {
      kind: 'candidates'
      time: number
      probe: number
      original: number
      start: number
      end: number
      found: readonly (readonly [number, number])[]
    }

/** What a watched expression was in a stretch of the run; `count` is 0 for one of the first values. */
export interface Stretch {
  readonly index: number
  readonly count: number
  readonly mean: number
}

export interface EditRow {
  readonly kind: string
  readonly text: string
  readonly span: readonly [number, number, number, number]
  readonly replaced: string
}

export interface ScriptError {
  readonly kind: string
  readonly message: string
  readonly frames: readonly { file: string; line: number; function: string }[]
  /** The module or the file that the error is about. */
  readonly about?: string
}

/** A library that the script imports, and where. */
export interface Import {
  readonly name: string
  readonly file: string
  readonly line: number
}

export interface Trace {
  readonly python: string
  readonly nodes: readonly TraceNode[]
  readonly events: readonly TraceEvent[]
  readonly sites: readonly Site[]
  readonly sources: ReadonlyMap<string, string>
  readonly containers: ReadonlyMap<number, string>
  readonly probes: ReadonlyMap<number, readonly EditRow[]>
  readonly watched: readonly (readonly [number, number])[]
  readonly stretches: readonly Stretch[]
  /** Opaque node -> the leaf that holds what it returned. */
  readonly opaque: ReadonlyMap<number, number>
  /** The calls that values were computed in; the first is the script itself. */
  readonly frames: readonly Frame[]
  /** The first line of each cell of a notebook, by file. */
  readonly cells: ReadonlyMap<string, readonly number[]>
  readonly imports: readonly Import[]
  readonly error?: ScriptError
  /** Whether a loop ran unrecorded because too much happened in it before anything was updated. */
  readonly paused: boolean
  /** The outermost loop (a site) in which updates were seen. */
  readonly home?: number
  /** What the script ended itself with: a status, or a text. */
  readonly exit?: number | string
  readonly status: string
}

const MAX_LINES = 4_000_000

function bad(line: number, received: string): NablaError {
  return new NablaError({
    code: 'E-DATA',
    where: `trace, line ${line}`,
    expected: 'a record of nabla.trace/1',
    received,
    fix: 'run the check again; if the script writes to descriptor 3, remove that.',
  })
}

const NOT_IN_JSON = /(?<=[[,:])(-?)(NaN|Infinity)(?=[\],}])/g
const inJson = (_: string, sign: string, word: string) => (word === 'NaN' ? 'null' : `${sign}1e999`)

const isInteger = (x: unknown): x is number => typeof x === 'number' && Number.isInteger(x)
const integers = (x: unknown): x is number[] => Array.isArray(x) && x.every(isInteger)

class Builder {
  readonly nodes: TraceNode[] = []
  readonly events: TraceEvent[] = []
  readonly sites: Site[] = []
  readonly sources = new Map<string, string>()
  readonly containers = new Map<number, string>()
  readonly probes = new Map<number, EditRow[]>()
  readonly frames: Frame[] = [{ caller: 0, site: -1 }]
  readonly watched: [number, number][] = []
  readonly stretches: Stretch[] = []
  readonly opaque = new Map<number, number>()
  readonly cells = new Map<string, readonly number[]>()
  readonly imports: Import[] = []
  python = ''
  status = 'killed'
  error?: ScriptError
  exit?: number | string
  paused = false
  home?: number

  check(condition: boolean, line: number, what: string): asserts condition {
    if (!condition) throw bad(line, what)
  }

  /** Values are counted anew from here; what names, lists and calls there are stays known. */
  private forget(): void {
    const kept = this.events.filter((e) => e.kind === 'bind' || e.kind === 'shared' || e.kind === 'shuffle')
    this.events.length = 0
    for (const event of kept) this.events.push({ ...event, time: 0 })
    this.nodes.length = 0
    this.opaque.clear()
  }

  take(row: unknown[], line: number): void {
    const time = this.nodes.length
    switch (row[0]) {
      case 'n':
        this.node(row, line)
        break
      case 'l':
        this.leaf(row, line)
        break
      case 's':
      case 'b': {
        const [, site, place, owner, key, target] = row
        this.check(isInteger(site) && typeof place === 'string' && isInteger(target), line, 'a malformed store')
        const common = { time, site, place, owner: owner as string | number, key: key as string | number }
        this.events.push(
          row[0] === 's'
            ? { kind: 'store', ...common, node: this.known(target, line) }
            : { kind: 'bind', ...common, container: target },
        )
        break
      }
      case 'w':
        this.check(isInteger(row[1]) && isInteger(row[2]), line, 'a malformed write')
        this.events.push({ kind: 'write', time, site: row[1], container: row[2], node: this.known(row[3], line) })
        break
      case 'm':
        this.check(isInteger(row[1]), line, 'a malformed mark')
        this.events.push({ kind: 'mark', time, site: row[1], as: String(row[2]), node: this.known(row[3], line) })
        break
      case 'g':
        this.check(isInteger(row[3]), line, 'a malformed guard')
        this.events.push({ kind: 'guard', time, node: this.known(row[1], line), value: row[2] === true, site: row[3] })
        break
      case 'h': {
        const [, node, of, axes, chosen] = row
        this.check((of === 'max' || of === 'min') && integers(axes) && integers(chosen), line, 'a malformed choice')
        this.events.push({ kind: 'choice', time, node: this.known(node, line), of, axes, chosen })
        break
      }
      case 'i':
        this.check(isInteger(row[1]), line, 'a malformed iteration')
        this.events.push({ kind: 'iteration', time, site: row[1] })
        break
      case 'a':
        this.check(isInteger(row[1]) && integers(row[2]), line, 'a malformed list')
        this.events.push({ kind: 'shared', time, site: row[1], containers: row[2] })
        break
      case 'p':
        this.check(isInteger(row[1]) && isInteger(row[2]) && integers(row[3]), line, 'a malformed shuffle')
        this.events.push({ kind: 'shuffle', time, site: row[1], container: row[2], order: row[3] })
        break
      case 'c':
        this.candidates(row, line, time)
        break
      case 'k':
        this.check(isInteger(row[1]), line, 'a malformed container')
        this.containers.set(row[1], String(row[2]))
        break
      case 'f':
        this.check(row[1] === this.frames.length && isInteger(row[2]) && isInteger(row[3]), line, 'a malformed call')
        this.frames.push({ caller: row[2], site: row[3] })
        break
      case 'o':
        this.opaque.set(this.known(row[1], line), this.known(row[2], line))
        break
      case 'v':
        this.check(isInteger(row[1]), line, 'a malformed watch')
        this.watched.push([row[1], row[2] === null ? Number.NaN : Number(row[2])])
        break
      case 'u':
        this.check(isInteger(row[1]) && isInteger(row[2]), line, 'a malformed stretch')
        this.stretches.push({ index: row[1], count: row[2], mean: row[3] === null ? Number.NaN : Number(row[3]) })
        break
      case 'site':
        this.site(row, line)
        break
      case 'file':
        this.sources.set(String(row[1]), String(row[2]))
        break
      case 'cells':
        this.check(integers(row[2]), line, 'malformed cells')
        this.cells.set(String(row[1]), row[2])
        break
      case 'import':
        this.check(isInteger(row[3]), line, 'a malformed import')
        this.imports.push({ name: String(row[1]), file: String(row[2]), line: row[3] })
        break
      case 'forgotten':
        this.forget()
        break
      case 'paused':
        this.paused = true
        break
      case 'home':
        this.check(isInteger(row[1]), line, 'a malformed loop')
        this.home = row[1]
        break
      case 'exit':
        this.exit = typeof row[1] === 'number' ? row[1] : String(row[1])
        break
      case 'probe':
        this.check(isInteger(row[1]) && Array.isArray(row[2]), line, 'a malformed probe')
        this.probes.set(
          row[1],
          (row[2] as unknown[][]).map((e) => ({
            kind: String(e[0]),
            text: String(e[1]),
            span: e[2] as [number, number, number, number],
            replaced: String(e[3]),
          })),
        )
        break
      case 'error':
        this.error = {
          kind: String(row[1]),
          message: String(row[2]),
          frames: (row[3] as unknown[][]).map((f) => ({
            file: String(f[0]),
            line: Number(f[1]),
            function: String(f[2]),
          })),
          ...(typeof row[4] === 'string' && { about: row[4] }),
        }
        break
      case 'meta':
        this.python = `${String(row[3])} (Python ${String(row[2])})`
        break
      case 'end':
        this.status = String(row[1])
        break
      case 'e':
        break
      default:
        throw bad(line, 'an unknown record')
    }
  }

  private known(node: unknown, line: number): number {
    this.check(isInteger(node) && node >= 0 && node < this.nodes.length, line, 'a value that is not recorded')
    return node
  }

  private node(row: unknown[], line: number): void {
    const [, number, op, args, params, site, shape, dtype, digest, frame = 0] = row
    this.check(
      number === this.nodes.length && typeof op === 'string' && integers(args) && isInteger(site) && isInteger(frame),
      line,
      'a malformed operation',
    )
    for (const arg of args) this.known(arg, line)
    this.nodes.push({
      op,
      args,
      params: (params || {}) as Record<string, unknown>,
      site,
      frame,
      shape: integers(shape) ? shape : [],
      dtype: String(dtype),
      digest: (digest ?? Number.NaN) as number,
    })
  }

  private leaf(row: unknown[], line: number): void {
    const [, number, shape, dtype, data, site] = row
    this.check(number === this.nodes.length && integers(shape) && isInteger(site), line, 'a malformed value')
    let value: Float64Array
    if (typeof data === 'string') {
      const bytes = Buffer.from(data, 'base64')
      this.check(bytes.length === 8 * shape.reduce((a, b) => a * b, 1), line, 'a value whose size is not its shape')
      value = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    } else value = Float64Array.of(data === null ? Number.NaN : Number(data))
    this.nodes.push({
      op: 'leaf',
      args: [],
      params: {},
      frame: 0,
      site,
      shape,
      dtype: String(dtype),
      value,
      digest: shape.length === 0 ? (value[0] ?? Number.NaN) : [],
    })
  }

  private site(row: unknown[], line: number): void {
    const [, file, first, column, last, end, kind, statement, name] = row
    this.check(
      isInteger(first) && isInteger(column) && isInteger(last) && isInteger(end) && isInteger(statement),
      line,
      'a malformed site',
    )
    this.sites.push({
      file: String(file),
      line: first,
      column,
      endLine: last,
      endColumn: end,
      kind: String(kind),
      statement,
      function: String(name),
    })
  }

  private candidates(row: unknown[], line: number, time: number): void {
    const [, probe, original, start, end, found] = row
    this.check(
      isInteger(probe) && isInteger(start) && isInteger(end) && Array.isArray(found),
      line,
      'malformed candidates',
    )
    this.events.push({
      kind: 'candidates',
      time,
      probe,
      original: this.known(original, line),
      start,
      end,
      found: found as [number, number][],
    })
  }
}

/** @throws NablaError E-DATA for a line that is not of the format. */
export function parseTrace(text: string): Trace {
  const builder = new Builder()
  const lines = text.split('\n')
  if (lines.length > MAX_LINES) throw bad(MAX_LINES, `${lines.length} lines`)
  lines.forEach((line, index) => {
    if (line === '') return
    let row: unknown
    try {
      // Python writes NaN and Infinity, which JSON lacks.
      row = JSON.parse(/NaN|Infinity/.test(line) ? line.replace(NOT_IN_JSON, inJson) : line)
    } catch {
      if (index >= lines.length - 2) return // cut off when the process was stopped
      throw bad(index + 1, 'no JSON')
    }
    if (!Array.isArray(row)) throw bad(index + 1, 'no list')
    builder.take(row, index + 1)
  })
  return builder
}
