/** The data that a command names: "mnist", or the path of a CSV file. */

import {
  type CsvSchema,
  type Dataset,
  fitMinMax,
  fitStandardise,
  type Scaling,
  type ScalingKind,
} from '../data/index.ts'
import { loadMnist, readCsvDataset } from '../data/node.ts'
import { NablaError, nearest } from '../shared/index.ts'
import type { TrainSettings } from './train-settings.ts'

export interface TrainingData {
  /** What the run is called after: "mnist", "iris". */
  name: string
  /** What a sample is called, in the plural. */
  samples: string
  /** Scaled, as the network sees it. */
  train: Dataset
  validation: Dataset | undefined
  /** Not scaled: a model scales what it is given. */
  test: Dataset | undefined
  scaling: Scaling | undefined
  /** How a CSV file's columns became numbers. */
  schema: CsvSchema | undefined
  /** What was guessed, a line each. */
  notes: string[]
}

/** @throws NablaError E-FILE, E-DATA, E-NAN, E-NAME as the readers of the data room; E-USAGE for a missing target. */
export async function loadTrainingData(data: string, settings: TrainSettings): Promise<TrainingData> {
  const whole = data === 'mnist' ? await loadMnistParts(settings) : await loadCsvParts(data, settings)
  const [train, validation] = keepApart(whole.all, settings)
  const scaling = fitScaling(settings.scale ?? (data === 'mnist' ? 'none' : 'standardise'), train)
  return {
    ...whole,
    train: scaling === undefined ? train : scaling.apply(train),
    validation: scaling === undefined || validation === undefined ? validation : scaling.apply(validation),
    scaling,
  }
}

type Parts = Omit<TrainingData, 'train' | 'validation' | 'scaling'> & { all: Dataset }

async function loadMnistParts({ target, test }: TrainSettings): Promise<Parts> {
  if (target !== undefined || test !== undefined) {
    throw new NablaError({
      code: 'E-USAGE',
      where: target === undefined ? '--test' : '--target',
      expected: 'a CSV file to train on',
      received: 'mnist, which has labels and a test set of its own',
      fix: 'leave it out.',
    })
  }
  const mnist = await loadMnist()
  return { name: 'mnist', samples: 'images', all: mnist.train, test: mnist.test, schema: undefined, notes: [] }
}

async function loadCsvParts(path: string, { target, test }: TrainSettings): Promise<Parts> {
  if (target === undefined) throw missingTarget(path)
  const { data, schema, notes } = await readCsvDataset(path, { target })
  const tested = test === undefined ? undefined : await readCsvDataset(test, { schema })
  const name = (path.split(/[\\/]/).pop() ?? path).replace(/\.csv(\.gz)?$/i, '')
  return { name, samples: 'samples', all: data, test: tested?.data, schema, notes }
}

function missingTarget(path: string): NablaError {
  const meant = /[./\\]/.test(path) ? undefined : nearest(path, ['mnist'])
  return new NablaError({
    code: 'E-USAGE',
    where: `data "${path}"`,
    expected: 'mnist, or a CSV file and --target with the column to predict',
    received: meant === undefined ? 'no --target' : JSON.stringify(path),
    fix: meant === undefined ? `nabla train ${path} --target COLUMN` : `did you mean ${meant}?`,
  })
}

function keepApart(all: Dataset, { validation, seed }: TrainSettings): [Dataset, Dataset | undefined] {
  if (validation === 'none') return [all, undefined]
  return all.split(1 - validation, { seed, stratify: all.targets?.kind === 'classes' })
}

function fitScaling(kind: ScalingKind | 'none', data: Dataset): Scaling | undefined {
  if (kind === 'none') return undefined
  return kind === 'standardise' ? fitStandardise(data) : fitMinMax(data)
}
