/** The learning rate's schedule. */

import { type Schedule, scheduleByName, scheduleNames } from '../../network/index.ts'
import {
  count,
  countFromZero,
  type Entries,
  type Field,
  flag,
  isObject,
  list,
  type NamedValue,
  named,
  notNegative,
  number,
  oneOf,
  optional,
  orCode,
  required,
  share,
  text,
  withInitial,
} from '../schema/index.ts'

const isSchedule = (value: unknown): value is Schedule =>
  typeof value === 'object' && value !== null && 'factor' in value && typeof value.factor === 'function'

/** A schedule of the user's own, or a warm-up before one: code, which no file can hold. */
function isOwn(value: unknown): boolean {
  if (!isSchedule(value)) return false
  const { after: next } = value.options
  const names = [value.name, ...(isObject(next) ? [next.name] : [])]
  return !names.every((name) => scheduleNames.includes(String(name)))
}

/** A warm-up has a schedule within it. */
const after: Field<NamedValue | Schedule> = {
  expected: scheduleNames.join(', '),
  read: (value, place) => scheduleField.read(value, place),
  parse: (given, place) => scheduleField.parse(given, place),
  expand: (value) => scheduleField.expand?.(value),
}

const factor = withInitial(share, 0.1, 'what the learning rate is multiplied by')
const floor = withInitial(share, 0, 'the least that the factor becomes')

export const SCHEDULES: Readonly<Record<string, Entries>> = {
  constantRate: {},
  stepDecay: {
    factor,
    every: optional(count, 'epochs from one drop to the next'),
    at: optional(list(count, 'numbers of epochs'), 'the epochs after which it drops'),
  },
  exponentialDecay: {
    rate: required(share, 'what is left after so many steps'),
    steps: required(count, 'steps in which it falls by the rate'),
    staircase: withInitial(flag, false, 'all at once'),
  },
  epochDecay: { rate: required(share, 'what is left after an epoch') },
  cosine: { floor, steps: optional(count, 'steps from top to floor; all of the run where nothing is said') },
  warmup: {
    steps: required(count, 'steps in which it rises'),
    from: withInitial(share, 0, 'the factor at the start'),
    after: optional(after, 'the schedule that follows'),
  },
  oneCycle: {
    rise: withInitial(number({ least: 0, most: 1, open: 'both' }), 0.3, 'the share of the run in which it rises'),
    start: withInitial(share, 1 / 25, 'the factor at the start'),
    end: withInitial(share, 1 / 250_000, 'the factor at the end'),
  },
  plateau: {
    metric: withInitial(
      text('the name of a metric'),
      'auto',
      'what is watched; auto: the validation loss, or the loss',
    ),
    factor,
    patience: withInitial(countFromZero, 10, 'epochs without a better value that are waited for'),
    leastGain: withInitial(notNegative, 0, 'how much better counts'),
    better: optional(
      oneOf('direction', ['lower', 'higher']),
      'which values are better; known for the metrics of nabla',
    ),
    floor,
  },
}

export const scheduleField: Field<NamedValue | Schedule> = orCode<NamedValue, Schedule>(
  named(SCHEDULES, {
    kind: 'schedule',
    short: (value) => (isSchedule(value) && !isOwn(value) ? { name: value.name, ...value.options } : undefined),
    check: ({ name, ...options }, place) => {
      place.run(() => scheduleByName(String(name), options))
    },
  }),
  isOwn,
)
