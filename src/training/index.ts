/** The training room's door: fit, evaluate, predict. Nothing here needs Node. */

export {
  CHECKPOINT_SCHEMA,
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type HostState,
  type RunIdentity,
} from './checkpoint.ts'
export { type ClassMetricOptions, f1, precision, recall, rocAuc, topKAccuracy } from './class-metrics.ts'
export type { ClassWeights } from './class-weights.ts'
export { type CrossValidation, type CrossValidationOptions, crossValidate, type Score } from './cross-validation.ts'
export { type BackendLike, backendOf } from './device.ts'
export { DivergedError } from './divergence.ts'
export type { EngineState } from './engine.ts'
export {
  type Classifier,
  type ClassLabel,
  classifier,
  type EstimatorOptions,
  type Regressor,
  regressor,
} from './estimator.ts'
export type { EvaluatedBatch } from './evaluator.ts'
export { fit } from './fit.ts'
export type { CheckpointSink, DeviceRecord, FitOptions, StepRecord } from './fit-options.ts'
export type { Best, EpochRecord, Progress, Run, Stopped, StopReason } from './history.ts'
export { metricOf } from './history.ts'
export {
  type Metric,
  meanAbsoluteError,
  type OwnMetricOptions,
  ownMetric,
  rootMeanSquaredError,
  rSquared,
} from './metric.ts'
export { type MetricLike, metricByName, metricNames } from './metrics.ts'
export {
  checkParameters,
  Model,
  type ModelParts,
  type ParameterArray,
  type ParameterValues,
  untrainedModel,
} from './model.ts'
export { decodeParameters, describeModel, encodeParameters, MODEL_SCHEMA, readModel } from './model-files.ts'
export { checkSaveable } from './saveable.ts'
export { buildEvaluation, buildPrediction, buildStep, type ProgramOptions, type StepOptions } from './step-program.ts'
export type { Patience, Stopping, Target } from './stopping.ts'
export { checkInputs, checkTargets, type TargetSpec } from './targets.ts'
export {
  createTrainer,
  type StepOptions as TrainerStepOptions,
  type StepResult,
  type Trainer,
  type TrainerOptions,
} from './trainer.ts'
export {
  type DataLike,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  Predictions,
  predict,
  type UseOptions,
} from './use.ts'
export type { Mistake } from './worst-samples.ts'
