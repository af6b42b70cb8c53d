/** `nabla train <data>`: data and settings in, a saved run out. */

import { join, relative } from 'node:path'
import { backendByName } from '../backend/index.ts'
import type { Loss, Network, Optimizer } from '../network/index.ts'
import { formatCount, NablaError } from '../shared/index.ts'
import { DivergedError, type Evaluation, evaluate, fit, type Run } from '../training/index.ts'
import { buildNetwork, chooseLoss, chooseOptimizer } from './build-network.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { type Interruption, watchInterrupts } from './interrupt.ts'
import { loadTrainingData, type TrainingData } from './load-data.ts'
import { type ProgressView, progressView } from './progress.ts'
import { printEvaluation } from './report-evaluation.ts'
import { type ClaimedFolder, chooseFolder, claimRunFolder, readSettingsFile } from './run-config.ts'
import { clippingOf, regularizerOf, resolveSettings, type TrainSettings } from './train-settings.ts'

export const TRAIN_SCHEMA = 'nabla.train/1'

/** All that a run is made of, checked. */
interface Job {
  dataName: string
  settings: TrainSettings
  data: TrainingData
  loss: Loss
  network: Network
  optimizer: Optimizer
}

/** Trains, saves, tests and reports; the exit code. */
export async function train(
  context: CommandContext,
  given: string | undefined,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const interruption = watchInterrupts(context.io, () =>
    context.note('\nStopping after this step, then saving. Ctrl-C again stops at once.'),
  )
  try {
    const job = await prepare(context, given, flags)
    const directory = chooseFolder(job.data.name, job.settings)
    const claimed = await claimRunFolder(directory, job.dataName, job.settings, job.data)
    return await runJob(context, job, claimed, interruption, flags.quiet === true)
  } finally {
    interruption.release()
  }
}

async function prepare(
  context: CommandContext,
  given: string | undefined,
  flags: Readonly<Record<string, unknown>>,
): Promise<Job> {
  const file = typeof flags.config === 'string' ? await readSettingsFile(flags.config) : undefined
  const resolved = resolveSettings(flags, context.io.env, file)
  const dataName = given ?? file?.data
  if (dataName === undefined) throw missingData()
  const { settings } = resolved
  const optimizer = chooseOptimizer(resolved)
  const data = await loadTrainingData(dataName, settings)
  for (const note of data.notes) context.note(note)
  const loss = chooseLoss(settings, data.train)
  return { dataName, settings, data, loss, network: buildNetwork(settings, data.train, loss), optimizer }
}

function missingData(): NablaError {
  return new NablaError({
    code: 'E-USAGE',
    where: 'nabla train',
    expected: 'what to train on: mnist, or the path of a CSV file',
    received: 'nothing',
    fix: 'write nabla train mnist, or nabla train FILE.csv --target COLUMN.',
  })
}

async function runJob(
  context: CommandContext,
  job: Job,
  claimed: ClaimedFolder,
  interruption: Interruption,
  quiet: boolean,
): Promise<number> {
  const { settings, data } = job
  const view = progressView(context.io, settings.epochs, data.samples, quiet)
  describeJob(context, job)
  let run: Run
  try {
    run = await fitJob(job, claimed, interruption, view)
  } catch (error) {
    view.end()
    if (error instanceof DivergedError) await claimed.folder.finish(error.run)
    else await claimed.abandon()
    throw error
  }
  view.end()
  if (run.stopped.reason === 'aborted' && run.stopped.step === 0) {
    await claimed.abandon()
    context.note('Interrupted before the first step; nothing was saved.')
    return EXIT.interrupted
  }
  return await saveAndReport(context, job, claimed, interruption, run)
}

function describeJob(context: CommandContext, { network, data, optimizer, settings }: Job): void {
  const held = data.validation?.count ?? 0
  const apart = held === 0 ? '' : ` (${formatCount(held)} of them kept apart for validation)`
  const tested = data.test === undefined ? '' : `, ${formatCount(data.test.count)} for the test`
  const layers = [
    network.inputShape,
    ...network.layers.flatMap(({ layer, outputShape }) => (layer.kind === 'dense' ? [outputShape] : [])),
  ]
  const shape = layers.map((extents) => extents.join('×')).join('-')
  context.note(`${data.name}: ${formatCount(data.train.count + held)} ${data.samples}${apart}${tested}`)
  context.note(`network ${shape}: ${formatCount(network.trainableCount)} parameters`)
  context.note(
    `optimizer ${optimizer.name}, learning rate ${optimizer.learningRate}, batch ${settings.batch}, seed ${settings.seed}`,
  )
}

function fitJob(
  { network, data, loss, optimizer, settings }: Job,
  { folder }: ClaimedFolder,
  { signal }: Interruption,
  view: ProgressView,
): Promise<Run> {
  const { epochs, batch, seed, backend } = settings
  const [regularizer, clip] = [regularizerOf(settings), clippingOf(settings)]
  return fit(network, data.train, {
    loss,
    optimizer,
    epochs,
    batchSize: batch,
    seed,
    signal,
    ...(data.validation === undefined ? {} : { validation: data.validation }),
    backend: backendByName(backend),
    ...(regularizer === undefined ? {} : { regularizer }),
    ...(clip === undefined ? {} : { clip }),
    onProgress: view.progress,
    onEpoch: async (record) => {
      view.epoch(record)
      await folder.recordEpoch(record)
    },
  })
}

async function saveAndReport(
  context: CommandContext,
  job: Job,
  { folder }: ClaimedFolder,
  interruption: Interruption,
  run: Run,
): Promise<number> {
  const { data, settings } = job
  const model = data.scaling === undefined ? run.model : run.model.with({ preprocessing: data.scaling })
  // Before the test, so that an impatient second Ctrl-C loses nothing.
  await folder.finish({ ...run, model })
  const path = relative('', folder.directory) || '.'
  if (interruption.happened) {
    context.note(`${capitalize(run.stopped.message)}.`)
    context.print(`model saved in ${path}`)
    context.document(TRAIN_SCHEMA, trainDocument(job, run, path, undefined))
    return EXIT.interrupted
  }
  const tested = data.test ?? data.validation
  const part = data.test === undefined ? 'validation' : 'test'
  // The parts that were kept apart are scaled already; a test set is not.
  const user = data.test === undefined ? run.model : model
  const backend = backendByName(settings.backend)
  const evaluation = tested === undefined ? undefined : await evaluate(user, tested, { backend })
  if (evaluation !== undefined) {
    context.note('')
    printEvaluation(context, part, data.samples, evaluation, model.classNames)
    context.print('')
  }
  context.print(`model saved in ${path}`)
  context.document(TRAIN_SCHEMA, trainDocument(job, run, path, evaluation && { part, ...evaluation }))
  return EXIT.fine
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** What --json prints. Figures that a run does not have are null, so that every epoch has the same fields. */
function trainDocument(job: Job, run: Run, path: string, evaluation: (Evaluation & { part: string }) | undefined) {
  const { data, settings, network, dataName } = job
  return {
    data: dataName,
    samples: {
      train: data.train.count,
      validation: data.validation?.count ?? 0,
      test: data.test?.count ?? 0,
    },
    network: network.toJSON(),
    parameters: network.trainableCount,
    settings,
    backend: run.backend,
    epochs: run.history.map(
      ({ epoch, step, loss, accuracy, validationLoss, validationAccuracy, learningRate, seconds }) => ({
        epoch,
        step,
        loss,
        accuracy: accuracy ?? null,
        validationLoss: validationLoss ?? null,
        validationAccuracy: validationAccuracy ?? null,
        learningRate,
        seconds,
      }),
    ),
    stopped: run.stopped,
    best: run.best ?? null,
    kept: run.kept,
    seconds: run.seconds,
    classNames: run.model.classNames ?? null,
    evaluation: evaluation ?? null,
    run: path,
    model: join(path, 'model.safetensors'),
  }
}
