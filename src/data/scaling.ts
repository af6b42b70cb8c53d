/**
 * Standardising and min-max scaling: fitted on training data, applied to any data of the same shape, saved as JSON.
 * Applying copies nothing: the scale and offset are folded into those that the data set applies when it copies a batch.
 */

import { formatShape, type Shape, sameShape } from '../shared/index.ts'
import type { Affine } from './copy-rows.ts'
import { Dataset } from './dataset.ts'
import { dataError } from './mistakes.ts'
import type { StreamedDataset } from './stream/streamed-dataset.ts'

export type ScalingKind = 'standardise' | 'minMax'

/** What is saved of a scaling: each feature x becomes x · scale + offset. */
export interface ScalingRecord {
  kind: ScalingKind
  inputShape: number[]
  scale: number[]
  offset: number[]
  /** Features that had one value only; they become 0 (standardise) or the lower bound (minMax). */
  constantFeatures: number[]
}

export class Scaling {
  readonly kind: ScalingKind
  readonly inputShape: Shape
  readonly constantFeatures: readonly number[]
  private readonly affine: Affine

  constructor(record: ScalingRecord) {
    this.kind = record.kind
    this.inputShape = record.inputShape
    this.constantFeatures = record.constantFeatures
    this.affine = { scale: Float64Array.from(record.scale), offset: Float64Array.from(record.offset) }
  }

  /**
   * The same samples, scaled; storage is shared.
   * @throws NablaError E-SHAPE where the samples have another shape than those it was fitted on.
   */
  apply(data: Dataset): Dataset
  apply(data: StreamedDataset): StreamedDataset
  apply(data: Dataset | StreamedDataset): Dataset | StreamedDataset
  apply(data: Dataset | StreamedDataset): Dataset | StreamedDataset {
    if (!sameShape(data.inputShape, this.inputShape)) throw wrongShape(data.name, this.inputShape, data.inputShape)
    const inner = data.affine
    const { scale, offset } = this.affine
    const at = (factors: Float64Array | undefined, k: number, absent: number) =>
      factors === undefined ? absent : ((factors.length === 1 ? factors[0] : factors[k]) ?? absent)
    // (x·s + o)·scale + offset
    return data.with({
      affine: {
        scale: scale.map((factor, k) => at(inner?.scale, k, 1) * factor),
        offset: offset.map((shift, k) => at(inner?.offset, k, 0) * (scale[k] ?? 1) + shift),
      },
    })
  }

  /** One sample, or several in a row, scaled: what a network gets that was trained on scaled data. */
  applyTo(values: ArrayLike<number>): Float32Array {
    const { scale, offset } = this.affine
    if (values.length % scale.length !== 0) throw wrongShape('values', this.inputShape, [values.length])
    return Float32Array.from(values, (value, at) => {
      const feature = at % scale.length
      return value * (scale[feature] ?? 1) + (offset[feature] ?? 0)
    })
  }

  /** Scaled samples as they were: the reverse of `applyTo`, but for rounding. */
  undo(values: ArrayLike<number>): Float32Array {
    const { scale, offset } = this.affine
    if (values.length % scale.length !== 0) throw wrongShape('values', this.inputShape, [values.length])
    return Float32Array.from(values, (value, at) => {
      const feature = at % scale.length
      return (value - (offset[feature] ?? 0)) / (scale[feature] ?? 1)
    })
  }

  toJSON(): ScalingRecord {
    return {
      kind: this.kind,
      inputShape: [...this.inputShape],
      scale: [...this.affine.scale],
      offset: [...this.affine.offset],
      constantFeatures: [...this.constantFeatures],
    }
  }
}

/**
 * x becomes (x - mean) / deviation, feature by feature; the deviation is the population's. A streamed data set is read
 * once for it.
 */
export function fitStandardise(data: Dataset): Scaling
export function fitStandardise(data: StreamedDataset): Promise<Scaling>
export function fitStandardise(data: Dataset | StreamedDataset): Scaling | Promise<Scaling>
export function fitStandardise(data: Dataset | StreamedDataset): Scaling | Promise<Scaling> {
  if (!(data instanceof Dataset)) return measureStream(data).then((figures) => standardise(data, figures))
  const { low, high, mean } = measure(data)
  const variance = new Float64Array(data.inputSize)
  eachValue(data, (value, k) => {
    variance[k] = (variance[k] ?? 0) + (value - (mean[k] ?? 0)) ** 2 / data.count
  })
  return standardise(data, { low, high, mean, variance })
}

function standardise(data: Dataset | StreamedDataset, { low, high, mean, variance }: Figures): Scaling {
  const scale = variance.map((square, k) => (low[k] === high[k] || square === 0 ? 1 : 1 / Math.sqrt(square)))
  return scalingOf('standardise', data, scale, (factor, k) => -(mean[k] ?? 0) * factor, low, high)
}

type Range = readonly [low: number, high: number]

/**
 * x becomes low + (x - min) · (high - low) / (max - min), feature by feature. A streamed data set is read once for it.
 * @throws NablaError E-VALUE.
 */
export function fitMinMax(data: Dataset, range?: Range): Scaling
export function fitMinMax(data: StreamedDataset, range?: Range): Promise<Scaling>
export function fitMinMax(data: Dataset | StreamedDataset, range?: Range): Scaling | Promise<Scaling>
export function fitMinMax(data: Dataset | StreamedDataset, range: Range = [0, 1]): Scaling | Promise<Scaling> {
  const [from, to] = range
  if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
    throw dataError('minMax range', 'two finite numbers, the lower first', `[${from}, ${to}]`, 'use [0, 1].', 'E-VALUE')
  }
  if (!(data instanceof Dataset)) return measureStream(data).then((figures) => minMax(data, figures, range))
  return minMax(data, measure(data), range)
}

function minMax(
  data: Dataset | StreamedDataset,
  { low, high }: Pick<Figures, 'low' | 'high'>,
  [from, to]: Range,
): Scaling {
  const scale = low.map((least, k) => (least === high[k] ? 1 : (to - from) / ((high[k] ?? 0) - least)))
  return scalingOf('minMax', data, scale, (factor, k) => from - (low[k] ?? 0) * factor, low, high)
}

/**
 * A scaling from its saved record.
 * @throws NablaError E-DATA where the record is not one.
 */
export function scalingFromJSON(record: unknown, where = 'scaling'): Scaling {
  if (isScalingRecord(record)) return new Scaling(record)
  throw dataError(
    where,
    'a record with kind, inputShape, and as many finite scale and offset numbers',
    (JSON.stringify(record) ?? 'nothing').slice(0, 80),
    'save the scaling again with JSON.stringify(scaling).',
  )
}

function isScalingRecord(value: unknown): value is ScalingRecord {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Partial<Record<keyof ScalingRecord, unknown>>
  const numbers = (list: unknown): list is number[] => Array.isArray(list) && list.every((n) => Number.isFinite(n))
  const { kind, inputShape, scale, offset, constantFeatures } = record
  if (kind !== 'standardise' && kind !== 'minMax') return false
  if (!numbers(inputShape) || !numbers(scale) || !numbers(offset) || !numbers(constantFeatures)) return false
  return scale.length === offset.length && scale.length === inputShape.reduce((a, b) => a * b, 1)
}

function wrongShape(where: string, expected: Shape, received: Shape) {
  const fix = 'fit the scaling on data of this shape.'
  return dataError(where, `samples of ${formatShape(expected)}`, formatShape(received), fix, 'E-SHAPE')
}

/** Every number as it is copied out, in f64, with its feature. */
function eachValue(data: Dataset, visit: (value: number, feature: number) => void): void {
  const { inputs, inputSize, affine } = data
  const step = affine === undefined || affine.scale.length === 1 ? 0 : 1
  for (let at = 0, k = 0; at < inputs.length; at++, k = k + 1 === inputSize ? 0 : k + 1) {
    visit((inputs[at] ?? 0) * (affine?.scale[k * step] ?? 1) + (affine?.offset[k * step] ?? 0), k)
  }
}

function measure(data: Dataset): { low: Float64Array; high: Float64Array; mean: Float64Array } {
  const low = new Float64Array(data.inputSize).fill(Infinity)
  const high = new Float64Array(data.inputSize).fill(-Infinity)
  const mean = new Float64Array(data.inputSize)
  eachValue(data, (value, k) => {
    if (value < (low[k] ?? 0)) low[k] = value
    if (value > (high[k] ?? 0)) high[k] = value
    mean[k] = (mean[k] ?? 0) + value / data.count
  })
  return { low, high, mean }
}

interface Figures {
  low: Float64Array
  high: Float64Array
  mean: Float64Array
  variance: Float64Array
}

/** Samples that are read together for their figures. */
const MEASURED_TOGETHER = 256

/** One pass, in f64 (B. P. Welford, Technometrics 4 (1962) 419). */
async function measureStream(data: StreamedDataset): Promise<Figures> {
  const { inputSize: size, count } = data
  const low = new Float64Array(size).fill(Infinity)
  const high = new Float64Array(size).fill(-Infinity)
  const [mean, squares] = [new Float64Array(size), new Float64Array(size)]
  const cursor = data.open({ shuffle: false })
  const batch = data.allocate(Math.min(count, MEASURED_TOGETHER))
  try {
    for (let at = 0; at < count; at += MEASURED_TOGETHER) {
      const rows = Math.min(MEASURED_TOGETHER, count - at)
      await cursor.next(rows, batch)
      for (let row = 0, i = 0; row < rows; row++) {
        for (let k = 0; k < size; k++, i++) {
          const value = batch.inputs[i] ?? 0
          if (value < (low[k] ?? 0)) low[k] = value
          if (value > (high[k] ?? 0)) high[k] = value
          const difference = value - (mean[k] ?? 0)
          const moved = (mean[k] ?? 0) + difference / (at + row + 1)
          mean[k] = moved
          squares[k] = (squares[k] ?? 0) + difference * (value - moved)
        }
      }
    }
  } finally {
    await cursor.close()
  }
  return { low, high, mean, variance: squares.map((sum) => sum / count) }
}

function scalingOf(
  kind: ScalingKind,
  data: Dataset | StreamedDataset,
  scale: Float64Array,
  offsetOf: (factor: number, feature: number) => number,
  low: Float64Array,
  high: Float64Array,
): Scaling {
  const constantFeatures = [...low.keys()].filter((k) => low[k] === high[k])
  // For a constant feature the value itself, not a mean with its rounding, so that it becomes 0 exactly.
  const offset = scale.map((factor, k) =>
    kind === 'standardise' && low[k] === high[k] ? -(low[k] ?? 0) : offsetOf(factor, k),
  )
  return new Scaling({
    kind,
    inputShape: [...data.inputShape],
    scale: [...scale],
    offset: [...offset],
    constantFeatures,
  })
}
