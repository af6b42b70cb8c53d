/** The data of an experiment, loaded, with its validation part kept apart and its inputs scaled. */

import { fitMinMax, fitStandardise, type Scaling } from '../../data/index.ts'
import { known } from '../../shared/index.ts'
import { DATA_KINDS, isCodeData, type LoadedData, loadGiven, type Samples } from '../data-kinds/index.ts'
import type { CheckedExperiment } from '../fields/index.ts'
import type { Place } from '../schema/index.ts'

/** The share that is kept apart where nothing is said. */
const USUAL_SHARE = 0.1

export interface Parts extends Omit<LoadedData, 'scaling'> {
  /** Scaled, as the network sees it; `test` is not: a model scales what it is given. */
  train: Samples
  validation: Samples | undefined
  scaling: Scaling | undefined
  /** What was done where `auto` was said. */
  resolved: { validation: number | 'none' | 'auto'; scaling: 'standardise' | 'minMax' | 'none' }
}

/** @throws NablaError E-FILE, E-DATA, E-NAN, E-NAME as the readers of the data room. */
export async function loadParts(experiment: CheckedExperiment, place: Place): Promise<Parts> {
  const loaded = await load(experiment, place.child('data'))
  const [train, validation, share] = keepApart(loaded, experiment, place.child('validation'))
  const kind = experiment.scaling === 'auto' ? loaded.scaling : experiment.scaling
  const scaling = await fitScaling(kind, train)
  return {
    ...loaded,
    train: scaling === undefined ? train : scaling.apply(train),
    validation: scaling === undefined || validation === undefined ? validation : scaling.apply(validation),
    scaling,
    resolved: { validation: share, scaling: kind },
  }
}

function load({ data }: CheckedExperiment, place: Place): Promise<LoadedData> {
  if (isCodeData(data)) return loadGiven(data, place)
  const { kind: name, ...config } = data
  const kind = known(
    DATA_KINDS.find(({ kind }) => kind === name),
    'a kind of data that was checked is in the table',
  )
  return kind.load(config, place)
}

type Split = [train: Samples, validation: Samples | undefined, share: number | 'none' | 'auto']

function keepApart(loaded: LoadedData, { validation, seed }: CheckedExperiment, place: Place): Split {
  const { train } = loaded
  if (loaded.validation !== undefined) {
    if (validation === 'auto') return [train, loaded.validation, 'auto']
    throw place.error(
      'E-USAGE',
      'a share of the training data, or data of its own to judge by',
      `${validation}, and a validation part in the data`,
      'leave one of them out.',
    )
  }
  if (validation === 'none') return [train, undefined, 'none']
  const share = validation === 'auto' ? USUAL_SHARE : validation
  // Of fewer samples than ten nothing is kept apart, unless somebody asks for it.
  if (validation === 'auto' && Math.round(train.count * (1 - share)) === train.count) return [train, undefined, 'none']
  const stratify = train.targets?.kind === 'classes' && (!('knowsLabels' in train) || train.knowsLabels)
  checkShare(share, train.count, place)
  const [first, rest] = place.run(() => train.split(1 - share, { seed, stratify }))
  return [first, rest, share]
}

function checkShare(share: number, count: number, place: Place): void {
  const kept = count - Math.round(count * (1 - share))
  if (kept > 0 && kept < count) return
  const expected = 'a share with at least one sample in it, and one outside'
  throw place.error('E-VALUE', expected, `${share} of ${count} samples: ${kept}`, 'give another share, or none.')
}

async function fitScaling(kind: 'standardise' | 'minMax' | 'none', data: Samples): Promise<Scaling | undefined> {
  if (kind === 'none') return undefined
  return kind === 'standardise' ? await fitStandardise(data) : await fitMinMax(data)
}
