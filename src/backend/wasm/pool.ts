/**
 * Worker threads over a shared memory. Each runs every kernel's part of its own; they wait for the main thread's word
 * by spinning briefly and then sleeping. In Node they do not keep the process alive.
 */

import { known } from '../../shared/index.ts'
import { BROWSER_WORKER, NODE_WORKER } from './worker-source.ts'

/** The little of a worker that is the same in Node and in a browser. */
interface Host {
  post(message: unknown): void
  onMessage(handler: () => void, fail: (error: unknown) => void): void
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
    worker.unref()
    return {
      post: (message) => worker.postMessage(message),
      onMessage: (handler, fail) => {
        worker.on('message', handler)
        worker.on('error', fail)
      },
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
  private readonly words: Int32Array
  private programs = 0

  /** @param command address of two words: how often a command was given, and the program */
  constructor(threads: number, memory: WebAssembly.Memory, command: number) {
    this.words = new Int32Array(memory.buffer, command, 2)
    for (let thread = 1; thread < threads; thread++) {
      const host = startHost()
      host.onMessage(
        () => this.answers.shift()?.(),
        (error) => {
          this.failure = error
          this.answers.shift()?.()
        },
      )
      host.post({ memory, thread, command, given: 0, spins: SPINS })
      this.hosts.push(host)
    }
  }

  /** Gives every worker an instance of a program; returns the program's number. */
  async add(module: WebAssembly.Module): Promise<number> {
    const program = this.programs++
    if (program === 0) await this.allAnswer()
    // Serving workers look at their messages only when they are told to.
    this.give(-1)
    const answered = this.allAnswer()
    for (const host of this.hosts) host.post({ module, program, spins: SPINS })
    await answered
    return program
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

  /** The workers start on a program; the caller runs its own part, at whose end all have met. */
  start(program: number): void {
    this.give(program)
  }

  close(): void {
    for (const host of this.hosts) known(host, 'a worker').end()
    this.hosts.length = 0
  }
}
