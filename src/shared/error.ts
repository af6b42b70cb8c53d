/**
 * Structured errors: what a user did wrong (`NablaError`) and what we did wrong (`InternalError`).
 * Invariant: every user-facing failure carries code, where, expected, received and fix.
 */

/** Stable codes; each names one family of mistakes. */
export type ErrorCode =
  | 'E-SHAPE' // shapes that do not fit together
  | 'E-DTYPE' // float where int is needed, or the reverse
  | 'E-VALUE' // a value outside its range: a learning rate, a count, a probability
  | 'E-NAME' // an unknown or repeated name: optimiser, layer, field, parameter
  | 'E-DATA' // a data set or file whose content is wrong
  | 'E-NAN' // NaN or infinity where a number is needed
  | 'E-GRADIENT' // a parameter that the loss does not reach
  | 'E-FILE' // a file that is missing, unreadable, in the way, or not what it claims
  | 'E-MODEL' // a saved model that does not fit its network
  | 'E-UNSUPPORTED' // refused when the program is planned, never at run time
  | 'E-MEMORY' // more memory than the backend can address
  | 'E-USAGE' // wrong use of the command line or of an interface
  | 'E-DIVERGED' // a loss that became NaN or infinite while training
  | 'E-ENVIRONMENT' // something this machine lacks: a package, a compiler, a feature of the engine

export interface Problem {
  code: ErrorCode
  /** The place, in the user's terms: a layer, an argument, a file with its byte or line. */
  where: string
  expected: string
  received: string
  /** What to do, as an instruction. */
  fix: string
}

/** A mistake in what the user wrote or supplied. */
export class NablaError extends Error {
  override readonly name = 'NablaError'
  readonly code: ErrorCode
  readonly where: string
  readonly expected: string
  readonly received: string
  readonly fix: string

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(
      `${problem.code}: ${problem.where}: expected ${problem.expected}, received ${problem.received}.\n` +
        `Fix: ${problem.fix}`,
      options,
    )
    this.code = problem.code
    this.where = problem.where
    this.expected = problem.expected
    this.received = problem.received
    this.fix = problem.fix
  }

  toJSON(): Problem {
    const { code, where, expected, received, fix } = this
    return { code, where, expected, received, fix }
  }
}

/** A fault of nabla itself: an invariant that does not hold. Never the user's mistake. */
export class InternalError extends Error {
  override readonly name = 'InternalError'

  constructor(invariant: string) {
    super(`fault in nabla: ${invariant}. Please report it, with the program that caused it.`)
  }
}

/** Throws an `InternalError` unless `condition` holds. */
export function invariant(condition: boolean, statement: string): asserts condition {
  if (!condition) throw new InternalError(statement)
}

/** `value`, or an `InternalError` when it is undefined: for look-ups that an invariant guarantees. */
export function known<T>(value: T | undefined, statement: string): T {
  if (value === undefined) throw new InternalError(statement)
  return value
}
