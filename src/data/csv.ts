/**
 * CSV to a data set. Named columns, their types guessed and reported; categories become one-hot inputs or classes.
 * What leaves besides the data is a schema, plain JSON, by which another file (a test set, one row to predict) is
 * encoded in the same way, whatever the order of its columns.
 */

import type { ColumnKind, ColumnSchema } from './csv-columns.ts'
import { readHeader, TableEncoder, TableSurvey } from './csv-table.ts'
import { noRows, parseCsvText } from './csv-text.ts'
import { Dataset } from './dataset.ts'
import { allocateRows, storedTargets } from './stream/rows.ts'

/** How a table becomes numbers; saved with a model. */
export interface CsvSchema {
  /** The input columns, in the order in which they become features. */
  inputs: ColumnSchema[]
  /** `categorical`: its categories are the classes. `numeric`: a number to predict. */
  target?: ColumnSchema
}

export interface CsvOptions {
  name?: string
  /** The column to predict, by name or by position from 0 (negative from the end). Absent: unlabelled. */
  target?: string | number
  /** Whether the first row names the columns; guessed where nothing is said. */
  header?: boolean
  /** Guessed from `,` `;` tab and `|` where nothing is said. */
  delimiter?: string
  /** Types that are not to be guessed, by column name. The target: 'categorical' for classes, 'numeric' for values. */
  types?: Readonly<Record<string, ColumnKind>>
  /** Columns that are left out. */
  ignore?: readonly string[]
  /** What to do about empty cells, NA, NaN, null, ?: an error that names the first, or leave those rows out. */
  missing?: 'error' | 'drop'
  /** The schema of an earlier file; then nothing is guessed, and the target may be missing. */
  schema?: CsvSchema
}

export interface CsvDataset {
  data: Dataset
  schema: CsvSchema
  /** What was guessed and left out, a line each, for the user to read. */
  notes: string[]
}

/**
 * A data set from CSV text. `where` is what errors call it, such as its path.
 * @throws NablaError E-DATA with line and column for missing or malformed cells, rows of other lengths, open quotes;
 *   E-NAME for a column that there is not; E-NAN for a number beyond f32.
 */
export function csvDataset(text: string, where: string, options: CsvOptions = {}): CsvDataset {
  const notes: string[] = []
  const { rows: all, delimiter } = parseCsvText(text, where, options.delimiter)
  const [first] = all
  if (first === undefined) throw noRows(where)
  const { named, chosen } = readHeader(first, where, options, delimiter, notes)
  const survey = new TableSurvey(chosen, where, options)
  const kept = (named ? all.slice(1) : all).filter((row) => survey.add(row))
  const schema = survey.finish(notes)
  const encoder = new TableEncoder(options.name ?? where, chosen, schema)
  const rows = allocateRows(encoder.format, kept.length)
  kept.forEach((row, at) => {
    encoder.write(row, rows, at)
  })
  const { name, inputShape, inputNames, targets } = encoder.format
  const data = new Dataset({ name, inputs: rows.inputs, inputShape, inputNames, targets: storedTargets(targets, rows) })
  return { data, schema, notes }
}
