/** Data that an experiment's own code gives: arrays, data sets, or a function that makes them. */

import { Dataset, type DatasetSource, dataset, StreamedDataset } from '../../data/index.ts'
import { showValue } from '../../network/index.ts'
import type { Place } from '../schema/index.ts'
import type { LoadedData, Samples } from './kind.ts'

type OneSet = Samples | DatasetSource
export interface GivenParts {
  train: OneSet
  validation?: OneSet | undefined
  test?: OneSet | undefined
}
/** Training data, or all parts of it. */
export type GivenData = OneSet | GivenParts
/** What code can say in place of a kind and its fields. */
export type CodeData = GivenData | (() => GivenData | Promise<GivenData>)

const hasField = (value: unknown, name: string) => typeof value === 'object' && value !== null && name in value

const isSamples = (value: unknown): value is Samples => value instanceof Dataset || value instanceof StreamedDataset

export function isCodeData(value: unknown): value is CodeData {
  return isSamples(value) || typeof value === 'function' || hasField(value, 'inputs') || hasField(value, 'train')
}

export async function loadGiven(code: CodeData, place: Place): Promise<LoadedData> {
  const given: unknown = typeof code === 'function' ? await code() : code
  const parts = hasField(given, 'train') ? (given as GivenParts) : { train: given as OneSet }
  const one = (part: unknown, name: string): Samples => {
    if (isSamples(part)) return part
    if (hasField(part, 'inputs')) return dataset({ name, ...(part as DatasetSource) })
    const expected = 'a data set, or { inputs, labels } or { inputs, targets }'
    throw place.error('E-USAGE', expected, showValue(part), 'write dataset({ inputs, labels }).')
  }
  const other = (name: 'validation' | 'test') => (parts[name] === undefined ? undefined : one(parts[name], name))
  const train = one(parts.train, 'data')
  const name = /^[\w.-]+$/.test(train.name) ? train.name : 'data'
  return {
    name,
    samples: 'samples',
    train,
    validation: other('validation'),
    test: other('test'),
    scaling: 'none',
    notes: [],
  }
}
