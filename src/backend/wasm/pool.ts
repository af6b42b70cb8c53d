/**
 * Worker threads over a shared memory. Each runs every kernel's part of its own; they wait for the main thread's word
 * by spinning briefly and then sleeping. In Node they do not keep the process alive.
 *
 * A worker takes some 90 ms to start. Nobody waits for that: until all of them are there the main thread runs all parts
 * itself, to the same bits.
 */

import { known } from '../../shared/index.ts'
import { BROWSER_WORKER, NODE_WORKER } from './worker-source.ts'

/** The little of a worker that is the same in Node and in a browser. */
interface Host {
  post(message: unknown): void
  onMessage(handler: () => void, fail: (error: unknown) => void): void
  /** Whether the process stays for it. */
  hold(isHeld: boolean): void
  end(): void
}

interface NodeWorker {
  postMessage(message: unknown): void
  on(event: 'message' | 'error', handler: (value: unknown) => void): void
  unref(): void
  ref(): void
  terminate(): Promise<number>
}
interface ProcessLike {
  getBuiltinModule?(
    name: 'node:worker_threads',
  ): { Worker: new (source: string, options: { eval: true }) => NodeWorker } | undefined
}

const node = (): ProcessLike | undefined => (globalThis as { process?: ProcessLike }).process

/** Whether this engine can share memory between threads: Node, or a page that is cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  if (node()?.getBuiltinModule !== undefined) return true
  return typeof Worker !== 'undefined' && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true
}

function startHost(): Host {
  const threads = node()?.getBuiltinModule?.('node:worker_threads') as
    | { Worker: new (source: string, options: { eval: true }) => NodeWorker }
    | undefined
  if (threads !== undefined) {
    const worker = new threads.Worker(NODE_WORKER, { eval: true })
    return {
      post: (message) => worker.postMessage(message),
      onMessage: (handler, fail) => {
        worker.on('message', handler)
        worker.on('error', fail)
      },
      hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
      end: () => void worker.terminate(),
    }
  }
  const url = URL.createObjectURL(new Blob([BROWSER_WORKER], { type: 'text/javascript' }))
  const worker = new Worker(url)
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler, fail) => {
      worker.onmessage = handler
      worker.onerror = fail
    },
    hold: () => undefined,
    end: () => {
      worker.terminate()
      URL.revokeObjectURL(url)
    },
  }
}

/** Loads of the command word before an idle worker sleeps: a few hundred microseconds. */
const SPINS = 50_000

export class Pool {
  private readonly hosts: Host[] = []
  private readonly answers: (() => void)[] = []
  private failure: unknown
  private started: Promise<void> = Promise.resolve()
  private readonly memory: WebAssembly.Memory
  private readonly words: Int32Array
  private readonly command: number
  private readonly workers: number
  private programs = 0
  private areThere = false
  /** How many wait for the workers. */
  private waiting = 0

  /** @param command address of three words: how often a command was given, the program, and how many workers are there */
  constructor(threads: number, memory: WebAssembly.Memory, command: number) {
    this.memory = memory
    this.words = new Int32Array(memory.buffer, command, 3)
    this.command = command
    this.workers = threads - 1
  }

  /** Whether all workers hold the first program. */
  private get isReady(): boolean {
    this.areThere ||= Atomics.load(this.words, 2) === this.workers
    return this.areThere
  }

  /**
   * Gives every worker an instance of a program; returns the program's number. The first one does not wait for them.
   * @throws what kept a worker from starting.
   */
  async add(module: WebAssembly.Module): Promise<number> {
    const program = this.programs++
    if (program === 0) {
      this.begin(module)
      return program
    }
    await this.whenStarted()
    // Serving workers look at their messages only when they are told to.
    this.give(-1)
    const answered = this.allAnswer()
    for (const host of this.hosts) host.post({ module, program, spins: SPINS })
    await this.heldFor(answered)
    return program
  }

  /** Resolves when all workers are there. @throws what kept one from starting. */
  whenStarted(): Promise<void> {
    return this.heldFor(this.started)
  }

  /** Keeps the process while somebody waits for the workers, and no longer. */
  private async heldFor(answered: Promise<void>): Promise<void> {
    if (this.waiting++ === 0) for (const host of this.hosts) host.hold(true)
    try {
      await answered
    } finally {
      if (--this.waiting === 0) for (const host of this.hosts) host.hold(false)
    }
  }

  /** Starts the workers with their first program. */
  private begin(module: WebAssembly.Module): void {
    for (let thread = 1; thread <= this.workers; thread++) {
      const host = startHost()
      host.onMessage(
        () => this.answers.shift()?.(),
        (error) => {
          this.failure = error
          this.answers.shift()?.()
        },
      )
      const first = { memory: this.memory, thread, command: this.command, given: 0 }
      host.post({ ...first, module, program: 0, spins: SPINS })
      // Listening holds the process; only now is there nothing more that would.
      host.hold(false)
      this.hosts.push(host)
    }
    this.started = this.allAnswer()
    // Whoever adds a program hears of it; until then the main thread works alone.
    this.started.catch(() => undefined)
  }

  private async allAnswer(): Promise<void> {
    await Promise.all(this.hosts.map(() => new Promise<void>((resolve) => this.answers.push(resolve))))
    if (this.failure !== undefined) throw this.failure
  }

  private give(program: number): void {
    Atomics.store(this.words, 1, program)
    Atomics.add(this.words, 0, 1)
    Atomics.notify(this.words, 0)
  }

  /**
   * The workers start on a program, and the caller runs its own part, at whose end all have met; false where they are
   * not there yet, and the caller runs all of it.
   */
  start(program: number): boolean {
    if (!this.isReady) return false
    this.give(program)
    return true
  }

  close(): void {
    for (const host of this.hosts) known(host, 'a worker').end()
    this.hosts.length = 0
  }
}
