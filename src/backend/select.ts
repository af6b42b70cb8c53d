/** Backends by name. `auto` is the fastest that is there. */

import { unknownName } from '../shared/index.ts'
import type { Backend } from './executable.ts'
import { reference } from './reference/index.ts'
import { wasm } from './wasm/index.ts'

const BACKENDS: Readonly<Record<string, Backend>> = { auto: wasm, wasm, reference }

export const backendNames: readonly string[] = Object.keys(BACKENDS)

/** What is used where nothing is said. */
export const defaultBackend: Backend = wasm

/** @throws NablaError E-NAME for a name that no backend has. */
export function backendByName(name: string): Backend {
  const backend = BACKENDS[name]
  if (backend === undefined) throw unknownName('backend', 'backend', name, backendNames)
  return backend
}
