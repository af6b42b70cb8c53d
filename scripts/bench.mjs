/**
 * `npm run bench`: runs bench/main.ts against dist/, which is what a user gets. Arguments after `--` are its own.
 *
 * The benchmark is TypeScript and imports nabla by its name, as any program would; this package finds itself by that
 * name. Its files only lose their types on the way (file by file, into .build/), so no loader stands between it and
 * the engine while it measures.
 */

import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { inProject, runScript, SetupError } from './project.mjs'
import { setUp } from './setup.mjs'
import { stripTypes } from './strip-types.mjs'

await runScript(async () => {
  if (!existsSync(inProject('bench/main.ts'))) throw new SetupError('There is no benchmark here: no bench/main.ts.')
  await setUp()
  await stripTypes('bench')
  await stripTypes('src/shared')
  await import(pathToFileURL(inProject('.build/bench/main.js')).href)
  return process.exitCode
})
