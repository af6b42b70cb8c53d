/** Training in a loop of one's own: a trainer takes a step on each batch that it is given. */

import { type DatasetSource, dataset, type Labels, type NestedNumbers } from '../data/index.ts'
import { checkOptions, type Loss, type Network } from '../network/index.ts'
import { formatShape, NablaError, sizeOf } from '../shared/index.ts'
import { backendOf } from './device.ts'
import { Engine, type EngineState } from './engine.ts'
import { checkLoss, checkOptimizer, type FitOptions } from './fit-options.ts'
import { Model, type ParameterValues } from './model.ts'
import { checkInputs, checkTargets, type TargetSpec } from './targets.ts'

export interface TrainerOptions
  extends Pick<FitOptions, 'loss' | 'optimizer' | 'seed' | 'backend' | 'threads' | 'regularizer' | 'clip' | 'initial'> {
  /** What `step` gets as targets. Where nothing is said: classes for crossEntropy, numbers for other losses. */
  targets?: 'classes' | 'values' | 'none'
  /** Whether `step` gets a weight for each sample. */
  weighted?: boolean
}

export interface StepOptions {
  /** Of this step, in place of the optimiser's. */
  learningRate?: number
  /** `[batch]`, for a trainer made with `weighted`. */
  weights?: readonly number[] | Float32Array
}

export interface StepResult {
  /** Counted from 1. */
  step: number
  /** The mean over the batch, before the update; without penalties. */
  loss: number
  penalty?: number
}

export interface Trainer {
  readonly network: Network
  /** Steps taken so far. */
  readonly stepCount: number
  /**
   * One step on a batch. x: `[batch, ...inputShape]`, nested or flat; y: class numbers `[batch]`, or numbers of the
   * output's shape. The first batch of a size compiles the program for it.
   * @throws NablaError E-SHAPE, E-DATA, E-VALUE where the batch does not fit; E-NAN for numbers that are none.
   */
  step(x: NestedNumbers, y?: Labels | NestedNumbers, options?: StepOptions): Promise<StepResult>
  /** The model as it is now, its parameters copied. */
  model(): Model
  /** Parameters, slots and step number, copied: what `restore` takes. */
  state(): EngineState
  restore(state: EngineState): void
  /** Gives the device's memory back. */
  close(): void
}

const OPTIONS = [
  'loss',
  'optimizer',
  'seed',
  'backend',
  'threads',
  'regularizer',
  'clip',
  'initial',
  'targets',
  'weighted',
]

function targetSpecOf(network: Network, loss: Loss, kind: TrainerOptions['targets']): TargetSpec {
  const chosen = kind ?? (!loss.needsTargets ? 'none' : loss.link === 'softmax' ? 'classes' : 'values')
  if (chosen === 'none') return { kind: 'none' }
  if (chosen === 'classes') return { kind: 'classes', count: Math.max(2, sizeOf(network.outputShape)) }
  return { kind: 'values', shape: network.outputShape }
}

/**
 * A trainer for a loop of one's own. Batches may differ in size.
 * @throws NablaError E-USAGE, E-NAME, E-VALUE for options.
 */
export async function createTrainer(network: Network, options: TrainerOptions): Promise<Trainer> {
  checkOptions(options, OPTIONS, 'createTrainer')
  const loss = checkLoss(options.loss)
  const optimizer = checkOptimizer(options.optimizer)
  const { seed = 0, weighted = false, regularizer, clip, initial } = options
  const targets = targetSpecOf(network, loss, options.targets)
  const backend = backendOf(options)
  const engine = await Engine.open({
    network,
    loss,
    optimizer,
    targets,
    weighted,
    seed,
    backend,
    regularizer,
    clip,
    initial,
  })
  return {
    network,
    get stepCount() {
      return engine.step
    },
    step: (x, y, stepOptions = {}) => takeStep(engine, x, y, stepOptions),
    model: () => new Model({ network, parameters: engine.parameters() as ParameterValues, loss }),
    state: () => engine.state(),
    restore: (state) => engine.restore(state),
    close: () => engine.close(),
  }
}

/** The batch as a data set, which checks its numbers and shapes. */
function batchOf(
  engine: Engine,
  x: NestedNumbers,
  y: Labels | NestedNumbers | undefined,
  weights: StepOptions['weights'],
) {
  const { network, loss, targets } = engine.options
  const isFlat = ArrayBuffer.isView(x) || typeof (x as ArrayLike<unknown>)[0] === 'number'
  const source: DatasetSource = {
    name: 'step',
    inputs: x,
    ...(isFlat ? { inputShape: network.inputShape } : {}),
    ...(weights === undefined ? {} : { sampleWeights: weights }),
  }
  if (y === undefined || targets.kind === 'none') return dataset(source)
  if (targets.kind === 'classes') {
    const classNames = Array.from({ length: targets.count }, (_, label) => String(label))
    return dataset({ ...source, labels: y as Labels, classNames })
  }
  const flatTargets = ArrayBuffer.isView(y) || typeof (y as ArrayLike<unknown>)[0] === 'number'
  if (flatTargets && network.outputShape.length === 1 && network.outputShape[0] === 1 && !ArrayBuffer.isView(y)) {
    throw columnError(loss.name, (y as ArrayLike<unknown>).length)
  }
  return dataset({ ...source, targets: y as NestedNumbers, ...(flatTargets ? { targetShape: targets.shape } : {}) })
}

/** A list of n numbers is [n], which does not fit predictions [n, 1]. */
function columnError(loss: string, count: number): NablaError {
  return new NablaError({
    code: 'E-SHAPE',
    where: `loss ${loss}`,
    expected: `targets ${formatShape([count, 1])}, as the predictions`,
    received: formatShape([count]),
    fix: 'give a column: [[0.5], [1.5]], or a Float32Array.',
  })
}

async function takeStep(
  engine: Engine,
  x: NestedNumbers,
  y: Labels | NestedNumbers | undefined,
  { learningRate, weights }: StepOptions,
): Promise<StepResult> {
  const { network, loss, optimizer } = engine.options
  const batch = batchOf(engine, x, y, weights)
  checkInputs(network, batch)
  checkTargets(network, loss, batch)
  const program = await engine.compile(batch.count)
  program.load(
    batch,
    Int32Array.from({ length: batch.count }, (_, row) => row),
  )
  await engine.run(program, learningRate ?? optimizer.learningRate)
  const penalty = engine.penaltyOf(program)
  return { step: engine.step, loss: engine.lossOf(program), ...(penalty === undefined ? {} : { penalty }) }
}
