/** A folder of TypeScript programs as JavaScript in .build/, file by file, types neither read nor checked. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inProject } from './project.mjs'

/** Returns the folder that holds the JavaScript. */
export async function stripTypes(folder) {
  const { default: typescript } = await import('typescript')
  const { config } = typescript.readConfigFile(inProject('tsconfig.json'), typescript.sys.readFile)
  const { options } = typescript.convertCompilerOptionsFromJson(config.compilerOptions, inProject())
  // Under NodeNext a file that is transpiled alone is taken for CommonJS: the compiler sees no package.json beside it.
  options.module = typescript.ModuleKind.ESNext
  const target = inProject('.build', folder)
  rmSync(target, { recursive: true, force: true })
  for (const name of readdirSync(inProject(folder), { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts') || name.includes('node_modules')) continue
    const source = readFileSync(inProject(folder, name), 'utf8')
    const { outputText } = typescript.transpileModule(source, { compilerOptions: options, fileName: name })
    const path = join(target, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, outputText)
  }
  return target
}
