/** Every field of an experiment, in the order in which help lists them. */

import { backendNames } from '../../backend/index.ts'
import {
  count,
  countFromZero,
  type Entries,
  flag,
  number,
  object,
  oneOf,
  optional,
  orWord,
  type ReadObject,
  record,
  required,
  text,
  withInitial,
} from '../schema/index.ts'
import { rangeField } from '../search/range.ts'
import { dataField } from './data.ts'
import { lossField } from './loss.ts'
import { networkField } from './network.ts'
import { optimizerField } from './optimizer.ts'
import { scheduleField } from './schedule.ts'
import { stoppingField } from './stopping.ts'
import { checkpointField, classWeightsField, clipField, metricsField, regularizerField } from './training.ts'

const batch = orWord(count, ['all'], 'give how many samples a step takes, such as 128, or all.')
const openShare = number(
  { least: 0, most: 1, open: 'both' },
  'give the share of the training data to keep apart, such as 0.1, or none.',
)

const SEARCH = {
  vary: required(record(rangeField, 'fields by path, each with a range'), 'what is tried'),
  trials: optional(count, 'how many runs; all of a grid, or 20'),
  metric: optional(
    text('the name of a metric'),
    'what decides; the validation accuracy if there is one, else the loss',
  ),
  better: optional(oneOf('direction', ['lower', 'higher']), 'which values are better; known for the metrics of nabla'),
  seed: withInitial(countFromZero, 0, 'decides what is drawn'),
  jobs: optional(count, 'runs at a time, each a process of its own'),
}

export const EXPERIMENT = {
  name: optional(text('a name'), "what the run is called; the data's name where nothing is said"),
  data: required(dataField, 'what to train on'),
  network: withInitial(networkField, {}, 'hidden layers (300,75), or all: dense(64) relu dense(outputs)'),
  loss: optional(lossField, 'what is made small; by the kind of target where nothing is said'),
  optimizer: withInitial(optimizerField, 'adam', 'how weights are updated'),
  schedule: optional(scheduleField, "the learning rate's course"),
  epochs: withInitial(count, 10, 'times through the training data'),
  batchSize: optional(batch, 'samples in a step, or all; 32 where nothing is said'),
  validation: withInitial(
    orWord(openShare, ['none', 'auto'], 'give the share of the training data to keep apart, such as 0.1, or none.'),
    'auto',
    "the share of the training data kept apart to judge by, or none; auto: 0.1, or the data's own part",
  ),
  scaling: withInitial(
    oneOf('scaling', ['standardise', 'minMax', 'none', 'auto']),
    'auto',
    'of the inputs; auto: standardise for tables, none for images',
  ),
  regularizer: optional(regularizerField, 'penalties on weights'),
  clip: optional(clipField, 'a limit of gradients: norm or value'),
  metrics: withInitial(metricsField, [], 'further figures of each epoch'),
  classWeights: optional(classWeightsField, 'how much the samples of each class count'),
  stopping: optional(stoppingField, 'when to stop before the last epoch'),
  shuffle: withInitial(flag, true, 'a new order of the samples in each epoch'),
  seed: withInitial(countFromZero, 0, 'decides weights, order and splits'),
  backend: withInitial(oneOf('backend', backendNames), 'auto', 'what computes; auto: native where it is worth it'),
  threads: optional(number({ least: 1, most: 64, whole: true }), "how many compute; the machine's cores"),
  checkpoint: withInitial(
    checkpointField,
    {},
    'how often the run is saved so that it can go on; once a minute, or none',
  ),
  out: optional(
    text('the path of a folder'),
    'where the run is saved; runs/NAME-1, runs/NAME-2, … where nothing is said',
  ),
  search: optional(object(SEARCH, { what: 'a search' }), 'for nabla search: what is tried'),
} satisfies Entries

export const experimentField = object(EXPERIMENT, { what: 'an experiment' })

/** An experiment with every field checked, and what was left out filled in where it doesn't depend on the data. */
export type CheckedExperiment = ReadObject<typeof EXPERIMENT>
export type SearchConfig = NonNullable<CheckedExperiment['search']>

export { lossField } from './loss.ts'
export { layerOf, type MakeNetwork, type NetworkConfig, type NetworkNeeds, OUTPUTS } from './network.ts'
export type { StoppingConfig } from './stopping.ts'
export { metricsField } from './training.ts'
