/**
 * What the columns of a table mean: numbers or categories, guessed from their cells and told to the user, or taken
 * from the schema of an earlier file. A column is surveyed row by row, in bounded memory, so that a file need not be held
 * to be understood. Every cell that does not fit is named with its line and column.
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

/** One column of a table, by name and position. */
export interface Column {
  name: string
  /** Counted from 0; errors count from 1. */
  index: number
  where: string
}

const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?'])
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/
/** More categories than this in a column that nobody called categorical are more likely names or identifiers. */
const MOST_GUESSED_CATEGORIES = 100
/** More than this make too many inputs, whatever somebody called them. */
const MOST_CATEGORIES = 65_536
/** At most this many different whole numbers in a target are taken for classes. */
const MOST_NUMBERED_CLASSES = 10

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
export function placeOf(column: Column, { line }: Pick<CsvRow, 'line'>): string {
  return `${column.where}, line ${line}, column ${column.index + 1} (${JSON.stringify(column.name)})`
}

/** What is seen of a column's cells: enough to say what it is, and no more than that. */
export class ColumnSurvey {
  private readonly column: Column
  private readonly given: ColumnKind | undefined
  private readonly counts = new Map<string, number>()
  private readonly most: number
  private rows = 0
  private numbers = 0
  /** The first cell that is no number. */
  private odd: { line: number; cell: string } | undefined

  /** `given` is the kind that somebody called it. */
  constructor(column: Column, given: ColumnKind | undefined) {
    this.column = column
    this.given = given
    this.most = given === 'categorical' ? MOST_CATEGORIES : MOST_GUESSED_CATEGORIES
  }

  add(row: CsvRow): void {
    const cell = cellOf(this.column, row)
    this.rows++
    if (isNumber(cell)) this.numbers++
    else this.odd ??= { line: row.line, cell }
    // One more than may be is kept, which tells that there are too many; after that nothing need be counted.
    if (this.counts.size <= this.most) this.counts.set(cell, (this.counts.get(cell) ?? 0) + 1)
  }

  /** @throws NablaError E-DATA where most cells are numbers but one is not, or there are too many categories. */
  get schema(): ColumnSchema {
    const { name } = this.column
    const kind = this.given ?? this.guessKind()
    return kind === 'numeric' ? { name, kind } : { name, kind, categories: this.categories() }
  }

  /** As other columns, except that a few whole numbers, each on two rows or more on average, are classes. */
  get targetSchema(): ColumnSchema {
    const { schema, counts, rows } = this
    if (schema.kind === 'categorical' || this.given !== undefined) return schema
    const whole = [...counts.keys()].every((cell) => /^\d+$/.test(cell))
    if (!whole || counts.size > MOST_NUMBERED_CLASSES || counts.size * 2 > rows) return schema
    return { name: schema.name, kind: 'categorical', categories: this.categories() }
  }

  /** How many rows each category has. */
  countsOf(categories: readonly string[]): Int32Array {
    return Int32Array.from(categories, (category) => this.counts.get(category) ?? 0)
  }

  /** Numeric where every cell is a number, categorical where few are. */
  private guessKind(): ColumnKind {
    const { odd, numbers, rows, column } = this
    if (odd === undefined) return 'numeric'
    const category = `say { types: { ${JSON.stringify(column.name)}: 'categorical' } } if it is one`
    const place = placeOf(column, odd)
    if (DECIMAL_COMMA.test(odd.cell)) {
      const fix = `write 1.5, not 1,5; ${category}.`
      throw dataError(place, 'a number with a decimal point', shown(odd.cell), fix)
    }
    if (numbers * 2 > rows) {
      const expected = `a number, as in ${numbers} of ${rows} rows`
      throw dataError(place, expected, shown(odd.cell), `correct the cell; ${category}.`)
    }
    return 'categorical'
  }

  private categories(): string[] {
    const { most } = this
    if (this.counts.size > most) {
      const name = JSON.stringify(this.column.name)
      throw dataError(
        `${this.column.where}, column ${this.column.index + 1} (${name})`,
        `at most ${most} categories`,
        `more than ${most}`,
        `leave the column out with { ignore: [${name}] }, or say { types: { ${name}: 'categorical' } }.`,
      )
    }
    const names = [...this.counts.keys()]
    return names.every(isNumber)
      ? names.sort((a, b) => Number(a) - Number(b))
      : names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  }
}

/** How many numbers a column becomes. */
export function widthOf(schema: ColumnSchema): number {
  return schema.kind === 'numeric' ? 1 : (schema.categories?.length ?? 0)
}

/** Turns the cells of a column into numbers, as its schema says. */
export class ColumnEncoder {
  readonly width: number
  private readonly column: Column
  private readonly positions: ReadonlyMap<string, number> | undefined

  constructor(column: Column, schema: ColumnSchema) {
    this.column = column
    this.width = widthOf(schema)
    this.positions =
      schema.kind === 'numeric'
        ? undefined
        : new Map((schema.categories ?? []).map((category, position) => [category, position]))
  }

  /**
   * Writes the row's number to `into[at]`, or 1 at its category after that (where zeros are).
   * @throws NablaError E-DATA for a cell that is no number, or a category that the schema lacks; E-NAN beyond f32.
   */
  write(row: CsvRow, into: Float32Array, at: number): void {
    if (this.positions === undefined) into[at] = this.number(row)
    else into[at + this.category(row)] = 1
  }

  /** The position of the row's category. @throws NablaError E-DATA for one that the schema lacks. */
  category(row: CsvRow): number {
    const { column, positions } = this
    const cell = cellOf(column, row)
    const position = positions?.get(cell)
    if (position !== undefined) return position
    const list = [...(positions?.keys() ?? [])]
    const expected = `one of ${list.slice(0, 10).map(shown).join(', ')}${list.length > 10 ? ', …' : ''}`
    const fix = 'leave the row out, or fit again with this category.'
    throw dataError(placeOf(column, row), expected, shown(cell), fix)
  }

  private number(row: CsvRow): number {
    const cell = cellOf(this.column, row)
    if (!isNumber(cell)) throw dataError(placeOf(this.column, row), 'a number', shown(cell), 'correct the cell.')
    const value = Math.fround(Number(cell))
    if (Number.isFinite(value)) return value
    throw dataError(placeOf(this.column, row), 'a number that f32 can hold', shown(cell), 'use another unit.', 'E-NAN')
  }
}

function shown(cell: string): string {
  return JSON.stringify(cell.slice(0, 40))
}
