/** `nabla check <file>`: what is wrong with the backward pass of a network that somebody wrote by hand. */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type CheckOptions, check, exitCodeOf, formatCheck } from '../diagnosis/node.ts'
import { NablaError } from '../shared/index.ts'
import type { CommandContext } from './context.ts'

const MOST_SECONDS = 24 * 3600

/** @throws NablaError E-VALUE unless it is a number of seconds above 0. */
function readTimeout(text: string): number {
  const seconds = text.trim() === '' ? Number.NaN : Number(text)
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds
  throw new NablaError({
    code: 'E-VALUE',
    where: '--timeout',
    expected: `a number of seconds above 0, at most ${MOST_SECONDS}`,
    received: JSON.stringify(text),
    fix: 'give how long the script may run, such as --timeout 120.',
  })
}

/** A finding names files from the script's folder on. */
function readSource(script: string, file: string): string | undefined {
  try {
    return readFileSync(resolve(dirname(script), file), 'utf8')
  } catch {
    return undefined
  }
}

/** @throws NablaError E-FILE for a script that can't be read, E-ENVIRONMENT where no Python is found. */
export async function checkScript(
  context: CommandContext,
  [file = '', ...args]: readonly string[],
  flags: { python?: string; timeout?: string },
): Promise<number> {
  const options: CheckOptions = {
    args,
    ...(flags.python === undefined ? {} : { python: flags.python }),
    ...(flags.timeout === undefined ? {} : { timeoutSeconds: readTimeout(flags.timeout) }),
  }
  const result = await check(file, options)
  const { schema, ...fields } = result
  context.document(schema, fields)
  context.print(formatCheck(result, (name) => readSource(file, name)).trimEnd())
  return exitCodeOf(result)
}
