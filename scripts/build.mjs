/** `npm run build`: dist/ anew, with types checked. */

import { compileSource } from './compile.mjs'
import { runScript, say } from './project.mjs'
import { setUp } from './setup.mjs'

await runScript(async () => {
  await setUp({ compile: false })
  await compileSource({ force: true, check: true })
  say('dist/ is built.')
})
