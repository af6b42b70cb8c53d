/** The backend of a command that uses a saved run: by flag, else variable, else wasm. */

import { type Backend, backendByName } from '../backend/index.ts'
import type { CommandContext } from './context.ts'
import { backendName, readFlag } from './read-flag.ts'

/** @throws NablaError E-NAME for an unknown name. */
export function chooseBackend({ io }: CommandContext, flag: string | undefined): Backend {
  const variable = io.env.NABLA_BACKEND
  if (flag !== undefined) return backendByName(readFlag(backendName, flag, '--backend'))
  return backendByName(variable === undefined ? 'wasm' : readFlag(backendName, variable, 'NABLA_BACKEND'))
}
