/** The report room's door: the records of a run in, a page out. Nothing here needs Node. */

export { type DescribeOptions, describeEvaluation } from './evaluation.ts'
export { renderReport } from './page.ts'
export {
  EVALUATION_SCHEMA,
  type EvaluationRecord,
  type LayerRow,
  type RunRecord,
  type ShownMistake,
  type SummaryRecord,
} from './run-record.ts'
