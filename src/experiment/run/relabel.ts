/** What `fit` finds wrong, said at the field of the experiment that it is about. */

import { NablaError } from '../../shared/index.ts'
import type { Place } from '../schema/index.ts'

/** From the places that `fit` names to fields. What stands in brackets becomes the rest of the path. */
const FIELDS: readonly [where: RegExp, path: string][] = [
  [/^stopping, target/, 'stopping.target'],
  [/^stopping, patience/, 'stopping.patience'],
  [/^schedule /, 'schedule.metric'],
  [/^metrics?\b/, 'metrics'],
  [/^classWeights(?:, class (.*))?$/, 'classWeights'],
  [/^fit, (\w+)/, ''],
]

/** @throws what `action` throws, a user's mistake with the field's path. */
export async function relabel<T>(place: Place, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    // A run that diverged says where in the network; it is no mistake in a field.
    if (!(error instanceof NablaError) || error.constructor !== NablaError) throw error
    for (const [pattern, path] of FIELDS) {
      const found = pattern.exec(error.where)
      if (found === null) continue
      const full = [path, found[1] ?? ''].filter((part) => part !== '').join('.')
      const where = String(full.split('.').reduce((at, name) => at.child(name), place))
      throw new NablaError({ ...error.toJSON(), where }, { cause: error })
    }
    throw error
  }
}
