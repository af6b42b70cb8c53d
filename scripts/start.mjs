/**
 * `npm start`: sets up what is missing and does the main job, MNIST with 784-300-75-10, into a run folder of its own.
 * Arguments after `--` are added to the command: `npm start -- --epochs 1`.
 */

import { pathToFileURL } from 'node:url'
import { inProject, root, runScript, say } from './project.mjs'
import { setUp } from './setup.mjs'

const network = ['--layers', '300,75']
const training = ['--epochs', '8', '--batch', '128', '--optimizer', 'adam', '--schedule', 'cosine']
const rest = ['--validation', 'none', '--seed', '1']

await runScript(async () => {
  await setUp()
  process.chdir(root)
  // Without --out the command takes the first free folder of runs/mnist-1, runs/mnist-2, …
  const command = ['train', 'mnist', ...network, ...training, ...rest, ...process.argv.slice(2)]
  say(`nabla ${command.join(' ')}\n`)
  const { main } = await import(pathToFileURL(inProject('dist/cli.js')).href)
  return main(command)
})
