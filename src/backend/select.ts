/**
 * Backends by name. Nothing here needs Node: a backend that does is registered from outside, and `auto`, which chooses
 * between it and wasm, is wasm where none is.
 */

import { NablaError, unknownName } from '../shared/index.ts'
import { autoBackend, type CompilingBackend } from './auto.ts'
import type { Backend, BackendOptions } from './executable.ts'
import { reference } from './reference/index.ts'
import { wasm, wasmWith } from './wasm/index.ts'

/** The names of backends that only some surroundings have. */
const OPTIONAL = ['native'] as const

/** Makes the native backend, as it is told. */
export type NativeFactory = (options: BackendOptions) => CompilingBackend

let native: NativeFactory | undefined
let usualOptions: BackendOptions = {}

export const backendNames: readonly string[] = ['auto', ...OPTIONAL, 'wasm', 'reference']

/** What is used where nothing is said. */
export const defaultBackend: Backend = wasm

/**
 * Makes the native backend known by its name, and to `auto`; in place of the one before. `options` hold where nothing
 * else is said.
 */
export function registerBackend(
  name: (typeof OPTIONAL)[number],
  factory: NativeFactory,
  options: BackendOptions = {},
): void {
  if (!OPTIONAL.includes(name)) throw unknownName('registerBackend', 'backend', name, OPTIONAL)
  native = factory
  usualOptions = options
}

/**
 * A backend by its name, with options.
 * @throws NablaError E-NAME for a name that no backend has, E-ENVIRONMENT for one that is not registered here, E-VALUE
 *   for a number of threads that is none.
 */
export function backendByName(name: string, given: BackendOptions = {}): Backend {
  const options = { ...usualOptions, ...given }
  if (name === 'wasm') return wasmWith(options)
  if (name === 'reference') return reference
  if (name === 'auto') return autoBackend({ ...options, native: native?.(options), wasm: wasmWith(options) })
  if (name !== 'native') throw unknownName('backend', 'backend', name, backendNames)
  if (native !== undefined) return native(options)
  throw new NablaError({
    code: 'E-ENVIRONMENT',
    where: `backend ${name}`,
    expected: 'a program on Node that has registered it',
    received: 'none registered',
    fix: 'import from "nabla/node" on Node, or use "wasm".',
  })
}
