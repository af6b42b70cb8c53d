/** A script in, its trace out: starts Python on the tracer, bounded in time, output and trace size. */

import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NablaError } from '../../../shared/index.ts'
import { parseTrace, type Trace } from './trace.ts'

export interface TraceRequest {
  path: string
  args?: readonly string[]
  seed?: number
  trace?: boolean
  nodes?: number
  probes?: readonly {
    index: number
    file: string
    span: readonly number[]
    scales: readonly string[]
    only: readonly string[]
  }[]
  /** Changes made to the source before it runs, each on the outcome of those before it. */
  edits?: readonly { file: string; span: readonly number[]; text: string }[]
  /** How many updates of a parameter to see before the trace ends. */
  steps?: number
  /** The lines (file, line) of the updates that a trace with probes waits for. */
  updates?: readonly (readonly [string, number])[]
  /** Expressions (file, line, column, end line, end column) whose values are reported: the course of a loss. */
  watch?: readonly (readonly [string, number, number, number, number])[]
  /** Report the mean of their squares. */
  square?: boolean
  /** Report means over stretches of the run, in place of every value, and end the run where it would write a file. */
  summary?: boolean
  /** A watched run ends after so many values or seconds. */
  values?: number
  seconds?: number
  /**
   * Ends a summarised run as soon as its answer is known: `reached` where the loss is at most `below`, or at most a
   * share of its beginning; `hopeless` where, after so many values, it is still above a level.
   */
  until?: {
    readonly share?: number
    readonly below?: number
    readonly hopeless?: readonly [values: number, level: number]
  }
  /** Stops this run alone. */
  signal?: AbortSignal
  after?: 'run'
  /** Whether a loop in which too much happens may run unrecorded (true). */
  pauses?: boolean
  /** Computes the script's losses where their gradients are computed, too. */
  losses?: boolean
  /** Loops (sites) that are known to train nothing. */
  skip?: readonly number[]
  /** The folder that the script runs in; its own where nothing is said. */
  cwd?: string
}

export interface TraceRun {
  trace: Trace
  /** The first part of what the script printed. */
  output: string
  outputBytes: number
  stderr: string
  timedOut: boolean
  flooded: boolean
  exit: string
  elapsedMs: number
}

const TRACER = fileURLToPath(new URL('../tracer/nabla_tracer/__main__.py', import.meta.url))
const MAX_TRACE_BYTES = 450_000_000
const MAX_OUTPUT_BYTES = 64_000_000
const KEPT_OUTPUT = 65_536

/**
 * @param signal when it is aborted, the script is stopped.
 * @throws NablaError E-ENVIRONMENT when Python can't be started; the signal's reason when it was aborted.
 */
export function runTracer(
  python: string,
  request: TraceRequest,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<TraceRun> {
  const started = Date.now()
  return new Promise((resolve, reject) => {
    const { cwd = dirname(request.path), signal: own, ...asked } = request
    const signals = [signal, own].filter((s) => s !== undefined)
    const aborted = AbortSignal.any(signals)
    if (aborted.aborted) return reject(aborted.reason)
    const child = spawn(python, ['-B', TRACER, JSON.stringify(asked)], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...process.env,
        MPLBACKEND: 'Agg',
        PYTHONDONTWRITEBYTECODE: '1',
        OMP_NUM_THREADS: '1',
        OPENBLAS_NUM_THREADS: '1',
      },
    })
    const state = { output: '', outputBytes: 0, stderr: '', timedOut: false, flooded: false }
    const pieces: Buffer[] = []
    let traceBytes = 0
    const stop = () => {
      if (child.pid !== undefined) {
        try {
          process.kill(-child.pid, 'SIGKILL')
        } catch {
          child.kill('SIGKILL')
        }
      }
    }
    const timer = setTimeout(() => {
      state.timedOut = true
      stop()
    }, timeoutMs)
    aborted.addEventListener('abort', stop, { once: true })
    const release = () => {
      clearTimeout(timer)
      aborted.removeEventListener('abort', stop)
    }
    child.stdout?.on('data', (data: Buffer) => {
      state.outputBytes += data.length
      if (state.output.length < KEPT_OUTPUT) state.output += data.toString('utf8')
      if (state.outputBytes > MAX_OUTPUT_BYTES && !state.flooded) {
        state.flooded = true
        stop()
      }
    })
    child.stderr?.on('data', (data: Buffer) => {
      if (state.stderr.length < KEPT_OUTPUT) state.stderr += data.toString('utf8')
    })
    const channel = child.stdio[3] as NodeJS.ReadableStream | null
    channel?.on('data', (data: Buffer) => {
      traceBytes += data.length
      if (traceBytes > MAX_TRACE_BYTES) stop()
      else pieces.push(data)
    })
    child.on('error', (error) => {
      release()
      reject(notStarted(python, error))
    })
    child.on('close', (code, killedBy) => {
      release()
      // What the script started and left behind.
      stop()
      if (aborted.aborted) return reject(aborted.reason)
      try {
        const trace = parseTrace(Buffer.concat(pieces).toString('utf8'))
        resolve({ trace, ...state, exit: killedBy ?? String(code), elapsedMs: Date.now() - started })
      } catch (error) {
        reject(error)
      }
    })
  })
}

function notStarted(python: string, error: Error): NablaError {
  return new NablaError({
    code: 'E-ENVIRONMENT',
    where: python,
    expected: 'a Python interpreter',
    received: error.message,
    fix: 'name one with --python.',
  })
}
