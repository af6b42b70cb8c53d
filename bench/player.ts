/**
 * A contestant's process, seen from the benchmark: asked one thing at a time. Where it ends, or takes longer than it
 * may, the question fails with the reason, and the next question begins a new process.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Entry } from './contestants/list.ts'
import { benchFolder } from './contestants/peer.ts'
import type { Reply, Request } from './protocol.ts'

type Done = Extract<Reply, { ok: true }>

/** The last lines of standard error are kept, to say why a process ended. */
const KEPT_ERROR_CHARACTERS = 400
/** A library that takes longer to load is not going to. */
const LONGEST_JOINING_SECONDS = 60

interface Seat {
  readonly child: ChildProcessWithoutNullStreams
  errors: string
  /** Processor time, as of its last reply. */
  cpuSeconds: number
}

export class Player {
  readonly entry: Entry
  description = ''
  /** How long it took to load the library. */
  loadSeconds = 0
  /** The most GFLOP/s that it has shown at training: says how long the next work will take at least. */
  bestGflops = 0
  private seat: Seat | undefined
  private waiting: { resolve: (reply: Done) => void; reject: (error: Error) => void } | undefined
  private endedCpuSeconds = 0

  private constructor(entry: Entry) {
    this.entry = entry
  }

  get name(): string {
    return this.entry.name
  }

  /** Processor time of its processes, all together. */
  get cpuSeconds(): number {
    return this.endedCpuSeconds + (this.seat?.cpuSeconds ?? 0)
  }

  /** @throws Error with the reason where the contestant is not there. */
  static async join(entry: Entry): Promise<Player> {
    const player = new Player(entry)
    try {
      const { description = '', elapsedSeconds = 0 } = await player.ask({ do: 'hello' }, LONGEST_JOINING_SECONDS)
      player.description = description
      player.loadSeconds = elapsedSeconds
      return player
    } catch (error) {
      player.leave()
      throw error
    }
  }

  /** @throws Error where it can't be done, or takes longer than `limitSeconds`. */
  ask(request: Request, limitSeconds: number): Promise<Done> {
    this.seat ??= this.sitDown()
    const { child } = this.seat
    return new Promise<Done>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.fail(`took longer than ${limitSeconds} s`)
        this.leave()
      }, limitSeconds * 1000)
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          then(value)
        }
      this.waiting = { resolve: settled(resolve), reject: settled(reject) }
      child.stdin.write(`${JSON.stringify(request)}\n`)
    })
  }

  leave(): void {
    const { seat } = this
    if (seat === undefined) return
    this.stand(seat)
    seat.child.stdin.end()
    // Nothing of its own is lost, and a process that computes hears of no other signal.
    seat.child.kill('SIGKILL')
  }

  private sitDown(): Seat {
    const seat: Seat = { child: start(this.entry), errors: '', cpuSeconds: 0 }
    const { child } = seat
    child.stderr.on('data', (chunk: Buffer) => {
      seat.errors = (seat.errors + chunk.toString()).slice(-KEPT_ERROR_CHARACTERS)
    })
    // Writing to a process that has ended is told by 'exit'.
    child.stdin.on('error', () => undefined)
    const end = (reason: string) => {
      if (this.seat !== seat) return
      this.stand(seat)
      this.fail(reason)
    }
    child.on('error', (error) => end(error.message))
    child.on('exit', (code, signal) =>
      end(`its process ended (${signal ?? `exit code ${code}`}) ${seat.errors.trim()}`),
    )
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (this.seat === seat) this.receive(line, seat)
    })
    return seat
  }

  private stand(seat: Seat): void {
    this.endedCpuSeconds += seat.cpuSeconds
    this.seat = undefined
  }

  private receive(line: string, seat: Seat): void {
    const reply = JSON.parse(line) as Reply
    if (!reply.ok) {
      this.fail(reply.error)
      return
    }
    seat.cpuSeconds = reply.totalCpuSeconds ?? seat.cpuSeconds
    const { waiting } = this
    this.waiting = undefined
    waiting?.resolve(reply)
  }

  private fail(reason: string): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.reject(new Error(reason))
  }
}

/** Debian's own, which has its PyTorch, unless another is named. */
const PYTHON = process.env.NABLA_BENCH_PYTHON ?? '/usr/bin/python3'

/** A contestant's threads are said in the environment, before any library is loaded. */
const THREAD_VARIABLES = ['NABLA_THREADS', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS']

function start({ start, threads }: Entry): ChildProcessWithoutNullStreams {
  const variables = Object.fromEntries(THREAD_VARIABLES.map((name) => [name, String(threads)]))
  const env = { ...process.env, ...variables }
  if (start.runtime === 'python') {
    return spawn(PYTHON, [join(benchFolder, 'python/worker.py'), start.module, String(threads)], { env })
  }
  const worker = fileURLToPath(new URL('worker.js', import.meta.url))
  return spawn(process.execPath, [worker, start.module, JSON.stringify(start.options)], { env })
}
