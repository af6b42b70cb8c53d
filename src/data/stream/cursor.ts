/**
 * One pass over a stream: rows in the order of an epoch, as many at a time as are asked for. The order is a pure
 * function of seed, epoch, count and shuffle buffer, so a pass that begins in the middle gives what a whole one would.
 */

import { InternalError, RandomStream } from '../../shared/index.ts'
import { epochOrder } from '../batches.ts'
import { dataError } from '../mistakes.ts'
import { epochStream } from '../streams.ts'
import {
  allocateRows,
  checkRows,
  copyRow,
  type RandomRows,
  type RowBlock,
  type RowFormat,
  type RowReader,
  type Rows,
  type SequentialRows,
} from './rows.ts'

export interface Pass {
  /** Samples of the stream, or of the part of it that `selection` names. */
  count: number
  /** The samples of a part. In any order for random access; in that of the file for sequential access. */
  selection: Int32Array | undefined
  seed: number
  /** Counted from 0. */
  epoch: number
  shuffle: boolean
  /** Samples that a sequential stream is shuffled in. */
  shuffleBuffer: number
  /** Samples of the pass that were read before, and are passed over. */
  from: number
}

export interface RowCursor {
  /** Writes the next `count` rows to the first rows of `into`. */
  next(count: number, into: Rows): Promise<void>
  close(): Promise<void>
}

/** Any sample at any time: the order is the exact one that a data set in memory has. */
export class RandomCursor implements RowCursor {
  private readonly format: RowFormat
  private readonly source: RandomRows
  private readonly order: Int32Array
  private reader: RowReader | undefined
  private at: number

  constructor(format: RowFormat, source: RandomRows, pass: Pass) {
    this.format = format
    this.source = source
    const { count, selection, seed, epoch, shuffle } = pass
    this.order = epochOrder(count, { seed, epoch, shuffle })
    if (selection !== undefined) for (let i = 0; i < count; i++) this.order[i] = selection[this.order[i] ?? 0] ?? 0
    this.at = pass.from
  }

  async next(count: number, into: Rows): Promise<void> {
    const indices = this.order.subarray(this.at, this.at + count)
    if (indices.length !== count) throw new InternalError('a pass is not read beyond its end')
    this.at += count
    this.reader ??= await this.source.open()
    await this.reader.read(indices, into)
    checkRows(this.format, into, count, (row) => indices[row] ?? 0)
  }

  async close(): Promise<void> {
    const { reader } = this
    this.reader = undefined
    await reader?.close?.()
  }
}

/**
 * From the first sample to the last. Shuffled by a buffer: it is filled with the first samples; each sample that goes
 * out is drawn from it, and the next of the stream takes its place. A sample can so move far towards the end, and by at
 * most the buffer towards the front.
 */
export class SequentialCursor implements RowCursor {
  private readonly format: RowFormat
  private readonly pass: Pass
  private readonly blocks: AsyncIterator<RowBlock>
  private readonly selected: Uint8Array | undefined
  private readonly random: RandomStream
  private readonly buffer: Rows
  private readonly bufferSize: number
  /** Rows in the buffer. */
  private held = 0
  private block: RowBlock | undefined
  private atInBlock = 0
  /** Rows of the stream that were read, and those of them that belong to the part. */
  private seen = 0
  private taken = 0
  private started = false
  private ended = false

  constructor(format: RowFormat, source: SequentialRows, pass: Pass) {
    this.format = format
    this.pass = pass
    this.blocks = source.open()[Symbol.asyncIterator]()
    this.selected = pass.selection === undefined ? undefined : bitsOf(pass.selection)
    this.random = new RandomStream(pass.seed, epochStream(pass.epoch))
    this.bufferSize = pass.shuffle ? Math.min(pass.shuffleBuffer, pass.count) : 0
    this.buffer = allocateRows(format, this.bufferSize)
  }

  async next(count: number, into: Rows): Promise<void> {
    if (!this.started) await this.start()
    for (let row = 0; row < count; row++) {
      // Waits for a block only: a promise a row would take longer than the row.
      const hasNext = this.advance() ?? (await this.advanceToBlock())
      this.emit(hasNext, into, row)
    }
  }

  async close(): Promise<void> {
    this.ended = true
    this.block = undefined
    await this.blocks.return?.()
  }

  /** Fills the buffer, and passes over what was read before. */
  private async start(): Promise<void> {
    this.started = true
    while (this.held < this.bufferSize && (this.advance() ?? (await this.advanceToBlock()))) this.hold(this.held++)
    for (let passed = 0; passed < this.pass.from; passed++) {
      this.emit(this.advance() ?? (await this.advanceToBlock()), undefined, 0)
    }
  }

  /** The next sample of the pass to row `to`; the cursor stands on a row of the stream, if it has one left. */
  private emit(hasNext: boolean, into: Rows | undefined, to: number): void {
    if (this.bufferSize === 0) {
      if (!hasNext) throw this.tooFew()
      if (into !== undefined && this.block !== undefined) copyRow(this.format, this.block, this.atInBlock, into, to)
      return
    }
    if (this.held === 0) throw this.tooFew()
    const drawn = this.random.below(this.held)
    if (into !== undefined) copyRow(this.format, this.buffer, drawn, into, to)
    if (hasNext) this.hold(drawn)
    else if (drawn !== --this.held) copyRow(this.format, this.buffer, this.held, this.buffer, drawn)
  }

  private hold(at: number): void {
    if (this.block !== undefined) copyRow(this.format, this.block, this.atInBlock, this.buffer, at)
  }

  /** Goes to the next row that belongs to the part; false at the end; undefined where another block has to come. */
  private advance(): boolean | undefined {
    if (this.ended) return false
    const { block, selected } = this
    while (block !== undefined && this.atInBlock + 1 < block.rows) {
      this.atInBlock++
      const index = this.seen++
      if (selected !== undefined && ((selected[index >> 3] ?? 0) & (1 << (index & 7))) === 0) continue
      this.taken++
      if (this.taken <= this.pass.count) return true
      throw this.changed('more')
    }
    return undefined
  }

  /** The same, over as many blocks as it takes. */
  private async advanceToBlock(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.blocks.next()
      if (done === true) return this.end()
      this.block = value
      this.atInBlock = -1
      const first = this.seen
      checkRows(this.format, value, value.rows, (row) => first + row)
      const found = this.advance()
      if (found !== undefined) return found
    }
  }

  private end(): false {
    this.ended = true
    this.block = undefined
    if (this.taken !== this.pass.count) throw this.tooFew()
    return false
  }

  private tooFew() {
    return this.changed(String(this.taken))
  }

  private changed(received: string) {
    const fix = 'leave the source as it is while it is read; a function that gives samples must begin anew each time.'
    return dataError(this.format.name, `${this.pass.count} samples, as when it was opened`, received, fix)
  }
}

/** One bit a sample, set for those that are named. */
function bitsOf(indices: Int32Array): Uint8Array {
  let last = 0
  for (const index of indices) if (index > last) last = index
  const bits = new Uint8Array((last >> 3) + 1)
  for (const index of indices) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  return bits
}
