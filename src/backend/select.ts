/**
 * Backends by name. `auto` is the fastest that is there: native where a Node program has registered it and this
 * machine can compile, else wasm. Nothing here needs Node: backends that do are registered from outside.
 */

import { NablaError, unknownName } from '../shared/index.ts'
import type { Backend, Device } from './executable.ts'
import { reference } from './reference/index.ts'
import { wasm } from './wasm/index.ts'

/** What `auto` opened, and why it is not native; no reason where it is, or where nobody registered native. */
export interface AutoDevice {
  readonly device: Device
  /** One line for the header of a run. */
  readonly reason?: string
}

/** The names of backends that only some surroundings have. */
const OPTIONAL: readonly string[] = ['native']

const auto: Backend = { name: 'auto', open: async () => (await openAuto()).device }
const backends = new Map<string, Backend>([auto, wasm, reference].map((backend) => [backend.name, backend]))

export const backendNames: readonly string[] = ['auto', ...OPTIONAL, 'wasm', 'reference']

/** What is used where nothing is said. */
export const defaultBackend: Backend = wasm

/** Makes a backend known by its name, in place of another one of that name. */
export function registerBackend(backend: Backend): void {
  if (!OPTIONAL.includes(backend.name)) throw unknownName('registerBackend', 'backend', backend.name, OPTIONAL)
  backends.set(backend.name, backend)
}

/** @throws NablaError E-NAME for a name that no backend has, E-ENVIRONMENT for one that is not registered here. */
export function backendByName(name: string): Backend {
  const backend = backends.get(name)
  if (backend !== undefined) return backend
  if (!OPTIONAL.includes(name)) throw unknownName('backend', 'backend', name, backendNames)
  throw new NablaError({
    code: 'E-ENVIRONMENT',
    where: `backend ${name}`,
    expected: 'a program on Node that has registered it',
    received: 'none registered',
    fix: 'import from "nabla/node" on Node, or use "wasm".',
  })
}

/** Opens native where it is registered and works, else wasm. Never fails for want of a compiler. */
export async function openAuto(): Promise<AutoDevice> {
  const native = backends.get('native')
  if (native === undefined) return { device: await wasm.open() }
  try {
    return { device: await native.open() }
  } catch (error) {
    if (!(error instanceof NablaError) || error.code !== 'E-ENVIRONMENT') throw error
    return {
      device: await wasm.open(),
      reason: `no native backend (expected ${error.expected}, found ${error.received})`,
    }
  }
}
