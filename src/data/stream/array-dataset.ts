/** Data sets whose arrays lie in files: npy, npz and IDX. Any sample is read where it lies, so shuffling is exact. */

import { type ArrayFile, locateNpy, locateNpzArray, unpackArray } from '../../formats/node.ts'
import { formatShape, NablaError, type Shape, sizeOf } from '../../shared/index.ts'
import type { Affine } from '../copy-rows.ts'
import type { Dataset } from '../dataset.ts'
import { openToRead } from '../files.ts'
import { checkIdxPair, type IdxDatasetOptions, MOST_IDX_HEADER_BYTES, readIdxHeader } from '../idx.ts'
import { readLabels } from '../labels.ts'
import { dataError } from '../mistakes.ts'
import { ArrayRows, holdsWholeNumbers, readAllLabels } from './array-file.ts'
import type { RowReader, TargetKind } from './rows.ts'
import { StreamedDataset } from './streamed-dataset.ts'

/** The path of an npy file; or that of an npz file with one array; or an array of an npz file. */
export type NpySource = string | { npz: string; array: string }

export interface NpyDatasetOptions {
  name?: string
  /** `[count, …]`: whole numbers from 0 to 255 may be uint8, which takes a quarter of the room. */
  inputs: NpySource
  /** `[count]`: the class of each sample, from 0. */
  labels?: NpySource
  /** `[count]` or `[count, …]`: numbers to predict. */
  targets?: NpySource
  /** `[count]` */
  sampleWeights?: NpySource
  classNames?: readonly string[]
  /** The shape of one sample, if not the array's own. */
  inputShape?: Shape
  /** What a stored number means, such as 1/255 for bytes of a picture. */
  scale?: number
  offset?: number
  inputNames?: readonly string[]
  /** Arrays that are compressed or in column-major order are unpacked into memory, in place of being refused. */
  unpack?: boolean
}

interface ArrayParts {
  name: string
  inputs: ArrayFile
  inputShape: Shape
  labels?: ArrayFile | undefined
  targets?: ArrayFile | undefined
  weights?: ArrayFile | undefined
  classNames?: readonly string[] | undefined
  affine?: Affine | undefined
  inputNames?: readonly string[] | undefined
}

/**
 * A data set of npy files, or of arrays in an npz file that are stored as they are (`numpy.savez`), read while it is used.
 * Labels are read at the start; everything else when it is needed.
 * @throws NablaError E-FILE, E-DATA, E-NAME, E-UNSUPPORTED where files are missing, broken, compressed or do not fit.
 */
export async function streamNpy(options: NpyDatasetOptions): Promise<StreamedDataset> {
  const { labels, targets, sampleWeights, inputShape, scale = 1, offset = 0 } = options
  if (labels !== undefined && targets !== undefined) {
    const fix = 'leave out the one that is not to be learnt.'
    throw dataError('streamNpy', 'labels (classes) or targets (numbers)', 'both', fix, 'E-USAGE')
  }
  for (const value of [scale, offset]) {
    if (Number.isFinite(value)) continue
    const expected = 'a finite number, as scale and as offset'
    throw dataError('streamNpy', expected, String(value), 'give a number such as 1/255.', 'E-VALUE')
  }
  const { unpack = false } = options
  const locate = (source: NpySource | undefined) => (source === undefined ? undefined : locateArray(source, unpack))
  const inputs = await locateArray(options.inputs, unpack)
  return open({
    name: options.name ?? inputs.where,
    inputs,
    inputShape: inputShape ?? (inputs.shape.length < 2 ? [1] : inputs.shape.slice(1)),
    labels: await locate(labels),
    targets: await locate(targets),
    weights: await locate(sampleWeights),
    classNames: options.classNames,
    inputNames: options.inputNames,
    affine:
      scale === 1 && offset === 0 ? undefined : { scale: Float64Array.of(scale), offset: Float64Array.of(offset) },
  })
}

/** The same, read into memory; arrays may be compressed. @throws NablaError as `streamNpy`; E-MEMORY beyond 2 GiB. */
export async function readNpyDataset(options: NpyDatasetOptions): Promise<Dataset> {
  return (await streamNpy({ ...options, unpack: true })).load()
}

async function locateArray(source: NpySource, unpack: boolean): Promise<ArrayFile> {
  const [path, name] = typeof source === 'string' ? [source, undefined] : [source.npz, source.array]
  const isArchive = typeof source !== 'string' || /\.npz$/i.test(source)
  try {
    return await (isArchive ? locateNpzArray(path, name) : locateNpy(path))
  } catch (error) {
    // Only where it is known that unpacking helps: other types and encryption are refused again.
    if (unpack && error instanceof NablaError && error.code === 'E-UNSUPPORTED') return unpackArray(path, name)
    throw error
  }
}

/**
 * Images and labels from two IDX files, read while they are used: bytes mean byte/255, as for `readIdxDataset`.
 * @throws NablaError E-FILE where a file cannot be read; E-DATA where it is malformed or packed, or counts differ.
 */
export async function streamIdx(
  imagesPath: string,
  labelsPath: string,
  options: Pick<IdxDatasetOptions, 'name' | 'inputShape' | 'classNames'> = {},
): Promise<StreamedDataset> {
  const [images, labels] = [await locateIdx(imagesPath), await locateIdx(labelsPath)]
  checkIdxPair(images.shape, labels.shape, imagesPath, labelsPath)
  return open({
    name: options.name ?? imagesPath,
    inputs: images,
    inputShape: options.inputShape ?? (images.shape.length === 1 ? [1] : images.shape.slice(1)),
    labels,
    classNames: options.classNames,
    affine: images.dtype === 'U8' ? { scale: Float64Array.of(1 / 255), offset: Float64Array.of(0) } : undefined,
  })
}

const IDX_DTYPES = { u8: 'U8', i8: 'I8', i16: 'I16', i32: 'I32', f32: 'F32', f64: 'F64' } as const

async function locateIdx(path: string): Promise<ArrayFile> {
  const { handle, sizeBytes } = await openToRead(path)
  try {
    const bytes = new Uint8Array(Math.min(sizeBytes, MOST_IDX_HEADER_BYTES))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    const { dtype, shape, start } = readIdxHeader(bytes.subarray(0, bytesRead), path, sizeBytes)
    return { path, where: path, dtype: IDX_DTYPES[dtype], bigEndian: true, shape, start }
  } finally {
    await handle.close()
  }
}

async function open(parts: ArrayParts): Promise<StreamedDataset> {
  const { name, inputs, inputShape, labels, targets, weights, classNames, affine, inputNames } = parts
  const count = inputs.shape[0] ?? 0
  if (sizeOf(inputShape) !== sizeOf(inputs.shape.slice(1))) {
    const expected = `samples of ${formatShape(inputs.shape.slice(1))}`
    throw dataError(inputs.where, expected, formatShape(inputShape), 'correct inputShape.', 'E-SHAPE')
  }
  checkCount(labels, count, inputs, true)
  checkCount(targets, count, inputs, false)
  checkCount(weights, count, inputs, true)
  const classes = labels === undefined ? undefined : readLabels(await readAllLabels(labels), classNames, labels.where)
  const kind: TargetKind | undefined =
    classes !== undefined
      ? { kind: 'classes', classNames: classes.classNames }
      : targets && { kind: 'values', shape: targets.shape.length === 1 ? [1] : targets.shape.slice(1) }
  return new StreamedDataset({
    name,
    count,
    inputShape,
    inputNames,
    stored: inputs.dtype === 'U8' || inputs.dtype === 'BOOL' ? 'u8' : 'f32',
    affine,
    targets: kind,
    weighted: weights !== undefined,
    rows: {
      access: 'random',
      labels: classes?.labels,
      open: () => openRows(inputs, classes?.labels, targets, weights),
    },
  })
}

function checkCount(file: ArrayFile | undefined, count: number, inputs: ArrayFile, isList: boolean): void {
  if (file === undefined) return
  const column = file.shape.length === 2 && file.shape[1] === 1
  const expected = isList ? `one number for each sample, [${count}]` : `${count} samples, as in ${inputs.where}`
  if (file.shape[0] === count && (!isList || file.shape.length === 1 || column)) return
  throw dataError(
    file.where,
    expected,
    formatShape(file.shape),
    'give the array that belongs to these inputs.',
    'E-SHAPE',
  )
}

async function openRows(
  inputs: ArrayFile,
  labels: Int32Array | undefined,
  targets: ArrayFile | undefined,
  weights: ArrayFile | undefined,
): Promise<RowReader> {
  const opened: ArrayRows[] = []
  const openOne = async (file: ArrayFile) => {
    const rows = await ArrayRows.open(file)
    opened.push(rows)
    return rows
  }
  const close = async () => {
    await Promise.all(opened.map((rows) => rows.close()))
  }
  try {
    const inputRows = await openOne(inputs)
    const targetRows = targets && (await openOne(targets))
    const weightRows = weights && (await openOne(weights))
    return {
      read: async (indices, into) => {
        if (labels !== undefined) for (let i = 0; i < indices.length; i++) copyLabel(labels, indices, into.targets, i)
        await Promise.all([
          inputRows.read(indices, into.inputs),
          into.targets === undefined ? undefined : targetRows?.read(indices, into.targets),
          into.weights === undefined ? undefined : weightRows?.read(indices, into.weights),
        ])
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function copyLabel(
  labels: Int32Array,
  indices: Int32Array,
  into: Float32Array | Int32Array | undefined,
  row: number,
): void {
  if (into !== undefined) into[row] = labels[indices[row] ?? 0] ?? 0
}

/** The array of an npz file that is to be learnt, as labels where it holds whole numbers, else as targets. */
export async function npzTargets(source: NpySource): Promise<Pick<NpyDatasetOptions, 'labels' | 'targets'>> {
  const { dtype, shape } = await locateArray(source, true)
  const isList = shape.length === 1 || (shape.length === 2 && shape[1] === 1)
  return holdsWholeNumbers(dtype) && isList ? { labels: source } : { targets: source }
}
