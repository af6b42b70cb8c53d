/**
 * Rows of an array that lies in a file, read in any order. What leaves are numbers as f32, as bytes, or as class numbers;
 * what the file holds may be of any element type and byte order.
 */

import { read as readFile } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { arrayOf, DTYPE_BYTES, type TensorDtype } from '../../formats/index.ts'
import type { ArrayFile } from '../../formats/node.ts'
import { formatCount, sizeOf } from '../../shared/index.ts'
import { explainFailure, openToRead } from '../files.ts'
import { dataError } from '../mistakes.ts'

/** Reads that wait for the disk at the same time. */
const MOST_READS = 256

type Numbers = Float32Array | Int32Array | Uint8Array

/** An open file whose rows are read. */
export class ArrayRows {
  private readonly file: ArrayFile
  /** Absent where the numbers are in memory. */
  private readonly handle: FileHandle | undefined
  /** Numbers in a row, and its bytes. */
  private readonly size: number
  private readonly rowBytes: number
  private readonly count: number
  private bytes = new Uint8Array(0)

  private constructor(file: ArrayFile, handle: FileHandle | undefined) {
    this.file = file
    this.handle = handle
    this.size = sizeOf(file.shape.slice(1))
    this.rowBytes = this.size * DTYPE_BYTES[file.dtype]
    this.count = file.shape[0] ?? 0
  }

  /** @throws NablaError E-FILE where it cannot be read. */
  static async open(file: ArrayFile): Promise<ArrayRows> {
    return new ArrayRows(file, file.unpacked === undefined ? (await openToRead(file.path)).handle : undefined)
  }

  /** Writes the rows `indices` to the first rows of `into`. @throws NablaError E-DATA where the file became shorter. */
  async read(indices: Int32Array, into: Numbers): Promise<void> {
    const { rowBytes, file } = this
    const needed = indices.length * rowBytes
    const isPlain = holdsPlainly(into, file)
    if (!isPlain && this.bytes.length < needed) this.bytes = new Uint8Array(needed)
    const target = isPlain ? new Uint8Array(into.buffer, into.byteOffset, needed) : this.bytes
    await this.readBytes(indices, target)
    if (!isPlain) this.convert(target.subarray(0, needed), into)
  }

  async close(): Promise<void> {
    await this.handle?.close()
  }

  /** Rows that follow each other in the file are read in one go. */
  private async readBytes(indices: Int32Array, into: Uint8Array): Promise<void> {
    let waiting: Promise<void>[] = []
    for (let row = 0; row < indices.length; ) {
      const first = indices[row] ?? 0
      let rows = 1
      while (row + rows < indices.length && indices[row + rows] === first + rows) rows++
      if (first < 0 || first + rows > this.count) throw this.tooShort(first + rows)
      const at = row * this.rowBytes
      waiting.push(this.fill(into.subarray(at, at + rows * this.rowBytes), this.file.start + first * this.rowBytes))
      row += rows
      if (waiting.length < MOST_READS) continue
      await Promise.all(waiting)
      waiting = []
    }
    await Promise.all(waiting)
  }

  /** Plain callbacks: a promise of `FileHandle.read` for every row costs more than the read. */
  private fill(into: Uint8Array, position: number): Promise<void> {
    const { handle, file } = this
    if (handle === undefined) {
      into.set(file.unpacked?.subarray(position, position + into.length) ?? [])
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const next = (done: number): void => {
        readFile(handle.fd, into, done, into.length - done, position + done, (error, bytesRead) => {
          if (error !== null) reject(explainFailure(file.path, error))
          else if (done + bytesRead === into.length) resolve()
          else if (bytesRead === 0) reject(this.cutOff(position + done))
          else next(done + bytesRead)
        })
      }
      next(0)
    })
  }

  private convert(bytes: Uint8Array, into: Numbers): void {
    const { dtype, bigEndian, where } = this.file
    if (bigEndian) swap(bytes, DTYPE_BYTES[dtype])
    // Aligned to eight bytes, as every typed array needs at the most.
    const { data } = arrayOf(dtype, [bytes.length / DTYPE_BYTES[dtype]], bytes.slice().buffer)
    if (!(into instanceof Int32Array)) {
      for (let k = 0; k < data.length; k++) into[k] = Number(data[k])
      return
    }
    for (let k = 0; k < data.length; k++) {
      const value = Number(data[k])
      into[k] = value
      if (into[k] === value) continue
      const fix = 'number the classes 0, 1, 2, …; for numbers to be predicted as such, give targets, not labels.'
      throw dataError(where, 'whole numbers, as labels', String(data[k]), fix)
    }
  }

  private tooShort(rows: number) {
    return dataError(this.file.where, `${formatCount(rows)} samples`, formatCount(this.count), 'open the file again.')
  }

  private cutOff(byte: number) {
    const fix = 'leave the file as it is while it is read.'
    return dataError(
      `${this.file.path}, byte ${byte}`,
      'as many bytes as when it was opened',
      'the end of the file',
      fix,
    )
  }
}

/** Whether the file's bytes are what `into` holds. */
function holdsPlainly(into: Numbers, { dtype, bigEndian }: ArrayFile): boolean {
  if (into instanceof Uint8Array) return dtype === 'U8' || dtype === 'BOOL'
  return !bigEndian && dtype === (into instanceof Float32Array ? 'F32' : 'I32')
}

function swap(bytes: Uint8Array, sizeBytes: number): void {
  if (sizeBytes === 1) return
  for (let at = 0; at < bytes.length; at += sizeBytes) bytes.subarray(at, at + sizeBytes).reverse()
}

/** Whether an array's elements are whole numbers, and so more likely classes than values. */
export function holdsWholeNumbers(dtype: TensorDtype): boolean {
  return dtype !== 'F32' && dtype !== 'F64'
}

/** All numbers of a one-dimensional array, as class numbers. */
export async function readAllLabels(file: ArrayFile): Promise<Int32Array> {
  const count = file.shape[0] ?? 0
  const labels = new Int32Array(count)
  const rows = await ArrayRows.open(file)
  try {
    const step = 2 ** 16
    for (let from = 0; from < count; from += step) {
      const length = Math.min(step, count - from)
      const indices = Int32Array.from({ length }, (_, row) => from + row)
      await rows.read(indices, labels.subarray(from, from + length))
    }
  } finally {
    await rows.close()
  }
  return labels
}
