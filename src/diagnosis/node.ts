/** The diagnosis room's second door, for Node alone: `check` runs a script and reads what it computes. */

export {
  type CheckOptions,
  type CheckResult,
  check,
  exitCodeOf,
  type Finding,
  type FindingKind,
  formatCheck,
  type ParameterReport,
  type Verdict,
} from './check/index.ts'
