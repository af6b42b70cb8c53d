/** Which backend a run uses: one that is given, or by its name. */

import { type Backend, reference } from '../backend/index.ts'
import { showValue } from '../network/index.ts'
import { NablaError, unknownName } from '../shared/index.ts'

const BACKENDS: Readonly<Record<string, Backend>> = { reference }

/** A backend, or the name of one. */
export type BackendLike = Backend | string

/** @throws NablaError E-NAME for an unknown name, E-USAGE for what is no backend. */
export function backendOf(given: BackendLike | undefined): Backend {
  if (given === undefined) return reference
  if (typeof given === 'string') {
    const found = Object.hasOwn(BACKENDS, given) ? BACKENDS[given] : undefined
    if (found === undefined) throw unknownName('backend', 'backend', given, Object.keys(BACKENDS))
    return found
  }
  if (typeof given === 'object' && given !== null && typeof given.open === 'function') return given
  const expected = `a backend, or the name of one: ${Object.keys(BACKENDS).join(', ')}`
  throw new NablaError({
    code: 'E-USAGE',
    where: 'backend',
    expected,
    received: showValue(given),
    fix: `give ${expected}.`,
  })
}
