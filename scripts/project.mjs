/** What every script needs to know: where the project is, how to run a program in it, and how to end with a message. */

import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A path within the project. */
export const inProject = (...parts) => join(root, ...parts)

/** A step that cannot go on; its message is all that a user needs to see. */
export class SetupError extends Error {}

/** One line on standard error, so that standard output stays for results. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * Runs a program to its end, with nothing on its standard input and both of its outputs on our standard error.
 * Returns its exit status; 127 where it could not be started.
 */
export function run(program, args, env = process.env) {
  const { status, error } = spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  if (error !== undefined) say(`${program}: ${error.message}`)
  return status ?? 127
}

/** Runs `main`; a `SetupError` ends the process with its message and exit code 1, without a stack trace. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 1
  }
}

/** Whether the module of this URL is the one that Node was started with. */
export function isMain(url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1])
}
