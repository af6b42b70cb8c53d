/** A CSV file that is read in pieces: once to understand it, then once an epoch. */

import { createReadStream } from 'node:fs'
import { NablaError } from '../../shared/index.ts'
import type { CsvOptions, CsvSchema } from '../csv.ts'
import { lackingColumn, readHeader, TableEncoder, TableSurvey } from '../csv-table.ts'
import { CsvParser, type CsvRow, noRows, TextPieces } from '../csv-text.ts'
import { explainFailure, openToRead } from '../files.ts'
import { allocateRows, type RowBlock } from './rows.ts'
import { StreamedDataset } from './streamed-dataset.ts'

export interface StreamCsvOptions extends CsvOptions {
  /** Samples that are shuffled together; as many as fit into 16 MiB where nothing is said. */
  shuffleBuffer?: number
}

export interface StreamedCsv {
  data: StreamedDataset
  schema: CsvSchema
  /** What was guessed and left out, a line each, for the user to read. */
  notes: string[]
}

const PIECE_BYTES = 2 ** 18

/**
 * A CSV file (gzip is unpacked) as a data set that is read while it is used. One pass at the start finds types, categories
 * and missing values, in bounded memory, by the rules of `readCsvDataset`; an epoch is a pass over the file.
 * @throws NablaError E-FILE where it cannot be read; else as `csvDataset`, here and while it is used.
 */
export async function streamCsv(path: string, options: StreamCsvOptions = {}): Promise<StreamedCsv> {
  const { shuffleBuffer, ...csv } = options
  const notes: string[] = []
  const parser = new CsvParser(path, csv.delimiter)
  let survey: TableSurvey | undefined
  let header: ReturnType<typeof readHeader> | undefined
  for await (const rows of rowsOf(path, parser)) {
    const [first] = rows
    if (first === undefined) continue
    const begins = header === undefined
    header ??= readHeader(first, path, csv, parser.delimiter ?? ',', notes)
    survey ??= new TableSurvey(header.chosen, path, csv)
    for (const row of begins && header.named ? rows.slice(1) : rows) survey.add(row)
  }
  if (survey === undefined || header === undefined) throw noRows(path)
  const schema = survey.finish(notes)
  const { named, chosen } = header
  const encoder = new TableEncoder(csv.name ?? path, chosen, schema)
  const columns = chosen.target === undefined ? chosen.inputs : [...chosen.inputs, chosen.target]
  const keep = (row: CsvRow) => lackingColumn(columns, row) === undefined
  const open = () => blocksOf(path, parser.delimiter ?? ',', named, keep, encoder)
  const classCounts = survey.classCounts(schema)
  const data = new StreamedDataset({
    ...encoder.format,
    count: survey.kept,
    shuffleBuffer,
    rows: { access: 'sequential', open, classCounts },
  })
  return { data, schema, notes }
}

/** The file's rows of numbers, a piece's at a time. */
async function* blocksOf(
  path: string,
  delimiter: string,
  named: boolean,
  keep: (row: CsvRow) => boolean,
  encoder: TableEncoder,
): AsyncGenerator<RowBlock> {
  let skip = named ? 1 : 0
  for await (const all of rowsOf(path, new CsvParser(path, delimiter))) {
    const kept = all.slice(skip).filter(keep)
    skip = Math.max(0, skip - all.length)
    if (kept.length === 0) continue
    const rows = allocateRows(encoder.format, kept.length)
    kept.forEach((row, at) => {
      encoder.write(row, rows, at)
    })
    yield { ...rows, rows: kept.length }
  }
}

async function* rowsOf(path: string, parser: CsvParser): AsyncGenerator<CsvRow[]> {
  const text = new TextPieces(path)
  for await (const bytes of piecesOf(path)) yield parser.push(text.decode(bytes), false)
  yield parser.push(text.end(), true)
}

/** The file's bytes; unpacked, where it is a gzip file. @throws NablaError E-FILE; E-DATA (broken gzip). */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const { handle } = await openToRead(path)
  const magic = new Uint8Array(2)
  await handle.read(magic, 0, 2, 0).finally(() => handle.close())
  const isPacked = magic[0] === 0x1f && magic[1] === 0x8b
  const unpacker = isPacked ? (await import('node:zlib')).createGunzip({ chunkSize: PIECE_BYTES }) : undefined
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES })
  const pieces = unpacker === undefined ? file : file.pipe(unpacker)
  if (isPacked) file.on('error', (error) => pieces.destroy(error))
  try {
    for await (const piece of pieces) yield piece as Uint8Array
  } catch (error) {
    if (error instanceof NablaError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('Z_')) throw explainFailure(path, error)
    const [received, fix] = [error instanceof Error ? error.message : String(error), 'fetch the file again.']
    throw new NablaError(
      { code: 'E-DATA', where: path, expected: 'a whole gzip file', received, fix },
      { cause: error },
    )
  } finally {
    pieces.destroy()
    file.destroy()
  }
}
