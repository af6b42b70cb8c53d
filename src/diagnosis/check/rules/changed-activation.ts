/**
 * A value of the forward pass that is written into before the backward pass reads it: `a2[:, 0] = 0` takes the 1 away
 * that a bias is multiplied with. Said only where the gradients are right without that statement.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { statementOf } from '../trace/location.ts'
import {
  fixOf,
  listed,
  mendedBy,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const MAX_TRIALS = 2

export async function changedActivations(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  if (wrongNames(analysis).length === 0) return NOTHING_FOUND
  for (const site of statementsThatWrite(analysis).slice(0, MAX_TRIALS)) {
    const at = analysis.trace.sites[site]
    if (at === undefined || at.kind !== 'Assign') continue
    const edit = replaceAt(at, 'pass')
    const found = await mendedBy(scene, [edit])
    if (found === undefined) continue
    const { after, mended } = found
    const text = textAt(analysis, at).trim()
    const subject = /^[\w.]+/.exec(text)?.[0] ?? 'a value'
    const findings = findingAt(analysis, {
      kind: 'aliased-array',
      site,
      message: `${subject} is changed after the forward pass has used it: the gradient of ${listed(mended)} is computed from what it is no more`,
      expected: `${subject} as it was in the forward pass`,
      received: text,
      evidence: [`checked: without this statement, ${listed(mended)} ${mended.length > 1 ? 'are' : 'is'} right`],
      parameters: mended,
    }).map((f) => ({ ...f, fix: { ...fixOf(analysis, edit, true), added: [] } }))
    return { findings, edits: [edit], analysis: after }
  }
  return NOTHING_FOUND
}

/** Assignments of plain numbers into a part of a forward value, on the way to a wrong update alone. */
function statementsThatWrite({ best, tape, dependence, trace }: Analysis): number[] {
  const terms = best?.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n)) ?? []
  const forward = tape.ancestors(terms, dependence.cut)
  const wrong = best?.results.filter((r) => r.status === 'wrong').map((r) => r.step.after) ?? []
  const found = new Set<number>()
  for (const node of tape.madeFrom(wrong, dependence.cut)) {
    const { op, args, site } = tape.entry(node)
    const [base, value] = args
    if ((op !== 'put' && op !== 'write') || base === undefined || value === undefined || forward.has(node)) continue
    if (!forward.has(base) || dependence.depends[base] !== 1 || dependence.cut.has(base)) continue
    if (dependence.depends[value] !== 1) found.add(statementOf(trace, site))
  }
  return [...found]
}
