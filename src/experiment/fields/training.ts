/** What else training takes: penalties, clipping, metrics, class weights, checkpoints. */

import { type Metric, metricByName, metricNames } from '../../training/index.ts'
import {
  aboveZero,
  count,
  type Field,
  flag,
  isObject,
  list,
  notNegative,
  object,
  optional,
  orCode,
  orWord,
  parsePlain,
  record,
  splitList,
  withInitial,
  wrongType,
} from '../schema/index.ts'

export const regularizerField = object(
  {
    l1: withInitial(notNegative, 0, 'of the size of weights'),
    l2: withInitial(notNegative, 0, 'of the square of weights'),
    biases: withInitial(flag, false, 'biases are penalised too'),
  },
  { what: 'a penalty on weights' },
)

export const clipField = object(
  {
    norm: optional(aboveZero, 'most that the norm of all gradients may be'),
    value: optional(aboveZero, 'most that any gradient may be'),
  },
  {
    what: 'a limit of gradients',
    check: ({ norm, value }, place) => {
      if ((norm === undefined) !== (value === undefined)) return
      const [received, fix] =
        norm === undefined ? ['neither', 'write { norm: 1 }, or { value: 0.5 }.'] : ['both', 'leave one out.']
      throw place.error('E-USAGE', 'norm or value, one of them', received, fix)
    },
  },
)

const isMetric = (value: unknown): value is Metric =>
  typeof value === 'object' && value !== null && 'add' in value && 'value' in value

const metric: Field<string | Metric> = orCode<string, Metric>(
  {
    expected: metricNames.join(', '),
    read: (value, place) => {
      if (typeof value !== 'string') throw wrongType(place, 'the name of a metric, or a metric', value)
      place.run(() => metricByName(value))
      return value
    },
    parse: (given) => given,
  },
  isMetric,
)
export const metricsField = list(metric, `a list of metrics: ${metricNames.join(', ')}`, true)

const byName = record(notNegative, 'a weight for each class, by name')
const byNumber = list(notNegative, 'a weight for each class, in order')

/** 'balanced', a list of weights, or weights by class name; the classes are known when the data is. */
export const classWeightsField: Field<'balanced' | number[] | Record<string, number>> = {
  expected: 'balanced, or a weight for each class',
  read: (value, place) => {
    if (value === 'balanced') return value
    if (Array.isArray(value)) return byNumber.read(value, place)
    if (isObject(value)) return byName.read(value, place)
    const expected = 'balanced, or a weight for each class'
    if (typeof value === 'string') throw place.unknown('weighting', value, ['balanced'])
    throw wrongType(place, expected, value)
  },
  parse: (given, place) => {
    if (given.includes('=')) return byName.parse(given, place)
    return /^[\s\d.,]+$/.test(given)
      ? splitList(given).map((part) => parsePlain(part, place))
      : parsePlain(given, place)
  },
  element: notNegative,
}

const CHECKPOINT = object(
  {
    everySteps: optional(count, 'steps from one checkpoint to the next'),
    everyMinutes: optional(aboveZero, 'minutes from one checkpoint to the next'),
    keep: withInitial(count, 3, 'how many of the last ones are kept'),
  },
  { what: 'how often the run is saved so that it can go on' },
)
/** Once a minute where nothing is said. */
export const checkpointField = orWord(CHECKPOINT, ['none'])
