/** What a report is made of: the records that a run leaves behind, checked. */

import { readNumbers } from '../formats/index.ts'
import type { Json } from '../network/index.ts'
import { NablaError, type Shape } from '../shared/index.ts'
import type { EpochRecord, StopReason } from '../training/index.ts'

export const EVALUATION_SCHEMA = 'nabla.evaluation/1'

/** A sample that came out wrong, as a reader can look at it. */
export interface ShownMistake {
  /** Counted from 0 in the order of the data. */
  index: number
  /** Names of classes, or numbers. */
  target: string
  answer: string
  /** How sure a wrong class was, from 0 to 1; how far off a number was. */
  score: number
  /** The sample as a picture: a PNG as a data URI. */
  picture?: string
  /** The sample's first features, with their names; where it is no picture. */
  features?: { name: string; value: number }[]
  /** How many features there are. */
  featureCount?: number
}

/** `evaluation.json`: how the model did, in the end, on data that it did not learn from. */
export interface EvaluationRecord {
  schema: typeof EVALUATION_SCHEMA
  /** What it was tried on. */
  part: 'test' | 'validation'
  count: number
  loss: number
  accuracy?: number
  metrics?: Record<string, number>
  classNames?: string[]
  /** `confusion[target][answer]` */
  confusion?: number[][]
  mistakes: ShownMistake[]
}

export interface SummaryRecord {
  stopped: { reason: StopReason; epoch: number; step: number; message: string }
  kept: string
  best?: { epoch: number; metric: string; value: number }
  seconds: number
  backend: string
}

export interface LayerRow {
  name: string
  kind: string
  /** Absent for a layer of somebody's own that is not registered here. */
  outputShape?: Shape
  parameters?: number
  /** Options that are worth a word: "rate 0.2". */
  options: string
}

/** All that is known of a run. What is absent has not been written yet. */
export interface RunRecord {
  /** What the run is called: its folder. */
  name: string
  config: { readonly [name: string]: Json } | undefined
  history: readonly EpochRecord[]
  summary: SummaryRecord | undefined
  layers: readonly LayerRow[] | undefined
  evaluation: EvaluationRecord | undefined
  /** The step of the last checkpoint. */
  checkpointStep: number | undefined
}

type Fields = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isCount = (value: unknown): value is number => isNumber(value) && Number.isInteger(value) && value >= 0
/** A number as it is, or as JSON has those that it lacks: "NaN", "Infinity", "-Infinity". */
const numberOf = (value: unknown): number => {
  const number = readNumbers(value)
  return typeof number === 'number' ? number : Number.NaN
}

function wrong(where: string, expected: string): NablaError {
  const fix = 'delete the file, or let the run write it again.'
  return new NablaError({ code: 'E-DATA', where, expected, received: 'something else', fix })
}

/** Epochs as `metrics.jsonl` holds them. @throws NablaError E-DATA for a record that is none. */
export function readHistory(records: readonly unknown[], where: string): EpochRecord[] {
  return records.map((record, i) => {
    if (!isObject(record) || !isCount(record.epoch) || !isCount(record.step)) {
      throw wrong(`${where}, record ${i + 1}`, 'an epoch with its step')
    }
    const { epoch, step, metrics } = record
    const optional = (name: string) => (record[name] === undefined ? {} : { [name]: numberOf(record[name]) })
    const further = isObject(metrics) ? Object.entries(metrics).map(([name, value]) => [name, numberOf(value)]) : []
    return {
      epoch,
      step,
      loss: numberOf(record.loss),
      learningRate: numberOf(record.learningRate),
      seconds: numberOf(record.seconds),
      ...optional('accuracy'),
      ...optional('validationLoss'),
      ...optional('validationAccuracy'),
      ...(further.length === 0 ? {} : { metrics: Object.fromEntries(further) }),
    }
  })
}

/** @throws NablaError E-DATA where it is no summary. */
export function readSummary(record: unknown, where: string): SummaryRecord {
  const { stopped, best, kept, seconds, backend } = isObject(record) ? record : {}
  if (!isObject(stopped) || !isCount(stopped.epoch) || !isCount(stopped.step) || typeof stopped.message !== 'string') {
    throw wrong(where, 'how the run stopped: reason, epoch, step and message')
  }
  const isBest = isObject(best) && isCount(best.epoch) && typeof best.metric === 'string'
  return {
    stopped: stopped as unknown as SummaryRecord['stopped'],
    kept: typeof kept === 'string' ? kept : 'last',
    seconds: numberOf(seconds),
    backend: typeof backend === 'string' ? backend : 'unknown',
    ...(isBest
      ? { best: { epoch: best.epoch as number, metric: best.metric as string, value: numberOf(best.value) } }
      : {}),
  }
}

/** A picture that this program made: anything else does not get into a page. */
const PNG_URI = /^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/

/** @throws NablaError E-DATA where it is no evaluation. */
export function readEvaluation(record: unknown, where: string): EvaluationRecord {
  const fields: Fields = isObject(record) ? record : {}
  const { schema, part, count, confusion, classNames, mistakes } = fields
  if (schema !== EVALUATION_SCHEMA || (part !== 'test' && part !== 'validation') || !isCount(count)) {
    throw wrong(where, `an evaluation ("schema": "${EVALUATION_SCHEMA}")`)
  }
  const names =
    Array.isArray(classNames) && classNames.every((name) => typeof name === 'string') ? classNames : undefined
  const isMatrix =
    Array.isArray(confusion) &&
    confusion.every((row) => Array.isArray(row) && row.length === confusion.length && row.every(isCount))
  const metrics = isObject(fields.metrics) ? Object.entries(fields.metrics) : []
  return {
    schema: EVALUATION_SCHEMA,
    part,
    count,
    loss: numberOf(fields.loss),
    ...(isNumber(fields.accuracy) ? { accuracy: fields.accuracy } : {}),
    ...(metrics.length > 0 ? { metrics: Object.fromEntries(metrics.map(([name, v]) => [name, numberOf(v)])) } : {}),
    ...(names === undefined ? {} : { classNames: names }),
    ...(isMatrix ? { confusion: confusion as number[][] } : {}),
    mistakes: Array.isArray(mistakes) ? mistakes.filter(isObject).map(readMistake) : [],
  }
}

function readMistake(fields: Fields): ShownMistake {
  const { index, target, answer, picture, features, featureCount } = fields
  const isPicture = typeof picture === 'string' && PNG_URI.test(picture)
  const shown = Array.isArray(features) ? features.filter(isObject) : []
  return {
    index: isCount(index) ? index : 0,
    target: String(target),
    answer: String(answer),
    score: numberOf(fields.score),
    ...(isPicture ? { picture } : {}),
    ...(shown.length > 0
      ? { features: shown.map(({ name, value }) => ({ name: String(name), value: numberOf(value) })) }
      : {}),
    ...(isCount(featureCount) ? { featureCount } : {}),
  }
}
