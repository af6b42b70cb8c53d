/** The record of an evaluation, with the samples that came out most wrong as a reader can look at them. */

import { type Dataset, type Picture, resizePicture, type Scaling, type StreamedDataset } from '../data/index.ts'
import { formatNumber, type Shape } from '../shared/index.ts'
import type { Evaluation } from '../training/index.ts'
import { EVALUATION_SCHEMA, type EvaluationRecord, type ShownMistake } from './run-record.ts'

export interface DescribeOptions {
  part: 'test' | 'validation'
  /** What was evaluated. */
  data: Dataset | StreamedDataset
  classNames?: readonly string[] | undefined
  /** The scaling that `data` has had already, to show it as it was. */
  scaled?: Scaling | undefined
  /** Whether samples are pictures; where nothing is said, those of two or three axes that look like one. */
  pictures?: boolean
}

/** Features of a sample that are shown. */
const SHOWN_FEATURES = 12
/** The longest side of a picture in a report, in pixels. */
const MOST_SIDE = 96

/**
 * What `evaluation.json` holds. `evaluation.mistakes` says which samples are shown: they are read from `data` again.
 * @throws NablaError as reading does.
 */
export async function describeEvaluation(evaluation: Evaluation, options: DescribeOptions): Promise<EvaluationRecord> {
  const { part, data, classNames, scaled } = options
  const { count, loss, accuracy, metrics, confusion, mistakes = [] } = evaluation
  const samples = await readSamples(
    data,
    mistakes.map(({ index }) => index),
  )
  const shape = pictureShape(data.inputShape, options.pictures)
  const named = (value: number | number[]) =>
    typeof value === 'number'
      ? (classNames?.[value] ?? String(value))
      : value
          .slice(0, SHOWN_FEATURES)
          .map((number) => formatNumber(number))
          .join(', ')
  const shown = mistakes.map(async ({ index, target, answer, score }, i): Promise<ShownMistake> => {
    const values = samples[i] ?? new Float32Array()
    const raw = scaled === undefined ? values : scaled.undo(values)
    return {
      index,
      target: named(target),
      answer: named(answer),
      score,
      ...(shape === undefined ? featuresOf(raw, data.inputNames) : { picture: await pngUri(raw, shape) }),
    }
  })
  return {
    schema: EVALUATION_SCHEMA,
    part,
    count,
    loss,
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(classNames === undefined ? {} : { classNames: [...classNames] }),
    ...(confusion === undefined ? {} : { confusion }),
    mistakes: await Promise.all(shown),
  }
}

/** Samples by number: those of a stream in one pass. */
async function readSamples(data: Dataset | StreamedDataset, indices: readonly number[]): Promise<Float32Array[]> {
  if ('sample' in data) return indices.map((index) => data.sample(index))
  if (indices.length === 0) return []
  // A sequential stream gives them in its own order.
  const order = [...indices].sort((a, b) => a - b)
  const samples = new Map<number, Float32Array>()
  let at = 0
  for await (const { inputs } of data.subset(order).batches({ batchSize: 1, shuffle: false })) {
    samples.set(order[at++] ?? 0, inputs)
  }
  return indices.map((index) => samples.get(index) ?? new Float32Array())
}

interface PictureShape {
  height: number
  width: number
  channels: 1 | 3
}

/** A flat shape is a picture only where somebody says so: a square, in grey or else in colour. */
function pictureShape(shape: Shape, isPicture: boolean | undefined): PictureShape | undefined {
  const [first = 0, second = 0, third = 1] = shape
  if (isPicture === false) return undefined
  if (shape.length === 1 && isPicture === true) {
    for (const channels of [1, 3] as const) {
      const side = Math.sqrt(first / channels)
      if (Number.isInteger(side) && side > 1) return { height: side, width: side, channels }
    }
  }
  if (shape.length === 3 && first === 1) return { height: second, width: third, channels: 1 }
  const isLarge = first >= 4 && second >= 4
  if (shape.length === 2 && (isLarge || isPicture === true)) return { height: first, width: second, channels: 1 }
  if (shape.length === 3 && (third === 1 || third === 3)) return { height: first, width: second, channels: third }
  return undefined
}

function featuresOf(values: Float32Array, names: readonly string[] | undefined): Partial<ShownMistake> {
  const features = Array.from(values.subarray(0, SHOWN_FEATURES), (value, k) => ({
    name: names?.[k] ?? `feature ${k + 1}`,
    value,
  }))
  return { features, featureCount: values.length }
}

/** The sample as a PNG. Its least number is black and its largest white, unless all lie in [0, 1]. */
async function pngUri(values: Float32Array, { height, width, channels }: PictureShape): Promise<string> {
  let [low, high] = [0, 1]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  const scale = Math.min(1, MOST_SIDE / Math.max(height, width))
  const full: Picture = { width, height, channels, pixels: values }
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  const { pixels } = resizePicture(full, w, h)
  const data = Uint8Array.from(pixels, (value) => Math.round((255 * (value - low)) / (high - low)))
  const { encode } = await import('fast-png')
  const bytes = encode({ width: w, height: h, channels, depth: 8, data })
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return `data:image/png;base64,${btoa(binary)}`
}
