/** The default export of a TypeScript or JavaScript file. What loads TypeScript is itself loaded only for that. */

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { NablaError } from '../../shared/index.ts'
import { openOwnDoors } from './own-doors.ts'

const MODULE = /\.[cm]?[jt]s$/i

export function isModule(path: string): boolean {
  return MODULE.test(path)
}

/**
 * @throws NablaError E-FILE for a file that does not compile or whose code throws, E-USAGE where it has no default
 *   export; what the code throws itself, if that is a NablaError.
 */
export async function loadDefault(path: string): Promise<unknown> {
  const module = await load(path)
  if (typeof module === 'object' && module !== null && 'default' in module && module.default !== undefined) {
    return module.default
  }
  throw new NablaError({
    code: 'E-USAGE',
    where: path,
    expected: 'a default export',
    received: 'none',
    fix: 'write export default defineExperiment({ data: …, network: … }).',
  })
}

async function load(path: string): Promise<unknown> {
  const [{ createJiti }, virtualModules] = await Promise.all([import('jiti'), openOwnDoors()])
  // Neither cache: a file that was changed is read anew, and nothing is written outside the run's folder.
  const jiti = createJiti(pathToFileURL(resolve(path)).href, { virtualModules, fsCache: false, moduleCache: false })
  try {
    return await jiti.import(resolve(path))
  } catch (error) {
    throw explain(path, error)
  }
}

/** What went wrong, with its line where there is one, and without this machine's colours and folders. */
function explain(path: string, error: unknown): unknown {
  if (error instanceof NablaError) {
    return new NablaError({ ...error.toJSON(), where: `${path}, ${error.where}` }, { cause: error })
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal begin with one.
  const [first = '', ...rest] = message.replace(/\u001b\[\d+m/g, '').split('\n')
  const line = rest.map((text) => /:(\d+):\d+\s*$/.exec(text)?.[1]).find((found) => found !== undefined)
  return new NablaError(
    {
      code: 'E-FILE',
      where: line === undefined ? path : `${path}, line ${line}`,
      expected: 'a TypeScript or JavaScript file that runs',
      received: first.replace(/^Error: /, '').trim(),
      fix: 'correct the file.',
    },
    { cause: error },
  )
}
