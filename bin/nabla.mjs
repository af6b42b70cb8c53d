#!/usr/bin/env node
/** The command `nabla`. In a clone it is compiled by the first `npm start` or `npm test`. */

import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const compiled = new URL('../dist/cli.js', import.meta.url)

/**
 * Where Node offers it (from 22.1 on) what the engine made of this text is kept for the next command, in a folder that
 * nobody else can write to, since it is run. Without it commands only start later.
 */
function keepCompiledText() {
  if (module.enableCompileCache === undefined || process.env.NODE_COMPILE_CACHE || process.getuid === undefined) return
  const base = [process.env.XDG_CACHE_HOME, join(process.env.HOME || homedir(), '.cache')].find(
    (path) => path !== undefined && isAbsolute(path),
  )
  if (base === undefined) return
  try {
    const folder = join(base, 'nabla', 'node')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const isOwn = (path) => {
      const status = lstatSync(path)
      return status.isDirectory() && status.uid === process.getuid() && (status.mode & 0o022) === 0
    }
    if (isOwn(join(base, 'nabla')) && isOwn(folder)) module.enableCompileCache(folder)
  } catch {
    // A home that can't be written to.
  }
}

if (existsSync(compiled)) {
  keepCompiledText()
  const { main } = await import(compiled.href)
  process.exitCode = await main(process.argv.slice(2))
} else {
  process.stderr.write('nabla is not compiled yet.\nFix: npm run build\n')
  process.exitCode = 2
}
