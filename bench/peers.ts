/** `--peers`: installs bench/package.json's packages, once. No script of theirs runs. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from './contestants/peer.ts'

/** Returns what went wrong, or undefined. */
export function installPeers(): string | undefined {
  if (existsSync(join(benchFolder, 'node_modules/.package-lock.json'))) return undefined
  process.stderr.write('Installing the other libraries (once) …\n')
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync('npm', args, { cwd: benchFolder, stdio: ['ignore', 2, 2] })
  if (status === 0) return undefined
  return `npm ci failed in bench/ (${error?.message ?? `exit code ${status}`}); its packages do not take part`
}
