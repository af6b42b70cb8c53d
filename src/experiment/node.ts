/** The experiment room's second door: what reads and writes files, for Node alone. */

export { DATA_KINDS, type DataKind, type LoadedData, type Samples } from './data-kinds/index.ts'
export { type CheckedExperiment, metricsField } from './fields/index.ts'
export { isExperimentFile, type LoadedExperiment, loadExperiment } from './files/load-experiment.ts'
export { type ExperimentFile, readSavedConfig, type SavedConfig } from './files/saved-config.ts'
export { allFields, type FieldHelp, flagHelp, overridesOf, searchFlagHelp, searchOverridesOf } from './flags.ts'
export {
  type FieldValues,
  goOnWithSearch,
  type RunExperimentOptions,
  type RunSearchOptions,
  runExperiment,
  runSearch,
} from './interface.ts'
export { type Override, overrideFromText } from './overrides.ts'
export { type Resolved, resolveExperiment, type Source } from './resolve.ts'
export { dataNameOf } from './run/data-name.ts'
export { buildOptimizer, type Job, prepareJob } from './run/job.ts'
export {
  experimentOf,
  loadRun,
  loadTestData,
  type SavedRun,
  type TestData,
} from './run/saved-run.ts'
export { type Evaluated, figuresOf, type Trained, type TrainOptions, trainJob } from './run/train.ts'
export { count, type Field, oneOf, orWord, Place } from './schema/index.ts'
export type { TrialSource } from './search/messages.ts'
export type { TrialOutcome } from './search/outcome.ts'
export type { SearchResult } from './search/run.ts'
export { beginSearch, resumeSearch, type SearchOptions } from './search/search.ts'
export type { Trial } from './search/trials.ts'
export { version } from './version.ts'
