/** `nabla train <what>`: an experiment in, a saved run out. */

import { relative } from 'node:path'
import {
  allFields,
  isExperimentFile,
  type Job,
  type LoadedExperiment,
  loadExperiment,
  overrideFromText,
  overridesOf,
  prepareJob,
  resolveExperiment,
  type Trained,
  trainJob,
} from '../experiment/node.ts'
import { formatCount } from '../shared/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { type Interruption, watchInterrupts } from './interrupt.ts'
import { progressView } from './progress.ts'
import { printEvaluation } from './report-evaluation.ts'
import { resumeSource } from './resume.ts'
import { formatColumns } from './text.ts'
import { describeDevice, describeJob, trainDocument } from './train-report.ts'

export const TRAIN_SCHEMA = 'nabla.train/1'
export const FIELDS_SCHEMA = 'nabla.fields/1'

type Flags = Readonly<Record<string, unknown>>

/** Trains, saves, tests and reports; the exit code. */
export async function train(context: CommandContext, given: string | undefined, flags: Flags): Promise<number> {
  if (flags.fields === true) return printFields(context)
  const interruption = watchInterrupts(context.io, () =>
    context.note('\nStopping after this step, then saving. Ctrl-C again stops at once.'),
  )
  try {
    const source = await chooseSource(given, flags)
    const job = await prepare(context, given, flags, source)
    if (interruption.happened) {
      context.note('Interrupted before training began; nothing was saved.')
      return EXIT.interrupted
    }
    return await runJob(context, job, source, interruption, flags)
  } finally {
    interruption.release()
  }
}

/** The file or the earlier run that the experiment is read from; nothing where flags alone describe it. */
async function chooseSource(given: string | undefined, flags: Flags): Promise<LoadedExperiment> {
  const [resume, config] = [flags.resume, flags.config]
  if (typeof resume === 'string') return resumeSource(resume, given ?? config)
  if (typeof config === 'string') return loadExperiment(config)
  if (given !== undefined && isExperimentFile(given)) return loadExperiment(given)
  return { value: undefined, notes: [] }
}

async function prepare(
  context: CommandContext,
  given: string | undefined,
  flags: Flags,
  source: LoadedExperiment,
): Promise<Job> {
  const overrides = overridesOf(flags, context.io.env)
  const isData = given !== undefined && !isExperimentFile(given)
  const data = isData ? [overrideFromText('data', given, 'the command line', 1)] : []
  const resolved = resolveExperiment(source, [...data, ...overrides])
  const job = await prepareJob(resolved)
  for (const note of [...source.notes, ...job.data.notes]) context.note(note)
  return job
}

async function runJob(
  context: CommandContext,
  job: Job,
  { file }: LoadedExperiment,
  interruption: Interruption,
  flags: Flags,
): Promise<number> {
  const view = progressView(context.io, job.experiment.epochs, job.data.samples, flags.quiet === true)
  let trained: Trained
  try {
    trained = await trainJob(job, {
      file,
      resume: typeof flags.resume === 'string' ? flags.resume : undefined,
      signal: interruption.signal,
      onStart: (directory, step) => {
        describeJob(context, job)
        if (step > 0) context.note(`going on in ${directory} after step ${formatCount(step)}`)
      },
      onDevice: (device) => describeDevice(context, device),
      onProgress: view.progress,
      onEpoch: view.epoch,
    })
  } finally {
    view.end()
  }
  return report(context, trained)
}

function report(context: CommandContext, trained: Trained): number {
  const { job, run, model, directory, evaluated } = trained
  const path = relative('', directory) || '.'
  const { reason, message } = run.stopped
  if (reason === 'aborted') context.note(`${capitalize(message)}.`)
  else if (reason !== 'epochs') context.note(`stopped: ${message}`)
  if (evaluated !== undefined) {
    context.note('')
    printEvaluation(context, evaluated.part, job.data.samples, evaluated.evaluation, model.classNames)
    context.print('')
  }
  context.print(`model saved in ${path}`)
  context.document(TRAIN_SCHEMA, trainDocument(job, run, path, evaluated))
  return reason === 'aborted' ? EXIT.interrupted : EXIT.fine
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Every field that --set and files take. */
function printFields(context: CommandContext): number {
  const fields = allFields()
  const rows = fields.map(({ path, takes, initial, help }) => {
    const usual = initial === undefined || typeof initial === 'object' ? '' : ` (${initial})`
    return [path, `${help}${usual}`, takes]
  })
  for (const line of formatColumns(rows, ['left', 'left', 'left'])) context.print(line)
  context.document(FIELDS_SCHEMA, { fields: fields.map((field) => ({ ...field, initial: field.initial ?? null })) })
  return EXIT.fine
}
