/**
 * What the door for Node opens when it is called and not before: half of nabla's text is in these two rooms, and programs
 * that train without them need not wait until the engine has read it.
 */

import type { CheckOptions, CheckResult } from './diagnosis/node.ts'
import type { RunExperimentOptions, RunSearchOptions, SearchResult, Trained } from './experiment/node.ts'
import type { Experiment, ExperimentLike } from './index.ts'

/**
 * Runs a hand-written network and says where its backward pass is wrong.
 * @throws NablaError E-FILE when it is no file that can be read, E-ENVIRONMENT when no Python can run it; the signal's
 *   reason when it was aborted.
 */
export async function check(path: string, options: CheckOptions = {}): Promise<CheckResult> {
  return (await import('./diagnosis/node.ts')).check(path, options)
}

/**
 * Trains what an experiment, or the file of one, describes, and saves the run: what `nabla train` does.
 * @throws NablaError with the field's path for what is wrong in it; what `fit` throws.
 */
export async function runExperiment(
  source: string | ExperimentLike,
  options: RunExperimentOptions = {},
): Promise<Trained> {
  return (await import('./experiment/node.ts')).runExperiment(source, options)
}

/**
 * Makes the runs that an experiment's `search` describes, each in a process of its own: what `nabla search` does. Without
 * a file the experiment has to be plain data.
 * @throws NablaError as `runExperiment`; a trial that fails is an outcome, and no error.
 */
export async function runSearch(source: string | Experiment, options: RunSearchOptions = {}): Promise<SearchResult> {
  return (await import('./experiment/node.ts')).runSearch(source, options)
}

/** Goes on with a search that was stopped or killed. @throws NablaError E-FILE where the folder holds none. */
export async function goOnWithSearch(directory: string, options: RunSearchOptions = {}): Promise<SearchResult> {
  return (await import('./experiment/node.ts')).goOnWithSearch(directory, options)
}
