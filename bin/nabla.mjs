#!/usr/bin/env node
/** The command `nabla`. In a clone it is compiled by the first `npm start` or `npm test`. */

import { existsSync } from 'node:fs'

const compiled = new URL('../dist/cli.js', import.meta.url)

if (existsSync(compiled)) {
  const { main } = await import(compiled.href)
  process.exitCode = await main(process.argv.slice(2))
} else {
  process.stderr.write('nabla is not compiled yet.\nFix: npm run build\n')
  process.exitCode = 2
}
