/**
 * A table row by row: its header, which columns are inputs and target, what each is, and a row as numbers. The same for a
 * text in memory and for a file that comes in pieces.
 */

import { unknownName } from '../shared/index.ts'
import type { CsvOptions, CsvSchema } from './csv.ts'
import {
  type Column,
  ColumnEncoder,
  type ColumnSchema,
  ColumnSurvey,
  cellOf,
  isMissing,
  isNumber,
  placeOf,
} from './csv-columns.ts'
import type { CsvRow } from './csv-text.ts'
import { dataError } from './mistakes.ts'
import type { RowFormat, Rows, TargetKind } from './stream/rows.ts'

/** The columns of a table that matter, by what they are for. */
export interface ChosenColumns {
  inputs: readonly Column[]
  target: Column | undefined
}

export interface Header {
  /** Whether the first row names the columns. */
  named: boolean
  chosen: ChosenColumns
}

/**
 * What the first row says.
 * @throws NablaError E-NAME for a name that is repeated or not there; E-DATA where there is no input.
 */
export function readHeader(first: CsvRow, where: string, options: CsvOptions, delimiter: string, notes: string[]) {
  const { line, cells } = first
  const named = options.header ?? !cells.some(isNumber)
  const names = named ? cells : cells.map((_, index) => `column ${index + 1}`)
  if (options.header === undefined) notes.push(named ? 'The first row names the columns.' : 'No row names the columns.')
  if (options.delimiter === undefined && delimiter !== ',') notes.push(`Cells end at ${JSON.stringify(delimiter)}.`)
  const repeated = findRepeated(names)
  if (repeated === undefined) return { named, chosen: chooseColumns(names, where, options) } satisfies Header
  const place = `${where}, line ${line}, column ${repeated + 1}`
  throw dataError(
    place,
    'column names that differ',
    `${JSON.stringify(names[repeated])} twice`,
    'rename one.',
    'E-NAME',
  )
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

function chooseColumns(names: readonly string[], where: string, options: CsvOptions): ChosenColumns {
  const positions = new Map(names.map((name, index) => [name, index]))
  const find = (name: string): Column => {
    const index = positions.get(name)
    if (index === undefined) throw unknownName(where, 'column', name, names)
    return { name, index, where }
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

/** Looks at every row once: which lack a value, and what the columns are. */
export class TableSurvey {
  private readonly where: string
  private readonly options: CsvOptions
  private readonly columns: readonly Column[]
  private readonly inputs: readonly ColumnSurvey[]
  private readonly target: ColumnSurvey | undefined
  private rows = 0
  /** Rows that have all their values. */
  kept = 0
  private firstMissing: string | undefined
  private missingCell = ''

  constructor(chosen: ChosenColumns, where: string, options: CsvOptions) {
    this.where = where
    this.options = options
    this.columns = chosen.target === undefined ? chosen.inputs : [...chosen.inputs, chosen.target]
    const types = options.types ?? {}
    const known = options.schema?.target
    const kindOf = ({ name }: Column) => (Object.hasOwn(types, name) ? types[name] : undefined)
    const survey = (column: Column) =>
      new ColumnSurvey(column, column.name === known?.name ? known.kind : kindOf(column))
    this.inputs = chosen.inputs.map(survey)
    this.target = chosen.target === undefined ? undefined : survey(chosen.target)
  }

  /** Whether the row has all its values. */
  add(row: CsvRow): boolean {
    this.rows++
    const missing = lackingColumn(this.columns, row)
    if (missing !== undefined) {
      this.firstMissing ??= placeOf(missing, row)
      if (this.rows - this.kept === 1) this.missingCell = cellOf(missing, row)
      return false
    }
    this.kept++
    // The types are known where a schema says them; only classes are counted then.
    if (this.options.schema === undefined) for (const column of this.inputs) column.add(row)
    this.target?.add(row)
    return true
  }

  /**
   * What the columns are, as guessed or as given; notes say so.
   * @throws NablaError E-DATA for no rows, for missing values unless they may be dropped, for columns that are neither.
   */
  finish(notes: string[]): CsvSchema {
    const { where, rows, kept, firstMissing, options } = this
    if (rows === 0) throw dataError(where, 'at least one row of data', 'only a header', 'add rows.')
    if (firstMissing !== undefined) this.judgeMissing(firstMissing, rows - kept, notes)
    if (options.schema !== undefined) return options.schema
    const schema: CsvSchema = { inputs: this.inputs.map((column) => column.schema) }
    for (const column of schema.inputs) notes.push(noteOf(column, 'input'))
    if (this.target === undefined) return schema
    schema.target = this.target.targetSchema
    notes.push(noteOf(schema.target, 'target'))
    return schema
  }

  private judgeMissing(place: string, lacking: number, notes: string[]): void {
    const { where, rows, kept } = this
    const received = `${JSON.stringify(this.missingCell)} (${lacking} of ${rows} rows lack a value)`
    if (this.options.missing !== 'drop') {
      const fix = "fill the cell, or leave such rows out with { missing: 'drop' }."
      throw dataError(place, 'a value', received, fix)
    }
    if (kept === 0) throw dataError(where, 'a row with all its values', received, 'ignore the empty columns.')
    notes.push(`${lacking} of ${rows} rows lack a value and were left out.`)
  }

  /** How many rows each class of the target has. */
  classCounts({ target }: CsvSchema): Int32Array | undefined {
    return target?.kind === 'categorical' ? this.target?.countsOf(target.categories ?? []) : undefined
  }
}

/** The first column in which the row has no value. */
export function lackingColumn(columns: readonly Column[], row: CsvRow): Column | undefined {
  return columns.find((column) => isMissing(cellOf(column, row)))
}

function noteOf({ name, kind, categories }: ColumnSchema, role: string): string {
  const what = kind === 'numeric' ? 'numeric' : `${categories?.length} ${role === 'target' ? 'classes' : 'categories'}`
  return `${JSON.stringify(name)} (${role}): ${what}.`
}

/** Rows of a table as rows of numbers. */
export class TableEncoder {
  readonly format: RowFormat
  private readonly inputs: readonly ColumnEncoder[]
  private readonly target: ColumnEncoder | undefined
  private readonly width: number

  constructor(name: string, chosen: ChosenColumns, schema: CsvSchema) {
    this.inputs = schema.inputs.flatMap((column, position) => {
      const place = chosen.inputs[position]
      return place === undefined ? [] : [new ColumnEncoder(place, column)]
    })
    const { target } = chosen
    this.target = target === undefined || !schema.target ? undefined : new ColumnEncoder(target, schema.target)
    this.width = this.inputs.reduce((sum, { width }) => sum + width, 0)
    this.format = {
      name,
      inputShape: [this.width],
      stored: 'f32',
      targets: this.target === undefined ? undefined : targetKindOf(schema.target),
      weighted: false,
      inputNames: schema.inputs.flatMap(featureNames),
    }
  }

  /** Writes a row of cells to row `to`. @throws NablaError E-DATA, E-NAN with line and column. */
  write(row: CsvRow, into: Rows, to: number): void {
    if (!(into.inputs instanceof Float32Array)) return
    let at = to * this.width
    into.inputs.fill(0, at, at + this.width)
    for (const column of this.inputs) {
      column.write(row, into.inputs, at)
      at += column.width
    }
    const { target } = this
    if (target === undefined) return
    if (into.targets instanceof Int32Array) into.targets[to] = target.category(row)
    else if (into.targets !== undefined) target.write(row, into.targets, to)
  }
}

function featureNames({ name, kind, categories = [] }: ColumnSchema): string[] {
  return kind === 'numeric' ? [name] : categories.map((category) => `${name}=${category}`)
}

function targetKindOf(schema: ColumnSchema | undefined): TargetKind | undefined {
  if (schema === undefined) return undefined
  if (schema.kind === 'categorical') return { kind: 'classes', classNames: schema.categories ?? [] }
  return { kind: 'values', shape: [1], names: [schema.name] }
}
