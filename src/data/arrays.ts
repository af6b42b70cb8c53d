/**
 * Data sets from arrays: nested lists, typed arrays, lists of labels. What enters may be anything that a user's
 * program or a reader made; what leaves is a data set whose every number is finite and whose labels are in range.
 */

import { checkShape, formatShape, type Shape, sizeOf } from '../shared/index.ts'
import type { Affine } from './copy-rows.ts'
import { Dataset, type Targets } from './dataset.ts'
import { type Labels, readLabels } from './labels.ts'
import { dataError } from './mistakes.ts'

/** A flat typed array of numbers. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array

/** Numbers in lists of lists; the innermost may be typed arrays. */
export type NestedNumbers = NumberArray | readonly number[] | readonly NestedNumbers[]

export interface DatasetSource {
  /** What errors call it. */
  name?: string
  /** One entry a sample; or one flat array, with `inputShape`. A Float32Array or Uint8Array is kept, not copied. */
  inputs: NestedNumbers
  /** The shape of one sample. Nested lists say it themselves; a flat array without it has one number a sample. */
  inputShape?: Shape
  /** What a stored number means, such as 1/255 for bytes of a picture. */
  scale?: number
  offset?: number
  /** One class a sample: whole numbers from 0, or names. */
  labels?: Labels
  /** All classes in order, where not every one need occur, or where numbers have names. */
  classNames?: readonly string[]
  /** Numbers to predict, one entry a sample; or one flat array, with `targetShape`. */
  targets?: NestedNumbers
  /** The shape of one sample's target; `[1]` where `targets` is a flat array and nothing is said. */
  targetShape?: Shape
  sampleWeights?: NumberArray | readonly number[]
  inputNames?: readonly string[]
  targetNames?: readonly string[]
}

/**
 * A data set from arrays.
 * @throws NablaError E-DATA for no samples, ragged rows, counts that differ, labels out of range;
 *   E-NAN for NaN, infinity, or a number beyond f32, with its row and column; E-USAGE for both labels and targets.
 */
export function dataset(source: DatasetSource): Dataset {
  const name = source.name ?? 'data'
  const inputs = readNumbers(source.inputs, source.inputShape, `${name}: inputs`, true, source.inputNames)
  const count = inputs.values.length / Math.max(1, sizeOf(inputs.shape))
  const weights = source.sampleWeights
  return new Dataset({
    name,
    inputs: inputs.values,
    inputShape: inputs.shape,
    affine: readAffine(source, name),
    targets: readTargets(source, name, count),
    sampleWeights: weights === undefined ? undefined : readWeights(weights, `${name}: sampleWeights`),
    inputNames: source.inputNames,
  })
}

function readAffine(source: DatasetSource, name: string): Affine | undefined {
  const { scale = 1, offset = 0 } = source
  for (const [what, value] of [
    ['scale', scale],
    ['offset', offset],
  ] as const) {
    if (!Number.isFinite(value)) {
      throw dataError(`${name}: ${what}`, 'a finite number', String(value), 'give a number such as 1/255.', 'E-VALUE')
    }
  }
  return scale === 1 && offset === 0 ? undefined : { scale: Float64Array.of(scale), offset: Float64Array.of(offset) }
}

function readTargets(source: DatasetSource, name: string, count: number): Targets | undefined {
  if (source.labels !== undefined && source.targets !== undefined) {
    throw dataError(
      name,
      'labels (classes) or targets (numbers)',
      'both',
      'leave out the one that is not to be learnt.',
      'E-USAGE',
    )
  }
  if (source.labels !== undefined) return readLabels(source.labels, source.classNames, `${name}: labels`)
  if (source.targets === undefined) return undefined
  const { values, shape } = readNumbers(
    source.targets,
    source.targetShape,
    `${name}: targets`,
    false,
    source.targetNames,
  )
  if (values.length !== count * sizeOf(shape)) {
    throw dataError(
      `${name}: targets`,
      `${count} targets, one for each sample`,
      String(values.length / Math.max(1, sizeOf(shape))),
      'give as many targets as inputs.',
    )
  }
  // `readNumbers` keeps bytes only where it is asked to.
  return { kind: 'values', values: Float32Array.from(values), shape, names: source.targetNames }
}

function readWeights(weights: NumberArray | readonly number[], where: string): Float32Array {
  const { values } = readNumbers(weights, [1], where, false)
  values.forEach((weight, row) => {
    if (weight < 0) throw dataError(`${where}, row ${row}`, 'a weight of 0 or more', String(weight), 'correct it.')
  })
  return Float32Array.from(values)
}

interface Numbers {
  values: Float32Array | Uint8Array
  shape: number[]
}

function isTyped(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !isBigInts(value)
}

function isBigInts(value: ArrayBufferView): boolean {
  return value instanceof BigInt64Array || value instanceof BigUint64Array
}

/** Flattens to f32 (bytes stay bytes where `keepBytes`), with the shape of one sample. */
function readNumbers(
  source: NestedNumbers,
  given: Shape | undefined,
  where: string,
  keepBytes: boolean,
  names?: readonly string[],
): Numbers {
  if (source.length === 0) {
    throw dataError(where, 'at least one sample', 'an empty array', 'give it data; check the path or the filter.')
  }
  const first: unknown = source[0]
  const flat = isTyped(source) || typeof first === 'number'
  const shape = flat ? [...(given ?? [1])] : shapeOf(first, where)
  checkShape(shape, `${where} shape`)
  if (given !== undefined && sizeOf(given) !== sizeOf(shape)) {
    throw dataError(where, `samples of ${formatShape(given)}`, formatShape(shape), 'correct inputShape or the rows.')
  }
  if (flat && source.length % Math.max(1, sizeOf(shape)) !== 0) {
    throw dataError(
      where,
      `whole samples of ${formatShape(shape)}`,
      `${source.length} numbers`,
      'correct the shape, or the numbers.',
    )
  }
  const finalShape = [...(given ?? shape)]
  if (source instanceof Uint8Array && keepBytes) return { values: source, shape: finalShape }
  const values =
    source instanceof Float32Array
      ? source
      : flat
        ? copyFlat(source as ArrayLike<number>)
        : flatten(source as readonly NestedNumbers[], shape, where)
  checkFinite(values, source, sizeOf(shape), where, names)
  return { values, shape: finalShape }
}

function copyFlat(source: ArrayLike<number>): Float32Array {
  return Float32Array.from(source, (value) => (typeof value === 'number' ? value : Number.NaN))
}

/** The shape of one sample, read off the first. */
function shapeOf(sample: unknown, where: string): number[] {
  const shape: number[] = []
  let level: unknown = sample
  while (typeof level !== 'number') {
    if (!Array.isArray(level) && !isTyped(level)) {
      throw dataError(
        `${where}, row 0`,
        'numbers, or lists of numbers',
        describe(level),
        'encode what is not a number first.',
      )
    }
    shape.push(level.length)
    if (level.length === 0) throw dataError(`${where}, row 0`, 'at least one number', 'an empty list', 'fill the row.')
    level = level[0]
    if (isTyped(sample)) break
  }
  return shape
}

function flatten(rows: readonly NestedNumbers[], shape: Shape, where: string): Float32Array {
  const size = sizeOf(shape)
  const values = new Float32Array(rows.length * size)
  // Not forEach, which passes over the holes of a sparse array.
  for (let row = 0; row < rows.length; row++) fill(rows[row], shape, 0, values, row * size, `${where}, row ${row}`)
  return values
}

/** Writes one level of lists to `values` from `at` on, checking that it is as long as the first row's. */
function fill(level: unknown, shape: Shape, axis: number, values: Float32Array, at: number, where: string): void {
  const extent = shape[axis] ?? 0
  const isList = Array.isArray(level) || isTyped(level)
  if (!isList || level.length !== extent) {
    const received = isList ? String(level.length) : describe(level)
    throw dataError(where, `${extent} entries, as in row 0`, received, 'give every row the same length.')
  }
  if (axis < shape.length - 1) {
    const stride = sizeOf(shape.slice(axis + 1))
    for (let k = 0; k < extent; k++) fill(level[k], shape, axis + 1, values, at + k * stride, where)
    return
  }
  for (let k = 0; k < extent; k++) {
    const value: unknown = level[k]
    // What is not a number counts as NaN here; `checkFinite` then names its row and column.
    values[at + k] = typeof value === 'number' ? value : Number.NaN
  }
}

function checkFinite(
  values: ArrayLike<number>,
  source: NestedNumbers,
  size: number,
  where: string,
  names: readonly string[] | undefined,
): void {
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    // NaN - NaN and infinity - infinity are NaN, so one comparison finds both.
    if (value - value === 0) continue
    const row = Math.floor(at / size)
    const column = at % size
    const named = names?.[column] === undefined ? '' : ` ("${names[column]}")`
    const original = entryAt(source, row, column, size)
    const place = `${where}, row ${row}, column ${column}${named}, counted from 0`
    const fix = 'leave the sample out, or fill the gap (for instance with the mean of its column).'
    throw dataError(place, 'a finite number that f32 can hold', describe(original), fix, 'E-NAN')
  }
}

/** The entry as the user gave it, which may differ from the f32 it became. */
function entryAt(source: NestedNumbers, row: number, column: number, size: number): unknown {
  if (isTyped(source) || typeof source[0] === 'number') return source[row * size + column]
  const flat: unknown[] = []
  const visit = (level: unknown): void => {
    if (Array.isArray(level) || isTyped(level)) for (const entry of level) visit(entry)
    else flat.push(level)
  }
  visit(source[row])
  return flat[column]
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value)
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return Array.isArray(value) ? `a list of ${value.length}` : typeof value
}
