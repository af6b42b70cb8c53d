/** `nabla check <file>`: what is wrong with the backward pass of a network that somebody wrote by hand. */

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type CheckOptions,
  type CheckResult,
  check,
  documentOf,
  exitCodeOf,
  formatCheck,
  htmlOf,
} from '../diagnosis/node.ts'
import { NablaError } from '../shared/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { watchInterrupts } from './interrupt.ts'
import { widthOf } from './io.ts'

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

interface CheckFlags {
  readonly python?: string
  readonly timeout?: string
  readonly html?: string
  readonly explain?: boolean
  readonly verify?: boolean
}

/** @throws NablaError E-FILE when the page can't be written there. */
function writePage(path: string, result: CheckResult): void {
  try {
    writeFileSync(path, htmlOf(result))
  } catch (error) {
    throw new NablaError({
      code: 'E-FILE',
      where: '--html',
      expected: 'a file that can be written',
      received: error instanceof Error ? error.message : String(error),
      fix: 'name a file in a folder that is there, such as --html report.html.',
    })
  }
}

/** A page is not to take the place of what it is about. */
function checkPage(path: string, script: string): void {
  if (/\.html?$/i.test(path) && resolve(path) !== resolve(script)) return
  throw new NablaError({
    code: 'E-VALUE',
    where: '--html',
    expected: 'a file name that ends in .html',
    received: JSON.stringify(path),
    fix: 'such as --html report.html.',
  })
}

/** @throws NablaError E-FILE for a script that can't be read, E-ENVIRONMENT where no Python is found. */
export async function checkScript(
  context: CommandContext,
  [file = '', ...args]: readonly string[],
  flags: CheckFlags,
): Promise<number> {
  const options: CheckOptions = {
    args,
    explain: flags.explain === true,
    verify: flags.verify === true,
    ...(flags.python === undefined ? {} : { python: flags.python }),
    ...(flags.timeout === undefined ? {} : { timeoutSeconds: readTimeout(flags.timeout) }),
  }
  if (flags.html !== undefined) checkPage(flags.html, file)
  const { io, colors } = context
  const interruption = watchInterrupts(io, () => {})
  try {
    const result = await check(file, { ...options, signal: interruption.signal })
    if (flags.html !== undefined) writePage(flags.html, result)
    const { schema, ...fields } = documentOf(result)
    context.document(schema, fields)
    const width = io.stdout.isTTY === true ? { width: widthOf(io.stdout) } : {}
    context.print(formatCheck(result, { ...width, paint: colors }).trimEnd())
    return exitCodeOf(result)
  } catch (error) {
    if (!interruption.happened) throw error
    context.note('interrupted; the script was stopped')
    return EXIT.interrupted
  } finally {
    interruption.release()
  }
}
