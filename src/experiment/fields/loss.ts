/** The loss. */

import { type Loss, lossNames } from '../../network/index.ts'
import {
  aboveZero,
  type Entries,
  type Field,
  flag,
  type NamedValue,
  named,
  oneOf,
  optional,
  orCode,
  withInitial,
} from '../schema/index.ts'

const from = withInitial(
  oneOf('source', ['auto', 'logits', 'probabilities']),
  'auto',
  'what the output is: logits or probabilities; auto finds out',
)

export const LOSSES: Readonly<Record<string, Entries>> = {
  mse: { half: optional(flag, 'half the sum of squares, in place of their mean') },
  mae: {},
  huber: { delta: withInitial(aboveZero, 1, 'the error at which squares become straight') },
  binaryCrossEntropy: { from },
  crossEntropy: { from },
}

const isLoss = (value: unknown): value is Loss => typeof value === 'object' && value !== null && 'perSample' in value

/** Only a loss of the user's own says whether it draws random numbers, whatever its name is. */
const isOwn = (value: unknown): boolean =>
  isLoss(value) && (value.needsRandom !== undefined || !lossNames.includes(value.name))

export const lossField: Field<NamedValue | Loss> = orCode<NamedValue, Loss>(
  named(LOSSES, {
    kind: 'loss',
    short: (value) => (isLoss(value) && !isOwn(value) ? { name: value.name, ...value.options } : undefined),
  }),
  isOwn,
)
