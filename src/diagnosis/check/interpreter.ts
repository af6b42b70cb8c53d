/** A script in, the Python that can run its imports out. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { NablaError } from '../../shared/index.ts'

const CANDIDATES = ['python3', 'python', '/usr/bin/python3']

function works(python: string, modules: readonly string[]): Promise<boolean> {
  const needs = ['sys', ...modules].join(', ')
  const code = `import ${needs}; sys.exit(0 if sys.version_info >= (3, 9) else 1)`
  return new Promise((resolve) => {
    execFile(python, ['-B', '-c', code], { timeout: 20_000 }, (error) => resolve(error === null))
  })
}

const known = new Map<string, string | undefined>()

/** The first Python that has all of these modules; undefined where none has. */
export async function pythonWith(modules: readonly string[]): Promise<string | undefined> {
  const key = modules.join()
  if (known.has(key)) return known.get(key)
  let found: string | undefined
  for (const python of CANDIDATES) {
    if (found === undefined && (await works(python, modules))) found = python
  }
  known.set(key, found)
  return found
}

/** @throws NablaError E-ENVIRONMENT when no Python has what the script needs; E-FILE when it can't be read. */
export async function findPython(path: string): Promise<string> {
  const needsNumpy = /\bnumpy\b/.test(textOf(path))
  const python = await pythonWith(needsNumpy ? ['numpy'] : [])
  if (python !== undefined) return python
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

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new NablaError({
      code: 'E-FILE',
      where: path,
      expected: 'a script that can be read',
      received: error instanceof Error ? error.message : String(error),
      fix: 'check its permissions.',
    })
  }
}
