/**
 * `npm start`: sets up what is missing and does the main job, MNIST with 784-300-75-10, into a run folder of its own.
 * Arguments after `--` are added to the command: `npm start -- --epochs 1`.
 */

import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { inProject, root, runScript, say } from './project.mjs'
import { setUp } from './setup.mjs'

const settings = ['--layers', '300,75', '--epochs', '5', '--batch', '128', '--optimizer', 'adam', '--seed', '1']

await runScript(async () => {
  setUp()
  process.chdir(root)
  const extra = process.argv.slice(2)
  const out = extra.some((argument) => /^--out(=|$)/.test(argument)) ? [] : ['--out', freshFolder('mnist')]
  const command = ['train', 'mnist', ...settings, ...out, ...extra]
  say(`nabla ${command.join(' ')}\n`)
  const { main } = await import(pathToFileURL(inProject('dist/cli/index.js')).href)
  return main(command)
})

/** The first of runs/mnist-1, runs/mnist-2, … that is not there yet. */
function freshFolder(name) {
  let number = 1
  while (existsSync(inProject('runs', `${name}-${number}`))) number++
  return `runs/${name}-${number}`
}
