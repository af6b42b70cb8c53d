/** The network room's door: layers, losses, regularisers, initialisers, optimisers, each as a few lines of graph. */

export {
  type ActivationOptions,
  elu,
  gelu,
  identity,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  sine,
  softmax,
  softplus,
  tanh,
} from './activation.ts'
export { type Clipping, checkClipping, clipGradients, globalNorm } from './clipping.ts'
export { type DenseOptions, dense } from './dense.ts'
export { type DropoutOptions, dropout } from './dropout.ts'
export {
  isLossName,
  layerByName,
  layerKinds,
  lossByName,
  lossNames,
  networkFromJson,
  registerLayer,
  registerLoss,
} from './from-json.ts'
export {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  type InitializerLike,
  initializerOf,
  initialValues,
  lecunNormal,
  lecunUniform,
  randomNormal,
  randomUniform,
  type VarianceScaling,
  zeros,
} from './initializer.ts'
export type {
  Json,
  JsonObject,
  Layer,
  LayerContext,
  LayerPlace,
  ParameterRole,
  ParameterSpec,
} from './layer.ts'
export { type Loss, type LossContext, type LossInput, type LossSource, lossInput, targetsLike } from './loss.ts'
export {
  binaryCrossEntropy,
  type CrossEntropyOptions,
  type CustomLossOptions,
  crossEntropy,
  customLoss,
  huber,
  type MseOptions,
  mae,
  mse,
} from './losses.ts'
export {
  type ForwardOptions,
  firstFreeStream,
  NETWORK_SCHEMA,
  Network,
  type NetworkLayer,
  type NetworkOptions,
  network,
} from './network.ts'
export { type BatchNormOptions, batchNorm, type LayerNormOptions, layerNorm } from './normalization.ts'
export type { Optimizer, OptimizerName, Update, UpdateContext } from './optimizer.ts'
export {
  type AdagradOptions,
  type AdamOptions,
  adagrad,
  adam,
  adamw,
  optimizerByName,
  optimizerNames,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from './optimizers.ts'
export {
  type L2Options,
  l1,
  l1l2,
  l2,
  penaltyOf,
  type Regularizer,
  type RegularizerOptions,
  regularizerOf,
} from './regularizer.ts'
export { flatten, reshape } from './reshape.ts'
export {
  constantRate,
  cosine,
  epochDecay,
  exponentialDecay,
  oneCycle,
  type PlateauOptions,
  plateau,
  type Schedule,
  type ScheduleMemory,
  type ScheduleMoment,
  stepDecay,
  warmup,
} from './schedule.ts'
export { scheduleByName, scheduleNames } from './schedule-by-name.ts'
export { checkFlag, checkNumber, checkOptions, describeRange, type NumberRange, showValue } from './validate.ts'
