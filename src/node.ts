/** nabla's second public door, "nabla/node": what reads and writes files. */

export { type NativeOptions, native, nativeWith, registerNative, renderC, renderNative } from './backend/node.ts'
export {
  type ImageDataset,
  type ImageFolderOptions,
  loadMnist,
  type MnistOptions,
  type NpyDatasetOptions,
  type NpySource,
  readCsvDataset,
  readIdxDataset,
  readImage,
  readImageFolder,
  readNpyDataset,
  readPicture,
  readPictureSample,
  type StreamCsvOptions,
  type StreamedCsv,
  streamCsv,
  streamIdx,
  streamImageFolder,
  streamNpy,
} from './data/node.ts'
export type {
  CheckOptions,
  CheckResult,
  Finding,
  FindingKind,
  ParameterReport,
  Verdict,
} from './diagnosis/node.ts'
export type {
  Evaluated,
  FieldValues,
  RunExperimentOptions,
  RunSearchOptions,
  SearchResult,
  Trained,
  Trial,
  TrialOutcome,
} from './experiment/node.ts'
export { check, goOnWithSearch, runExperiment, runSearch } from './on-demand.ts'
export { readRun, saveEvaluation, writeReport } from './report/node.ts'
export {
  type CheckpointFolderOptions,
  checkpointFolder,
  latestCheckpoint,
  loadModel,
  RunFolder,
  readHistory,
  saveModel,
} from './training/node.ts'
