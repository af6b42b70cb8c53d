/**
 * What a command reads from and writes to. Results go to standard output; progress, notes and errors to standard
 * error. Tests give their own; a process gives itself.
 */

import picocolors from 'picocolors'

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  /** The terminal's width; 80 where nothing is known. */
  readonly columns?: number | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface CommandIo {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Environment
  /** Calls `listener` at each SIGINT and SIGTERM until the returned function is called. */
  onInterrupt(listener: () => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}

export type Colors = ReturnType<typeof picocolors.createColors>

/** Colours for one output: FORCE_COLOR and NO_COLOR decide where they are set, else whether it is a terminal. */
export function colorsFor(output: Output, env: Environment): Colors {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  const forbidden = (env.NO_COLOR !== undefined && env.NO_COLOR !== '') || env.FORCE_COLOR === '0'
  const enabled = forbidden ? false : forced || (output.isTTY === true && env.TERM !== 'dumb')
  return picocolors.createColors(enabled)
}

/** Whether a line may be drawn over itself: a terminal that can, and no CI that only records. */
export function canAnimate(output: Output, env: Environment): boolean {
  return output.isTTY === true && env.TERM !== 'dumb' && (env.CI === undefined || env.CI === '' || env.CI === 'false')
}

/** The width that text may take. */
export function widthOf(output: Output): number {
  return Math.max(20, output.columns ?? 80)
}

/** The process's own streams. A reader that goes away (`nabla … | head`) ends the command quietly. */
export function processIo(): CommandIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onInterrupt(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
    exit: (code) => process.exit(code),
  }
}
