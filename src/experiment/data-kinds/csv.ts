/** A CSV file: a row is a sample, one column is what to predict. */

import type { CsvOptions } from '../../data/index.ts'
import { readCsvDataset, streamCsv } from '../../data/node.ts'
import { NablaError } from '../../shared/index.ts'
import {
  count,
  flag,
  list,
  oneOf,
  optional,
  type Place,
  type ReadObject,
  record,
  required,
  text,
} from '../schema/index.ts'
import { dataKind } from './kind.ts'
import { nameOf } from './name-of.ts'
import { noteOf, streamEntry, streamsFile } from './stream-field.ts'

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
  stream: streamEntry,
  shuffleBuffer: optional(count, 'samples that a stream is shuffled in; what fits into 16 MiB'),
}

type CsvConfig = ReadObject<typeof CSV_ENTRIES>

function optionsOf(config: CsvConfig): CsvOptions {
  const { path: _, validation: _v, test: _t, stream: _s, shuffleBuffer: _b, ...options } = config
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** Into memory, or while it is used. */
async function read(path: string, options: CsvOptions, { stream, shuffleBuffer }: CsvConfig) {
  if (!(await streamsFile(path, stream))) return readCsvDataset(path, options)
  return streamCsv(path, { ...options, ...(shuffleBuffer && { shuffleBuffer }) })
}

async function load(config: CsvConfig, place: Place) {
  const { path, missing } = config
  const { data, schema, notes } = await readTraining(config, place)
  const encoded = async (name: 'validation' | 'test') => {
    const other = config[name]
    if (other === undefined) return undefined
    const options = { ...(missing && { missing }), schema }
    return (await place.child(name).reading(() => read(other, options, config))).data
  }
  return {
    name: nameOf(path),
    samples: 'samples',
    train: data,
    validation: await encoded('validation'),
    test: await encoded('test'),
    schema,
    scaling: 'standardise' as const,
    notes: [...notes, ...noteOf(data)],
  }
}

/** A column that there is not is reported at the field that names it, a file that can't be read at its path. */
async function readTraining(config: CsvConfig, place: Place) {
  try {
    return await read(config.path, optionsOf(config), config)
  } catch (error) {
    const name = error instanceof NablaError && error.code === 'E-NAME' ? error.received : ''
    const names = (list: readonly string[] = []) => list.some((each) => JSON.stringify(each) === name)
    const field = names([config.target])
      ? 'target'
      : names(config.ignore)
        ? 'ignore'
        : names(Object.keys(config.types ?? {}))
          ? 'types'
          : 'path'
    return place.child(field).reading(() => Promise.reject(error))
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
  loadTest: async (config, { columns }, given) => {
    const path = given ?? config.test
    if (path === undefined) return undefined
    return (await read(path, columns === undefined ? {} : { schema: columns }, config)).data
  },
})
