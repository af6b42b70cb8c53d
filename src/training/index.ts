/** The training room's door: fit, evaluate, predict. Nothing here needs Node. */

export { type BackendLike, backendOf } from './device.ts'
export { DivergedError } from './divergence.ts'
export { fit } from './fit.ts'
export type { FitOptions, StepRecord } from './fit-options.ts'
export type { Best, EpochRecord, Progress, Run, Stopped, StopReason } from './history.ts'
export { metricOf } from './history.ts'
export {
  checkParameters,
  Model,
  type ModelParts,
  type ParameterArray,
  type ParameterValues,
  untrainedModel,
} from './model.ts'
export { decodeParameters, describeModel, encodeParameters, MODEL_SCHEMA, readModel } from './model-files.ts'
export { buildEvaluation, buildPrediction, buildStep, type ProgramOptions, type StepOptions } from './step-program.ts'
export { checkInputs, checkTargets, type TargetSpec } from './targets.ts'
export {
  createTrainer,
  type StepOptions as TrainerStepOptions,
  type StepResult,
  type Trainer,
  type TrainerOptions,
} from './trainer.ts'
export { type EvaluateOptions, type Evaluation, evaluate, Predictions, predict, type UseOptions } from './use.ts'
