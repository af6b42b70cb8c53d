/**
 * What the columns of a table mean: numbers or categories, guessed from their cells and told to the user, or taken
 * from the schema of an earlier file. Every cell that does not fit is named with its line and column.
 */

import type { CsvRow } from './csv-text.ts'
import { dataError } from './mistakes.ts'

export type ColumnKind = 'numeric' | 'categorical'

/** One column as a schema keeps it. */
export interface ColumnSchema {
  name: string
  kind: ColumnKind
  /** The values of a categorical column, sorted. */
  categories?: string[]
}

/** One column of a table, by name and position, with its cells still as text. */
export interface Column {
  name: string
  /** Counted from 0; errors count from 1. */
  index: number
  rows: readonly CsvRow[]
  where: string
}

const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?'])
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/
/** More categories than this in a column that nobody called categorical are more likely names or identifiers. */
const MOST_GUESSED_CATEGORIES = 100

export function isMissing(cell: string): boolean {
  // The longest of them has four letters; most cells of a large table are settled here.
  return cell.length <= 4 && MISSING.has(cell.toLowerCase())
}

export function isNumber(cell: string): boolean {
  return NUMBER.test(cell)
}

export function cellOf(column: Column, row: CsvRow): string {
  return row.cells[column.index] ?? ''
}

/** "data.csv, line 4, column 2 ("age")" */
export function placeOf(column: Column, row: CsvRow): string {
  return `${column.where}, line ${row.line}, column ${column.index + 1} (${JSON.stringify(column.name)})`
}

/**
 * Numeric where every cell is a number, categorical where few are.
 * @throws NablaError E-DATA where most cells are numbers but one is not, or there are too many categories to mean any.
 */
export function guessKind(column: Column): ColumnKind {
  const wrong = column.rows.find((row) => !isNumber(cellOf(column, row)))
  if (wrong === undefined) return 'numeric'
  const cell = cellOf(column, wrong)
  const numbers = column.rows.reduce((count, row) => count + (isNumber(cellOf(column, row)) ? 1 : 0), 0)
  const category = `say { types: { ${JSON.stringify(column.name)}: 'categorical' } } if it is one`
  if (DECIMAL_COMMA.test(cell)) {
    throw dataError(
      placeOf(column, wrong),
      'a number with a decimal point',
      shown(cell),
      `write 1.5, not 1,5; ${category}.`,
    )
  }
  if (numbers * 2 > column.rows.length) {
    const expected = `a number, as in ${numbers} of ${column.rows.length} rows`
    throw dataError(placeOf(column, wrong), expected, shown(cell), `correct the cell; ${category}.`)
  }
  return 'categorical'
}

/**
 * The categories of a column, sorted. @throws NablaError E-DATA for more of them than a guess allows.
 */
export function collectCategories(column: Column, most = MOST_GUESSED_CATEGORIES): string[] {
  const categories = new Set(column.rows.map((row) => cellOf(column, row)))
  if (categories.size > most) {
    const name = JSON.stringify(column.name)
    throw dataError(
      `${column.where}, column ${column.index + 1} (${name})`,
      `at most ${most} categories`,
      String(categories.size),
      `leave the column out with { ignore: [${name}] }, or say { types: { ${name}: 'categorical' } }.`,
    )
  }
  const sorted = [...categories]
  return sorted.every(isNumber)
    ? sorted.sort((a, b) => Number(a) - Number(b))
    : sorted.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** How many numbers a column becomes. */
export function widthOf(schema: ColumnSchema): number {
  return schema.kind === 'numeric' ? 1 : (schema.categories?.length ?? 0)
}

/**
 * Writes a column to `into` `[rows, width]` from feature `first` on: its number, or 1 at its category.
 * @throws NablaError E-DATA for a cell that is no number, or a category that the schema lacks; E-NAN beyond f32.
 */
export function encodeColumn(
  column: Column,
  schema: ColumnSchema,
  into: Float32Array,
  width: number,
  first: number,
): void {
  const positions = categoryPositions(schema)
  column.rows.forEach((row, index) => {
    const at = index * width + first
    if (schema.kind === 'numeric') into[at] = readNumber(column, row)
    else into[at + readCategory(column, row, positions)] = 1
  })
}

/** The class number of every row. @throws NablaError E-DATA for a class that the schema lacks. */
export function encodeClasses(column: Column, schema: ColumnSchema): Int32Array {
  const positions = categoryPositions(schema)
  return Int32Array.from(column.rows, (row) => readCategory(column, row, positions))
}

function categoryPositions(schema: ColumnSchema): Map<string, number> {
  return new Map((schema.categories ?? []).map((category, position) => [category, position]))
}

function readNumber(column: Column, row: CsvRow): number {
  const cell = cellOf(column, row)
  if (!isNumber(cell)) throw dataError(placeOf(column, row), 'a number', shown(cell), 'correct the cell.')
  const value = Math.fround(Number(cell))
  if (Number.isFinite(value)) return value
  throw dataError(placeOf(column, row), 'a number that f32 can hold', shown(cell), 'use another unit.', 'E-NAN')
}

function readCategory(column: Column, row: CsvRow, positions: ReadonlyMap<string, number>): number {
  const cell = cellOf(column, row)
  const position = positions.get(cell)
  if (position !== undefined) return position
  const list = [...positions.keys()]
  const expected = `one of ${list.slice(0, 10).map(shown).join(', ')}${list.length > 10 ? ', …' : ''}`
  throw dataError(placeOf(column, row), expected, shown(cell), 'leave the row out, or fit again with this category.')
}

function shown(cell: string): string {
  return JSON.stringify(cell.slice(0, 40))
}
