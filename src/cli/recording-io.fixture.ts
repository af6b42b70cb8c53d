/** A place to run commands in, which keeps what they write. */

import type { CommandIo, Environment } from './io.ts'

export interface Place {
  isTTY?: boolean
  columns?: number
  env?: Environment
}

export interface RecordedIo {
  io: CommandIo
  stdout(): string
  stderr(): string
  /** As Ctrl-C does. */
  interrupt(): void
  /** Codes that the process would have ended with at once. */
  exits: number[]
}

export function recordingIo({ isTTY = false, columns, env = {} }: Place = {}): RecordedIo {
  const texts = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  const exits: number[] = []
  const output = (name: keyof typeof texts) => ({
    isTTY,
    columns,
    write: (text: string) => {
      texts[name] += text
    },
  })
  return {
    io: {
      stdout: output('stdout'),
      stderr: output('stderr'),
      env,
      onInterrupt: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      exit: (code) => exits.push(code),
    },
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    interrupt: () => {
      for (const listener of listeners) listener()
    },
    exits,
  }
}
