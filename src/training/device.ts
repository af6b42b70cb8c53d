/** Which backend a run uses: one that is given, or by its name. */

import { type Backend, backendByName, backendNames, defaultBackend } from '../backend/index.ts'
import { showValue } from '../network/index.ts'
import { NablaError } from '../shared/index.ts'

/** A backend, or the name of one. */
export type BackendLike = Backend | string

/** @throws NablaError E-NAME for an unknown name, E-USAGE for what is no backend. */
export function backendOf(given: BackendLike | undefined): Backend {
  if (given === undefined) return defaultBackend
  if (typeof given === 'string') return backendByName(given)
  if (typeof given === 'object' && given !== null && typeof given.open === 'function') return given
  const expected = `a backend, or the name of one: ${backendNames.join(', ')}`
  throw new NablaError({
    code: 'E-USAGE',
    where: 'backend',
    expected,
    received: showValue(given),
    fix: `give ${expected}.`,
  })
}
