/** NumPy for Debian's python3, which the tests of hand-written networks run. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { inProject, run, SetupError, say } from './project.mjs'

const PYTHON = '/usr/bin/python3'

/** @throws SetupError with what to install, where it is missing and may not be installed here. */
export function ensureNumpy() {
  if (!existsSync(inProject('src/diagnosis/check')) || hasNumpy()) return
  const isRoot = process.getuid?.() === 0
  if (!isRoot || !existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      `The tests of hand-written networks need NumPy for ${PYTHON}, and it is missing.\n` +
        'Install it (on Debian: sudo apt-get install python3-numpy), then run the tests again.',
    )
  }
  say('Installing python3-numpy (once) …')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'python3-numpy']
  if (run('/usr/bin/apt-get', ['update', '-qq'], env) !== 0) say('apt-get update failed; trying with the old lists.')
  if (run('/usr/bin/apt-get', install, env) !== 0 || !hasNumpy()) {
    throw new SetupError('apt-get could not install python3-numpy; install it by hand, then run the tests again.')
  }
}

function hasNumpy() {
  return spawnSync(PYTHON, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0
}
