/**
 * Initial weights, or inputs, so large that the loss or its gradient is no number any more, or is cut off where predictions are
 * clipped: the gradients are then wrong as recorded and right with smaller ones, and no line of the backward pass is
 * at fault.
 */

import type { Analysis } from '../analyse.ts'
import { initialTrial, saturated } from '../course/initial.ts'
import { dataTrial } from '../course/inputs.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  listed,
  NOTHING_FOUND,
  type Outcome,
  type Scene,
  short,
  wrongNames,
} from './trial.ts'

export async function drownedGradients(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const wrong = wrongNames(analysis)
  if (wrong.length === 0 || analysis.best === undefined) return NOTHING_FOUND
  const trial = initialTrial(analysis)
  if (saturated(analysis).length === 0) return NOTHING_FOUND
  const lost = analysis.best.measured.steps[0]?.some(
    (s) => !s.gradient.every(Number.isFinite) || !s.update.every(Number.isFinite),
  )
  const stands = `as it stands, the gradients of ${listed(wrong)} are ${lost ? 'no numbers' : 'not those of the loss, which no longer sees such predictions'}`
  const changed = async (edits: readonly SourceEdit[], change: string) => {
    const after = edits.length === 0 ? undefined : await analyseEdited(scene, edits)
    if (after === undefined || !isMended(analysis, after, wrong)) return undefined
    const checked = `checked: with ${change}, and nothing else changed, all ${countRight(after)} gradients are the true ones`
    return { after, evidence: [stands, checked] }
  }
  const smaller = trial && (await changed(trial.edits, `the initial weights times ${short(trial.factor)}`))
  const [edit] = trial?.edits ?? []
  if (trial !== undefined && smaller !== undefined && edit !== undefined) {
    const findings = findingAt(analysis, {
      kind: 'saturation',
      site: trial.site,
      message: `the initial weights ${trial.names} are so large that units saturate: ${trial.reason}${lost ? ', and the gradients are no numbers' : ''}`,
      expected: `weights that are far smaller, so that the units' inputs are near ±1`,
      received: trial.reason,
      evidence: smaller.evidence,
      parameters: wrong,
      fix: fixOf(analysis, edit, true),
    })
    return { findings, edits: trial.edits, analysis: smaller.after }
  }
  const data = dataTrial(analysis)
  const scaled = data && (await changed([data.edit], `${data.name} standardised`))
  if (data === undefined || scaled === undefined) return NOTHING_FOUND
  const findings = findingAt(analysis, {
    kind: 'unscaled-inputs',
    site: data.site,
    message: `${data.name} is not scaled, so that units saturate: ${data.reason}`,
    expected: 'inputs of mean 0 and standard deviation 1, each (and test data scaled by the same figures)',
    received: data.reason,
    evidence: scaled.evidence,
    parameters: wrong,
    fix: { removed: [data.line], added: [data.line, data.added], verified: true },
  })
  return { findings, edits: [data.edit], analysis: scaled.after }
}

/** Whether all gradients are right under the same loss, or one that the script states. */
function isMended(before: Analysis, after: Analysis, wrong: readonly string[]): boolean {
  const [was, now] = [before.best?.measured.loss, after.best?.measured.loss]
  const isSame = now?.stated === true || (now?.form === was?.form && now?.name === was?.name)
  return isSame && wrongNames(after).length === 0 && countRight(after) >= wrong.length
}
