/** The experiment room's second door: what reads and writes files, for Node alone. */

export { DATA_KINDS, type DataKind, type LoadedData, type Samples } from './data-kinds/index.ts'
export { type CheckedExperiment, metricsField } from './fields/index.ts'
export { isExperimentFile, type LoadedExperiment, loadExperiment } from './files/load-experiment.ts'
export { type ExperimentFile, readSavedConfig, type SavedConfig } from './files/saved-config.ts'
export { allFields, type FieldHelp, flagHelp, overridesOf } from './flags.ts'
export { type Override, overrideFromText } from './overrides.ts'
export { type Resolved, resolveExperiment, type Source } from './resolve.ts'
export { buildOptimizer, type Job, prepareJob } from './run/job.ts'
export {
  dataNameOf,
  experimentOf,
  loadRun,
  loadTestData,
  type SavedRun,
  type TestData,
} from './run/saved-run.ts'
export { type Evaluated, figuresOf, type Trained, type TrainOptions, trainJob } from './run/train.ts'
export { count, type Field, oneOf, orWord, Place } from './schema/index.ts'
export { version } from './version.ts'
