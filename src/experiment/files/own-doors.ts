/**
 * nabla's own public doors, for the files of users that import them: the very modules that run, not another copy, and
 * found even where nabla is not installed beside the file. No room imports the public doors; these are handed on.
 */

/** By the names that package.json gives them: in the source, and in dist/. */
const DOORS: Readonly<Record<string, readonly [source: string, compiled: string]>> = {
  nabla: ['../../index.ts', '../../index.js'],
  'nabla/node': ['../../node.ts', '../../node.js'],
  'nabla/ops': ['../../ops/index.ts', '../../ops.js'],
}

export async function openOwnDoors(): Promise<Record<string, unknown>> {
  const here = import.meta.url
  const doors = Object.entries(DOORS).map(async ([name, [source, compiled]]) => {
    const path = here.endsWith('.ts') ? source : compiled
    return [name, await import(new URL(path, here).href)] as const
  })
  return Object.fromEntries(await Promise.all(doors))
}
