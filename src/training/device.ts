/** Which backend a run uses: one that is given, or by its name. */

import { type Backend, backendByName, backendNames, checkThreads, defaultBackend } from '../backend/index.ts'
import { showValue } from '../network/index.ts'
import { NablaError } from '../shared/index.ts'

/** A backend, or the name of one. */
export type BackendLike = Backend | string

/**
 * @throws NablaError E-NAME for an unknown name; E-VALUE for a number of threads that is none; E-USAGE for what is no
 *   backend, and for threads beside a backend that was made with its own.
 */
export function backendOf({
  backend,
  threads,
}: {
  backend?: BackendLike | undefined
  threads?: number | undefined
}): Backend {
  if (threads !== undefined) checkThreads(threads)
  const options = threads === undefined ? {} : { threads }
  if (backend === undefined) return threads === undefined ? defaultBackend : backendByName(defaultBackend.name, options)
  if (typeof backend === 'string') return backendByName(backend, options)
  const isBackend = typeof backend === 'object' && backend !== null && typeof backend.open === 'function'
  if (isBackend && threads === undefined) return backend
  const expected = `a backend, or the name of one: ${backendNames.join(', ')}`
  throw new NablaError({
    code: 'E-USAGE',
    where: isBackend ? 'threads' : 'backend',
    expected: isBackend ? 'a backend that is given by its name' : expected,
    received: isBackend ? 'a backend that was made with a number of its own' : showValue(backend),
    fix: isBackend ? 'give the number to the backend: wasmWith({ threads: 2 }).' : `give ${expected}.`,
  })
}
