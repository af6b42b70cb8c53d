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
  | 'gradient'

export interface Finding {
  readonly code: string
  readonly kind: FindingKind
  readonly file: string
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
  /** Why nothing could be said, for `unsupported`. */
  readonly reason: string | null
  readonly python: string
  readonly elapsedMs: number
}

export interface CheckOptions {
  /** The interpreter; else the first of python3, python and /usr/bin/python3 that has what the script imports. */
  readonly python?: string
  /** Of the script, all runs together. 60 by default. */
  readonly timeoutSeconds?: number
  readonly args?: readonly string[]
}
