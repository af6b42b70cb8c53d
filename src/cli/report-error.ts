/**
 * An error as a user reads it: code, where, expected, received, fix, on standard error; with --json as one document on
 * standard output too. A user's mistake never shows a stack trace; a fault of ours says what to report.
 */

import { CommanderError } from 'commander'
import { InternalError, NablaError, type Problem } from '../shared/index.ts'
import { EXIT } from './exit-codes.ts'
import { type CommandIo, colorsFor, widthOf } from './io.ts'
import { wrapText } from './text.ts'
import { usageProblem } from './usage-problem.ts'

export const ERROR_SCHEMA = 'nabla.error/1'

/** Reports `error`, and returns the exit code that it means. */
export function reportError(error: unknown, io: CommandIo, json: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.fine
  const problem = problemOf(error)
  const report = problem ?? faultOf(error)
  if (json) io.stdout.write(`${JSON.stringify({ schema: ERROR_SCHEMA, ...report }, null, 2)}\n`)
  io.stderr.write(problem === undefined ? formatFault(error) : formatProblem(problem, io))
  return problem === undefined ? EXIT.failed : exitCodeOf(problem)
}

/** The problem that a user's mistake states; undefined for a fault of ours. */
function problemOf(error: unknown): Problem | undefined {
  if (error instanceof NablaError) return error.toJSON()
  if (error instanceof CommanderError) return usageProblem(error)
  return undefined
}

function exitCodeOf({ code }: Problem): number {
  if (code === 'E-DIVERGED' || code === 'E-ENVIRONMENT' || code === 'E-MEMORY') return EXIT.failed
  return code === 'E-UNSUPPORTED' ? EXIT.unsupported : EXIT.usage
}

/**
 *     E-NAME: --optimizer
 *       expected  one of the known optimizers: sgd, adam
 *       received  "adma"
 *       fix       did you mean "adam"?
 */
export function formatProblem(problem: Problem, io: CommandIo): string {
  const colors = colorsFor(io.stderr, io.env)
  // Off a terminal a line stays whole, so that it can be searched for.
  const width = io.stderr.isTTY === true ? widthOf(io.stderr) : Number.POSITIVE_INFINITY
  const field = (name: string, text: string) => {
    const [first = '', ...rest] = wrapText(text, width - 12)
    const lines = [`  ${colors.dim(name.padEnd(8))}  ${first}`, ...rest.map((line) => `${' '.repeat(12)}${line}`)]
    return lines.join('\n')
  }
  return `${[
    `${colors.red(colors.bold(problem.code))}: ${problem.where}`,
    field('expected', problem.expected),
    field('received', problem.received),
    field('fix', problem.fix),
  ].join('\n')}\n`
}

function faultOf(error: unknown) {
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'E-INTERNAL', where: 'nabla', received: message }
}

/** A fault of nabla: what happened, where in the code, and that it should be reported. */
function formatFault(error: unknown): string {
  const hint = 'This is a fault in nabla, not a mistake of yours. Please report it with the command and these lines.\n'
  if (error instanceof InternalError || error instanceof Error) return `${error.stack ?? error.message}\n\n${hint}`
  return `${String(error)}\n\n${hint}`
}
