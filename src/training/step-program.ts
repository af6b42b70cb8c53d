/**
 * The training step and the evaluation step as programs. A step reads a batch and the optimiser's numbers, and updates
 * parameters, slots and running totals; what it computes stays on the device until it is asked for.
 */

import { differentiate } from '../gradient/index.ts'
import { type Graph, GraphBuilder } from '../graph/index.ts'
import {
  type Clipping,
  clipGradients,
  firstFreeStream,
  type Loss,
  lossInput,
  type Network,
  type Optimizer,
  penaltyOf,
  type Regularizer,
} from '../network/index.ts'
import { add, div, mul, reshape, sigmoid, softmax, sum, type Tensor, uniform } from '../ops/index.ts'
import { known, NablaError, type Shape } from '../shared/index.ts'
import { correctSamples } from './correct.ts'
import type { TargetSpec } from './targets.ts'

/** Names of a program's inputs, states and outputs. Layer names hold no "/", so parameters can't collide with them. */
export const INPUT = 'input'
export const TARGET = 'target'
export const WEIGHT = 'weight'
export const RANDOM_KEY = 'random/key'
export const LOSS = 'loss'
export const PENALTY = 'penalty'
export const PREDICTION = 'prediction'
export const SAMPLE_LOSSES = 'losses'
export const TOTAL_LOSS = 'total/loss'
export const TOTAL_CORRECT = 'total/correct'
export const slotName = (slot: string, parameter: string) => `optimizer/${slot}/${parameter}`
export const scalarName = (scalar: string) => `optimizer/${scalar}`

export interface ProgramOptions {
  network: Network
  loss: Loss
  targets: TargetSpec
  batchSize: number
  /** Whether each sample has a weight. */
  weighted: boolean
}

export interface StepOptions extends ProgramOptions {
  optimizer: Optimizer
  regularizer?: Regularizer | undefined
  clip?: Clipping | undefined
  /** Whether predictions can be read after a step. */
  predictions: boolean
}

interface Forward {
  /** What the loss took: logits or probabilities. */
  taken: Tensor
  from: 'logits' | 'probabilities'
  /** The network's predictions, as `predict` gives them. */
  predictions: Tensor
  targets: Tensor | undefined
  /** [batch], weighted. */
  losses: Tensor
  needsKey: boolean
}

function targetInput(builder: GraphBuilder, targets: TargetSpec, batchSize: number): Tensor | undefined {
  if (targets.kind === 'none') return undefined
  return targets.kind === 'classes'
    ? builder.input(TARGET, [batchSize], 'int')
    : builder.input(TARGET, [batchSize, ...targets.shape])
}

/** Predictions and the loss of each sample. */
function buildForward(
  builder: GraphBuilder,
  options: ProgramOptions,
  parameters: ReadonlyMap<string, Tensor>,
  training: boolean,
  onUpdate: (parameter: string, value: Tensor) => void,
): Forward {
  const { network, loss, batchSize } = options
  const inputs = builder.input(INPUT, [batchSize, ...network.inputShape])
  const targets = targetInput(builder, options.targets, batchSize)
  const needsKey = (training && network.needsRandom) || loss.needsRandom === true
  const key = needsKey ? builder.input(RANDOM_KEY, [3], 'int') : undefined
  const outputs = network.forward(builder, inputs, { parameters, training, key, onUpdate })
  const source = lossInput(loss, network)
  const taken = outputs[source.layer] ?? inputs
  const losses = builder.scope(`loss/${loss.name}`, () => {
    let stream = firstFreeStream(network)
    const draw = (shape: Shape) => {
      if (key === undefined) throw undeclaredRandom(loss.name)
      return uniform(key, shape, stream++)
    }
    const each = loss.perSample({ predictions: taken, from: source.from, targets, inputs, uniform: draw })
    const rows = each.shape.length === 0 ? mul(reshape(each, [1]), builder.constant(1, [batchSize])) : each
    return options.weighted ? mul(rows, builder.input(WEIGHT, [batchSize])) : rows
  })
  const last = outputs[outputs.length - 1] ?? inputs
  const hasLink = source.from === 'logits' && source.layer === outputs.length - 1
  const link = hasLink ? loss.link : 'identity'
  const predictions = link === 'softmax' ? softmax(last) : link === 'sigmoid' ? sigmoid(last) : last
  return { taken, from: source.from, predictions, targets, losses, needsKey }
}

function undeclaredRandom(loss: string): NablaError {
  return new NablaError({
    code: 'E-USAGE',
    where: `loss ${loss}`,
    expected: 'a loss that says that it draws random numbers',
    received: 'a call of uniform',
    fix: 'write customLoss(…, { needsRandom: true }).',
  })
}

/** The penalty of all parameters that have one, a scalar. */
function buildPenalty(
  builder: GraphBuilder,
  network: Network,
  parameters: ReadonlyMap<string, Tensor>,
  regularizer: Regularizer | undefined,
): Tensor | undefined {
  const terms = network.parameters.map((spec) => {
    const applies = spec.role === 'kernel' || (spec.role === 'bias' && regularizer?.biases === true)
    const chosen = spec.regularizer ?? (applies ? regularizer : undefined)
    const parameter = parameters.get(spec.name)
    if (chosen === undefined || parameter === undefined || !spec.trainable) return undefined
    return builder.scope('loss/penalty', () => penaltyOf(chosen, parameter))
  })
  const present = terms.filter((term) => term !== undefined)
  if (present.length === 0) return undefined
  return builder.scope('loss/penalty', () => present.reduce((total, term) => add(total, term)))
}

function parameterStates(builder: GraphBuilder, network: Network): Map<string, Tensor> {
  return new Map(network.parameters.map(({ name, shape }) => [name, builder.state(name, shape)]))
}

/** Updates every trainable parameter and its slots from the gradients. */
function buildUpdates(
  builder: GraphBuilder,
  { network, optimizer }: StepOptions,
  parameters: ReadonlyMap<string, Tensor>,
  gradients: ReadonlyMap<string, Tensor>,
): void {
  const scalars = new Map(optimizer.scalars.map((name) => [name, builder.input(scalarName(name), [])]))
  const named = (tensors: ReadonlyMap<string, Tensor>, name: string) =>
    known(tensors.get(name), `the optimiser ${optimizer.name} declares "${name}"`)
  for (const { name, shape } of network.parameters) {
    const gradient = gradients.get(name)
    if (gradient === undefined) continue
    const parameter = named(parameters, name)
    const slots = new Map(optimizer.slots.map((slot) => [slot.name, builder.state(slotName(slot.name, name), shape)]))
    builder.scope(`optimizer/${optimizer.name}`, () => {
      const slot = (wanted: string) => named(slots, wanted)
      const update = optimizer.update({ parameter, gradient, slot, scalar: (wanted) => named(scalars, wanted) })
      builder.update(parameter, update.parameter)
      for (const [slotted, value] of Object.entries(update.slots)) builder.update(named(slots, slotted), value)
    })
  }
}

/**
 * One step of training as a program. Inputs: the batch, the optimiser's scalars, the random key if something draws.
 * States: parameters by name, slots, totals of loss and of right answers. Outputs: loss, penalty, predictions.
 * @throws NablaError E-GRADIENT where the loss does not reach a parameter; E-SHAPE where loss and targets do not fit.
 */
export function buildStep(options: StepOptions): Graph {
  const { network, batchSize } = options
  const builder = new GraphBuilder()
  const parameters = parameterStates(builder, network)
  const statistics: { name: string; value: Tensor }[] = []
  const forward = buildForward(builder, options, parameters, true, (name, value) => statistics.push({ name, value }))
  const total = builder.scope('loss', () => sum(forward.losses))
  const loss = builder.name(
    builder.scope('loss', () => div(total, batchSize)),
    LOSS,
  )
  const penalty = buildPenalty(builder, network, parameters, options.regularizer)
  const objective = penalty === undefined ? loss : builder.scope('loss', () => add(loss, penalty))
  const trained = network.parameters.filter(({ trainable }) => trainable).map(({ name }) => name)
  const states = trained.map((name) => parameters.get(name)).filter((state) => state !== undefined)
  const gradients = differentiate(builder, objective, states)
  const clipped = builder.scope('optimizer/clip', () =>
    options.clip ? clipGradients(gradients, options.clip) : gradients,
  )
  buildUpdates(
    builder,
    options,
    parameters,
    new Map(trained.map((name, i) => [name, known(clipped[i], 'a gradient a parameter')])),
  )
  for (const { name, value } of statistics) builder.update(known(parameters.get(name), `parameter ${name}`), value)
  buildTotals(builder, options, forward, total)
  builder.output(LOSS, loss)
  if (penalty !== undefined) builder.output(PENALTY, penalty)
  if (options.predictions) builder.output(PREDICTION, forward.predictions)
  return builder.build()
}

/** Running totals on the device, so that the host need not read the loss of every step. */
function buildTotals(builder: GraphBuilder, options: StepOptions, forward: Forward, total: Tensor): void {
  builder.scope('total', () => {
    const losses = builder.state(TOTAL_LOSS, [])
    builder.update(losses, add(losses, total))
    const correct = correctSamples(options, forward)
    if (correct === undefined) return
    const count = builder.state(TOTAL_CORRECT, [])
    builder.update(count, add(count, sum(correct)))
  })
}

/** Predictions and the loss of each sample as a program, with the parameters as states. */
export function buildEvaluation(options: ProgramOptions): Graph {
  const builder = new GraphBuilder()
  const parameters = parameterStates(builder, options.network)
  const forward = buildForward(builder, options, parameters, false, () => undefined)
  builder.output(PREDICTION, forward.predictions)
  builder.output(SAMPLE_LOSSES, forward.losses)
  const correct = correctSamples(options, forward)
  if (correct !== undefined) builder.output(TOTAL_CORRECT, correct)
  return builder.build()
}

/** Predictions alone as a program: probabilities where the loss says so and the network ends in logits. */
export function buildPrediction(network: Network, loss: Loss | undefined, batchSize: number): Graph {
  const builder = new GraphBuilder()
  const parameters = parameterStates(builder, network)
  const inputs = builder.input(INPUT, [batchSize, ...network.inputShape])
  const outputs = network.forward(builder, inputs, { parameters, training: false })
  const last = outputs[outputs.length - 1] ?? inputs
  const source = loss === undefined ? undefined : lossInput(loss, network)
  const isLogits = source?.from === 'logits' && source.layer === outputs.length - 1
  const link = isLogits ? loss?.link : 'identity'
  builder.output(PREDICTION, link === 'softmax' ? softmax(last) : link === 'sigmoid' ? sigmoid(last) : last)
  return builder.build()
}
