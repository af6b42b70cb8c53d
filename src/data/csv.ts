/**
 * CSV to a data set. Named columns, their types guessed and reported; categories become one-hot inputs or classes.
 * What leaves besides the data is a schema, plain JSON, by which another file (a test set, one row to predict) is
 * encoded in the same way, whatever the order of its columns.
 */

import { unknownName } from '../shared/index.ts'
import {
  type Column,
  type ColumnKind,
  type ColumnSchema,
  cellOf,
  collectCategories,
  encodeClasses,
  encodeColumn,
  guessKind,
  isMissing,
  isNumber,
  placeOf,
  widthOf,
} from './csv-columns.ts'
import { type CsvRow, parseCsvText } from './csv-text.ts'
import { Dataset, type Targets } from './dataset.ts'
import { dataError } from './mistakes.ts'

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

interface Table {
  names: string[]
  rows: CsvRow[]
  where: string
}

/**
 * A data set from CSV text. `where` is what errors call it, such as its path.
 * @throws NablaError E-DATA with line and column for missing or malformed cells, rows of other lengths, open quotes;
 *   E-NAME for a column that there is not; E-NAN for a number beyond f32.
 */
export function csvDataset(text: string, where: string, options: CsvOptions = {}): CsvDataset {
  const notes: string[] = []
  const whole = readTable(text, where, options, notes)
  const chosen = chooseColumns(whole, options)
  const rows = handleMissing(whole.rows, chosen, options.missing ?? 'error', notes, where)
  const inputs = chosen.inputs.map((column) => ({ ...column, rows }))
  const target = chosen.target === undefined ? undefined : { ...chosen.target, rows }
  const schema = options.schema ?? inferSchema(inputs, target, options, notes)
  const { values, names } = encodeInputs(inputs, schema.inputs, rows.length)
  const data = new Dataset({
    name: options.name ?? where,
    inputs: values,
    inputShape: [names.length],
    inputNames: names,
    targets: target === undefined || schema.target === undefined ? undefined : encodeTarget(target, schema.target),
  })
  return { data, schema, notes }
}

function readTable(text: string, where: string, options: CsvOptions, notes: string[]): Table {
  const { rows: all, delimiter } = parseCsvText(text, where, options.delimiter)
  const first = all[0]?.cells ?? []
  const header = options.header ?? !first.some(isNumber)
  const rows = header ? all.slice(1) : all
  const names = header ? first : first.map((_, index) => `column ${index + 1}`)
  if (options.header === undefined)
    notes.push(header ? 'The first row names the columns.' : 'No row names the columns.')
  if (options.delimiter === undefined && delimiter !== ',') notes.push(`Cells end at ${JSON.stringify(delimiter)}.`)
  const repeated = findRepeated(names)
  if (repeated !== undefined) {
    const place = `${where}, line ${all[0]?.line}, column ${repeated + 1}`
    throw dataError(
      place,
      'column names that differ',
      `${JSON.stringify(names[repeated])} twice`,
      'rename one.',
      'E-NAME',
    )
  }
  if (rows.length === 0) throw dataError(where, 'at least one row of data', 'only a header', 'add rows.')
  return { names, rows, where }
}

/** The position of the first name that stands before it too. */
function findRepeated(names: readonly string[]): number | undefined {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) return index
    seen.add(name)
  }
  return undefined
}

interface Chosen {
  inputs: Column[]
  target: Column | undefined
}

function chooseColumns(table: Table, options: CsvOptions): Chosen {
  const { names, rows, where } = table
  const positions = new Map(names.map((name, index) => [name, index]))
  const find = (name: string): Column => {
    const index = positions.get(name)
    if (index === undefined) throw unknownName(where, 'column', name, names)
    return { name, index, rows, where }
  }
  for (const name of [...(options.ignore ?? []), ...Object.keys(options.types ?? {})]) find(name)
  const { schema } = options
  if (schema !== undefined) {
    const target = schema.target?.name
    return {
      inputs: schema.inputs.map(({ name }) => find(name)),
      target: target !== undefined && names.includes(target) ? find(target) : undefined,
    }
  }
  const target = options.target === undefined ? undefined : find(targetName(options.target, names, where))
  const ignored = new Set(options.ignore)
  const inputs = names.filter((name) => name !== target?.name && !ignored.has(name)).map(find)
  if (inputs.length > 0) return { inputs, target }
  throw dataError(where, 'at least one input column', 'none besides the target', 'check target, ignore and delimiter.')
}

function targetName(target: string | number, names: readonly string[], where: string): string {
  if (typeof target === 'string') return target
  const name = names.at(target)
  if (Number.isInteger(target) && name !== undefined) return name
  throw dataError(
    `${where}: target`,
    `a column from 0 to ${names.length - 1}, or from -${names.length} to -1`,
    String(target),
    'name the column to predict.',
    'E-NAME',
  )
}

function handleMissing(
  rows: readonly CsvRow[],
  { inputs, target }: Chosen,
  missing: 'error' | 'drop',
  notes: string[],
  where: string,
): CsvRow[] {
  const columns = target === undefined ? inputs : [...inputs, target]
  const kept: CsvRow[] = []
  let first: { row: CsvRow; column: Column } | undefined
  for (const row of rows) {
    const column = columns.find((candidate) => isMissing(cellOf(candidate, row)))
    if (column === undefined) kept.push(row)
    else first ??= { row, column }
  }
  if (first === undefined) return kept
  const count = rows.length - kept.length
  const received = `${JSON.stringify(cellOf(first.column, first.row))} (${count} of ${rows.length} rows lack a value)`
  if (missing === 'error') {
    const fix = "fill the cell, or leave such rows out with { missing: 'drop' }."
    throw dataError(placeOf(first.column, first.row), 'a value', received, fix)
  }
  if (kept.length === 0) throw dataError(where, 'a row with all its values', received, 'ignore the empty columns.')
  notes.push(`${count} of ${rows.length} rows lack a value and were left out.`)
  return kept
}

function inferSchema(
  inputs: readonly Column[],
  target: Column | undefined,
  options: CsvOptions,
  notes: string[],
): CsvSchema {
  const infer = (column: Column): ColumnSchema => {
    const given = Object.hasOwn(options.types ?? {}, column.name) ? options.types?.[column.name] : undefined
    const kind = given ?? guessKind(column)
    if (kind === 'numeric') return { name: column.name, kind }
    const categories = given === undefined ? collectCategories(column) : collectCategories(column, Infinity)
    return { name: column.name, kind, categories }
  }
  const schema: CsvSchema = { inputs: inputs.map(infer) }
  for (const column of schema.inputs) notes.push(noteOf(column, 'input'))
  if (target === undefined) return schema
  schema.target = inferTarget(target, infer, options)
  notes.push(noteOf(schema.target, 'target'))
  return schema
}

/** At most this many different whole numbers in a target are taken for classes. */
const MOST_NUMBERED_CLASSES = 10

/** As other columns, except that a few whole numbers, each on two rows or more on average, are classes. */
function inferTarget(target: Column, infer: (column: Column) => ColumnSchema, options: CsvOptions): ColumnSchema {
  const schema = infer(target)
  if (schema.kind === 'categorical' || Object.hasOwn(options.types ?? {}, target.name)) return schema
  const different = new Set(target.rows.map((row) => cellOf(target, row)))
  const whole = [...different].every((cell) => /^\d+$/.test(cell))
  if (!whole || different.size > MOST_NUMBERED_CLASSES || different.size * 2 > target.rows.length) return schema
  return { name: target.name, kind: 'categorical', categories: collectCategories(target) }
}

function noteOf({ name, kind, categories }: ColumnSchema, role: string): string {
  const what = kind === 'numeric' ? 'numeric' : `${categories?.length} ${role === 'target' ? 'classes' : 'categories'}`
  return `${JSON.stringify(name)} (${role}): ${what}.`
}

function encodeInputs(columns: readonly Column[], schemas: readonly ColumnSchema[], count: number) {
  const width = schemas.reduce((sum, schema) => sum + widthOf(schema), 0)
  const values = new Float32Array(count * width)
  const names: string[] = []
  schemas.forEach((schema, position) => {
    const column = columns[position]
    if (column !== undefined) encodeColumn(column, schema, values, width, names.length)
    if (schema.kind === 'numeric') names.push(schema.name)
    else for (const category of schema.categories ?? []) names.push(`${schema.name}=${category}`)
  })
  return { values, names }
}

function encodeTarget(column: Column, schema: ColumnSchema): Targets {
  if (schema.kind === 'categorical') {
    return { kind: 'classes', labels: encodeClasses(column, schema), classNames: schema.categories ?? [] }
  }
  const values = new Float32Array(column.rows.length)
  encodeColumn(column, schema, values, 1, 0)
  return { kind: 'values', values, shape: [1], names: [column.name] }
}
