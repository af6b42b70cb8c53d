/** What came of a trial: read from its run folder, or told by what stopped it. Kept as a line of `results.jsonl`. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readNumbers } from '../../formats/index.ts'
import type { Problem } from '../../shared/index.ts'
import { type EpochRecord, metricOf, type Run, type Stopped } from '../../training/index.ts'
import { readHistory } from '../../training/node.ts'
import { readJsonObject } from '../files/read-json.ts'
import { type Judge, metricIn } from './metric.ts'

/** `E-INTERNAL`: a fault of nabla, or code of the user's that threw something else. */
export type TrialError = Omit<Problem, 'code'> & { code: Problem['code'] | 'E-INTERNAL' }

export interface TrialOutcome {
  trial: number
  values: Readonly<Record<string, unknown>>
  /** `failed`: by its configuration or its numbers; `crashed`: its process ended, and it is tried again on resume. */
  status: 'done' | 'failed' | 'crashed'
  /** The run's folder; absent where it never began. */
  run?: string
  metric?: string
  value?: number
  epochs?: number
  seconds?: number
  stopped?: Stopped
  error?: TrialError
}

interface Summary {
  stopped: Stopped
  kept: Run['kept']
  best?: Run['best']
  seconds: number
}

/** The summary of a run that has come to its end; undefined for one that is to go on, or has none. */
async function finishedSummary(directory: string): Promise<Summary | undefined> {
  const path = join(directory, 'summary.json')
  if (!existsSync(path)) return undefined
  const summary = readNumbers(await readJsonObject(path, 'delete the file.')) as Summary
  return summary.stopped.reason === 'aborted' || summary.stopped.reason === 'diverged' ? undefined : summary
}

/** What a finished run came to; undefined where it is to go on. */
export async function outcomeOf(
  trial: number,
  values: TrialOutcome['values'],
  directory: string,
  judge: Judge,
): Promise<TrialOutcome | undefined> {
  const summary = await finishedSummary(directory)
  if (summary === undefined) return undefined
  const history = await readHistory(directory)
  const record = keptRecord(history, summary)
  const metric = metricIn(judge, record)
  const base = {
    trial,
    values,
    run: directory,
    epochs: history.length,
    seconds: summary.seconds,
    stopped: summary.stopped,
  }
  if (record !== undefined && metric !== undefined) {
    return { ...base, status: 'done', metric, value: metricOf(record, metric) ?? Number.NaN }
  }
  return { ...base, status: 'failed', error: missingMetric(judge, record) }
}

/** The epoch whose parameters the run kept. */
function keptRecord(history: readonly EpochRecord[], { kept, best }: Summary): EpochRecord | undefined {
  const chosen = kept === 'best' ? history.find(({ epoch }) => epoch === best?.epoch) : undefined
  return chosen ?? history[history.length - 1]
}

function missingMetric({ names }: Judge, record: EpochRecord | undefined): TrialError {
  return {
    code: 'E-NAME',
    where: 'search.metric',
    expected: `an epoch with ${names.join(' or ')}`,
    received: record === undefined ? 'no whole epoch' : 'an epoch without',
    fix: record === undefined ? 'train longer.' : 'name another metric, or keep data apart to judge by.',
  }
}

/** The better value first; NaN, and trials without a value, last. */
export function compareOutcomes(better: 'lower' | 'higher') {
  const rank = ({ status, value }: TrialOutcome) => (status !== 'done' ? 2 : Number.isNaN(value) ? 1 : 0)
  return (a: TrialOutcome, b: TrialOutcome): number => {
    const byRank = rank(a) - rank(b)
    if (byRank !== 0 || rank(a) > 0) return byRank === 0 ? a.trial - b.trial : byRank
    const difference = (a.value ?? 0) - (b.value ?? 0)
    return (better === 'lower' ? difference : -difference) || a.trial - b.trial
  }
}
