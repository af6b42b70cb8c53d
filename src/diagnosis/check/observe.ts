/** A script's path in; a trace of its training, and the way to run it again, out. */

import { existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { NablaError } from '../../shared/index.ts'
import { type Analysis, analyse } from './analyse.ts'
import { findPython, pythonWith } from './interpreter.ts'
import { runTracer, type TraceRequest, type TraceRun } from './trace/run.ts'
import type { Trace } from './trace/trace.ts'
import type { CheckOptions } from './types.ts'

export interface Observed {
  /** Runs the script again, as it was run for `first`. */
  readonly run: (request: Omit<TraceRequest, 'path'> & { path?: string }) => Promise<TraceRun>
  readonly first: TraceRun
  readonly analysis: Analysis
  readonly path: string
  /** The folder that it runs in. */
  readonly cwd: string
  readonly python: string
  readonly timeoutMs: number
  /** When all runs are to be over, as Date.now() counts. */
  readonly deadline: number
}

const MOST_SKIPPED = 3
/** Updates that are waited for where those that were seen first are no training: a baseline, a sum over episodes. */
const PATIENT_STEPS = 48
const PATIENT_NODES = 1_500_000

/** @throws NablaError E-FILE when it is no file that can be read, E-ENVIRONMENT when no Python can run it. */
export async function observe(file: string, options: CheckOptions): Promise<Observed> {
  const path = scriptAt(file)
  const timeoutMs = (options.timeoutSeconds ?? 60) * 1000
  const deadline = Date.now() + timeoutMs
  let python = options.python ?? (await findPython(path))
  const { args = [], signal } = options
  // What is named after -- is named from where the command is given; a script alone finds its data beside it.
  const [folder, other] = args.length > 0 ? [process.cwd(), dirname(path)] : [dirname(path), process.cwd()]
  const standing: Partial<TraceRequest> = { args, cwd: folder }
  const run = (request: Omit<TraceRequest, 'path'> & { path?: string }): Promise<TraceRun> =>
    runTracer(python, { ...standing, path, ...request }, Math.max(1000, deadline - Date.now()), signal)
  let first = await run({})
  if (missesFile(first.trace, other)) {
    standing.cwd = other
    first = await run({})
  }
  const another = options.python === undefined ? await pythonFor(first.trace) : undefined
  if (another !== undefined && another !== python) {
    python = another
    first = await run({})
  }
  let analysis = analyse(first.trace)
  const skip: number[] = []
  let latest = first.trace
  while (!trains(analysis) && latest.error === undefined && Date.now() < deadline) {
    const { home, status, paused } = latest
    // Updates that turn out to be no training, such as a simulation that makes the data: what follows may be.
    if (status === 'enough' && home !== undefined && standing.steps === undefined) standing.steps = PATIENT_STEPS
    else if (status === 'enough' && home !== undefined && skip.length < MOST_SKIPPED && !skip.includes(home)) {
      skip.push(home)
      standing.skip = skip
    } else if (paused && standing.pauses !== false) {
      standing.pauses = false
      standing.nodes = PATIENT_NODES
    } else break
    const next = await run({})
    latest = next.trace
    const found = analyse(latest)
    if (!trains(found) && !(learns(found) && !learns(analysis))) continue
    first = next
    analysis = found
  }
  // A loss that is stated now and then, or on other data, was not seen with the data of a step.
  if (learns(analysis) && !followsStated(analysis) && Date.now() < deadline) {
    const next = await run({ losses: true })
    const found = analyse(next.trace)
    if (followsStated(found) || (trains(found) && !trains(analysis))) {
      standing.losses = true
      first = next
      analysis = found
    }
  }
  // Nothing trains: what was passed over may hold the fault, and is seen again by those who look for one.
  if (!trains(analysis)) for (const key of ['skip', 'pauses', 'nodes', 'steps'] as const) delete standing[key]
  const cwd = standing.cwd ?? folder
  return { run, first, analysis, path, cwd, python: first.trace.python || python, timeoutMs, deadline }
}

function trains(analysis: Analysis): boolean {
  return (analysis.best?.results.length ?? 0) > 0
}

/** Whether something updates itself, on whatever loss. */
const learns = (analysis: Analysis) => analysis.dependence.parameters.length > 0

/** Whether some parameter is known to follow a loss that the script states. */
function followsStated({ best }: Analysis): boolean {
  return best?.measured.loss.stated === true && best.explained > 0
}

/** The absolute path of a script. */
function scriptAt(path: string): string {
  const full = resolve(path)
  const stats = statSync(full, { throwIfNoEntry: false })
  if (stats?.isFile()) return full
  throw new NablaError({
    code: 'E-FILE',
    where: path,
    expected: 'a Python script or a notebook',
    received: stats === undefined ? 'no such file' : stats.isDirectory() ? 'a folder' : 'something that is no file',
    fix: stats?.isDirectory() ? 'name the script in it that trains.' : 'check the path.',
  })
}

/** Whether the script did not find a file that it would find from another folder. */
function missesFile({ error }: Trace, folder: string): boolean {
  if (error?.kind !== 'FileNotFoundError' && error?.kind !== 'OSError') return false
  // NumPy names the file in its message alone.
  const named = error.about ?? /\S+\.\w+/.exec(error.message)?.[0]
  return named !== undefined && !isAbsolute(named) && existsSync(join(folder, named))
}

/** Another Python, for a script that did not find a module, its own or that of a file beside it. */
async function pythonFor({ error }: Trace): Promise<string | undefined> {
  const name = error?.kind === 'ModuleNotFoundError' ? error.about : undefined
  if (name === undefined || !/^\w+$/.test(name)) return undefined
  return pythonWith(['numpy', name])
}
