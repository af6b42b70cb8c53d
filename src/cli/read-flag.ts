/** The text of a flag that is no field of an experiment, checked by the same rules. */

import { backendNames } from '../backend/index.ts'
import { type Field, oneOf, Place } from '../experiment/node.ts'

/** @throws NablaError E-VALUE, E-NAME at the flag. */
export function readFlag<T>(field: Field<T>, text: string, flag: string): T {
  const place = new Place(flag)
  return field.read(field.parse(text, place), place)
}

export const backendName = oneOf('backend', backendNames)
