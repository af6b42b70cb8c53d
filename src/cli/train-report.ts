/** What a training run says of itself: a header for people, and the document that --json prints. */

import { join } from 'node:path'
import { type Evaluated, figuresOf, type Job } from '../experiment/node.ts'
import { formatCount } from '../shared/index.ts'
import type { DeviceRecord, EpochRecord, Run } from '../training/index.ts'
import type { CommandContext } from './context.ts'

export function describeJob(
  context: CommandContext,
  { name, network, data, optimizer, experiment, batchSize }: Job,
): void {
  const held = data.validation?.count ?? 0
  const apart = held === 0 ? '' : ` (${formatCount(held)} of them kept apart for validation)`
  const tested = data.test === undefined ? '' : `, ${formatCount(data.test.count)} for the test`
  const layers = [
    network.inputShape,
    ...network.layers.flatMap(({ layer, outputShape }) => (layer.kind === 'dense' ? [outputShape] : [])),
  ]
  const shape = layers.map((extents) => extents.join('×')).join('-')
  context.note(`${name}: ${formatCount(data.train.count + held)} ${data.samples}${apart}${tested}`)
  context.note(`network ${shape}: ${formatCount(network.trainableCount)} parameters`)
  context.note(
    `optimizer ${optimizer.name}, learning rate ${optimizer.learningRate}, batch ${batchSize}, seed ${experiment.seed}`,
  )
}

/** What computes, and why where there was a choice. */
export function describeDevice(context: CommandContext, { description, reason }: DeviceRecord): void {
  context.note(`backend ${description}${reason === undefined ? '' : `: ${reason}`}`)
}

/** What --json prints. Figures that a run does not have are null, so that every epoch has the same fields. */
export function trainDocument(job: Job, run: Run, path: string, evaluated: Evaluated | undefined) {
  const { data, network, name, config } = job
  return {
    name,
    samples: {
      train: data.train.count,
      validation: data.validation?.count ?? 0,
      test: data.test?.count ?? 0,
    },
    network: network.toJSON(),
    parameters: network.trainableCount,
    experiment: config,
    backend: run.backend,
    epochs: run.history.map(documentEpoch),
    stopped: run.stopped,
    best: run.best ?? null,
    kept: run.kept,
    seconds: run.seconds,
    classNames: run.model.classNames ?? null,
    validation: evaluated?.part === 'validation' ? figuresOf(evaluated) : null,
    test: evaluated?.part === 'test' ? figuresOf(evaluated) : null,
    run: path,
    model: join(path, 'model.safetensors'),
  }
}

function documentEpoch(record: EpochRecord) {
  const { epoch, step, loss, accuracy, validationLoss, validationAccuracy, metrics, learningRate, seconds } = record
  return {
    epoch,
    step,
    loss,
    accuracy: accuracy ?? null,
    validationLoss: validationLoss ?? null,
    validationAccuracy: validationAccuracy ?? null,
    metrics: metrics ?? {},
    learningRate,
    seconds,
  }
}
