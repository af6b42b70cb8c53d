/** What computes in a command that uses a saved run: by flag, else variable, else auto. */

import { count } from '../experiment/node.ts'
import type { UseOptions } from '../training/index.ts'
import type { CommandContext } from './context.ts'
import { backendName, readFlag } from './read-flag.ts'

export interface BackendFlags {
  backend?: string
  threads?: string
}

/** @throws NablaError E-NAME for an unknown name, E-VALUE for a number of threads that is none. */
export function chooseBackend({ io }: CommandContext, flags: BackendFlags): UseOptions {
  const variable = io.env.NABLA_BACKEND
  const { backend, threads } = flags
  const isSaid = backend === undefined && variable !== undefined && variable !== ''
  const name = isSaid
    ? readFlag(backendName, variable, 'NABLA_BACKEND')
    : readFlag(backendName, backend ?? 'auto', '--backend')
  return { backend: name, ...(threads === undefined ? {} : { threads: readFlag(count, threads, '--threads') }) }
}
