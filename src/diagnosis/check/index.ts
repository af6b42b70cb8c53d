/** The door of `check`: a hand-written network in, what is wrong with its backward pass out. */

export { check } from './check.ts'
export { documentOf, type Jsonable } from './report/document.ts'
export { htmlOf } from './report/html.ts'
export type { Paint } from './report/terminal.ts'
export { exitCodeOf, formatCheck, type TextOptions } from './report/text.ts'
export type {
  CheckOptions,
  CheckResult,
  ExplainedStep,
  Explanation,
  Finding,
  FindingKind,
  LossCourse,
  ParameterReport,
  Verdict,
} from './types.ts'
