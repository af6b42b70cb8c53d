/** `npm run build`: dist/ anew, with types checked. */

import { compileSource } from './compile.mjs'
import { runScript, say } from './project.mjs'
import { setUp } from './setup.mjs'

await runScript(() => {
  setUp({ compile: false })
  compileSource({ force: true, check: true })
  say('dist/ is built.')
})
