/** A script in, the Python that can run its imports out. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { NablaError } from '../../shared/index.ts'

const CANDIDATES = ['python3', 'python', '/usr/bin/python3']

function works(python: string, needsNumpy: boolean): Promise<boolean> {
  const code = `import sys${needsNumpy ? ', numpy' : ''}; sys.exit(0 if sys.version_info >= (3, 9) else 1)`
  return new Promise((resolve) => {
    execFile(python, ['-B', '-c', code], { timeout: 20_000 }, (error) => resolve(error === null))
  })
}

const known = new Map<string, string>()

/** @throws NablaError E-ENVIRONMENT when no Python has what the script needs. */
export async function findPython(path: string): Promise<string> {
  const needsNumpy = /\bnumpy\b/.test(readFileSync(path, 'utf8'))
  const cached = known.get(String(needsNumpy))
  if (cached !== undefined) return cached
  for (const python of CANDIDATES) {
    if (await works(python, needsNumpy)) {
      known.set(String(needsNumpy), python)
      return python
    }
  }
  throw new NablaError({
    code: 'E-ENVIRONMENT',
    where: path,
    expected: `Python 3.9 or newer${needsNumpy ? ' with NumPy, which the script imports' : ''}`,
    received: `none among ${CANDIDATES.join(', ')}`,
    fix: needsNumpy
      ? 'install NumPy (Debian: apt-get install python3-numpy), or name an interpreter with --python.'
      : 'install Python 3, or name it with --python.',
  })
}
