/** A CSV file: a row is a sample, one column is what to predict. */

import type { CsvOptions } from '../../data/index.ts'
import { readCsvDataset } from '../../data/node.ts'
import { flag, list, oneOf, optional, type Place, type ReadObject, record, required, text } from '../schema/index.ts'
import { dataKind } from './kind.ts'
import { nameOf } from './name-of.ts'

const file = text('the path of a CSV file')
const column = text('the name of a column')

export const CSV_ENTRIES = {
  path: required(file, 'the file to train on'),
  target: required(column, 'the column to predict'),
  validation: optional(file, 'a file to judge by, in place of a share of the first'),
  test: optional(file, 'a file to test on at the end'),
  ignore: optional(list(column, 'names of columns'), 'columns that are left out'),
  types: optional(
    record(oneOf('column type', ['numeric', 'categorical']), 'numeric or categorical, by column'),
    'types that are not to be guessed',
  ),
  missing: optional(oneOf('way', ['error', 'drop']), 'what to do about rows that lack a value: error, or drop them'),
  header: optional(flag, 'whether the first row names the columns; guessed where nothing is said'),
  delimiter: optional(text('the character between cells'), 'guessed where nothing is said'),
}

type CsvConfig = ReadObject<typeof CSV_ENTRIES>

function optionsOf(config: CsvConfig): CsvOptions {
  const { path: _, validation: _v, test: _t, ...options } = config
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

async function load(config: CsvConfig, _place: Place) {
  const { path, validation, test } = config
  const { data, schema, notes } = await readCsvDataset(path, optionsOf(config))
  const encoded = async (other: string | undefined) =>
    other === undefined
      ? undefined
      : (await readCsvDataset(other, { ...(config.missing && { missing: config.missing }), schema })).data
  return {
    name: nameOf(path),
    samples: 'samples',
    train: data,
    validation: await encoded(validation),
    test: await encoded(test),
    schema,
    scaling: 'standardise' as const,
    notes,
  }
}

export const csv = dataKind({
  kind: 'csv',
  help: 'rows of a CSV file (gzip is unpacked)',
  short: 'the path of a CSV file',
  samples: 'samples',
  entries: CSV_ENTRIES,
  fromText: (given) => (/\.(csv|tsv|txt)(\.gz)?$/i.test(given) ? { path: given } : undefined),
  load,
  loadTest: async ({ test }, { columns }, given) => {
    const path = given ?? test
    if (path === undefined) return undefined
    return (await readCsvDataset(path, columns === undefined ? {} : { schema: columns })).data
  },
})
