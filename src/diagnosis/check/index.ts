/** The door of `check`: a hand-written network in, what is wrong with its backward pass out. */

export { check } from './check.ts'
export { exitCodeOf, formatCheck } from './report/text.ts'
export type { CheckOptions, CheckResult, Finding, FindingKind, ParameterReport, Verdict } from './types.ts'
