/** What a run that has ended leaves for its readers: `evaluation.json` with its worst samples, and `report.html`. */

import { describeEvaluation } from '../../report/index.ts'
import { saveEvaluation, writeReport } from '../../report/node.ts'
import type { Evaluation, Model } from '../../training/index.ts'
import type { Job } from './job.ts'

/** How many of the samples that came out most wrong a report shows. */
export const SHOWN_MISTAKES = 24

/** @throws NablaError E-FILE where the folder cannot be written to; what reading the samples again throws. */
export async function reportRun(
  { data }: Job,
  directory: string,
  { classNames }: Model,
  evaluated: { part: 'validation' | 'test'; evaluation: Evaluation } | undefined,
): Promise<void> {
  const shown = evaluated?.part === 'test' ? data.test : data.validation
  if (evaluated !== undefined && shown !== undefined) {
    const { part, evaluation } = evaluated
    // Test data is scaled by the model; what was kept apart has been scaled with the rest.
    const scaled = part === 'validation' ? data.scaling : undefined
    const pictures = data.samples === 'images' ? { pictures: true } : {}
    const options = { part, data: shown, classNames, scaled, ...pictures }
    await saveEvaluation(directory, await describeEvaluation(evaluation, options))
  }
  await writeReport(directory)
}
