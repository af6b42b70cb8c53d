/** What `fit` finds wrong, said at the field of the experiment that it is about. */

import { NablaError } from '../../shared/index.ts'
import type { Place } from '../schema/index.ts'

/** From the places that `fit` names to fields; what it says beyond the field follows the field's name. */
const FIELDS: readonly [where: RegExp, fieldOf: (found: RegExpExecArray) => string][] = [
  [/^stopping, target(?: of (?<rest>.*))?/, () => 'stopping.target'],
  [/^stopping, patience/, () => 'stopping.patience'],
  [/^schedule /, () => 'schedule.metric'],
  [/^metrics?(?: (?<rest>.*))?$/, () => 'metrics'],
  [/^classWeights(?:, class (?<rest>.*))?$/, () => 'classWeights'],
  [/^(?<rest>batchNorm)$/, () => 'batchSize'],
  [/^fit, (\w+)/, ([, name = '']) => name],
]

/** @throws what `action` throws, a user's mistake with the field's path. */
export async function relabel<T>(place: Place, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    // A run that diverged says where in the network; it is no mistake in a field.
    if (!(error instanceof NablaError) || error.constructor !== NablaError) throw error
    for (const [pattern, fieldOf] of FIELDS) {
      const found = pattern.exec(error.where)
      if (found === null) continue
      const at = fieldOf(found)
        .split('.')
        .reduce((outer, name) => outer.child(name), place)
      const rest = found.groups?.rest
      throw new NablaError(
        { ...error.toJSON(), where: rest === undefined ? `${at}` : `${at}, ${rest}` },
        { cause: error },
      )
    }
    throw error
  }
}
