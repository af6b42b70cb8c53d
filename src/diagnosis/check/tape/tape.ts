/**
 * A trace as a program that can be run again: other leaves in, every value out, and ∂(scalar)/∂(every value).
 * Invariant: a node's operands come before it.
 */

import type { Trace } from '../trace/trace.ts'
import { Overwritten, placesWritten, put } from './moves.ts'
import { OPERATIONS, type Params } from './operations.ts'
import { type Reversed, reversePass, WRITES } from './reverse.ts'
import { type Tensor, tensor } from './tensor.ts'

export interface Entry {
  readonly op: string
  readonly args: readonly number[]
  readonly params: Params
  readonly site: number
}

export type Values = (Tensor | undefined)[]

/** Nodes with their factors: a sum. */
export type Terms = readonly (readonly [number, number])[]

const OF_EXTREME: Readonly<Record<string, string>> = { max: 'max', min: 'min', argmax: 'max', argmin: 'min' }

/**
 * Maxima and minima of arrays whose positions the script asks for as well, each with the places it was told. They stay
 * where they were: elsewhere the largest may be another element, and the script's backward pass goes on with the position.
 */
function* extremesChosen(trace: Trace): Generator<[number, readonly number[]]> {
  const keyOf = (node: number, of: string, axes: unknown) => {
    const found = trace.nodes[node]
    const array =
      found?.op === 'view' || found?.op === 'move' ? `${found.args} ${JSON.stringify(found.params)}` : `${node}`
    return `${of} ${axes} ${array}`
  }
  const chosen = new Map<string, readonly number[]>()
  for (const e of trace.events) if (e.kind === 'choice') chosen.set(keyOf(e.node, e.of, e.axes), e.chosen)
  if (chosen.size === 0) return
  for (const [node, { op, args, params }] of trace.nodes.entries()) {
    const of = OF_EXTREME[op]
    const places = of === undefined ? undefined : chosen.get(keyOf(args[0] ?? -1, of, params.axes))
    if (places !== undefined) yield [node, places]
  }
}

export class Tape {
  readonly entries: Entry[]
  readonly leaves: (Tensor | undefined)[]
  readonly trace: Trace
  readonly opaque: ReadonlyMap<number, number>
  /** 1 for what was computed only to try an edit out: no part of the script. */
  readonly aside: Uint8Array
  private known: { cut: ReadonlySet<number>; size: number; sets: Map<number, ReadonlySet<number>> } = {
    cut: NOTHING,
    size: 0,
    sets: new Map(),
  }
  private readonly isRedirected: boolean = false
  private readerLists?: { starts: Int32Array; readers: Int32Array }

  constructor(trace: Trace) {
    this.aside = new Uint8Array(trace.nodes.length)
    for (const event of trace.events) if (event.kind === 'candidates') this.aside.fill(1, event.start, event.end)
    // A part of an array that was first read there, and that the script reads later on, is the script's.
    for (let node = trace.nodes.length - 1; node >= 0; node--)
      if (this.aside[node] === 0) for (const arg of trace.nodes[node]?.args ?? []) this.aside[arg] = 0
    this.trace = trace
    this.opaque = trace.opaque
    this.entries = trace.nodes.slice()
    for (const [node, chosen] of extremesChosen(trace)) {
      const entry = this.entry(node)
      this.entries[node] = { ...entry, params: { ...entry.params, chosen } }
    }
    this.leaves = trace.nodes.map((n) => (n.value === undefined ? undefined : tensor(n.shape, n.value)))
  }

  get length(): number {
    return this.entries.length
  }

  entry(node: number): Entry {
    const found = this.entries[node]
    if (found === undefined) throw new RangeError(`no node ${node}`)
    return found
  }

  /** The script's operations that read one of its values, in order. */
  readers(node: number): Int32Array {
    this.readerLists ??= readersOf(this.trace)
    const { starts, readers } = this.readerLists
    return readers.subarray(starts[node], starts[node + 1])
  }

  /** Appends a node that the script did not compute: a loss, for instance. */
  append(op: string, args: readonly number[], params: Params = {}): number {
    this.entries.push({ op, args, params, site: -1 })
    this.leaves.push(undefined)
    return this.entries.length - 1
  }

  constant(value: Tensor): number {
    this.entries.push({ op: 'leaf', args: [], params: {}, site: -1 })
    this.leaves.push(value)
    return this.entries.length - 1
  }

  /** Values of all nodes below `end`, from the recorded leaves, with `changed` nodes put in by hand. A value that cannot be computed is undefined. */
  evaluate(changed: ReadonlyMap<number, Tensor>, end = this.length): Values {
    const values: Values = new Array(end)
    for (let node = 0; node < end; node++)
      values[node] = this.written(node, values, changed) ?? this.compute(node, values, changed)
    return values
  }

  /**
   * The same, of which what reads nothing that is changed stays as it is in `known`: the making of data, say.
   * Undefined as soon as a value is one that is not allowed.
   */
  evaluateFrom(
    known: Values,
    changed: ReadonlyMap<number, Tensor>,
    allows: (node: number, value: Tensor | undefined) => boolean = () => true,
  ): Values | undefined {
    const values: Values = new Array(this.length)
    const touched = new Uint8Array(this.length)
    for (let node = 0; node < this.length; node++) {
      let isTouched = changed.has(node)
      if (!isTouched) for (const arg of this.entry(node).args) if (touched[arg] === 1) isTouched = true
      if (isTouched) touched[node] = 1
      values[node] = isTouched
        ? (this.written(node, values, changed, touched) ?? this.compute(node, values, changed))
        : known[node]
      if (isTouched && !allows(node, values[node])) return undefined
    }
    return values
  }

  /**
   * What writes into an array that nothing reads afterwards takes the array's memory, if it was made in this pass; undefined
   * for all other nodes.
   * @param touched 1 for what was made in this pass, where not all was.
   */
  private written(
    node: number,
    values: Values,
    changed: ReadonlyMap<number, Tensor>,
    touched?: Uint8Array,
  ): Tensor | undefined {
    const entry = this.entries[node]
    if (entry === undefined || !WRITES.has(entry.op) || changed.has(node) || this.isRedirected) return undefined
    const [into = -1, given = -1] = entry.args
    const [base, value] = [values[into], values[given]]
    if (base === undefined || value === undefined) return undefined
    const isLast = !this.isOverwritten(node)
    const at = placesWritten(base.shape, entry)
    const shape = entry.params.shape as number[]
    const adds = entry.op === 'add_at'
    const isNew = base instanceof Overwritten && (touched === undefined || touched[into] === 1)
    const found = isNew && !changed.has(into) ? base.put(value, at, shape, adds, isLast) : undefined
    if (found !== undefined || isLast) return found
    const copy = put(base, value, at, shape, adds)
    return new Overwritten(copy.shape, copy.data)
  }

  /** Whether the last operation of the script that reads a value writes into it, and those before it only copied parts. */
  private isOverwritten(node: number): boolean {
    const readers = this.readers(node)
    const last = readers.length - 1
    return last >= 0 && readers.every((reader, i) => (i < last ? this.copies(reader) : this.writesInto(reader, node)))
  }

  private copies(node: number): boolean {
    const op = this.entries[node]?.op
    return op === 'view' || op === 'move'
  }

  private writesInto(node: number, into: number): boolean {
    const entry = this.entries[node]
    return entry !== undefined && WRITES.has(entry.op) && entry.args[0] === into && !entry.args.includes(into, 1)
  }

  /** Computes what `values` lacks (nodes appended since). */
  extend(values: Values): void {
    for (let node = values.length; node < this.length; node++) values[node] = this.compute(node, values, NO_CHANGES)
  }

  compute(
    node: number,
    values: Values,
    changed: ReadonlyMap<number, Tensor>,
    instead?: ReadonlyMap<number, number>,
  ): Tensor | undefined {
    const { op, args, params } = this.entry(node)
    const given = changed.get(node)
    if (given !== undefined) return given
    if (op === 'leaf') return this.leaves[node]
    if (op === 'opaque') {
      const leaf = this.opaque.get(node)
      return leaf === undefined ? undefined : this.leaves[leaf]
    }
    const operation = OPERATIONS[op]
    if (operation === undefined) return undefined
    const operands: Tensor[] = []
    for (const arg of args) {
      const value = values[instead?.get(arg) ?? arg]
      if (value === undefined) return undefined
      operands.push(value)
    }
    try {
      return operation.forward(operands, params)
    } catch (error) {
      if (error instanceof TypeError) throw error
      return undefined
    }
  }

  /** ∂(Σ coefficient · node)/∂(each value), by the reverse pass. Nodes in `cut` receive theirs and pass nothing on. */
  reverse(terms: Terms, values: Values, cut: ReadonlySet<number>): Reversed {
    return reversePass(this, terms, values, cut, { all: true })
  }

  /**
   * The same, of which nothing but what the nodes in `cut` receive is kept.
   * @param depends 0 for what is computed from none of them, where that is known.
   */
  gradients(terms: Terms, values: Values, cut: ReadonlySet<number>, depends?: Uint8Array): Reversed {
    return reversePass(this, terms, values, cut, { all: false, ...(depends !== undefined && { depends }) })
  }

  /** The same tape with some operands replaced by others. */
  redirected(replaced: ReadonlyMap<number, number>): Tape {
    const other: Tape = Object.create(this, { isRedirected: { value: true } })
    other.known = { cut: NOTHING, size: 0, sets: new Map() }
    other.entry = (node) => {
      const entry = this.entry(node)
      return entry.args.some((a) => replaced.has(a))
        ? { ...entry, args: entry.args.map((a) => replaced.get(a) ?? a) }
        : entry
    }
    return other
  }

  /** Everything that a node is computed from, itself included; the search does not go past `stop`. */
  ancestors(nodes: readonly number[], stop: Pick<ReadonlySet<number>, 'has'> = NOTHING): Set<number> {
    const seen = new Set<number>(nodes)
    const stack = [...seen]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (stop.has(node)) continue
      for (const arg of this.entry(node).args) {
        if (seen.has(arg)) continue
        seen.add(arg)
        stack.push(arg)
      }
    }
    return seen
  }

  /** What new versions of parameters are computed from, themselves included, back to the versions before them. */
  madeFrom(versions: readonly number[], cut: ReadonlySet<number>): ReadonlySet<number> {
    const [version] = versions
    if (version === undefined || versions.length > 1) return this.seekMadeFrom(versions, cut)
    if (this.known.cut !== cut || this.known.size > MOST_KNOWN) this.known = { cut, size: 0, sets: new Map() }
    const known = this.known.sets.get(version)
    if (known !== undefined) return known
    const found = this.seekMadeFrom(versions, cut)
    this.known.sets.set(version, found)
    this.known.size += found.size
    return found
  }

  private seekMadeFrom(versions: readonly number[], cut: ReadonlySet<number>): Set<number> {
    const seen = this.ancestors(
      versions.flatMap((v) => this.entry(v).args),
      cut,
    )
    for (const version of versions) seen.add(version)
    return seen
  }
}

/** For each node the operations that read it, laid end to end. */
function readersOf({ nodes }: Trace): { starts: Int32Array; readers: Int32Array } {
  const starts = new Int32Array(nodes.length + 1)
  for (const { args } of nodes) for (const arg of args) starts[arg + 1] = (starts[arg + 1] as number) + 1
  for (let node = 0; node < nodes.length; node++)
    starts[node + 1] = (starts[node + 1] as number) + (starts[node] as number)
  const readers = new Int32Array(starts[nodes.length] as number)
  const next = starts.slice()
  for (const [node, { args }] of nodes.entries())
    for (const arg of args) {
      readers[next[arg] as number] = node
      next[arg] = (next[arg] as number) + 1
    }
  return { starts, readers }
}

/** Of how many nodes the sets of single versions are kept: rules ask for the same ones again and again. */
const MOST_KNOWN = 2_000_000
const NO_CHANGES: ReadonlyMap<number, Tensor> = new Map()
const NOTHING: ReadonlySet<number> = new Set()
