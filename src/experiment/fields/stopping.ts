/** When a run stops before its last epoch. */

import {
  aboveZero,
  count,
  type Field,
  flag,
  list,
  notNegative,
  number,
  object,
  optional,
  type Place,
  parsePlain,
  type ReadObject,
  required,
  text,
  withInitial,
} from '../schema/index.ts'

const metric = text('the name of a metric, such as accuracy or validationLoss')

const TARGET = {
  metric: required(metric, 'what is looked at'),
  below: optional(number(), 'reached when the metric is below this'),
  above: optional(number(), 'reached when the metric is above this'),
  absolute: optional(flag, "looks at the metric's size, for errors that have a sign"),
}
export type TargetConfig = ReadObject<typeof TARGET>

/** "accuracy>0.98", "|bias|<0.05" as the object that it stands for. */
function parseTarget(given: string, place: Place): unknown {
  const found = /^\s*(\|?)([\w]+)(\|?)\s*([<>])\s*(\S+)\s*$/.exec(given)
  if (found === null) {
    if (/^\s*[[{]/.test(given)) return parsePlain(given, place)
    throw place.error(
      'E-VALUE',
      'a metric and a limit',
      JSON.stringify(given),
      "write 'accuracy>0.98' or 'validationLoss<0.1'.",
    )
  }
  const [, open, name, close, sign, limit = ''] = found
  const side = { metric: name, [sign === '<' ? 'below' : 'above']: parsePlain(limit, place) }
  return open === '|' && close === '|' ? { ...side, absolute: true } : side
}

function checkTarget({ metric: name, below, above }: Readonly<Record<string, unknown>>, place: Place): void {
  if ((below === undefined) !== (above === undefined)) return
  const received = below === undefined ? 'neither' : 'both'
  throw place.error('E-USAGE', 'below or above', received, `write { metric: '${name}', below: 0.05 }.`)
}

const target: Field<TargetConfig> = {
  ...object(TARGET, { what: 'a target', check: checkTarget }),
  parse: parseTarget,
}
const targets = list(target, 'a target, or a list of targets', true)

const PATIENCE = {
  epochs: required(count, 'epochs without a better value that are waited for'),
  metric: optional(metric, 'what is watched; the validation loss if there is one, else the loss'),
  leastGain: withInitial(notNegative, 0, 'how much better counts'),
  restoreBest: withInitial(flag, true, "whether the run ends with the best epoch's parameters"),
}

const patience = object(PATIENCE, {
  what: 'a number of epochs, or what patience is',
  short: (value) => (typeof value === 'number' ? { epochs: value } : undefined),
})

const STOPPING = {
  steps: optional(count, 'stops after so many steps'),
  seconds: optional(aboveZero, 'stops after so many seconds'),
  target: optional(targets, 'stops when all of them are reached at the end of an epoch: accuracy>0.98'),
  patience: optional(patience, 'stops after so many epochs without a better value'),
}
export type StoppingConfig = ReadObject<typeof STOPPING>

export const stoppingField = object(STOPPING, { what: 'when to stop' })
