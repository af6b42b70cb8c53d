/** A search over many runs: trials in processes of their own, each outcome kept as it comes, best first at the end. */

import { availableParallelism } from 'node:os'
import { known } from '../../shared/index.ts'
import type { EpochRecord } from '../../training/index.ts'
import type { Override } from '../overrides.ts'
import type { SearchFolder } from './folder.ts'
import type { TrialSource } from './messages.ts'
import type { Judge } from './metric.ts'
import { compareOutcomes, outcomeOf, type TrialOutcome } from './outcome.ts'
import { startTrial, type TrialEnd, type TrialProcess } from './processes.ts'
import type { Trial } from './trials.ts'

export interface SearchWatch {
  signal?: AbortSignal | undefined
  /** When a trial begins, or goes on. */
  onTrial?: ((trial: Trial) => void) | undefined
  onEpoch?: ((trial: Trial, record: EpochRecord, epochs: number) => void) | undefined
  onOutcome?: ((outcome: TrialOutcome) => void) | undefined
}

export interface SearchPlan {
  folder: SearchFolder
  source: TrialSource
  overrides: readonly Override[]
  trials: readonly Trial[]
  judge: Judge
  /** Trials at a time; as many as there are cores where nothing is said. */
  jobs: number | undefined
}

export interface SearchResult {
  directory: string
  /** The metric that decided, and which of its values are better; absent where no trial has ended well. */
  metric?: string
  better?: 'lower' | 'higher'
  /** Best first; those that failed last. */
  outcomes: TrialOutcome[]
  best?: TrialOutcome
  /** Trials that are not done: the search was interrupted. */
  left: number
}

/** Runs every trial that has no outcome yet. */
export async function runTrials(plan: SearchPlan, watch: SearchWatch = {}): Promise<SearchResult> {
  const { folder, trials } = plan
  await folder.prepare()
  const outcomes = await folder.outcomes()
  const waiting = trials.filter(({ number }) => {
    const outcome = outcomes.get(number)
    return outcome === undefined || outcome.status === 'crashed'
  })
  const cores = availableParallelism()
  const jobs = Math.max(1, Math.min(plan.jobs ?? cores, waiting.length))
  const threads = Math.max(1, Math.floor(cores / jobs))
  const work = async () => {
    for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
      if (watch.signal?.aborted === true) return
      const outcome = await runTrial(plan, trial, threads, watch)
      if (outcome === undefined) continue
      outcomes.set(trial.number, outcome)
      await folder.record(outcome)
      watch.onOutcome?.(outcome)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  const result = tableOf(plan, outcomes)
  await folder.write('results.json', result)
  return result
}

/** One trial to its end; undefined where it was interrupted. */
async function runTrial(
  plan: SearchPlan,
  trial: Trial,
  threads: number,
  watch: SearchWatch,
): Promise<TrialOutcome | undefined> {
  const { folder, source, judge } = plan
  const { number, values } = trial
  const directory = folder.trial(number)
  // It came to its end, and the search was killed before it could say so.
  const before = await outcomeOf(number, values, directory, judge)
  if (before !== undefined) return before
  watch.onTrial?.(trial)
  const overrides = [...plan.overrides, ...overridesFor(trial, directory)]
  const onEpoch = (record: EpochRecord, epochs: number) => watch.onEpoch?.(trial, record, epochs)
  const process = startTrial({ source, overrides, directory }, { threads, onEpoch })
  const end = await untilEnd(process, watch.signal)
  if (end.kind === 'aborted') return undefined
  if (end.kind === 'done') {
    return known(await outcomeOf(number, values, directory, judge), 'a run that was trained to its end has a summary')
  }
  // Children of an interrupted search may be killed by the same hand.
  if (end.kind === 'crashed' && watch.signal?.aborted === true) return undefined
  return { trial: number, values, status: end.kind, run: directory, error: end.error }
}

async function untilEnd(process: TrialProcess, signal: AbortSignal | undefined): Promise<TrialEnd> {
  signal?.addEventListener('abort', process.abort)
  try {
    if (signal?.aborted === true) process.abort()
    return await process.ended
  } finally {
    signal?.removeEventListener('abort', process.abort)
  }
}

/** What the trial sets: its values, over whatever flags say, and its folder. */
function overridesFor({ number, values }: Trial, directory: string): Override[] {
  const rank = Number.MAX_SAFE_INTEGER
  const set = Object.entries(values).map(([path, value]) => ({ path, value, origin: `trial ${number}`, rank }))
  return [...set, { path: 'out', value: directory, origin: `trial ${number}`, rank }]
}

function tableOf({ folder, trials, judge }: SearchPlan, outcomes: ReadonlyMap<number, TrialOutcome>): SearchResult {
  const all = trials.map(({ number }) => outcomes.get(number)).filter((outcome) => outcome !== undefined)
  const { directory } = folder
  const metric = all.find(({ status }) => status === 'done')?.metric
  const left = trials.length - all.length
  if (metric === undefined) return { directory, outcomes: all, left }
  const better = judge.betterOf(metric)
  const sorted = [...all].sort(compareOutcomes(better))
  const [best] = sorted
  return { directory, metric, better, outcomes: sorted, ...(best?.status === 'done' ? { best } : {}), left }
}
