/** From what a file says and what is laid over it to an experiment with every field checked. */

import { type CheckedExperiment, experimentField } from './fields/index.ts'
import { flagOfPath, pathOfFlag } from './flags.ts'
import { applyOverrides, type Override, originsOf } from './overrides.ts'
import { isObject, Place } from './schema/index.ts'

/** What an experiment is read from. */
export interface Source {
  /** As the file says it; undefined where there is none. */
  value: unknown
  /** What messages call it: the file's path. */
  origin?: string | undefined
}

export interface Resolved {
  experiment: CheckedExperiment
  /** The root, which knows what gave each value. */
  place: Place
}

/**
 * Lays the overrides over the source and checks every field.
 * @throws NablaError E-VALUE, E-NAME, E-USAGE with the field's path and what gave it.
 */
export function resolveExperiment({ value, origin }: Source, overrides: readonly Override[] = []): Resolved {
  const place = new Place('', { originOf: originsOf(overrides, origin), flagOf: flagOfPath })
  const raw = value ?? {}
  checkFlagNames(raw, place)
  return { experiment: experimentField.read(applyOverrides(raw, overrides, place), place), place }
}

/** A flag's name in a file, such as "batch", means the field that the flag stands for. */
function checkFlagNames(raw: unknown, place: Place): void {
  if (!isObject(raw)) return
  for (const name of Object.keys(raw)) {
    const path = pathOfFlag(name)
    if (path === undefined || experimentField.children?.has(name) === true) continue
    throw place.child(name).error('E-NAME', 'the name of a field', JSON.stringify(name), `did you mean "${path}"?`)
  }
}
