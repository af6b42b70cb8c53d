/** The door of `checkBackward`: a network written by hand in TypeScript or JavaScript in, what is wrong with it out. */

export { checkBackward } from './check-backward.ts'
export { type FormatBackwardOptions, formatBackward } from './format.ts'
export type {
  BackwardFinding,
  BackwardOptions,
  BackwardParameter,
  BackwardRelation,
  BackwardReport,
  FloatArray,
  GradientReport,
  Numeric,
  Probe,
  ScalarParameter,
  ShapedNumbers,
} from './types.ts'
