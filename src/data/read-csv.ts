/** CSV from disk. */

import { type CsvDataset, type CsvOptions, csvDataset } from './csv.ts'
import { decodeText } from './csv-text.ts'
import { readUnpackedBytes } from './files.ts'

/** A CSV file (gzip is unpacked) as a data set. @throws NablaError E-FILE where it cannot be read; else as `csvDataset`. */
export async function readCsvDataset(path: string, options: CsvOptions = {}): Promise<CsvDataset> {
  return csvDataset(decodeText(await readUnpackedBytes(path), path), path, options)
}
