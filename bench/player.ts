/** A contestant's process, seen from the benchmark: asked one thing at a time. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Entry } from './contestants/list.ts'
import type { Reply, Request } from './protocol.ts'

type Done = Extract<Reply, { ok: true }>

/** The last lines of standard error are kept, to say why a process ended. */
const KEPT_ERROR_CHARACTERS = 400

export class Player {
  readonly name: string
  readonly peer: boolean
  description = ''
  private readonly child: ChildProcessWithoutNullStreams
  private errors = ''
  private waiting: { resolve: (reply: Done) => void; reject: (error: Error) => void } | undefined

  private constructor(entry: Entry) {
    this.name = entry.name
    this.peer = entry.peer
    this.child = start(entry)
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.errors = (this.errors + chunk.toString()).slice(-KEPT_ERROR_CHARACTERS)
    })
    // Writing to a process that has ended is told by 'exit'.
    this.child.stdin.on('error', () => undefined)
    this.child.on('error', (error) => this.fail(error.message))
    this.child.on('exit', (code) => this.fail(`its process ended (exit code ${code}) ${this.errors.trim()}`))
    createInterface({ input: this.child.stdout }).on('line', (line) => this.receive(line))
  }

  /** @throws Error with the reason where the contestant is not there. */
  static async join(entry: Entry): Promise<Player> {
    const player = new Player(entry)
    try {
      player.description = (await player.ask({ do: 'hello' })).description ?? ''
      return player
    } catch (error) {
      player.leave()
      throw error
    }
  }

  ask(request: Request): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.child.stdin.write(`${JSON.stringify(request)}\n`)
    })
  }

  leave(): void {
    this.child.stdin.end()
    this.child.kill()
  }

  private receive(line: string): void {
    const reply = JSON.parse(line) as Reply
    if (!reply.ok) {
      this.fail(reply.error)
      return
    }
    this.waiting?.resolve(reply)
    this.waiting = undefined
  }

  private fail(reason: string): void {
    this.waiting?.reject(new Error(reason))
    this.waiting = undefined
  }
}

function start({ start }: Entry): ChildProcessWithoutNullStreams {
  if (start.runtime === 'node') {
    const worker = fileURLToPath(new URL('worker.js', import.meta.url))
    return spawn(process.execPath, [worker, start.module, JSON.stringify(start.options)])
  }
  throw new Error('no Python yet')
}
