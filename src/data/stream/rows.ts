/**
 * Samples on their way from a source to a batch: rows as they are stored, and where they come from. A source is read
 * either in any order (a file of rows of one length) or from its beginning only (a CSV file, somebody's generator).
 */

import { InternalError, type Shape, sizeOf } from '../../shared/index.ts'
import type { Affine } from '../copy-rows.ts'
import type { Targets } from '../dataset.ts'
import { dataError } from '../mistakes.ts'

/** What is to be learnt from a sample, without the targets themselves. */
export type TargetKind =
  | { readonly kind: 'classes'; readonly classNames: readonly string[] }
  | { readonly kind: 'values'; readonly shape: Shape; readonly names?: readonly string[] | undefined }

/** Rows as they are stored; a batch of them has f32 inputs. Targets: class numbers, or numbers. */
export interface Rows {
  /** `[rows, ...inputShape]` */
  inputs: Float32Array | Uint8Array
  /** `[rows]` class numbers, or `[rows, ...targetShape]`. */
  targets: Float32Array | Int32Array | undefined
  /** `[rows]` */
  weights: Float32Array | undefined
}

/** A batch as a network takes it. */
export interface BatchArrays extends Rows {
  inputs: Float32Array
}

/** Reads rows in any order, until it is closed. */
export interface RowReader {
  /** Writes the samples `indices` to the first rows of `into`. */
  read(indices: Int32Array, into: Rows): void | Promise<void>
  close?(): void | Promise<void>
}

/** Rows that follow each other; its arrays are valid until the next block is asked for. */
export interface RowBlock extends Rows {
  rows: number
}

export interface RandomRows {
  readonly access: 'random'
  open(): RowReader | Promise<RowReader>
  /** The class of every sample, where it is known without reading them. */
  readonly labels?: Int32Array | undefined
}

export interface SequentialRows {
  readonly access: 'sequential'
  /** All rows, from the first on. */
  open(): AsyncIterable<RowBlock>
  /** How many samples each class has, where that is known. */
  readonly classCounts?: Int32Array | undefined
}

/** What there is to know of a row. */
export interface RowFormat {
  readonly name: string
  readonly inputShape: Shape
  readonly stored: 'f32' | 'u8'
  readonly affine?: Affine | undefined
  readonly targets?: TargetKind | undefined
  readonly weighted: boolean
  readonly inputNames?: readonly string[] | undefined
}

/** Numbers in one sample's target; 0 where there is none. */
export function targetSizeOf(targets: TargetKind | undefined): number {
  if (targets === undefined) return 0
  return targets.kind === 'classes' ? 1 : sizeOf(targets.shape)
}

/** Room for `count` rows of a format. */
export function allocateRows(format: RowFormat, count: number): Rows {
  const { targets, weighted, stored } = format
  const inputs = count * sizeOf(format.inputShape)
  const values = count * targetSizeOf(targets)
  return {
    inputs: stored === 'u8' ? new Uint8Array(inputs) : new Float32Array(inputs),
    targets:
      targets === undefined
        ? undefined
        : targets.kind === 'classes'
          ? new Int32Array(values)
          : new Float32Array(values),
    weights: weighted ? new Float32Array(count) : undefined,
  }
}

/** The targets of rows that are all there is, as a data set keeps them. */
export function storedTargets(targets: TargetKind | undefined, { targets: values }: Rows): Targets | undefined {
  if (targets?.kind === 'classes' && values instanceof Int32Array) {
    return { kind: 'classes', labels: values, classNames: targets.classNames }
  }
  if (targets?.kind === 'values' && values instanceof Float32Array) {
    return { kind: 'values', values, shape: targets.shape, names: targets.names }
  }
  return undefined
}

/** Bytes of one row in memory. */
export function rowBytes(format: RowFormat): number {
  const { inputs, targets, weights } = allocateRows(format, 1)
  return inputs.byteLength + (targets?.byteLength ?? 0) + (weights?.byteLength ?? 0)
}

/** Copies row `from` of `source` to row `to` of `into`. */
export function copyRow(format: RowFormat, source: Rows, from: number, into: Rows, to: number): void {
  copyPart(source.inputs, from, into.inputs, to, sizeOf(format.inputShape))
  if (into.targets !== undefined) copyPart(source.targets, from, into.targets, to, targetSizeOf(format.targets))
  if (into.weights !== undefined) copyPart(source.weights, from, into.weights, to, 1)
}

type Numbers = Float32Array | Int32Array | Uint8Array

function copyPart(source: Numbers | undefined, from: number, into: Numbers, to: number, size: number): void {
  if (source === undefined) throw new InternalError('rows of one stream have the same parts')
  if (size === 1) into[to] = source[from] ?? 0
  else into.set(source.subarray(from * size, (from + 1) * size), to * size)
}

/** The first `count` rows, as views. */
export function firstRows(format: RowFormat, { inputs, targets, weights }: Rows, count: number): Rows {
  return {
    inputs: inputs.subarray(0, count * sizeOf(format.inputShape)),
    targets: targets?.subarray(0, count * targetSizeOf(format.targets)),
    weights: weights?.subarray(0, count),
  }
}

/**
 * Refuses rows that no network may see. `indexOf` says which sample a row is.
 * @throws NablaError E-NAN for NaN or infinity, E-DATA for a class that there is not or a negative weight, with the row.
 */
export function checkRows(format: RowFormat, rows: Rows, count: number, indexOf: (row: number) => number): void {
  const { name, inputShape, inputNames, targets } = format
  checkFinite(rows.inputs, count, sizeOf(inputShape), `${name}: inputs`, indexOf, inputNames)
  if (rows.targets !== undefined && targets?.kind === 'values') {
    checkFinite(rows.targets, count, sizeOf(targets.shape), `${name}: targets`, indexOf, targets.names)
  }
  if (rows.targets !== undefined && targets?.kind === 'classes') {
    const classes = targets.classNames.length
    for (let row = 0; row < count; row++) {
      const label = rows.targets[row] ?? -1
      if (label >= 0 && label < classes && Number.isInteger(label)) continue
      const fix = 'correct the label, or give classNames for every class.'
      throw dataError(`${name}: labels, row ${indexOf(row)}`, `a class from 0 to ${classes - 1}`, String(label), fix)
    }
  }
  if (rows.weights === undefined) return
  checkFinite(rows.weights, count, 1, `${name}: sampleWeights`, indexOf)
  const negative = rows.weights.subarray(0, count).findIndex((weight) => weight < 0)
  if (negative < 0) return
  const place = `${name}: sampleWeights, row ${indexOf(negative)}`
  throw dataError(place, 'a weight of 0 or more', String(rows.weights[negative]), 'correct it.')
}

function checkFinite(
  values: Numbers,
  count: number,
  size: number,
  where: string,
  indexOf: (row: number) => number,
  names?: readonly string[],
): void {
  if (!(values instanceof Float32Array)) return
  for (let at = 0; at < count * size; at++) {
    const value = values[at] as number
    // NaN - NaN and infinity - infinity are NaN, so one comparison finds both.
    if (value - value === 0) continue
    const column = at % size
    const named = names?.[column] === undefined ? '' : ` ("${names[column]}")`
    const place = `${where}, row ${indexOf(Math.floor(at / size))}, column ${column}${named}, counted from 0`
    const fix = 'leave the sample out, or fill the gap (for instance with the mean of its column).'
    throw dataError(place, 'a finite number that f32 can hold', String(value), fix, 'E-NAN')
  }
}
