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
const QUOTE_CODE = 0x22
const SPACE = 0x20
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const FIX_TEXT = 'save the file as UTF-8 text.'
/** Rows that the delimiter is guessed from. */
const GUESSED_FROM = 20

/**
 * Bytes as text. @throws NablaError E-DATA for UTF-16 or bytes that are no UTF-8.
 */
export function decodeText(bytes: Uint8Array, where: string): string {
  const pieces = new TextPieces(where)
  return pieces.decode(bytes) + pieces.end()
}

/** Text that comes as bytes, in pieces; a letter may be cut in two. */
export class TextPieces {
  private readonly where: string
  private readonly decoder = new TextDecoder('utf-8', { fatal: true })
  private bytes = 0

  constructor(where: string) {
    this.where = where
  }

  /** @throws NablaError E-DATA for UTF-16 or bytes that are no UTF-8. */
  decode(piece: Uint8Array): string {
    if (this.bytes === 0 && ((piece[0] === 0xff && piece[1] === 0xfe) || (piece[0] === 0xfe && piece[1] === 0xff))) {
      throw dataError(`${this.where}, byte 0`, 'UTF-8 text', 'UTF-16 text', FIX_TEXT)
    }
    const from = this.bytes
    this.bytes += piece.length
    return this.guard(
      () => from + firstBadByte(piece),
      () => this.decoder.decode(piece, { stream: true }),
    )
  }

  /** What is left over at the end. @throws NablaError E-DATA for half a letter. */
  end(): string {
    return this.guard(
      () => this.bytes,
      () => this.decoder.decode(),
    )
  }

  private guard(byte: () => number, decode: () => string): string {
    try {
      return decode()
    } catch {
      throw dataError(`${this.where}, byte ${byte()}`, 'UTF-8 text', 'bytes that are none', FIX_TEXT)
    }
  }
}

/** How many bytes of the piece are text before the first that isn't, by bisection. */
function firstBadByte(piece: Uint8Array): number {
  const isText = (length: number) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(piece.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let [good, bad] = [0, piece.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isText(middle)) good = middle
    else bad = middle
  }
  return good
}

/**
 * The rows of a CSV text, blank lines left out; every row has as many cells as the first.
 * @throws NablaError E-DATA with the line for an open quote, text after a closing quote, or a row of another length.
 */
export function parseCsvText(source: string, where: string, given?: string): { rows: CsvRow[]; delimiter: string } {
  const parser = new CsvParser(where, given)
  const rows = parser.push(source, true)
  if (rows.length === 0) throw noRows(where)
  return { rows, delimiter: parser.delimiter ?? ',' }
}

export function noRows(where: string) {
  return dataError(where, 'at least one row', 'none', 'check the path; the file has no text.')
}

/** A row longer than this is a quote that nobody closed. */
const MOST_ROW_CHARACTERS = 2 ** 24

/** Reads text that comes in pieces: what `push` leaves over of a row waits for the next piece. */
export class CsvParser {
  /** Guessed from the first piece, unless it is given. */
  delimiter: string | undefined
  private readonly where: string
  private rest = ''
  private line = 1
  private started = false
  private columns: { count: number; line: number } | undefined

  /** @throws NablaError E-VALUE for a delimiter that is none. */
  constructor(where: string, delimiter?: string) {
    this.where = where
    this.delimiter = delimiter
    if (delimiter === undefined) return
    if (delimiter.length === 1 && delimiter !== QUOTE && delimiter !== '\n' && delimiter !== '\r') return
    const [expected, received] = ['one character, no quote or line break', JSON.stringify(delimiter)]
    throw dataError(`${where}: delimiter`, expected, received, 'use ",".', 'E-VALUE')
  }

  /**
   * The rows that are whole with this piece. `last` says that no other follows.
   * @throws NablaError E-DATA with the line for an open quote, text after a closing quote, or a row of another length.
   */
  push(piece: string, last: boolean): CsvRow[] {
    const text = this.rest + (this.started || !piece.startsWith('\ufeff') ? piece : piece.slice(1))
    this.started = this.started || piece !== ''
    this.delimiter ??= guessDelimiter(text, last)
    const { rows, end, line } = readRows(text, this.line, this.delimiter, this.where, Infinity, last)
    this.rest = text.slice(end)
    this.line = line
    if (this.rest.length > MOST_ROW_CHARACTERS) {
      const expected = `a row of at most ${MOST_ROW_CHARACTERS} characters`
      throw dataError(`${this.where}, line ${line}`, expected, 'a longer one', 'close the quote that is open there.')
    }
    for (const row of rows) this.checkLength(row)
    return rows
  }

  private checkLength({ line, cells }: CsvRow): void {
    this.columns ??= { count: cells.length, line }
    const { count, line: first } = this.columns
    if (cells.length === count) return
    const fix = 'give every row the same number of cells; quote cells that hold the delimiter.'
    throw dataError(`${this.where}, line ${line}`, `${count} cells, as in line ${first}`, `${cells.length}`, fix)
  }
}

/** The delimiter that gives the first rows equally many cells, and most of them; a comma where none does. */
function guessDelimiter(text: string, isWhole: boolean): Delimiter {
  let best: { delimiter: Delimiter; cells: number } = { delimiter: ',', cells: 1 }
  for (const delimiter of DELIMITERS) {
    const counts = countCells(text, delimiter, isWhole)
    const cells = counts[0] ?? 1
    if (counts.every((count) => count === cells) && cells > best.cells) best = { delimiter, cells }
  }
  return best.delimiter
}

function countCells(text: string, delimiter: string, isWhole: boolean): number[] {
  try {
    return readRows(text, 1, delimiter, '', GUESSED_FROM, isWhole).rows.map(({ cells }) => cells.length)
  } catch {
    // A quote that this delimiter leaves open: another one may fit; if none does, reading says what is wrong.
    return []
  }
}

interface Reading {
  rows: CsvRow[]
  /** Where the first row begins that is not whole, and its line. */
  end: number
  line: number
}

/** Rows of a text, `most` at the most. Where more text may follow, a row without its line break is not whole. */
function readRows(
  text: string,
  firstLine: number,
  delimiter: string,
  where: string,
  most: number,
  isWhole: boolean,
): Reading {
  const rows: CsvRow[] = []
  let cells: string[] = []
  let line = firstLine
  let rowLine = firstLine
  let rowStart = 0
  let at = 0
  const stop = delimiter.charCodeAt(0)
  while (at < text.length && rows.length < most) {
    const isQuoted = text.charCodeAt(at) === QUOTE_CODE
    if (!isQuoted) {
      // Most cells of most files: plain, with another one after them.
      const end = endOfPlain(text, at, stop)
      if (end + 1 < text.length && text.charCodeAt(end) === stop) {
        cells.push(trimmed(text, at, end))
        at = end + 1
        continue
      }
    }
    const cell = isQuoted ? readQuoted(text, at, delimiter, where, line, isWhole) : readPlain(text, at, stop)
    // The cell may go on, a quote may be doubled, and a carriage return may have a line feed after it.
    if (!isWhole && (cell === undefined || cell.end + (text[cell.end] === '\r' ? 1 : 0) >= text.length)) break
    if (cell === undefined) throw openQuote(where, line)
    cells.push(cell.value)
    line += cell.lineBreaks
    at = cell.end
    if (at < text.length && text[at] === delimiter) {
      at++
      // A delimiter at the very end of the text has an empty cell after it.
      if (at < text.length) continue
      if (!isWhole) break
      cells.push('')
    }
    if (cells.length > 1 || cells[0] !== '' || cell.quoted) rows.push({ line: rowLine, cells })
    cells = []
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    line++
    rowLine = line
    rowStart = at
  }
  return { rows, end: rowStart, line: rowLine }
}

interface Cell {
  value: string
  /** The position of the delimiter or line break after it. */
  end: number
  lineBreaks: number
  quoted: boolean
}

/** Where a cell without quotes ends. */
function endOfPlain(text: string, start: number, stop: number): number {
  let end = start
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === stop || code === LINE_FEED || code === CARRIAGE_RETURN) break
  }
  return end
}

/** A stretch of the text without the blanks around it. */
function trimmed(text: string, start: number, end: number): string {
  const isInked = end > start && text.charCodeAt(start) > SPACE && text.charCodeAt(end - 1) > SPACE
  const cell = text.slice(start, end)
  return isInked && text.charCodeAt(start) < 0x7f && text.charCodeAt(end - 1) < 0x7f ? cell : cell.trim()
}

function readPlain(text: string, start: number, stop: number): Cell {
  const end = endOfPlain(text, start, stop)
  return { value: trimmed(text, start, end), end, lineBreaks: 0, quoted: false }
}

function openQuote(where: string, line: number) {
  const fix = 'close the quote, or double it.'
  return dataError(`${where}, line ${line}`, 'a closing quote', 'the end of the file', fix)
}

/** Undefined where the text ends before the quote. */
function readQuoted(
  text: string,
  start: number,
  delimiter: string,
  where: string,
  line: number,
  isWhole: boolean,
): Cell | undefined {
  const parts: string[] = []
  let from = start + 1
  for (;;) {
    const close = text.indexOf(QUOTE, from)
    if (close === -1) return undefined
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
  if (next === undefined && !isWhole) return undefined
  if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r') {
    const received = JSON.stringify(text.slice(from, from + 10))
    const place = `${where}, line ${line + lineBreaks}`
    const expected = 'a delimiter or a line break after a closing quote'
    throw dataError(place, expected, received, 'double quotes within a cell.')
  }
  return { value, end: from, lineBreaks, quoted: true }
}
