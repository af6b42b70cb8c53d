/** Loading other people's packages, from bench/node_modules, by the part of their interface that is used here. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The benchmark runs from .build/bench; its packages stand in bench/. */
export const benchFolder = fileURLToPath(new URL('../../../bench/', import.meta.url))
const requireFromBench = createRequire(join(benchFolder, 'package.json'))

/** @throws Error with how to get it where it is not installed. */
export function loadPeer<Interface>(name: string): Interface {
  try {
    return requireFromBench(name) as Interface
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new Error('not installed; npm run bench -- --peers installs it', { cause: error })
  }
}

export function versionOf(name: string): string {
  let folder = dirname(requireFromBench.resolve(name))
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { version, name: found } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      if (found === name) return String(version)
    } catch {
      // Not the folder of the package yet.
    }
  }
  return 'of an unknown version'
}
