/**
 * CSV text to rows of cells: quotes, line breaks within quotes, CRLF, a byte order mark, any of four delimiters.
 * Every row keeps the line where it starts. Cells are text here; what they mean is decided in `csv-columns.ts`.
 *
 * Source: RFC 4180, with the delimiters of other locales.
 */

import { dataError } from './mistakes.ts'

export interface CsvRow {
  /** Counted from 1, as editors do. */
  line: number
  cells: string[]
}

export const DELIMITERS = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

const QUOTE = '"'
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
/** Rows that the delimiter is guessed from. */
const GUESSED_FROM = 20

/**
 * Bytes as text. @throws NablaError E-DATA for UTF-16 or bytes that are no UTF-8.
 */
export function decodeText(bytes: Uint8Array, where: string): string {
  const fix = 'save the file as UTF-8 text.'
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw dataError(`${where}, byte 0`, 'UTF-8 text', 'UTF-16 text', fix)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw dataError(where, 'UTF-8 text', 'bytes that are none', fix)
  }
}

/**
 * The rows of a CSV text, blank lines left out; every row has as many cells as the first.
 * @throws NablaError E-DATA with the line for an open quote, text after a closing quote, or a row of another length.
 */
export function parseCsvText(source: string, where: string, given?: string): { rows: CsvRow[]; delimiter: string } {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source
  if (given !== undefined && (given.length !== 1 || given === QUOTE || given === '\n' || given === '\r')) {
    throw dataError(
      `${where}: delimiter`,
      'one character, no quote or line break',
      JSON.stringify(given),
      'use ",".',
      'E-VALUE',
    )
  }
  const delimiter = given ?? guessDelimiter(text)
  const rows = readRows(text, delimiter, where, Infinity)
  const columns = rows[0]?.cells.length
  if (columns === undefined) throw dataError(where, 'at least one row', 'none', 'check the path; the file has no text.')
  for (const { line, cells } of rows) {
    if (cells.length === columns) continue
    const fix = 'give every row the same number of cells; quote cells that hold the delimiter.'
    throw dataError(`${where}, line ${line}`, `${columns} cells, as in line ${rows[0]?.line}`, `${cells.length}`, fix)
  }
  return { rows, delimiter }
}

/** The delimiter that gives the first rows equally many cells, and most of them; a comma where none does. */
function guessDelimiter(text: string): Delimiter {
  let best: { delimiter: Delimiter; cells: number } = { delimiter: ',', cells: 1 }
  for (const delimiter of DELIMITERS) {
    const counts = countCells(text, delimiter)
    const cells = counts[0] ?? 1
    if (counts.every((count) => count === cells) && cells > best.cells) best = { delimiter, cells }
  }
  return best.delimiter
}

function countCells(text: string, delimiter: string): number[] {
  try {
    return readRows(text, delimiter, '', GUESSED_FROM).map(({ cells }) => cells.length)
  } catch {
    // A quote that this delimiter leaves open: another one may fit; if none does, reading says what is wrong.
    return []
  }
}

function readRows(text: string, delimiter: string, where: string, most: number): CsvRow[] {
  const rows: CsvRow[] = []
  let cells: string[] = []
  let line = 1
  let rowLine = 1
  let at = 0
  while (at < text.length && rows.length < most) {
    const cell = text[at] === QUOTE ? readQuoted(text, at, delimiter, where, line) : readPlain(text, at, delimiter)
    cells.push(cell.value)
    line += cell.lineBreaks
    at = cell.end
    if (at < text.length && text[at] === delimiter) {
      at++
      // A delimiter at the very end of the text has an empty cell after it.
      if (at < text.length) continue
      cells.push('')
    }
    if (cells.length > 1 || cells[0] !== '' || cell.quoted) rows.push({ line: rowLine, cells })
    cells = []
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    line++
    rowLine = line
  }
  return rows
}

interface Cell {
  value: string
  /** The position of the delimiter or line break after it. */
  end: number
  lineBreaks: number
  quoted: boolean
}

function readPlain(text: string, start: number, delimiter: string): Cell {
  const stop = delimiter.charCodeAt(0)
  let end = start
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === stop || code === LINE_FEED || code === CARRIAGE_RETURN) break
  }
  return { value: text.slice(start, end).trim(), end, lineBreaks: 0, quoted: false }
}

function readQuoted(text: string, start: number, delimiter: string, where: string, line: number): Cell {
  const parts: string[] = []
  let from = start + 1
  for (;;) {
    const close = text.indexOf(QUOTE, from)
    if (close === -1) {
      throw dataError(
        `${where}, line ${line}`,
        'a closing quote',
        'the end of the file',
        'close the quote, or double it.',
      )
    }
    parts.push(text.slice(from, close))
    from = close + 1
    if (text[from] !== QUOTE) break
    // Two quotes stand for one.
    parts.push(QUOTE)
    from++
  }
  while (text[from] === ' ' && delimiter !== ' ') from++
  const value = parts.join('')
  const lineBreaks = value.split('\n').length - 1
  const next = text[from]
  if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r') {
    const received = JSON.stringify(text.slice(from, from + 10))
    const place = `${where}, line ${line + lineBreaks}`
    throw dataError(
      place,
      'a delimiter or a line break after a closing quote',
      received,
      'double quotes within a cell.',
    )
  }
  return { value, end: from, lineBreaks, quoted: true }
}
