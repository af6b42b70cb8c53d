/** The diagnosis room's door: what runs anywhere. What runs somebody's script is in `node.ts`. */

export {
  type BackwardFinding,
  type BackwardOptions,
  type BackwardParameter,
  type BackwardRelation,
  type BackwardReport,
  checkBackward,
  type FloatArray,
  type FormatBackwardOptions,
  formatBackward,
  type GradientReport,
  type Numeric,
  type Probe,
  type ScalarParameter,
  type ShapedNumbers,
} from './backward/index.ts'
export type { Paint } from './check/report/terminal.ts'
