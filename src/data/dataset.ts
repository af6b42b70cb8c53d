/**
 * A data set: samples of one shape, with classes, values or nothing to learn from them. Immutable: every operation
 * returns another data set, which shares the storage where it can.
 *
 * Numbers are stored as f32, or as bytes (a quarter of the memory: MNIST takes 47 MB), with a scale and an offset
 * that are applied while a batch is copied out. Invariant: a copied batch is finite; the builders check it.
 */

import { checkShape, formatCount, formatShape, type Shape, sizeOf } from '../shared/index.ts'
import { type Affine, byteTable, copyBytes, copyLabels, copyRows, copyScaled } from './copy-rows.ts'
import { checkWhole, dataError } from './mistakes.ts'
import { type Fold, foldIndices, shuffledIndices, splitIndices } from './partition.ts'

/** One class for each sample. */
export interface ClassTargets {
  kind: 'classes'
  /** `[count]`, each from 0 to classNames.length - 1. */
  labels: Int32Array
  classNames: readonly string[]
}

/** A vector (or array) of numbers for each sample. */
export interface ValueTargets {
  kind: 'values'
  /** `[count, ...shape]`, row-major. */
  values: Float32Array
  /** The shape of one sample's target; `[1]` for a single number. */
  shape: Shape
  names?: readonly string[] | undefined
}

export type Targets = ClassTargets | ValueTargets

export interface DatasetParts {
  /** What errors call it: a file, "train". */
  name?: string | undefined
  /** `[count, ...inputShape]`, row-major; kept, not copied. */
  inputs: Float32Array | Uint8Array
  /** The shape of one sample. */
  inputShape: Shape
  /** What a stored number means; absent: itself. */
  affine?: Affine | undefined
  targets?: Targets | undefined
  /** `[count]`: how much each sample counts in the loss. Absent: 1 each. */
  sampleWeights?: Float32Array | undefined
  /** Names of the input's features, where they have any. */
  inputNames?: readonly string[] | undefined
}

export class Dataset {
  readonly name: string
  readonly inputs: Float32Array | Uint8Array
  readonly inputShape: Shape
  /** Numbers in one sample. */
  readonly inputSize: number
  readonly count: number
  readonly affine: Affine | undefined
  readonly targets: Targets | undefined
  readonly sampleWeights: Float32Array | undefined
  readonly inputNames: readonly string[] | undefined
  private readonly bytes: Float32Array | undefined

  /**
   * Checks that the parts fit each other; `dataset()` also checks the numbers.
   * @throws NablaError E-DATA where counts differ or there is no sample.
   */
  constructor(parts: DatasetParts) {
    this.name = parts.name ?? 'data'
    this.inputs = parts.inputs
    this.inputShape = [...checkShape(parts.inputShape, `${this.name}: inputShape`)]
    this.inputSize = sizeOf(this.inputShape)
    this.count = this.inputSize === 0 ? 0 : parts.inputs.length / this.inputSize
    this.affine = parts.affine
    this.targets = parts.targets
    this.sampleWeights = parts.sampleWeights
    this.inputNames = parts.inputNames
    checkParts(this)
    const uniform = parts.affine === undefined || parts.affine.scale.length === 1
    this.bytes = parts.inputs instanceof Uint8Array && uniform ? byteTable(parts.affine) : undefined
  }

  /** Whether samples have weights. */
  get weighted(): boolean {
    return this.sampleWeights !== undefined
  }

  /** Names of the classes, or undefined where the targets are not classes. */
  get classNames(): readonly string[] | undefined {
    return this.targets?.kind === 'classes' ? this.targets.classNames : undefined
  }

  /** The shape of one sample's target as `copyTargets` writes it: `[]` for a class; undefined where unlabelled. */
  get targetShape(): Shape | undefined {
    if (this.targets === undefined) return undefined
    return this.targets.kind === 'classes' ? [] : this.targets.shape
  }

  /** Writes the inputs of the samples `indices` to `into`: `[indices.length, ...inputShape]`. */
  copyBatch(indices: Int32Array, into: Float32Array): void {
    checkRoom(this.name, 'inputs', indices.length * this.inputSize, into.length)
    const { inputs, inputSize, affine, bytes } = this
    if (inputs instanceof Uint8Array && bytes !== undefined) copyBytes(inputs, inputSize, indices, bytes, into)
    else if (affine !== undefined) copyScaled(inputs, inputSize, indices, affine, into)
    else if (inputs instanceof Float32Array) copyRows(inputs, inputSize, indices, into)
  }

  /**
   * Writes the targets of the samples `indices` to `into`: classes as `[indices.length]` class numbers, values as
   * `[indices.length, ...targetShape]`.
   * @throws NablaError E-DATA where the data set is unlabelled.
   */
  copyTargets(indices: Int32Array, into: Float32Array | Int32Array): void {
    const { targets } = this
    if (targets === undefined) throw unlabelled(this.name)
    if (targets.kind === 'values' && into instanceof Float32Array) {
      const size = sizeOf(targets.shape)
      checkRoom(this.name, 'targets', indices.length * size, into.length)
      copyRows(targets.values, size, indices, into)
    } else if (targets.kind === 'classes') {
      checkRoom(this.name, 'targets', indices.length, into.length)
      copyLabels(targets.labels, indices, into)
    } else {
      throw dataError(
        this.name,
        'a Float32Array for targets that are values',
        'an Int32Array',
        'copy them into a Float32Array.',
        'E-DTYPE',
      )
    }
  }

  /** Writes the weights of the samples `indices` to `into`; 1 each where there are none. */
  copyWeights(indices: Int32Array, into: Float32Array): void {
    checkRoom(this.name, 'sampleWeights', indices.length, into.length)
    if (this.sampleWeights === undefined) into.fill(1, 0, indices.length)
    else copyRows(this.sampleWeights, 1, indices, into)
  }

  /** The input of one sample, `inputShape` flattened. */
  sample(index: number): Float32Array {
    checkWhole(index, 0, this.count - 1, `${this.name}: sample`)
    const into = new Float32Array(this.inputSize)
    this.copyBatch(Int32Array.of(index), into)
    return into
  }

  /** How many samples each class has, in the order of `classNames`. @throws NablaError E-DATA without classes. */
  classCounts(): Int32Array {
    const { labels, classNames } = this.requireClasses('count them')
    const counts = new Int32Array(classNames.length)
    for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
    return counts
  }

  /** The samples `indices`, in that order, copied; repeats are allowed. @throws NablaError E-VALUE, E-DATA (none). */
  subset(indices: ArrayLike<number>): Dataset {
    const order = Int32Array.from(indices, (index) =>
      checkWhole(index, 0, this.count - 1, `${this.name}: subset index`),
    )
    const { targets, sampleWeights } = this
    return this.with({
      inputs: pickRows(this.inputs, this.inputSize, order),
      targets:
        targets === undefined
          ? undefined
          : targets.kind === 'classes'
            ? { ...targets, labels: pickRows(targets.labels, 1, order) }
            : { ...targets, values: pickRows(targets.values, sizeOf(targets.shape), order) },
      sampleWeights: sampleWeights === undefined ? undefined : pickRows(sampleWeights, 1, order),
    })
  }

  /** `count` samples from `from` on (all that are left, if fewer), sharing this data set's storage. */
  take(count: number, from = 0): Dataset {
    checkWhole(from, 0, this.count - 1, `${this.name}: take from`)
    checkWhole(count, 1, Number.MAX_SAFE_INTEGER, `${this.name}: take`)
    const end = Math.min(this.count, from + count)
    const { targets } = this
    const rows = <T extends Float32Array | Uint8Array | Int32Array>(values: T, size: number) =>
      values.subarray(from * size, end * size) as T
    return this.with({
      inputs: rows(this.inputs, this.inputSize),
      targets:
        targets === undefined
          ? undefined
          : targets.kind === 'classes'
            ? { ...targets, labels: rows(targets.labels, 1) }
            : { ...targets, values: rows(targets.values, sizeOf(targets.shape)) },
      sampleWeights: this.sampleWeights === undefined ? undefined : rows(this.sampleWeights, 1),
    })
  }

  /** The same samples in an order that the seed decides. */
  shuffle(seed = 0): Dataset {
    return this.subset(shuffledIndices(this.count, seed))
  }

  /**
   * Two disjoint data sets: `fraction` of the samples, and the rest, drawn by the seed. `stratify` keeps each
   * class's share in both.
   * @throws NablaError E-VALUE for a fraction outside (0, 1); E-DATA where a part would be empty, or without classes.
   */
  split(fraction: number, options: { seed?: number; stratify?: boolean } = {}): [Dataset, Dataset] {
    const labels = options.stratify === true ? this.requireClasses('stratify a split').labels : undefined
    const [first, rest] = splitIndices(this.count, fraction, options.seed ?? 0, labels)
    return [this.subset(first), this.subset(rest)]
  }

  /** Index lists for cross-validation; `data.subset(fold.train)` makes the part. @throws NablaError as `split`. */
  folds(count: number, options: { seed?: number; stratify?: boolean } = {}): Fold[] {
    const labels = options.stratify === true ? this.requireClasses('stratify folds').labels : undefined
    return foldIndices(this.count, count, options.seed ?? 0, labels)
  }

  /** The same numbers as samples of another shape: `[28, 28]` as `[784]`. @throws NablaError E-SHAPE. */
  reshape(inputShape: Shape): Dataset {
    if (sizeOf(inputShape) === this.inputSize) return this.with({ inputShape })
    throw dataError(
      `${this.name}: reshape`,
      `a shape of ${this.inputSize} numbers, as ${formatShape(this.inputShape)}`,
      formatShape(inputShape),
      'give a shape with as many numbers.',
      'E-SHAPE',
    )
  }

  /** Class targets as values: 1 for the sample's class, 0 for the others; `[count, classes]`. */
  oneHot(): Dataset {
    const { labels, classNames } = this.requireClasses('encode them one-hot')
    const values = new Float32Array(this.count * classNames.length)
    labels.forEach((label, row) => {
      values[row * classNames.length + label] = 1
    })
    return this.with({ targets: { kind: 'values', values, shape: [classNames.length], names: classNames } })
  }

  /** This data set with some parts replaced. */
  with(parts: Partial<DatasetParts>): Dataset {
    const { name, inputs, inputShape, affine, targets, sampleWeights, inputNames } = this
    return new Dataset({ name, inputs, inputShape, affine, targets, sampleWeights, inputNames, ...parts })
  }

  /** "train: 60,000 samples of [784], 10 classes". */
  describe(): string {
    const { targets } = this
    const what =
      targets === undefined
        ? 'unlabelled'
        : targets.kind === 'classes'
          ? `${targets.classNames.length} classes`
          : `targets of ${formatShape(targets.shape)}`
    return `${this.name}: ${formatCount(this.count)} samples of ${formatShape(this.inputShape)}, ${what}`
  }

  private requireClasses(purpose: string): ClassTargets {
    if (this.targets?.kind === 'classes') return this.targets
    throw dataError(
      this.name,
      `classes, to ${purpose}`,
      this.targets === undefined ? 'no targets' : 'targets that are values',
      'give the data set labels.',
    )
  }
}

function unlabelled(name: string) {
  return dataError(name, 'a data set with targets', 'one without', 'give labels or targets when you build it.')
}

function checkRoom(name: string, what: string, needed: number, available: number): void {
  if (available >= needed) return
  throw dataError(
    `${name}: copy of ${what}`,
    `an array of at least ${needed} numbers`,
    String(available),
    'make the array as long as the batch needs.',
    'E-SHAPE',
  )
}

/** Counts that must agree: inputs, targets, weights, scales, names. */
function checkParts(data: Dataset): void {
  const { name, count, inputSize, affine, targets } = data
  if (count === 0) throw dataError(name, 'at least one sample', 'none', 'give it data; check the path or the filter.')
  if (!Number.isInteger(count)) {
    const received = `${data.inputs.length} numbers, which ${formatShape(data.inputShape)} (${inputSize} each) does not divide`
    throw dataError(name, 'whole samples', received, 'correct inputShape or the numbers.')
  }
  const check = (what: string, length: number, needed: number) => {
    if (length === needed) return
    throw dataError(
      `${name}: ${what}`,
      `${needed} for ${count} samples of ${formatShape(data.inputShape)}`,
      String(length),
      `give as many ${what} as there are samples (and say inputShape, if a flat array holds several numbers a sample).`,
    )
  }
  if (targets?.kind === 'classes') check('labels', targets.labels.length, count)
  if (targets?.kind === 'values') check('targets', targets.values.length, count * sizeOf(targets.shape))
  if (data.sampleWeights !== undefined) check('sampleWeights', data.sampleWeights.length, count)
  for (const factors of affine === undefined ? [] : [affine.scale, affine.offset]) {
    if (factors.length !== 1 && factors.length !== inputSize) {
      throw dataError(
        `${name}: scaling`,
        `1 or ${inputSize} factors`,
        String(factors.length),
        'fit the scaling on data of this shape.',
        'E-SHAPE',
      )
    }
  }
}

function pickRows<T extends Float32Array | Uint8Array | Int32Array>(stored: T, size: number, order: Int32Array): T {
  const picked = new (stored.constructor as new (length: number) => T)(order.length * size)
  for (let row = 0; row < order.length; row++) {
    const from = (order[row] ?? 0) * size
    if (size === 1) picked[row] = stored[from] as number
    else picked.set(stored.subarray(from, from + size), row * size)
  }
  return picked
}
