/** `nabla check <file>`: what is wrong with the backward pass of a network that somebody wrote by hand. */

import { type CheckOptions, check, documentOf, exitCodeOf, formatCheck } from '../diagnosis/node.ts'
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
  const { io, colors } = context
  const interruption = watchInterrupts(io, () => {})
  try {
    const result = await check(file, { ...options, signal: interruption.signal })
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
