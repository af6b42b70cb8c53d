/** The report room's second door: reports of run folders, for Node alone. */

export { readRun } from './read-run.ts'
export { saveEvaluation, writeReport } from './write.ts'
