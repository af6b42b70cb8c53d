/** Makes a fresh clone ready: packages, dist/, and `npx nabla`. What is ready already is left as it is. */

import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { compileSource } from './compile.mjs'
import { installPackages } from './install.mjs'
import { inProject, isMain, runScript, SetupError } from './project.mjs'

/** @throws SetupError with what is missing. */
export async function setUp(options = {}) {
  checkNode(process.versions.node)
  installPackages()
  linkCommand()
  if (options.compile !== false) await compileSource()
}

/** The versions that package.json's `engines` names: 20.19 or later of 20, 22.12 or later. */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22) return
  const { engines } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'))
  throw new SetupError(`nabla needs Node ${engines.node}; this is Node ${version}.`)
}

/** npm links the commands of dependencies only; this link lets `npx nabla` in a clone find the clone's own. */
function linkCommand() {
  const link = inProject('node_modules/.bin/nabla')
  const target = '../../bin/nabla.mjs'
  try {
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link) === target) return
    rmSync(link)
  } catch {
    // There is no such link yet.
  }
  try {
    mkdirSync(inProject('node_modules/.bin'), { recursive: true })
    symlinkSync(target, link)
  } catch {
    // A folder that may not be written to: everything but `npx nabla` works, and bin/nabla.mjs does too.
  }
}

if (isMain(import.meta.url)) await runScript(() => setUp({ compile: !process.argv.includes('--no-compile') }))
