/** An experiment run: its folder claimed or taken up again, trained, saved, and evaluated. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../formats/node.ts'
import { NablaError } from '../../shared/index.ts'
import {
  type CheckpointSink,
  checkSaveable,
  type DeviceRecord,
  DivergedError,
  type EpochRecord,
  type Evaluation,
  evaluate,
  fit,
  type Model,
  type Progress,
  type Run,
} from '../../training/index.ts'
import { checkpointFolder, latestCheckpoint, RunFolder } from '../../training/node.ts'
import { describeRun, type ExperimentFile } from '../files/saved-config.ts'
import { chooseFolder, claimFolder } from './folder.ts'
import type { Job } from './job.ts'
import { relabel } from './relabel.ts'
import { reportRun, SHOWN_MISTAKES } from './report.ts'

export interface TrainOptions {
  /** The file that the experiment came from. */
  file?: ExperimentFile | undefined
  /** The folder of a run that was stopped or killed, to go on with. */
  resume?: string | undefined
  signal?: AbortSignal | undefined
  /** When the folder is there and training begins; `step` is above 0 for a run that goes on. */
  onStart?: (directory: string, step: number) => void
  /** When it is decided what computes. */
  onDevice?: (device: DeviceRecord) => void
  onProgress?: (progress: Progress) => void
  onEpoch?: (record: EpochRecord) => void
}

/** The model's figures at the end, on the part of the data that it did not learn from. */
export interface Evaluated {
  part: 'validation' | 'test'
  evaluation: Evaluation
}

export interface Trained {
  job: Job
  run: Run
  /** The run's model, with what is done to raw inputs first. */
  model: Model
  directory: string
  /** Absent where the run was interrupted, or all data was learnt from. */
  evaluated: Evaluated | undefined
}

const CHECKPOINTS = 'checkpoints'
/** How often a run is saved where nothing is said. */
const USUAL_SECONDS = 60

/**
 * Trains, saves and evaluates.
 * @throws NablaError E-FILE for a folder that holds something; what `fit` throws, with the field's path. A run that
 *   diverged has saved its last good parameters.
 */
export async function trainJob(job: Job, options: TrainOptions = {}): Promise<Trained> {
  // A model that could not be loaded again is refused now, not when it has been trained.
  checkSaveable({ network: job.network, loss: job.loss })
  const opened = options.resume === undefined ? await begin(job, options) : await goOn(job, options.resume, options)
  const { folder, abandon, checkpoint } = opened
  const { directory } = folder
  options.onStart?.(directory, checkpoint?.engine.step ?? 0)
  let run: Run
  try {
    run = await relabel(job.place, () => fit(job.network, job.data.train, fitOptions(job, opened, options)))
  } catch (error) {
    if (!(error instanceof DivergedError)) {
      await abandon()
      throw error
    }
    const model = modelOf(error.run, job)
    await folder.finish({ ...error.run, model })
    await reportRun(job, directory, model, undefined)
    throw inWordsOfExperiments(error, directory)
  }
  const model = modelOf(run, job)
  // Before the test, so that who interrupts it loses nothing.
  await folder.finish({ ...run, model })
  const evaluated = run.stopped.reason === 'aborted' ? undefined : await evaluateRun(job, run.model, model)
  if (evaluated !== undefined) await folder.finish({ ...run, model }, { [evaluated.part]: figuresOf(evaluated) })
  await reportRun(job, directory, model, evaluated)
  return { job, run, model, directory, evaluated }
}

interface Opened {
  folder: RunFolder
  /** Takes back what was made for a run that never began. */
  abandon(): Promise<void>
  checkpoint: Awaited<ReturnType<typeof latestCheckpoint>>
}

async function begin(job: Job, { file }: TrainOptions): Promise<Opened> {
  const directory = chooseFolder(job)
  return { ...(await claimFolder(directory, describeRun(job, file))), checkpoint: undefined }
}

async function goOn(job: Job, directory: string, { file }: TrainOptions): Promise<Opened> {
  const checkpoint = await latestCheckpoint(join(directory, CHECKPOINTS))
  const path = join(directory, 'config.json')
  const before = await readFile(path)
  const folder = await RunFolder.resume(directory, checkpoint?.host.history ?? [], describeRun(job, file))
  // A run that may not go on as it was asked to stays what it was.
  return { folder, abandon: () => writeFileAtomic(path, before), checkpoint }
}

function fitOptions(job: Job, { folder, checkpoint }: Opened, { signal, onDevice, onProgress, onEpoch }: TrainOptions) {
  return {
    ...job.options,
    ...(signal === undefined ? {} : { signal }),
    ...(onDevice === undefined ? {} : { onDevice }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...sinkOf(job, folder.directory),
    ...(checkpoint === undefined ? {} : { resume: checkpoint }),
    onEpoch: async (record: EpochRecord) => {
      onEpoch?.(record)
      await folder.recordEpoch(record)
    },
  }
}

function sinkOf({ experiment }: Job, directory: string): { checkpoint?: CheckpointSink } {
  const { checkpoint } = experiment
  if (checkpoint === 'none') return {}
  const { everySteps, everyMinutes, keep } = checkpoint
  const seconds = everyMinutes === undefined ? undefined : everyMinutes * 60
  const everySeconds = seconds ?? (everySteps === undefined ? USUAL_SECONDS : undefined)
  return {
    checkpoint: checkpointFolder(join(directory, CHECKPOINTS), {
      keep,
      ...(everySteps === undefined ? {} : { everySteps }),
      ...(everySeconds === undefined ? {} : { everySeconds }),
    }),
  }
}

/** The model with what is done to raw inputs first. */
function modelOf({ model }: Run, { data }: Job): Model {
  return data.scaling === undefined ? model : model.with({ preprocessing: data.scaling })
}

/** The same, with a way out in the words of an experiment. */
function inWordsOfExperiments(error: DivergedError, directory: string): NablaError {
  const fix = `lower optimizer.learningRate, or give clip.norm 1 or scaling standardise; the last good parameters are in ${directory}.`
  return new NablaError({ ...error.toJSON(), fix }, { cause: error })
}

/** On the test set, which is not scaled yet; else on what was kept apart, which is. */
async function evaluateRun(job: Job, bare: Model, whole: Model): Promise<Evaluated | undefined> {
  const { data, experiment } = job
  const options = {
    backend: experiment.backend,
    ...(experiment.threads === undefined ? {} : { threads: experiment.threads }),
    mistakes: SHOWN_MISTAKES,
    ...(experiment.metrics.length > 0 ? { metrics: experiment.metrics } : {}),
  }
  if (data.test !== undefined) return { part: 'test', evaluation: await evaluate(whole, data.test, options) }
  if (data.validation === undefined) return undefined
  return { part: 'validation', evaluation: await evaluate(bare, data.validation, options) }
}

/** Without the samples that came out wrong, which evaluation.json has. */
export function figuresOf({ evaluation: { mistakes: _, ...figures } }: Evaluated): Evaluation {
  return figures
}
