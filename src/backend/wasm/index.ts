/**
 * The wasm backend: a plan's kernels as one WebAssembly module with 128-bit SIMD, over a memory that all programs of
 * a device share. States have one storage for all of them.
 */

import type { Graph, GraphNode } from '../../graph/index.ts'
import type { DType } from '../../ops/index.ts'
import { type Buffer, type Plan, planKernels } from '../../plan/index.ts'
import { formatBytes, InternalError, known, NablaError, sizeOf } from '../../shared/index.ts'
import type { Backend, BackendOptions, CompileOptions, Device, Executable, Values } from '../executable.ts'
import { checkValues, indexOutOfRange, readableNode, runOneByOne, stepValues, writableNode } from '../interface.ts'
import { checkThreads, threadsOf } from '../threads.ts'
import { writeModule } from './compile.ts'
import { hasRelaxedSimd } from './features.ts'
import { type StagedInput, writeMany } from './many.ts'
import { allocateWords, placeProgram } from './place.ts'
import { canShareMemory, Pool } from './pool.ts'
import { LEAST_SECONDS, type Threading } from './share.ts'

const PAGE_BYTES = 65536
/** Vectors at the end of an array may read past it, never write. */
const SLACK_BYTES = 1024
/** WebAssembly addresses 4 GiB; the last page stays free, so that every address fits. */
const MOST_BYTES = 2 ** 32 - PAGE_BYTES

/** Memory that is handed out and not taken back before the device closes. */
class Arena {
  readonly memory: WebAssembly.Memory
  private used = 64

  constructor(shared: boolean) {
    this.memory = new WebAssembly.Memory(shared ? { initial: 1, maximum: 65536, shared } : { initial: 1 })
  }

  allocate(sizeBytes: number, purpose: string): number {
    const start = Math.ceil(this.used / 64) * 64
    const end = start + sizeBytes
    if (end + SLACK_BYTES > MOST_BYTES) {
      throw new NablaError({
        code: 'E-MEMORY',
        where: purpose,
        expected: `at most ${formatBytes(MOST_BYTES)} in all, which WebAssembly can address`,
        received: formatBytes(end),
        fix: 'use a smaller batch or network.',
      })
    }
    const missing = end + SLACK_BYTES - this.memory.buffer.byteLength
    if (missing > 0) this.grow(Math.ceil(missing / PAGE_BYTES), purpose)
    this.used = end
    return start
  }

  private grow(pages: number, purpose: string): void {
    try {
      this.memory.grow(pages)
    } catch (cause) {
      const problem = {
        code: 'E-MEMORY',
        where: purpose,
        expected: `${formatBytes(pages * PAGE_BYTES)} more memory`,
        received: 'none from the engine',
        fix: 'use a smaller batch or network, or free memory.',
      } as const
      throw new NablaError(problem, { cause })
    }
  }
}

interface Storage {
  readonly address: number
  readonly size: number
}

class WasmDevice implements Device {
  readonly backend = 'wasm'
  private readonly relaxed = hasRelaxedSimd()
  private readonly threading: Threading
  private readonly arena: Arena
  private readonly states = new Map<string, Storage>()
  /** Address of the words of the workers' commands and of their meeting. */
  private readonly words: number
  private readonly awaitsThreads: boolean
  private pool: Pool | undefined

  constructor({ threads, leastSeconds }: Threading, awaitsThreads: boolean) {
    this.awaitsThreads = awaitsThreads
    this.threading = { threads: canShareMemory() ? threads : 1, leastSeconds }
    this.arena = new Arena(this.threads > 1)
    this.words = allocateWords((sizeBytes, purpose) => this.arena.allocate(sizeBytes, purpose))
  }

  private get threads(): number {
    return this.threading.threads
  }

  get description(): string {
    const threads = `${this.threads} ${this.threads === 1 ? 'thread' : 'threads'}`
    return `wasm, ${threads}, 128-bit SIMD${this.relaxed ? ' with fused multiply-add' : ''}`
  }

  async compile(graph: Graph, { name = 'the program' }: CompileOptions = {}): Promise<Executable> {
    const plan = planKernels(graph)
    const { threading, relaxed, words, arena } = this
    const allocate = (sizeBytes: number, purpose: string) => arena.allocate(sizeBytes, purpose)
    const stateAddress = (state: Buffer) => this.stateOf(state).address
    const options = placeProgram(plan, name, { threading, relaxed, allocate, words, stateAddress })
    const module = await compileModule(writeModule(plan, options))
    const start = options.threads > 1 ? await this.giveToWorkers(module) : undefined
    const { addressOf } = options
    const { memory } = arena
    return new WasmExecutable({ graph, program: name, plan, addressOf, memory, allocate, module, start })
  }

  /** Returns the function that starts the workers on a program, and says whether they are there. */
  private async giveToWorkers(module: WebAssembly.Module): Promise<() => boolean> {
    this.pool ??= new Pool(this.threads, this.arena.memory, this.words)
    const { pool } = this
    const program = await pool.add(module)
    if (this.awaitsThreads) await pool.whenStarted()
    return () => pool.start(program)
  }

  private stateOf({ name, size }: Buffer): Storage {
    const found = this.states.get(name)
    if (found === undefined) {
      const made = { address: this.arena.allocate(4 * size, `state ${name}`), size }
      this.states.set(name, made)
      return made
    }
    if (found.size === size) return found
    throw new NablaError({
      code: 'E-SHAPE',
      where: `state "${name}"`,
      expected: `${found.size} elements, as in the device's other programs`,
      received: `${size}`,
      fix: 'give the state another name, or open another device.',
    })
  }

  close(): void {
    this.states.clear()
    this.pool?.close()
  }
}

async function compileModule(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes)
  } catch (error) {
    throw new InternalError(`the module that was written is valid WebAssembly (${String(error)})`)
  }
}

/** An input or state, and where it lies. */
interface WritableView {
  readonly node: GraphNode
  readonly view: Float32Array | Int32Array
}

/** Steps, and bytes of their inputs, that one call takes at most: then the caller can look around. */
const MOST_STAGED_STEPS = 4096
const MOST_STAGED_BYTES = 1 << 20

/** Where the engine has no shared memory, no memory is shared. */
const SharedBuffer = typeof SharedArrayBuffer === 'undefined' ? class {} : SharedArrayBuffer

interface Loop {
  readonly places: readonly (StagedInput & { readonly name: string; readonly size: number; readonly dtype: DType })[]
  readonly capacity: number
  readonly many: (count: number) => void
}

interface ExecutableParts {
  readonly graph: Graph
  readonly program: string
  readonly plan: Plan
  readonly addressOf: (buffer: number) => number
  readonly memory: WebAssembly.Memory
  readonly allocate: (sizeBytes: number, purpose: string) => number
  readonly module: WebAssembly.Module
  /** Starts the other threads on this program, where it is for more than one; false where they are not there yet. */
  readonly start: (() => boolean) | undefined
}

class WasmExecutable implements Executable {
  readonly plan: Plan
  private readonly graph: Graph
  private readonly program: string
  private readonly addressOf: (buffer: number) => number
  private readonly memory: WebAssembly.Memory
  private readonly start: (() => boolean) | undefined
  private readonly step: (thread: number) => void
  /** All threads' parts of a step, where it is for more than one. */
  private readonly alone: (() => void) | undefined
  private readonly writable = new Map<string, WritableView>()
  private readonly loops = new Map<string, Loop>()
  private readonly allocate: (sizeBytes: number, purpose: string) => number

  constructor({ graph, program, plan, addressOf, memory, allocate, module, start }: ExecutableParts) {
    this.allocate = allocate
    this.graph = graph
    this.program = program
    this.plan = plan
    this.addressOf = addressOf
    this.memory = memory
    this.start = start
    const imports = { nabla: { memory, outOfRange: (index: number, extent: number) => this.outOfRange(index, extent) } }
    const { exports } = new WebAssembly.Instance(module, imports)
    this.step = exports.run as (thread: number) => void
    this.alone = exports.alone as (() => void) | undefined
    for (const buffer of plan.buffers) this.fillConstant(buffer)
  }

  private fillConstant({ id, dtype, size, values }: Buffer): void {
    if (values === undefined) return
    const view = this.view(this.addressOf(id), size, dtype)
    if (typeof values === 'number') view.fill(values)
    else view.set(values)
  }

  private view(address: number, size: number, dtype: 'float' | 'int'): Float32Array | Int32Array {
    const { buffer } = this.memory
    return dtype === 'int' ? new Int32Array(buffer, address, size) : new Float32Array(buffer, address, size)
  }

  private storageOf(node: GraphNode, name: string): Float32Array | Int32Array | undefined {
    const buffer = this.plan.interface.get(name)
    return buffer === undefined ? undefined : this.view(this.addressOf(buffer), sizeOf(node.shape), node.dtype)
  }

  write(name: string, values: Values): void {
    let found = this.writable.get(name)
    // A memory that has grown has a new buffer.
    if (found === undefined || found.view.buffer !== this.memory.buffer) {
      const node = writableNode(this.graph, this.program, name)
      found = { node, view: known(this.storageOf(node, name), `${name} has storage`) }
      this.writable.set(name, found)
    }
    checkValues(found.node, values)
    found.view.set(values)
  }

  read(name: string): Float32Array | Int32Array {
    const node = readableNode(this.graph, this.program, name)
    return known(this.storageOf(node, name), `${name} has storage`).slice()
  }

  run(): void {
    if (this.alone === undefined || this.start?.()) this.step(0)
    else this.alone()
  }

  runMany(count: number, inputs: Readonly<Record<string, Float32Array | Int32Array>>): void | Promise<void> {
    const nodeOf = (name: string) => writableNode(this.graph, this.program, name)
    if (this.start !== undefined) return runOneByOne(this, nodeOf, count, inputs)
    for (const [name, values] of Object.entries(inputs)) stepValues(nodeOf(name), values, count)
    const loop = this.loopFor(Object.keys(inputs))
    for (let done = 0; done < count; done += loop.capacity) {
      const steps = Math.min(loop.capacity, count - done)
      for (const { name, size, staged, dtype } of loop.places) {
        const values = known(inputs[name], 'an input that was named').subarray(done * size, (done + steps) * size)
        this.view(staged, values.length, dtype).set(values)
      }
      loop.many(steps)
    }
  }

  /** The loop that copies these inputs before each step, and the room for their values. */
  private loopFor(names: readonly string[]): Loop {
    const key = names.join('|')
    const found = this.loops.get(key)
    if (found !== undefined) return found
    const nodes = names.map((name) => writableNode(this.graph, this.program, name))
    const stepBytes = nodes.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)
    const capacity = Math.max(1, Math.min(MOST_STAGED_STEPS, Math.floor(MOST_STAGED_BYTES / Math.max(1, stepBytes))))
    const places = nodes.map(({ name, shape, dtype }) => {
      const size = sizeOf(shape)
      const staged = this.allocate(4 * size * capacity, `${this.program}: ${capacity} steps of ${name}`)
      const address = this.addressOf(known(this.plan.interface.get(name), `${name} has a buffer`))
      return { name, size, dtype, staged, address, sizeBytes: 4 * size } satisfies StagedInput & Record<string, unknown>
    })
    const module = new WebAssembly.Module(writeMany(places, this.memory.buffer instanceof SharedBuffer))
    const { exports } = new WebAssembly.Instance(module, { nabla: { memory: this.memory, run: this.step } })
    const loop = { places, capacity, many: exports.many as (count: number) => void }
    this.loops.set(key, loop)
    return loop
  }

  private outOfRange(index: number, extent: number): never {
    throw indexOutOfRange(this.program, index, extent)
  }
}

export interface WasmOptions extends BackendOptions {
  /** Kernels that take less than this many seconds on one thread stay on it. */
  leastSeconds?: number
  /** Has the first program wait until all threads are there, where its first steps would go ahead on one. */
  awaitThreads?: boolean
}

/** The wasm backend with options. @throws NablaError E-VALUE unless `threads` is a whole number from 1 to 64. */
export function wasmWith({ threads, leastSeconds = LEAST_SECONDS, awaitThreads = false }: WasmOptions): Backend {
  if (threads !== undefined) checkThreads(threads)
  return { name: 'wasm', open: async () => new WasmDevice({ threads: threadsOf(threads), leastSeconds }, awaitThreads) }
}

/** The wasm backend with as many threads as NABLA_THREADS says, else as the machine runs at once. */
export const wasm: Backend = wasmWith({})
