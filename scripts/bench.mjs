/**
 * `npm run bench`: runs bench/main.ts against dist/, which is what a user gets. Arguments after `--` are its own.
 *
 * The benchmark is TypeScript and imports nabla by its name, as any program would; this package finds itself by that
 * name. Its files only lose their types on the way (file by file, into .build/), so no loader stands between it and
 * the engine while it measures.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inProject, runScript, SetupError } from './project.mjs'
import { setUp } from './setup.mjs'

await runScript(async () => {
  if (!existsSync(inProject('bench/main.ts'))) throw new SetupError('There is no benchmark here: no bench/main.ts.')
  await setUp()
  await stripTypes(inProject('bench'), inProject('.build/bench'))
  await stripTypes(inProject('src/shared'), inProject('.build/src/shared'))
  await import(pathToFileURL(inProject('.build/bench/main.js')).href)
  return process.exitCode
})

/** What stands in `folder` as JavaScript in `target`; files that are the same already stay untouched. */
async function stripTypes(folder, target) {
  const { default: typescript } = await import('typescript')
  const { config } = typescript.readConfigFile(inProject('tsconfig.json'), typescript.sys.readFile)
  const { options } = typescript.convertCompilerOptionsFromJson(config.compilerOptions, inProject())
  // A file by itself has no package.json beside it that would make NodeNext mean ES modules.
  const compilerOptions = { ...options, module: typescript.ModuleKind.ESNext }
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts') || name.includes('node_modules')) continue
    const source = readFileSync(join(folder, name), 'utf8')
    const { outputText } = typescript.transpileModule(source, { compilerOptions, fileName: name })
    const path = join(target, name.replace(/\.ts$/, '.js'))
    if (existsSync(path) && readFileSync(path, 'utf8') === outputText) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, outputText)
  }
}
