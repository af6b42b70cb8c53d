/** `nabla train <data>`: data and settings in, a saved run out. */

import { relative } from 'node:path'
import { backendByName } from '../backend/index.ts'
import { NablaError } from '../shared/index.ts'
import { DivergedError, evaluate, fit, type Model, type Run } from '../training/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { type Interruption, watchInterrupts } from './interrupt.ts'
import type { TrainingData } from './load-data.ts'
import { type Job, prepareJob } from './prepare-job.ts'
import { type ProgressView, progressView } from './progress.ts'
import { printEvaluation } from './report-evaluation.ts'
import { type ClaimedFolder, chooseFolder, claimRunFolder } from './run-config.ts'
import { describeJob, type Evaluated, trainDocument } from './train-report.ts'
import { clippingOf, regularizerOf } from './train-settings.ts'

export const TRAIN_SCHEMA = 'nabla.train/1'

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
    const job = await prepareJob(context, given, flags)
    if (interruption.happened) {
      context.note('Interrupted before training began; nothing was saved.')
      return EXIT.interrupted
    }
    const directory = chooseFolder(job.data.name, job.settings)
    const claimed = await claimRunFolder(directory, job.dataName, job.settings, job.data)
    return await runJob(context, job, claimed, interruption, flags.quiet === true)
  } finally {
    interruption.release()
  }
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
    if (!(error instanceof DivergedError)) {
      await claimed.abandon()
      throw error
    }
    await claimed.folder.finish({ ...error.run, model: modelOf(error.run, data) })
    throw divergedInWords(error, claimed.folder.directory)
  }
  view.end()
  return await saveAndReport(context, job, claimed, interruption, run)
}

/** The model with what is done to raw inputs first. */
function modelOf({ model }: Run, { scaling }: TrainingData): Model {
  return scaling === undefined ? model : model.with({ preprocessing: scaling })
}

/** The same, with a way out in the words of the command line. */
function divergedInWords(error: DivergedError, directory: string): NablaError {
  const fix = `lower --learning-rate, or give --clip-norm 1 or --scale standardise; the last good parameters are in ${directory}.`
  return new NablaError({ ...error.toJSON(), fix }, { cause: error })
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
  const { data } = job
  const model = modelOf(run, data)
  // Before the test, so that an impatient second Ctrl-C loses nothing.
  await folder.finish({ ...run, model })
  const path = relative('', folder.directory) || '.'
  if (interruption.happened) {
    context.note(`${capitalize(run.stopped.message)}.`)
    context.print(`model saved in ${path}`)
    context.document(TRAIN_SCHEMA, trainDocument(job, run, path, undefined))
    return EXIT.interrupted
  }
  const evaluated = await evaluateRun(job, run.model, model)
  if (evaluated !== undefined) {
    context.note('')
    printEvaluation(context, evaluated.part, data.samples, evaluated.evaluation, model.classNames)
    context.print('')
  }
  context.print(`model saved in ${path}`)
  context.document(TRAIN_SCHEMA, trainDocument(job, run, path, evaluated))
  return EXIT.fine
}

/** On the test set, which is not scaled yet; else on what was kept apart, which is. */
async function evaluateRun({ data, settings }: Job, bare: Model, whole: Model): Promise<Evaluated | undefined> {
  const backend = backendByName(settings.backend)
  if (data.test !== undefined) return { part: 'test', evaluation: await evaluate(whole, data.test, { backend }) }
  if (data.validation === undefined) return undefined
  return { part: 'validation', evaluation: await evaluate(bare, data.validation, { backend }) }
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
