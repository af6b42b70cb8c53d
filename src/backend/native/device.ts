/** A device of the native backend: states and programs in memory that JavaScript and compiled code share. */

import { basename } from 'node:path'
import type { Graph, GraphNode } from '../../graph/index.ts'
import { type Buffer, planKernels } from '../../plan/index.ts'
import { formatBytes, known, NablaError, sizeOf } from '../../shared/index.ts'
import type { CompileOptions, Device, Executable, Values } from '../executable.ts'
import { checkValues, indexOutOfRange, readableNode, stepValues, writableNode } from '../interface.ts'
import { type CacheOptions, cachedLibrary, keptLibrary } from './cache.ts'
import type { Compiler } from './compiler.ts'
import { keepProgram, type ProgramLayout, programQuestion, recallProgram } from './kept-program.ts'
import { type BindPool, type Library, loadLibrary } from './library.ts'
import { CONTEXT, renderC, scratchBytes } from './program.ts'

/** Vectors at the end of an array may read past it, never write. */
const SLACK_BYTES = 1024
const ALIGNMENT_BYTES = 64

/** `sizeBytes` of zeros that don't move, starting at a cache line, once `bind` has told where that is. */
class Block {
  readonly buffer: ArrayBuffer
  readonly offset: number

  constructor(sizeBytes: number, purpose: string, addressOf: (memory: Uint8Array) => bigint) {
    try {
      this.buffer = new ArrayBuffer(sizeBytes + ALIGNMENT_BYTES + SLACK_BYTES)
    } catch (cause) {
      throw new NablaError(
        {
          code: 'E-MEMORY',
          where: purpose,
          expected: `${formatBytes(sizeBytes)} of memory`,
          received: 'none from the engine',
          fix: 'use a smaller batch or network, or free memory.',
        },
        { cause },
      )
    }
    const rest = Number(addressOf(new Uint8Array(this.buffer)) % BigInt(ALIGNMENT_BYTES))
    this.offset = rest === 0 ? 0 : ALIGNMENT_BYTES - rest
  }

  /** The memory from `offset` bytes after the start on. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.buffer, this.offset)
  }

  view(offset: number, size: number, dtype: 'float' | 'int'): Float32Array | Int32Array {
    const start = this.offset + offset
    return dtype === 'int' ? new Int32Array(this.buffer, start, size) : new Float32Array(this.buffer, start, size)
  }
}

export interface DeviceOptions extends CacheOptions {
  readonly compiler: Compiler
  readonly threads: number
  readonly bindPool: BindPool
  /** What programs are kept for; that of this text where nothing is said. */
  readonly version?: string | undefined
}

export class NativeDevice implements Device {
  readonly backend = 'native'
  private readonly options: DeviceOptions
  private readonly states = new Map<string, { block: Block; size: number }>()

  constructor(options: DeviceOptions) {
    this.options = options
  }

  get description(): string {
    const { compiler, threads } = this.options
    return `native, ${compiler.version}, ${compiler.vectors}, ${threads} thread${threads === 1 ? '' : 's'}`
  }

  async compile(graph: Graph, { name = 'the program' }: CompileOptions = {}): Promise<Executable> {
    const { threads, bindPool } = this.options
    const { layout, path } = await this.programOf(graph)
    const library = await loadLibrary(path)
    const states = layout.buffers.filter(({ role }) => role === 'state')
    const context = new BigInt64Array(new ArrayBuffer(8 * (CONTEXT.states + states.length)))
    bindPool(context)
    context[CONTEXT.threads] = BigInt(threads)
    const addressOf = (memory: Uint8Array) => {
      library.bind(context, CONTEXT.arena, memory)
      return context[CONTEXT.arena] ?? 0n
    }
    const blocks = new Map(states.map((state) => [state.id, this.stateBlock(state, addressOf)]))
    const arena = new Block(layout.arenaBytes, `${name}: arena`, addressOf)
    const scratch = new Block(threads * layout.scratchBytes, `${name}: scratch`, addressOf)
    library.bind(context, CONTEXT.scratch, scratch.bytes)
    library.bind(context, CONTEXT.arena, arena.bytes)
    states.forEach(({ id }, i) => {
      library.bind(context, CONTEXT.states + i, known(blocks.get(id), 'a state has memory').bytes)
    })
    return new NativeExecutable({ graph, name, layout, library, context, arena, scratch, blocks })
  }

  /** A program's library and memory: as they were kept, or by planning it. */
  private async programOf(graph: Graph): Promise<{ layout: ProgramLayout; path: string }> {
    const { compiler, environment = process.env, version } = this.options
    const question = programQuestion(graph, compiler, version)
    const kept = question === undefined ? undefined : recallProgram(question, environment)
    const known = kept === undefined ? undefined : keptLibrary(kept.library, this.options)
    if (kept !== undefined && known !== undefined) return { layout: kept.layout, path: known }
    const plan = planKernels(graph)
    const { buffers, arenaBytes } = plan
    const layout: ProgramLayout = {
      ...{ buffers, arenaBytes, interface: plan.interface },
      scratchBytes: scratchBytes(plan, compiler.lanes),
    }
    const path = await cachedLibrary(compiler, renderC(plan, { lanes: compiler.lanes }), this.options)
    if (question !== undefined) await keepProgram(question, { library: basename(path), layout }, environment)
    return { layout, path }
  }

  private stateBlock({ name, size }: Buffer, addressOf: (memory: Uint8Array) => bigint): Block {
    const found = this.states.get(name)
    if (found !== undefined && found.size !== size) {
      throw new NablaError({
        code: 'E-SHAPE',
        where: `state "${name}"`,
        expected: `${found.size} elements, as in the device's other programs`,
        received: `${size}`,
        fix: 'give the state another name, or open another device.',
      })
    }
    const block = found?.block ?? new Block(4 * size, `state ${name}`, addressOf)
    this.states.set(name, { block, size })
    return block
  }

  close(): void {
    this.states.clear()
  }
}

interface Parts {
  readonly graph: Graph
  readonly name: string
  readonly layout: ProgramLayout
  readonly library: Library
  readonly context: BigInt64Array
  readonly arena: Block
  /** Kept so that it is not collected. */
  readonly scratch: Block
  readonly blocks: ReadonlyMap<number, Block>
}

interface Writable {
  readonly node: GraphNode
  readonly view: Float32Array | Int32Array
}

export class NativeExecutable implements Executable {
  private readonly parts: Parts
  private readonly writable = new Map<string, Writable>()

  constructor(parts: Parts) {
    this.parts = parts
    for (const buffer of parts.layout.buffers) {
      if (buffer.values === undefined || buffer.offset === undefined) continue
      const view = this.view(buffer)
      if (typeof buffer.values === 'number') view.fill(buffer.values)
      else view.set(buffer.values)
    }
  }

  private view({ id, role, dtype, size, offset = 0 }: Buffer): Float32Array | Int32Array {
    const block = role === 'state' ? known(this.parts.blocks.get(id), 'a state has memory') : this.parts.arena
    return block.view(role === 'state' ? 0 : offset, size, dtype)
  }

  private storageOf(node: GraphNode, name: string): Float32Array | Int32Array {
    const id = known(this.parts.layout.interface.get(name), `${name} has storage`)
    return this.view({
      ...known(this.parts.layout.buffers[id], 'a buffer'),
      size: sizeOf(node.shape),
      dtype: node.dtype,
    })
  }

  /** Found once for each name: to look for it takes longer than a step of a small network. */
  private writableOf(name: string): Writable {
    const found = this.writable.get(name)
    if (found !== undefined) return found
    const node = writableNode(this.parts.graph, this.parts.name, name)
    const made = { node, view: this.storageOf(node, name) }
    this.writable.set(name, made)
    return made
  }

  write(name: string, values: Values): void {
    const { node, view } = this.writableOf(name)
    checkValues(node, values)
    view.set(values)
  }

  read(name: string): Float32Array | Int32Array {
    return this.storageOf(readableNode(this.parts.graph, this.parts.name, name), name).slice()
  }

  run(): void {
    this.take(1)
  }

  runMany(count: number, inputs: Readonly<Record<string, Float32Array | Int32Array>>): void {
    const { library, context } = this.parts
    const entries = Object.entries(inputs)
    for (const [name, values] of entries) stepValues(this.writableOf(name).node, values, count)
    // As the head of the C text declares a feed: to, from, bytes.
    const feeds = new BigInt64Array(new ArrayBuffer(24 * Math.max(1, entries.length)))
    entries.forEach(([name, values], i) => {
      const to = this.writableOf(name).view
      library.bind(feeds, 3 * i, to)
      library.bind(feeds, 3 * i + 1, values)
      feeds[3 * i + 2] = BigInt(to.byteLength)
    })
    library.bind(context, CONTEXT.feeds, feeds)
    context[CONTEXT.feedCount] = BigInt(entries.length)
    try {
      this.take(count)
    } finally {
      context[CONTEXT.feedCount] = 0n
    }
  }

  /** Takes steps in one call. @throws NablaError E-VALUE for an index outside its axis. */
  private take(steps: number): void {
    const { library, context, name } = this.parts
    if (library.run(context, steps) === 0) return
    throw indexOutOfRange(name, context[CONTEXT.badIndex] ?? 0n, context[CONTEXT.badExtent] ?? 0n)
  }
}
