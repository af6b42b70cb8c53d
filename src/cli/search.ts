/** `nabla search <what>`: many runs of one experiment, each with other values, and a table of what came of them. */

import {
  beginSearch,
  isExperimentFile,
  overrideFromText,
  resumeSearch,
  type SearchOptions,
  type SearchResult,
  searchOverridesOf,
  type Trial,
  type TrialOutcome,
} from '../experiment/node.ts'
import { formatDuration, formatNumber, NablaError } from '../shared/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { type Interruption, watchInterrupts } from './interrupt.ts'
import { formatColumns } from './text.ts'

export const SEARCH_SCHEMA = 'nabla.search/1'

type Flags = Readonly<Record<string, unknown>>

/** Searches, and reports; the exit code. */
export async function search(context: CommandContext, given: string | undefined, flags: Flags): Promise<number> {
  const interruption = watchInterrupts(context.io, () =>
    context.note('\nStopping the trials after their steps, then saving. Ctrl-C again stops at once.'),
  )
  try {
    const result = await run(context, given, flags, interruption)
    return report(context, result, interruption.happened)
  } finally {
    interruption.release()
  }
}

function run(context: CommandContext, given: string | undefined, flags: Flags, { signal }: Interruption) {
  const options = { ...watch(context), signal }
  const overrides = searchOverridesOf(flags, context.io.env)
  if (typeof flags.resume === 'string') {
    if (given === undefined) return resumeSearch(flags.resume, { ...options, overrides })
    const received = `${flags.resume} and ${given}`
    const fix = `leave ${given} out; the search knows its experiment.`
    throw new NablaError({ code: 'E-USAGE', where: '--resume', expected: 'a search alone', received, fix })
  }
  if (given !== undefined && isExperimentFile(given)) return beginSearch({ path: given }, { ...options, overrides })
  const data = given === undefined ? [] : [overrideFromText('data', given, 'the command line', 1)]
  return beginSearch({ value: {} }, { ...options, overrides: [...data, ...overrides] })
}

/** What is said while trials go on. */
function watch(context: CommandContext): SearchOptions {
  let [count, ended] = [0, 0]
  return {
    onStart: (directory, trials, done) => {
      ;[count, ended] = [trials, done]
      const before = done === 0 ? '' : `, ${done} of them ended before`
      context.note(`${trials} trials in ${directory}${before}`)
    },
    onOutcome: (outcome) => {
      ended++
      context.note(`${String(ended).padStart(String(count).length)}/${count}  ${describeOutcome(outcome)}`)
    },
  }
}

function describeOutcome({ trial, values, status, metric, value, seconds, error }: TrialOutcome): string {
  const what = Object.entries(values).map(([path, each]) => `${path} ${showTried(each)}`)
  const came =
    status === 'done'
      ? [`${metric} ${formatNumber(value ?? Number.NaN)}`, formatDuration(seconds ?? 0)]
      : [`${status}: ${error?.code} ${error?.where}, received ${error?.received}`]
  return [`trial ${trial}`, ...came, ...what].join('  ')
}

function showTried(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function report(context: CommandContext, result: SearchResult, interrupted: boolean): number {
  const { outcomes, best, metric, directory, left } = result
  for (const line of formatTable(outcomes, metric)) context.print(line)
  if (outcomes.length > 0) context.print('')
  if (best?.run !== undefined) context.print(`best: trial ${best.trial}, in ${best.run}`)
  context.print(`search saved in ${directory}`)
  context.document(SEARCH_SCHEMA, { ...result, metric: metric ?? null, best: best ?? null, interrupted })
  if (interrupted && left > 0) {
    context.note(`Interrupted; ${left} trials are left: nabla search --resume ${directory}`)
    return EXIT.interrupted
  }
  return best === undefined ? EXIT.failed : EXIT.fine
}

/** Best first; what was tried in the last columns. */
function formatTable(outcomes: readonly TrialOutcome[], metric: string | undefined): string[] {
  if (outcomes.length === 0) return []
  const paths = Object.keys(outcomes[0]?.values ?? ({} as Trial['values']))
  const rows = outcomes.map(({ trial, values, status, value, epochs, seconds, error }) => [
    String(trial),
    status === 'done' ? formatNumber(value ?? Number.NaN) : `${status}: ${error?.code}`,
    epochs === undefined ? '' : String(epochs),
    seconds === undefined ? '' : formatDuration(seconds),
    ...paths.map((path) => showTried(values[path])),
  ])
  const heading = ['trial', metric ?? 'outcome', 'epochs', 'time', ...paths]
  return formatColumns([heading, ...rows], ['right', 'right', 'right', 'right', ...paths.map(() => 'right' as const)])
}
