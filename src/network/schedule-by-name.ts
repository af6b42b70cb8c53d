/** A schedule from its name and options: what was saved of it, or what a user wrote as data. */

import { NablaError, unknownName } from '../shared/index.ts'
import {
  constantRate,
  cosine,
  epochDecay,
  exponentialDecay,
  oneCycle,
  plateau,
  type Schedule,
  stepDecay,
  warmup,
} from './schedule.ts'
import { checkOptions, showValue } from './validate.ts'

type Fields = Readonly<Record<string, unknown>>

/** How each is made of its options; the schedules' own functions check the values. */
const SCHEDULES: Readonly<Record<string, (options: Fields) => Schedule>> = {
  constantRate: (options) => {
    checkOptions(options, [], 'constantRate')
    return constantRate()
  },
  stepDecay: (options) => stepDecay(options),
  exponentialDecay: (options) => exponentialDecay(options as Parameters<typeof exponentialDecay>[0]),
  epochDecay: (options) => {
    checkOptions(options, ['rate'], 'epochDecay')
    return epochDecay(options.rate as number)
  },
  cosine: (options) => cosine(options),
  warmup: ({ after, ...options }) =>
    warmup({
      ...(options as Parameters<typeof warmup>[0]),
      ...(after === undefined ? {} : { after: scheduleOf(after) }),
    }),
  oneCycle: (options) => oneCycle(options),
  plateau: (options) => plateau(options),
}

export const scheduleNames: readonly string[] = Object.keys(SCHEDULES)

function scheduleOf(record: unknown): Schedule {
  const { name, ...options } = (typeof record === 'object' && record !== null ? record : {}) as Fields
  if (typeof name === 'string') return scheduleByName(name, options)
  throw new NablaError({
    code: 'E-USAGE',
    where: 'warmup, after',
    expected: 'an object with the name of a schedule',
    received: showValue(record),
    fix: "write { name: 'cosine' }.",
  })
}

/** A schedule by its name. @throws NablaError E-NAME with the nearest name; E-VALUE, E-USAGE for its options. */
export function scheduleByName(name: string, options: Fields = {}): Schedule {
  const make = Object.hasOwn(SCHEDULES, name) ? SCHEDULES[name] : undefined
  if (make === undefined) throw unknownName('schedule', 'schedule', name, scheduleNames)
  return make(options)
}
