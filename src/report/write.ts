/** `report.html` and `evaluation.json` in a run's folder: written beside and renamed, so that they are whole or not there. */

import { join } from 'node:path'
import { writeFileAtomic } from '../formats/node.ts'
import { renderReport } from './page.ts'
import { readRun } from './read-run.ts'
import type { EvaluationRecord } from './run-record.ts'

/** Writes `evaluation.json`, for the report. @throws NablaError E-FILE where the folder cannot be written to. */
export function saveEvaluation(directory: string, evaluation: EvaluationRecord): Promise<void> {
  return writeFileAtomic(join(directory, 'evaluation.json'), `${JSON.stringify(evaluation)}\n`)
}

/**
 * Writes `report.html` into a run's folder, from what the folder holds: of a run that goes on or was killed too.
 * @returns the path of the page
 * @throws NablaError E-FILE where it holds no run or cannot be written to; E-DATA for a file that is broken.
 */
export async function writeReport(directory: string): Promise<string> {
  const path = join(directory, 'report.html')
  await writeFileAtomic(path, renderReport(await readRun(directory)))
  return path
}
