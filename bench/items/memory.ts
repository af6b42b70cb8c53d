/**
 * Memory over time: 1,000 epochs of a small network, and one epoch of files that are read while they are used, each in a
 * process of its own with a small heap. Flat means that the median resident set of the last tenth is that of the first.
 */

import { execFile } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { encodeNpy } from 'nabla'
import type { MemoryReport } from '../memory-worker.ts'
import { normals, randomSource } from '../work.ts'
import type { Item } from './item.ts'

/** What the engine's own heap may take; buffers and compiled code come on top. */
const HEAP_MIB = 48
const EPOCHS = 1000
const NPY_FEATURES = 128
const CSV_FEATURES = 20
const MIB = 2 ** 20

export interface MemoryResult {
  readonly title: string
  readonly heapMiB: number
  /** Median resident sets of the first and the last tenth of the run, in bytes, and the largest. */
  readonly firstDecile: number
  readonly lastDecile: number
  readonly largest: number
  readonly startBytes: number
  readonly dataBytes: number
  readonly seconds: number
  readonly firstLoss: number
  readonly lastLoss: number
}

export const memory: Item = {
  name: 'memory',
  about: 'resident memory over 1,000 epochs, and over streamed files much larger than it may grow',
  measure: async (context) => {
    const sizeBytes = (context.quick ? 64 : 512) * MIB
    context.say('memory: many epochs')
    context.reportMemory(await measure(`${EPOCHS} epochs of 2-16-2`, 'epochs', String(EPOCHS)))
    context.say('memory: a large npy file')
    const npy = writeNpy(context.folder, sizeBytes)
    context.reportMemory(await measure('an epoch of an npy file, shuffled exactly', 'npy', npy))
    context.say('memory: a large CSV file')
    const csv = writeCsv(context.folder, sizeBytes / 2)
    context.reportMemory(await measure('two passes of a CSV file, shuffled in a buffer', 'csv', csv))
  },
}

async function measure(title: string, kind: string, argument: string): Promise<MemoryResult> {
  const worker = fileURLToPath(new URL('../memory-worker.js', import.meta.url))
  const flags = [`--max-old-space-size=${HEAP_MIB}`, '--max-semi-space-size=2']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, worker, kind, argument], {
    maxBuffer: 64 * MIB,
  })
  const { residentBytes, ...report } = JSON.parse(stdout) as MemoryReport
  const tenth = Math.max(1, Math.floor(residentBytes.length / 10))
  return {
    title,
    heapMiB: HEAP_MIB,
    ...report,
    firstDecile: medianOf(residentBytes.slice(0, tenth)),
    lastDecile: medianOf(residentBytes.slice(-tenth)),
    largest: Math.max(...residentBytes),
  }
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Rows of normals, and as labels whether the first two add up to more than 0. */
function writeNpy(folder: string, sizeBytes: number): string {
  const path = join(folder, 'inputs.npy')
  const block = 4096
  const blocks = Math.ceil(sizeBytes / (block * NPY_FEATURES * 4))
  const values = normals(block * NPY_FEATURES, 1, randomSource(1))
  const labels = Uint8Array.from({ length: block }, (_, i) =>
    (values[i * NPY_FEATURES] ?? 0) + (values[i * NPY_FEATURES + 1] ?? 0) > 0 ? 1 : 0,
  )
  const header = (dtype: 'F32' | 'U8', shape: number[]) => {
    const one = [1, ...shape.slice(1)]
    const data = dtype === 'F32' ? new Float32Array(NPY_FEATURES) : new Uint8Array(1)
    const bytes = encodeNpy({ dtype, shape: one, data } as Parameters<typeof encodeNpy>[0])
    const text = Buffer.from(bytes.subarray(0, bytes.length - data.byteLength)).toString('latin1')
    // As many letters as before: the header is padded with spaces.
    const grown = text.replace('(1,', `(${shape[0]},`)
    return Buffer.from(grown.replace(new RegExp(` {${grown.length - text.length}}\n$`), '\n'), 'latin1')
  }
  const write = (file: string, head: Buffer, body: Uint8Array) => {
    const handle = openSync(file, 'w')
    writeSync(handle, head)
    for (let i = 0; i < blocks; i++) writeSync(handle, body)
    closeSync(handle)
  }
  const count = blocks * block
  write(path, header('F32', [count, NPY_FEATURES]), new Uint8Array(values.buffer))
  write(join(folder, 'labels.npy'), header('U8', [count]), labels)
  return path
}

function writeCsv(folder: string, sizeBytes: number): string {
  const path = join(folder, 'table.csv')
  const values = normals(2000 * CSV_FEATURES, 1, randomSource(2))
  const lines = Array.from({ length: 2000 }, (_, i) => {
    const row = values.slice(i * CSV_FEATURES, (i + 1) * CSV_FEATURES)
    return `${Array.from(row, (value) => value.toFixed(6)).join(',')},${(row[0] ?? 0) + (row[1] ?? 0) > 0 ? 'yes' : 'no'}\n`
  }).join('')
  const names = Array.from({ length: CSV_FEATURES }, (_, k) => `x${k}`)
  const handle = openSync(path, 'w')
  writeSync(handle, `${names.join(',')},label\n`)
  for (let size = 0; size < sizeBytes; size += lines.length) writeSync(handle, lines)
  closeSync(handle)
  return path
}

const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`

/** A result in words. */
export function formatMemory(result: MemoryResult): string {
  const { title, firstDecile, lastDecile, largest, startBytes, dataBytes, seconds, firstLoss, lastLoss } = result
  const grown = largest - startBytes
  const over =
    dataBytes === 0
      ? ''
      : `; the file has ${mib(dataBytes)}, ${(dataBytes / Math.max(1, grown)).toFixed(0)} times the growth`
  return [
    `${title} (heap of ${result.heapMiB} MiB, ${seconds.toFixed(1)} s, loss ${firstLoss.toFixed(3)} to ${lastLoss.toFixed(3)})`,
    `  resident: ${mib(startBytes)} before, first tenth ${mib(firstDecile)}, last tenth ${mib(lastDecile)} (ratio ${(lastDecile / firstDecile).toFixed(3)})`,
    `  largest ${mib(largest)}, ${mib(grown)} more than before${over}`,
  ].join('\n')
}
