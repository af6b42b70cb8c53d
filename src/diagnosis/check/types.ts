/** What `nabla check` reports: schema `nabla.check/1`. */

export type Verdict = 'clean' | 'faulty' | 'unsupported'

export type FindingKind =
  | 'scale'
  | 'sign'
  | 'missing-activation-derivative'
  | 'extra-activation-derivative'
  | 'wrong-activation-derivative'
  | 'derivative-of-wrong-value'
  | 'missing-chain-factor'
  | 'extra-factor'
  | 'wrong-operand'
  | 'transpose'
  | 'product-kind'
  | 'reduction-axis'
  | 'bias-gradient'
  | 'softmax-axis'
  | 'parentheses'
  | 'regularisation'
  | 'constant'
  | 'operator'
  | 'slice'
  | 'missing-term'
  | 'overwritten-sum'
  | 'extra-term'
  | 'optimiser'
  | 'stale-weights'
  | 'accumulator-not-reset'
  | 'never-updated'
  | 'broadcast'
  | 'integer-truncation'
  | 'equal-initial-weights'
  | 'target-range'
  | 'no-nonlinearity'
  | 'saturation'
  | 'logged-loss'
  | 'stopping-test'
  | 'aliased-array'
  | 'lost-update'
  | 'shuffled-apart'
  | 'integer-overflow'
  | 'unscaled-inputs'
  | 'learning-rate'
  | 'dead-units'
  | 'gradient'

export interface Finding {
  readonly code: string
  readonly kind: FindingKind
  readonly file: string
  /** The code cell of a notebook, from 1; lines are then the cell's. */
  readonly cell?: number
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly message: string
  readonly expected: string
  readonly received: string
  /** A diff of the lines that change, or null where no edit was verified. */
  readonly fix: {
    readonly removed: readonly string[]
    readonly added: readonly string[]
    readonly verified: boolean
  } | null
  readonly evidence: readonly string[]
  readonly parameters: readonly string[]
  /** What the marked part is, in a few words. */
  readonly label?: string
  /** The script's lines there, the first of them numbered `line`. */
  readonly frame?: { readonly line: number; readonly lines: readonly string[] }
}

export interface ParameterReport {
  readonly name: string
  readonly status: 'right' | 'wrong' | 'not reached'
  /** ‖update − ratio·gradient‖ / ‖update‖, at the recorded and at random points. */
  readonly relativeError: number
  /** update / gradient: the learning rate, where all is right. */
  readonly ratio: number
  /** The same, relative to the other parameters. */
  readonly relativeRatio: number
}

export interface StatementText {
  readonly file: string
  readonly cell?: number
  readonly line: number
  readonly text: string
}

/** One gradient of the true backward pass. */
export interface ExplainedStep {
  /** The value that it is the gradient of, as the script calls it. */
  readonly of: string
  readonly shape: readonly number[]
  /** As a Python expression in the script's names and in gradients that stand before it. */
  readonly formula: string
  /** How many more values the same statement makes in the same way, this one included. */
  readonly times: number
  /** The statement that uses the value. */
  readonly forward: StatementText | null
  /** The script's statement for this gradient: found by its value, or for `differs` by its name. */
  readonly script: StatementText | null
  readonly agreement: 'agrees' | 'proportional' | 'update' | 'differs' | 'not found'
  /** The script's value, or what an update adds, as a multiple of the gradient. */
  readonly factor: number | null
}

export interface Explanation {
  readonly loss: string
  /** From the loss back to the parameters. */
  readonly steps: readonly ExplainedStep[]
}

export interface LossCourse {
  /** As the script calls it. */
  readonly name: string
  /** How many times the loss had been computed. */
  readonly steps: readonly number[]
  /** The loss then; null where the run did not get so far. */
  readonly original: readonly (number | null)[]
  readonly repaired: readonly (number | null)[]
}

export interface CheckResult {
  readonly schema: 'nabla.check/1'
  readonly file: string
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
  readonly parameters: readonly ParameterReport[]
  readonly roles: {
    readonly loss: string | null
    readonly lossLine: number | null
    readonly stated: boolean
    readonly parameters: readonly string[]
  }
  /** The stated loss with and without all verified fixes, where both were run. */
  readonly course: LossCourse | null
  /** The true backward pass beside the script's, where it was asked for. */
  readonly explanation: Explanation | null
  /** Why nothing could be said, for `unsupported`. */
  readonly reason: string | null
  /** The script's own lines that led to an error that it raised, outermost first. */
  readonly traceback: readonly {
    readonly file: string
    readonly cell?: number
    readonly line: number
    readonly function: string
  }[]
  readonly python: string
  readonly elapsedMs: number
}

export interface CheckOptions {
  /** The interpreter; else the first of python3, python and /usr/bin/python3 that has what the script imports. */
  readonly python?: string
  /** Of the script, all runs together. 60 by default. */
  readonly timeoutSeconds?: number
  /** What the script gets as its own arguments. */
  readonly args?: readonly string[]
  /** Adds the true backward pass beside the script's. */
  readonly explain?: boolean
  /** Runs the script and its repaired version side by side and compares their losses. */
  readonly verify?: boolean
  /** Stops the script when it is aborted. */
  readonly signal?: AbortSignal
}
