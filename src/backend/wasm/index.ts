/**
 * The wasm backend: a plan's kernels as one WebAssembly module with 128-bit SIMD, over a memory that all programs of
 * a device share. States have one storage for all of them.
 */

import type { Graph, GraphNode } from '../../graph/index.ts'
import { type Buffer, type Plan, planKernels } from '../../plan/index.ts'
import { formatBytes, InternalError, known, NablaError, sizeOf } from '../../shared/index.ts'
import type { Backend, CompileOptions, Device, Executable, Values } from '../executable.ts'
import { checkValues, readableNode, writableNode } from '../interface.ts'
import { scratchBytes, writeModule } from './compile.ts'
import { hasRelaxedSimd } from './features.ts'

const PAGE_BYTES = 65536
/** Vectors at the end of an array may read past it, never write. */
const SLACK_BYTES = 1024
/** WebAssembly addresses 4 GiB; the last page stays free, so that every address fits. */
const MOST_BYTES = 2 ** 32 - PAGE_BYTES

/** Memory that is handed out and not taken back before the device closes. */
class Arena {
  readonly memory = new WebAssembly.Memory({ initial: 1 })
  private used = 64

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
  readonly relaxed = hasRelaxedSimd()
  readonly arena = new Arena()
  readonly states = new Map<string, Storage>()

  get description(): string {
    return `wasm, 1 thread, 128-bit SIMD${this.relaxed ? ' with fused multiply-add' : ''}`
  }

  async compile(graph: Graph, { name = 'the program' }: CompileOptions = {}): Promise<Executable> {
    const plan = planKernels(graph)
    for (const buffer of plan.buffers) if (buffer.role === 'state') this.ensureState(buffer)
    const base = this.arena.allocate(plan.arenaBytes, `${name}: arena`)
    const scratchStride = Math.ceil(Math.max(0, ...plan.kernels.map(scratchBytes)) / 64) * 64
    const scratch = this.arena.allocate(scratchStride, `${name}: scratch`)
    const addresses = plan.buffers.map((buffer) =>
      buffer.role === 'state'
        ? known(this.states.get(buffer.name), 'a state has storage').address
        : base + (buffer.offset ?? 0),
    )
    const addressOf = (buffer: number) => known(addresses[buffer], `buffer ${buffer} has an address`)
    const bytes = writeModule(plan, {
      addressOf,
      scratch,
      scratchStride,
      relaxed: this.relaxed,
      threads: 1,
      meeting: 0,
    })
    const module = await compileModule(bytes)
    return new WasmExecutable(graph, name, plan, addressOf, this.arena.memory, module)
  }

  private ensureState({ name, size }: Buffer): void {
    const found = this.states.get(name)
    if (found === undefined) {
      this.states.set(name, { address: this.arena.allocate(4 * size, `state ${name}`), size })
    } else if (found.size !== size) {
      throw new NablaError({
        code: 'E-SHAPE',
        where: `state "${name}"`,
        expected: `${found.size} elements, as in the device's other programs`,
        received: `${size}`,
        fix: 'give the state another name, or open another device.',
      })
    }
  }

  close(): void {
    this.states.clear()
  }
}

async function compileModule(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes)
  } catch (error) {
    throw new InternalError(`the module that was written is valid WebAssembly (${String(error)})`)
  }
}

class WasmExecutable implements Executable {
  readonly plan: Plan
  private readonly graph: Graph
  private readonly program: string
  private readonly addressOf: (buffer: number) => number
  private readonly memory: WebAssembly.Memory
  private readonly step: (thread: number) => void

  constructor(
    graph: Graph,
    program: string,
    plan: Plan,
    addressOf: (buffer: number) => number,
    memory: WebAssembly.Memory,
    module: WebAssembly.Module,
  ) {
    this.graph = graph
    this.program = program
    this.plan = plan
    this.addressOf = addressOf
    this.memory = memory
    const imports = { nabla: { memory, outOfRange: (index: number, extent: number) => this.outOfRange(index, extent) } }
    const { exports } = new WebAssembly.Instance(module, imports)
    this.step = exports.run as (thread: number) => void
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
    const node = writableNode(this.graph, this.program, name)
    checkValues(node, values)
    known(this.storageOf(node, name), `${name} has storage`).set(values)
  }

  read(name: string): Float32Array | Int32Array {
    const node = readableNode(this.graph, this.program, name)
    return known(this.storageOf(node, name), `${name} has storage`).slice()
  }

  run(): void {
    this.step(0)
  }

  private outOfRange(index: number, extent: number): never {
    throw new NablaError({
      code: 'E-VALUE',
      where: this.program,
      expected: `indices from 0 to ${extent - 1}`,
      received: String(index),
      fix: 'pass indices within the axis.',
    })
  }
}

export const wasm: Backend = {
  name: 'wasm',
  open: () => Promise.resolve(new WasmDevice()),
}
