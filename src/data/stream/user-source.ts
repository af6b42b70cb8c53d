/** Streams of one's own: an object that reads any samples it is asked for, or a function that gives all, in turn. */

import { checkShape, formatShape, type Shape, sizeOf } from '../../shared/index.ts'
import { checkWhole, dataError } from '../mistakes.ts'
import type { BatchArrays, RowBlock, RowFormat, Rows, TargetKind } from './rows.ts'
import { allocateRows } from './rows.ts'
import { StreamedDataset } from './streamed-dataset.ts'

interface SourceFormat {
  /** What errors call it. */
  name?: string
  /** The shape of one sample. */
  inputShape: Shape
  /** Targets are classes, in this order. */
  classNames?: readonly string[]
  /** Targets are numbers; the shape of one sample's. */
  targetShape?: Shape
  /** Whether samples have weights. */
  weighted?: boolean
  inputNames?: readonly string[]
}

/** Samples that can be read in any order: a database, a service, a file format of one's own. */
export interface SampleSource extends SourceFormat {
  count: number
  /**
   * Writes the samples `indices`, in that order: inputs `[indices.length, ...inputShape]`, targets as class numbers or
   * as `[indices.length, ...targetShape]`. What is written is checked.
   */
  read(indices: Int32Array, batch: BatchArrays): void | Promise<void>
}

/** One sample of a `SampleStream`. */
export interface Sample {
  /** As many numbers as the input's shape has. */
  input: ArrayLike<number>
  /** A class: its number, or its name. */
  label?: number | string
  /** What to predict: a number, or as many as the target's shape has. */
  target?: number | ArrayLike<number>
  /** 1 where nothing is said. */
  weight?: number
}

/** Samples that come one after another. */
export interface SampleStream extends SourceFormat {
  /** Begins anew at each call; it is called once for each epoch, and once before. */
  samples(): AsyncIterable<Sample> | Iterable<Sample>
  /** Samples that are shuffled together; as many as fit into 16 MiB where nothing is said. */
  shuffleBuffer?: number
}

/** Samples that are handed on together. */
const ROWS_PER_BLOCK = 64
/** More classes than this are more likely identifiers. */
const MOST_CLASSES = 65_536

/**
 * A data set from a source of one's own, read while it is used. A `SampleStream` is read once first, to count its samples
 * and to find the classes that `classNames` doesn't name.
 * @throws NablaError E-USAGE for what is no source; E-DATA, E-NAN with the number of the first sample that is wrong.
 */
export async function streamDataset(source: SampleSource | SampleStream): Promise<StreamedDataset> {
  if (typeof source === 'object' && source !== null && 'read' in source && typeof source.read === 'function') {
    return fromSource(source)
  }
  if (typeof source === 'object' && source !== null && 'samples' in source && typeof source.samples === 'function') {
    return await fromStream(source)
  }
  const fix = 'give { count, inputShape, read(indices, batch) }, or { inputShape, samples: () => generator() }.'
  throw dataError('streamDataset', 'a source of samples, with read or samples', describe(source), fix, 'E-USAGE')
}

function checkFormat(source: SampleSource | SampleStream): string {
  const { name = 'stream', inputShape, classNames, targetShape } = source
  if (!Array.isArray(inputShape)) {
    throw dataError(
      `${name}: inputShape`,
      'a list of extents',
      describe(inputShape),
      'write inputShape: [4].',
      'E-SHAPE',
    )
  }
  checkShape(inputShape, `${name}: inputShape`)
  if (targetShape !== undefined) checkShape(targetShape, `${name}: targetShape`)
  if (classNames === undefined || targetShape === undefined) return name
  const fix = 'leave out the one that is not to be learnt.'
  throw dataError(name, 'classNames or targetShape', 'both', fix, 'E-USAGE')
}

function targetsOf({ classNames, targetShape }: SourceFormat): TargetKind | undefined {
  if (classNames !== undefined) return { kind: 'classes', classNames: [...classNames] }
  return targetShape === undefined ? undefined : { kind: 'values', shape: [...targetShape] }
}

function fromSource(source: SampleSource): StreamedDataset {
  const name = checkFormat(source)
  checkWhole(source.count, 0, 2 ** 31 - 1, `${name}: count`)
  const { inputShape, weighted = false, inputNames } = source
  const format: RowFormat = { name, inputShape, stored: 'f32', targets: targetsOf(source), weighted, inputNames }
  const read = async (indices: Int32Array, into: Rows) => {
    // What the source forgets to write is NaN, and is found.
    const fresh = allocateRows(format, indices.length) as BatchArrays
    fresh.inputs.fill(Number.NaN)
    if (fresh.targets !== undefined) fresh.targets.fill(fresh.targets instanceof Int32Array ? -1 : Number.NaN)
    fresh.weights?.fill(Number.NaN)
    await source.read(indices.slice(), fresh)
    into.inputs.set(fresh.inputs)
    if (fresh.targets !== undefined) into.targets?.set(fresh.targets)
    if (fresh.weights !== undefined) into.weights?.set(fresh.weights)
  }
  return new StreamedDataset({ ...format, count: source.count, rows: { access: 'random', open: () => ({ read }) } })
}

async function fromStream(source: SampleStream): Promise<StreamedDataset> {
  const name = checkFormat(source)
  const { inputShape, weighted = false, inputNames, shuffleBuffer } = source
  const { count, targets, classCounts } = await survey(source, name)
  const format: RowFormat = { name, inputShape, stored: 'f32', targets, weighted, inputNames }
  const open = () => blocksOf(source, format)
  return new StreamedDataset({ ...format, count, shuffleBuffer, rows: { access: 'sequential', open, classCounts } })
}

/** One pass: how many samples there are, and what their targets are. */
async function survey(source: SampleStream, name: string) {
  let count = 0
  let first: Sample | undefined
  const labels = new Map<string | number, number>()
  for await (const sample of samplesOf(source, name)) {
    first ??= sample
    count++
    if (sample.label === undefined) continue
    labels.set(sample.label, (labels.get(sample.label) ?? 0) + 1)
    if (labels.size > MOST_CLASSES) {
      const fix = 'for numbers to be predicted as such, give target, not label.'
      throw dataError(`${name}: labels`, `at most ${MOST_CLASSES} classes`, 'more', fix)
    }
  }
  const targets = targetsOf(source) ?? guessTargets(first, labels, name)
  return { count, targets, classCounts: countsOf(targets, labels) }
}

function guessTargets(first: Sample | undefined, labels: Map<string | number, number>, name: string) {
  if (first?.label !== undefined) return { kind: 'classes', classNames: classNamesOf(labels, name) } as const
  if (first?.target === undefined) return undefined
  return { kind: 'values', shape: [typeof first.target === 'number' ? 1 : first.target.length] } as const
}

/** Names in the order of the alphabet; numbers from 0 to the largest. */
function classNamesOf(labels: Map<string | number, number>, name: string): string[] {
  const keys = [...labels.keys()]
  const names = keys.filter((label) => typeof label === 'string')
  if (names.length === keys.length) return names.sort((a, b) => (a < b ? -1 : 1))
  const odd = keys.find((label) => typeof label === 'string' || !Number.isInteger(label) || label < 0)
  if (odd !== undefined || keys.some((label) => (label as number) >= MOST_CLASSES)) {
    const fix = 'give every label as a name, or every one as a whole number from 0.'
    throw dataError(`${name}: labels`, 'names, or whole numbers from 0', JSON.stringify(odd ?? 'a huge number'), fix)
  }
  return Array.from({ length: Math.max(...(keys as number[])) + 1 }, (_, label) => String(label))
}

function countsOf(targets: TargetKind | undefined, labels: Map<string | number, number>): Int32Array | undefined {
  if (targets?.kind !== 'classes') return undefined
  return Int32Array.from(targets.classNames, (name, label) => (labels.get(name) ?? 0) + (labels.get(label) ?? 0))
}

async function* samplesOf(source: SampleStream, name: string): AsyncGenerator<Sample> {
  const samples: unknown = source.samples()
  const isIterable =
    typeof samples === 'object' && samples !== null && (Symbol.asyncIterator in samples || Symbol.iterator in samples)
  if (!isIterable) {
    const fix = 'write samples: async function* () { yield { input, label } }.'
    throw dataError(`${name}: samples`, 'an iterable of samples', describe(samples), fix, 'E-USAGE')
  }
  let index = 0
  for await (const sample of samples as AsyncIterable<unknown>) {
    if (typeof sample !== 'object' || sample === null) {
      throw dataError(
        `${name}, sample ${index}`,
        '{ input, label } or { input, target }',
        describe(sample),
        'correct it.',
      )
    }
    index++
    yield sample as Sample
  }
}

async function* blocksOf(source: SampleStream, format: RowFormat): AsyncGenerator<RowBlock> {
  const rows = allocateRows(format, ROWS_PER_BLOCK)
  const { targets } = format
  const classes = new Map(targets?.kind === 'classes' ? targets.classNames.map((name, label) => [name, label]) : [])
  let [held, index] = [0, 0]
  for await (const sample of samplesOf(source, format.name)) {
    writeSample(sample, `${format.name}, sample ${index}`, format, classes, rows, held)
    held++
    index++
    if (held < ROWS_PER_BLOCK) continue
    yield { ...rows, rows: held }
    held = 0
  }
  if (held > 0) yield { ...rows, rows: held }
}

function writeSample(
  sample: Sample,
  where: string,
  format: RowFormat,
  classes: ReadonlyMap<string, number>,
  rows: Rows,
  row: number,
): void {
  writeNumbers(sample.input, `${where}, input`, sizeOf(format.inputShape), format.inputShape, rows.inputs, row)
  const { targets } = format
  if (targets?.kind === 'classes' && rows.targets !== undefined) {
    const label = typeof sample.label === 'string' ? classes.get(sample.label) : sample.label
    if (label === undefined || !Number.isInteger(label) || label < 0 || label >= targets.classNames.length) {
      const expected = `a class: ${targets.classNames.slice(0, 10).join(', ')}, or its number`
      throw dataError(`${where}, label`, expected, describe(sample.label), 'correct the label, or name the class.')
    }
    rows.targets[row] = label
  } else if (targets?.kind === 'values' && rows.targets !== undefined) {
    const values = typeof sample.target === 'number' ? [sample.target] : sample.target
    writeNumbers(values, `${where}, target`, sizeOf(targets.shape), targets.shape, rows.targets, row)
  }
  if (rows.weights !== undefined) rows.weights[row] = sample.weight ?? 1
}

function writeNumbers(
  values: ArrayLike<number> | undefined,
  where: string,
  size: number,
  shape: Shape,
  into: Float32Array | Int32Array | Uint8Array,
  row: number,
): void {
  if (typeof values !== 'object' || values === null || values.length !== size) {
    const received = typeof values === 'object' && values !== null ? `${values.length} numbers` : describe(values)
    throw dataError(where, `${size} numbers, for ${formatShape(shape)}`, received, 'give each sample as a flat list.')
  }
  for (let k = 0; k < size; k++) {
    const value: unknown = values[k]
    const single = typeof value === 'number' ? Math.fround(value) : Number.NaN
    if (!Number.isFinite(single)) {
      const fix = 'leave the sample out, or fill the gap.'
      throw dataError(`${where}, number ${k}`, 'a finite number that f32 can hold', describe(value), fix, 'E-NAN')
    }
    into[row * size + k] = single
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
