/** Runs one command line. */

import { registerNative } from '../backend/node.ts'
import { EXIT } from './exit-codes.ts'
import { type CommandIo, processIo } from './io.ts'
import { buildProgram } from './program.ts'
import { reportError } from './report-error.ts'

/** `args` are what follows the command's name; returns the exit code. Never throws. */
export async function main(args: readonly string[], io: CommandIo = processIo()): Promise<number> {
  registerNative((line) => io.stderr.write(`${line}\n`))
  const outcome = { code: EXIT.fine as number }
  const program = buildProgram(io, outcome)
  try {
    if (args.length === 0) {
      program.outputHelp()
      return EXIT.usage
    }
    await program.parseAsync(args, { from: 'user' })
    return outcome.code
  } catch (error) {
    return reportError(error, io, args.includes('--json'))
  }
}
