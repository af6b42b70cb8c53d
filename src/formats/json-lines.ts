/**
 * JSON lines: one record a line, appended as a run goes on. A line that a crash cut off is the last one, and is
 * left out when the file is read or appended to again.
 */

import { open } from 'node:fs/promises'
import { writeError } from './atomic.ts'
import { stringifyNumbers } from './json-numbers.ts'
import { formatError } from './tensor.ts'

/** Appends one record, in a single write; NaN and infinities are kept (`stringifyNumbers`). @throws NablaError E-FILE where the file cannot be written. */
export async function appendJsonLine(path: string, record: unknown): Promise<void> {
  const line = Buffer.from(`${stringifyNumbers(record)}\n`)
  try {
    const file = await open(path, 'a+')
    try {
      await file.appendFile((await endsMidLine(file)) ? Buffer.concat([Buffer.from('\n'), line]) : line)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw writeError(path, error)
  }
}

/** Whether a crash left the last line without its end; the next record must not continue it. */
async function endsMidLine(file: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last[0] !== 0x0a
}

/**
 * The records of a JSON lines text. A last line without an end that does not parse was cut off and is left out;
 * so is a line that `appendJsonLine` closed after such a cut (it does not parse either, and `onCut` hears of it).
 * @throws NablaError E-DATA with the line, for text that is no JSON, unless `onCut` is given.
 */
export function parseJsonLines(text: string, where: string, onCut?: (line: number) => void): unknown[] {
  const lines = text.split('\n')
  const records: unknown[] = []
  lines.forEach((line, index) => {
    if (line.trim() === '') return
    try {
      records.push(JSON.parse(line))
    } catch {
      if (onCut !== undefined) onCut(index + 1)
      else if (index < lines.length - 1) {
        const fix = 'correct or delete the line; a run that was killed may have cut it off.'
        throw formatError(`${where}, line ${index + 1}`, 'one JSON record', JSON.stringify(line.slice(0, 60)), fix)
      }
    }
  })
  return records
}
