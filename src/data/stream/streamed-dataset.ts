/**
 * A data set that is read while it is used, and so may be larger than the memory. It knows how many samples there are
 * and what they look like; the samples themselves come a batch at a time. Immutable, as `Dataset` is: every operation
 * returns another one, which reads the same source.
 */

import { formatBytes, formatCount, formatShape, type Shape, sizeOf } from '../../shared/index.ts'
import { type Affine, byteTable, copyBytes, copyScaled } from '../copy-rows.ts'
import { Dataset } from '../dataset.ts'
import { checkWhole, dataError } from '../mistakes.ts'
import { splitIndices } from '../partition.ts'
import { RandomCursor, type RowCursor, SequentialCursor } from './cursor.ts'
import {
  allocateRows,
  type BatchArrays,
  firstRows,
  type RandomRows,
  type RowFormat,
  type Rows,
  rowBytes,
  type SequentialRows,
  storedTargets,
  type TargetKind,
  targetSizeOf,
} from './rows.ts'

/** A sequential stream is shuffled in as many samples as fit into this, where nothing is said. */
const SHUFFLE_BUFFER_BYTES = 2 ** 24
/** More than this is not read into memory by `load` unless it is allowed. */
const MOST_LOADED_BYTES = 2 ** 31

export interface StreamParts extends RowFormat {
  count: number
  rows: RandomRows | SequentialRows
  /** Samples that a sequential stream is shuffled in. */
  shuffleBuffer?: number | undefined
  /** The samples of a part. */
  selection?: Int32Array | undefined
}

export interface PassOptions {
  /** Seed of the order; 0 where none is given. */
  seed?: number
  /** Which epoch, counted from 0. */
  epoch?: number
  /** False keeps the order of the source. True where nothing is said. */
  shuffle?: boolean
  /** Begins after so many samples of the pass. */
  from?: number
}

export interface StreamBatchOptions extends PassOptions {
  /** 32 where nothing is said. */
  batchSize?: number
}

/** One pass over a streamed data set: batches, one after another. */
export interface BatchCursor {
  /** Writes the next `count` samples to the first rows of `into`. */
  next(count: number, into: BatchArrays): Promise<void>
  close(): Promise<void>
}

export class StreamedDataset {
  readonly name: string
  readonly count: number
  readonly inputShape: Shape
  /** Numbers in one sample. */
  readonly inputSize: number
  /** What is to be learnt; undefined where the source is unlabelled. */
  readonly targets: TargetKind | undefined
  /** Whether samples have weights. */
  readonly weighted: boolean
  readonly inputNames: readonly string[] | undefined
  readonly affine: Affine | undefined
  /** `random`: any sample at any time, and shuffled exactly. `sequential`: from the first on, and shuffled in a buffer. */
  readonly access: 'random' | 'sequential'
  /** Samples that a sequential stream is shuffled in; undefined for random access. */
  readonly shuffleBuffer: number | undefined
  private readonly parts: StreamParts
  private readonly bytes: Float32Array | undefined

  /** @throws NablaError E-DATA where there is no sample; E-VALUE for a shuffle buffer below 1. */
  constructor(parts: StreamParts) {
    this.parts = parts
    this.name = parts.name
    this.count = parts.count
    this.inputShape = [...parts.inputShape]
    this.inputSize = sizeOf(parts.inputShape)
    this.targets = parts.targets
    this.weighted = parts.weighted
    this.inputNames = parts.inputNames
    this.affine = parts.affine
    this.access = parts.rows.access
    if (parts.count === 0) throw dataError(parts.name, 'at least one sample', 'none', 'check the path or the filter.')
    if (parts.shuffleBuffer !== undefined) {
      checkWhole(parts.shuffleBuffer, 1, 2 ** 31 - 1, `${parts.name}: shuffleBuffer`)
    }
    const usual = Math.max(1, Math.floor(SHUFFLE_BUFFER_BYTES / rowBytes(parts)))
    this.shuffleBuffer = this.access === 'random' ? undefined : (parts.shuffleBuffer ?? usual)
    const uniform = parts.affine === undefined || parts.affine.scale.length === 1
    this.bytes = parts.stored === 'u8' && uniform ? byteTable(parts.affine) : undefined
  }

  get classNames(): readonly string[] | undefined {
    return this.targets?.kind === 'classes' ? this.targets.classNames : undefined
  }

  /** The shape of one sample's target: `[]` for a class; undefined where unlabelled. */
  get targetShape(): Shape | undefined {
    if (this.targets === undefined) return undefined
    return this.targets.kind === 'classes' ? [] : this.targets.shape
  }

  /** How many samples each class has. @throws NablaError E-DATA without classes, or where only reading all would tell. */
  classCounts(): Int32Array {
    const { rows, selection } = this.parts
    const { classNames } = this
    if (classNames === undefined) {
      const received = this.targets === undefined ? 'no targets' : 'targets that are values'
      throw dataError(this.name, 'classes, to count them', received, 'give the data labels.')
    }
    if (rows.access === 'random' && rows.labels !== undefined) {
      const counts = new Int32Array(classNames.length)
      for (let i = 0; i < this.count; i++) {
        const label = rows.labels[selection?.[i] ?? i] ?? 0
        counts[label] = (counts[label] ?? 0) + 1
      }
      return counts
    }
    if (rows.access === 'sequential' && rows.classCounts !== undefined && selection === undefined) {
      return rows.classCounts.slice()
    }
    const fix = 'give the weight of each class by name; or give a validation set of its own, in place of a share.'
    throw dataError(this.name, 'classes whose samples are counted', 'a stream that does not know them', fix)
  }

  /** One pass over the samples. Close it when it is not read to its end. */
  open(options: PassOptions = {}): BatchCursor {
    const cursor = this.rowCursor(options)
    let stored: Rows | undefined
    let capacity = 0
    const { parts, bytes, affine, inputSize } = this
    const direct = parts.stored === 'f32' && affine === undefined
    return {
      next: async (count, into) => {
        if (direct) {
          await cursor.next(count, into)
          return
        }
        if (count > capacity || stored === undefined) {
          stored = { ...allocateRows(parts, count), targets: into.targets, weights: into.weights }
          capacity = count
        }
        const rows = { inputs: stored.inputs, targets: into.targets, weights: into.weights }
        await cursor.next(count, rows)
        const all = firstIndices(count)
        if (rows.inputs instanceof Uint8Array && bytes !== undefined) {
          copyBytes(rows.inputs, inputSize, all, bytes, into.inputs)
        } else if (affine !== undefined) copyScaled(rows.inputs, inputSize, all, affine, into.inputs)
      },
      close: () => cursor.close(),
    }
  }

  private rowCursor({ seed = 0, epoch = 0, shuffle = true, from = 0 }: PassOptions): RowCursor {
    const { count, parts } = this
    const { rows, selection } = parts
    checkWhole(from, 0, count, `${this.name}: from`)
    const pass = { count, selection, seed, epoch, shuffle, shuffleBuffer: this.shuffleBuffer ?? 1, from }
    return rows.access === 'random' ? new RandomCursor(parts, rows, pass) : new SequentialCursor(parts, rows, pass)
  }

  /**
   * The batches of one epoch, for a loop of one's own: `for await (const { inputs, targets } of data.batches())`.
   * Inputs are `[batch, ...inputShape]`, flat; each batch has arrays of its own.
   * @throws NablaError while it is read: E-FILE, E-DATA, E-NAN with the row.
   */
  async *batches(options: StreamBatchOptions = {}): AsyncGenerator<BatchArrays> {
    const { batchSize = 32, from = 0 } = options
    checkWhole(batchSize, 1, Number.MAX_SAFE_INTEGER, 'batchSize')
    const cursor = this.open(options)
    try {
      for (let at = from; at < this.count; at += batchSize) {
        const count = Math.min(batchSize, this.count - at)
        const batch = this.allocate(count)
        await cursor.next(count, batch)
        yield batch
      }
    } finally {
      await cursor.close()
    }
  }

  /** Room for a batch of `count` samples. */
  allocate(count: number): BatchArrays {
    return allocateRows({ ...this.parts, stored: 'f32' }, count) as BatchArrays
  }

  /**
   * All samples, in memory.
   * @throws NablaError E-MEMORY for more than `mostBytes` (2 GiB where nothing is said); what reading throws.
   */
  async load(options: { mostBytes?: number } = {}): Promise<Dataset> {
    const { mostBytes = MOST_LOADED_BYTES } = options
    const sizeBytes = this.count * rowBytes(this.parts)
    if (sizeBytes > mostBytes) {
      const fix = 'train on the stream itself, or allow more with mostBytes.'
      throw dataError(this.name, `at most ${formatBytes(mostBytes)}`, formatBytes(sizeBytes), fix, 'E-MEMORY')
    }
    const all = allocateRows(this.parts, this.count)
    const cursor = this.rowCursor({ shuffle: false })
    try {
      const step = Math.max(1, Math.floor(2 ** 22 / rowBytes(this.parts)))
      for (let at = 0; at < this.count; at += step) {
        const count = Math.min(step, this.count - at)
        await cursor.next(count, this.rowsFrom(all, at, count))
      }
    } finally {
      await cursor.close()
    }
    const { name, inputShape, affine, inputNames } = this
    return new Dataset({
      name,
      inputs: all.inputs,
      inputShape,
      affine,
      targets: storedTargets(this.targets, all),
      sampleWeights: all.weights,
      inputNames,
    })
  }

  private rowsFrom(all: Rows, at: number, count: number): Rows {
    const size = targetSizeOf(this.targets)
    const rest: Rows = {
      inputs: all.inputs.subarray(at * this.inputSize),
      targets: all.targets?.subarray(at * size),
      weights: all.weights?.subarray(at),
    }
    return firstRows(this.parts, rest, count)
  }

  /** The samples `indices`. Random access keeps their order; sequential access has that of the source. */
  subset(indices: ArrayLike<number>): StreamedDataset {
    const { selection } = this.parts
    const chosen = Int32Array.from(indices, (index) => {
      checkWhole(index, 0, this.count - 1, `${this.name}: subset index`)
      return selection?.[index] ?? index
    })
    if (this.access === 'sequential') chosen.sort()
    if (this.access === 'sequential' && chosen.some((index, at) => index === chosen[at - 1])) {
      throw dataError(`${this.name}: subset`, 'indices that differ', 'one twice', 'name each sample once.', 'E-VALUE')
    }
    return this.with({ selection: chosen, count: chosen.length })
  }

  /** `count` samples from `from` on; all that are left, if fewer. */
  take(count: number, from = 0): StreamedDataset {
    checkWhole(from, 0, this.count - 1, `${this.name}: take from`)
    checkWhole(count, 1, Number.MAX_SAFE_INTEGER, `${this.name}: take`)
    return this.subset(Int32Array.from({ length: Math.min(count, this.count - from) }, (_, row) => from + row))
  }

  /**
   * Two disjoint parts: `fraction` of the samples, and the rest, drawn by the seed: those that a data set in memory would
   * give. `stratify` keeps each class's share in both, where the source knows its labels.
   * @throws NablaError E-VALUE for a fraction outside (0, 1); E-DATA where a part would be empty, or labels aren't known.
   */
  split(
    fraction: number,
    options: { seed?: number; stratify?: boolean } = {},
  ): [first: StreamedDataset, rest: StreamedDataset] {
    const labels = options.stratify === true ? this.knownLabels() : undefined
    const [first, rest] = splitIndices(this.count, fraction, options.seed ?? 0, labels)
    return [this.subset(first), this.subset(rest)]
  }

  /** Whether `split` can keep each class's share. */
  get knowsLabels(): boolean {
    const { rows } = this.parts
    return this.targets?.kind === 'classes' && rows.access === 'random' && rows.labels !== undefined
  }

  private knownLabels(): Int32Array {
    const { rows, selection } = this.parts
    if (rows.access !== 'random' || rows.labels === undefined) {
      const fix = 'leave stratify out, or give a validation set of its own.'
      throw dataError(`${this.name}: split`, 'a source that knows its labels', 'a stream', fix)
    }
    const { labels } = rows
    return selection === undefined ? labels : selection.map((index) => labels[index] ?? 0)
  }

  /** The same numbers as samples of another shape: `[28, 28]` as `[784]`. @throws NablaError E-SHAPE. */
  reshape(inputShape: Shape): StreamedDataset {
    if (sizeOf(inputShape) === this.inputSize) return this.with({ inputShape })
    throw dataError(
      `${this.name}: reshape`,
      `a shape of ${this.inputSize} numbers, as ${formatShape(this.inputShape)}`,
      formatShape(inputShape),
      'give a shape with as many numbers.',
      'E-SHAPE',
    )
  }

  /** This data set with some parts replaced. */
  with(parts: Partial<StreamParts>): StreamedDataset {
    return new StreamedDataset({ ...this.parts, ...parts })
  }

  /** "train: 60,000 samples of [784], 10 classes, streamed". */
  describe(): string {
    const { targets } = this
    const what =
      targets === undefined
        ? 'unlabelled'
        : targets.kind === 'classes'
          ? `${targets.classNames.length} classes`
          : `targets of ${formatShape(targets.shape)}`
    return `${this.name}: ${formatCount(this.count)} samples of ${formatShape(this.inputShape)}, ${what}, streamed`
  }
}

let counting = new Int32Array(0)

/** 0, 1, …, count − 1; a view. */
function firstIndices(count: number): Int32Array {
  if (counting.length < count) counting = Int32Array.from({ length: count }, (_, index) => index)
  return counting.subarray(0, count)
}
