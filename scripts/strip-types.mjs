/** A folder of TypeScript programs as JavaScript in .build/, file by file, types neither read nor checked. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inProject } from './project.mjs'

/** Returns the folder that holds the JavaScript. Files that are the same already stay untouched; old ones go. */
export async function stripTypes(folder) {
  const { default: typescript } = await import('typescript')
  const { config } = typescript.readConfigFile(inProject('tsconfig.json'), typescript.sys.readFile)
  const { options } = typescript.convertCompilerOptionsFromJson(config.compilerOptions, inProject())
  // Under NodeNext a file that is transpiled alone is taken for CommonJS: the compiler sees no package.json beside it.
  options.module = typescript.ModuleKind.ESNext
  const target = inProject('.build', folder)
  const written = new Set()
  for (const name of readdirSync(inProject(folder), { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts') || name.includes('node_modules')) continue
    const source = readFileSync(inProject(folder, name), 'utf8')
    const { outputText } = typescript.transpileModule(source, { compilerOptions: options, fileName: name })
    const path = join(target, name.replace(/\.ts$/, '.js'))
    written.add(path)
    if (existsSync(path) && readFileSync(path, 'utf8') === outputText) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, outputText)
  }
  for (const name of existsSync(target) ? readdirSync(target, { recursive: true }) : []) {
    if (name.endsWith('.js') && !written.has(join(target, name))) rmSync(join(target, name))
  }
  return target
}
