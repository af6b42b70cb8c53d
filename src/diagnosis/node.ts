/** The diagnosis room's second door, for Node alone: `check` runs a script and reads what it computes. */

export {
  type CheckOptions,
  type CheckResult,
  check,
  documentOf,
  type ExplainedStep,
  type Explanation,
  exitCodeOf,
  type Finding,
  type FindingKind,
  formatCheck,
  htmlOf,
  type Jsonable,
  type LossCourse,
  type Paint,
  type ParameterReport,
  type TextOptions,
  type Verdict,
} from './check/index.ts'
