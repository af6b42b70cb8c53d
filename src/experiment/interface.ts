/** Experiments and searches as functions, for programs on Node: what the command line does, without its text. */

import type { Experiment, ExperimentLike } from './experiment.ts'
import { experimentSource } from './files/load-experiment.ts'
import { fieldAt, type Override } from './overrides.ts'
import { resolveExperiment } from './resolve.ts'
import { prepareJob } from './run/job.ts'
import { type Trained, type TrainOptions, trainJob } from './run/train.ts'
import type { SearchResult } from './search/run.ts'
import { beginSearch, resumeSearch, type SearchOptions } from './search/search.ts'

/** Fields by path, laid over an experiment: `{ 'optimizer.learningRate': 0.01 }`. */
export type FieldValues = Readonly<Record<string, unknown>>

export interface RunExperimentOptions extends Omit<TrainOptions, 'file'> {
  set?: FieldValues
}

export interface RunSearchOptions extends Omit<SearchOptions, 'overrides'> {
  set?: FieldValues
}

function overridesIn(set: FieldValues = {}): Override[] {
  return Object.entries(set).map(([path, value]) => {
    fieldAt(path, `set ${path}`)
    return { path, value, origin: 'set', rank: 1 }
  })
}

/**
 * Trains what an experiment, or the file of one, describes, and saves the run: what `nabla train` does.
 * @throws NablaError with the field's path for what is wrong in it; what `fit` throws.
 */
export async function runExperiment(
  source: string | ExperimentLike,
  { set, ...options }: RunExperimentOptions = {},
): Promise<Trained> {
  const loaded = await experimentSource(source)
  const job = await prepareJob(resolveExperiment(loaded, overridesIn(set)))
  return trainJob(job, { ...options, file: loaded.file })
}

/**
 * Makes the runs that an experiment's `search` describes, each in a process of its own: what `nabla search` does. Without
 * a file the experiment has to be plain data.
 * @throws NablaError as `runExperiment`; a trial that fails is an outcome, and no error.
 */
export function runSearch(
  source: string | Experiment,
  { set, ...options }: RunSearchOptions = {},
): Promise<SearchResult> {
  const what = typeof source === 'string' ? { path: source } : { value: source }
  return beginSearch(what, { ...options, overrides: overridesIn(set) })
}

/** Goes on with a search that was stopped or killed. @throws NablaError E-FILE where the folder holds none. */
export function goOnWithSearch(directory: string, { set, ...options }: RunSearchOptions = {}): Promise<SearchResult> {
  return resumeSearch(directory, { ...options, overrides: overridesIn(set) })
}
