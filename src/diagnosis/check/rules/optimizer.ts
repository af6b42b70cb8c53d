/** An optimiser whose gradients are right, and whose formula is none: what is missing or too much in it, with its repair. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { ParameterResult } from '../judge.ts'
import type { SourceEdit } from '../repair/repair.ts'
import type { Finding } from '../types.ts'
import { type Departure, type Fault, faultOf } from './optimizer-faults.ts'
import { placeOf, rewritesOf } from './optimizer-rewrites.ts'
import { updateSteps } from './optimizer-step.ts'
import { analyseEdited, fixOf, NOTHING_FOUND, type Outcome, type Scene, textAt, wrongNames } from './trial.ts'

const MOST_PARAMETERS = 12
const MOST_TRIALS = 4

export async function optimizerFaults(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const faults = faultsIn(analysis)
  const groups = groupsOf(analysis, faults)
  if (faults.length === 0 || isOneError(faults, groups.size)) return NOTHING_FOUND
  const findings: Finding[] = []
  const edits: SourceEdit[] = []
  let latest: Analysis | undefined
  for (const [site, group] of groups) {
    const [one] = group
    if (one === undefined) continue
    const tried = edits.length === 0 ? await mend(scene, one.fault, site, faults.length - group.length) : undefined
    const [expected, message] = WORDS[one.fault.departure]
    const found = findingAt(analysis, {
      kind: one.fault.departure === 'decay-sign' ? 'regularisation' : 'optimiser',
      site,
      message: message(one.fault.moment.name, one.fault.other?.name ?? 'the other moment'),
      expected,
      received: textAt(analysis, analysis.trace.sites[site] ?? NO_SITE).trim(),
      evidence: [
        one.fault.evidence,
        ...(tried === undefined ? [] : ['checked: applying it, the update is that of a known optimiser']),
      ],
      parameters: group.flatMap((g) => namesBeside(analysis, g)),
    })
    findings.push(...found.map((f) => (tried === undefined ? f : { ...f, fix: fixOf(analysis, tried.edit, true) })))
    if (tried === undefined) continue
    edits.push(tried.edit)
    latest = tried.analysis
  }
  return { findings, edits, ...(latest && { analysis: latest }) }
}

/** Velocities in several places that are all followed the wrong way: what turns them at once is the error that all come from. */
function isOneError(faults: readonly Named[], places: number): boolean {
  return places > 1 && faults.every(({ fault }) => fault.departure === 'velocity-sign')
}

interface Named {
  readonly name: string
  readonly fault: Fault
}

function faultsIn(analysis: Analysis): Named[] {
  const values = analysis.points.values[0] ?? []
  // Parameters that are slices of one vector share its update.
  const seen = new Set<number>()
  return someOf(analysis.best?.results ?? []).flatMap((result) => {
    const { before, part } = result.step
    if (part !== undefined && seen.has(before)) return []
    seen.add(before)
    const fault = faultOf(analysis.tape, values, updateSteps(analysis, result))
    return fault === undefined ? [] : [{ name: result.chain.name, fault }]
  })
}

/** The first parameters; of single numbers in lists, the first of each list. */
function someOf(results: readonly ParameterResult[]): ParameterResult[] {
  const lists = new Map<string, ParameterResult[]>()
  for (const result of results) {
    const list = result.chain.name.replace(/\[\d+\]/g, '[]')
    lists.set(list, [...(lists.get(list) ?? []), result])
  }
  const each = Math.ceil(MOST_PARAMETERS / Math.max(1, lists.size))
  return [...lists.values()].flatMap((list) => list.slice(0, each)).slice(0, MOST_PARAMETERS)
}

/** The parameter's name, or those of all that share its vector. */
function namesBeside({ best }: Analysis, { name, fault }: Named): string[] {
  const parts = (best?.results ?? []).filter(
    (r) => r.step.part !== undefined && r.chain.name.split('[')[0] === name.split('[')[0],
  )
  return parts.some((r) => r.chain.name === name && fault.step.before >= 0) ? parts.map((r) => r.chain.name) : [name]
}

function groupsOf(analysis: Analysis, faults: readonly Named[]): Map<number, Named[]> {
  const groups = new Map<number, Named[]>()
  for (const named of faults) {
    const site = placeOf(analysis, named.fault)
    groups.set(site, [...(groups.get(site) ?? []), named])
  }
  return groups
}

/** The first rewriting with which the script's update is an optimiser's; `left` faults are another place's. */
async function mend(
  scene: Scene,
  fault: Fault,
  site: number,
  left: number,
): Promise<{ edit: SourceEdit; analysis: Analysis } | undefined> {
  const was = scene.analysis.best?.results.length ?? 0
  for (const edit of rewritesOf(scene.analysis, fault, site).slice(0, MOST_TRIALS)) {
    const after = await analyseEdited(scene, [edit])
    if (after === undefined || (after.best?.results.length ?? 0) < was || faultsIn(after).length > left) continue
    if (wrongNames(after).length > wrongNames(scene.analysis).length || turned(after)) continue
    const still = someOf(after.best?.results ?? []).some((r) => updateSteps(after, r).length > 0)
    if (still) return { edit, analysis: after }
  }
  return undefined
}

/** Whether an update climbs. */
function turned({ best }: Analysis): boolean {
  return best?.results.some((r) => r.status === 'sign') === true
}

const NO_SITE = { file: '', line: 0, column: 0, endLine: 0, endColumn: 0, kind: '', statement: -1, function: '' }

type Words = readonly [expected: string, message: (moment: string, other: string) => string]

const WORDS: Readonly<Record<Departure, Words>> = {
  'no-root': [
    'a division by the square root of the mean of squares',
    (m) => `the update divides by ${m} itself, not by its square root`,
  ],
  multiplied: [
    'a division by the square root of the mean of squares',
    (m) =>
      `the update is multiplied with ${m}, the mean of squared gradients, where it should be divided by its square root`,
  ],
  'not-squared': [
    'an average of the squared gradient',
    (m) => `${m}, by which the update divides, averages the gradient and not its square`,
  ],
  squared: [
    'an average of the gradient',
    (m) => `${m}, along which the update goes, averages the squared gradient: the sign of the gradient is lost`,
  ],
  'momentum-sign': [
    'former gradients with the sign of the present one',
    (m) => `the momentum ${m} works against the gradient: former gradients enter with the opposite sign`,
  ],
  'weight-first': [
    'β · m + (1 − β) · gradient',
    (m) => `${m} takes the gradient with a weight that does not belong to its decay: 1 − β is missing`,
  ],
  'weight-second': [
    'β · v + (1 − β) · gradient²',
    (m) => `${m} takes the squared gradient with a weight that does not belong to its decay: 1 − β is missing`,
  ],
  'correction-first': ['a division by 1 − β₁^t', (m, o) => `${m} lacks the bias correction that ${o} has`],
  'correction-second': ['a division by 1 − β₂^t', (m, o) => `${m} lacks the bias correction that ${o} has`],
  'correction-swapped': [
    '1 − β₁^t for the first moment, 1 − β₂^t for the second',
    (m, o) => `the bias corrections of ${m} and ${o} are interchanged`,
  ],
  'correction-other': [
    'm / (1 − β₁^t) over √(v / (1 − β₂^t))',
    (m, o) => `the bias correction of ${m} and ${o} is none`,
  ],
  'correction-foreign': [
    'm / (1 − β₁^t) and v / (1 − β₂^t), each with its own β',
    (m, o) => `the bias correction of ${m} is that of ${o}, which decays by another factor`,
  ],
  'negative-square': [
    'β · v + (1 − β) · gradient²',
    (m) => `${m} takes the squared gradient with a minus: it becomes negative, and its square root is no number`,
  ],
  'along-squares': [
    'a mean of the gradient over the root of the mean of its squares',
    (m) => `the update goes along ${m}, the mean of squared gradients: the sign of the gradient is lost`,
  ],
  'correction-zero': [
    'a t that begins at 1',
    () => 'the bias correction divides by zero in the first step: t begins at 0',
  ],
  'correction-none': [
    'm / (1 − β₁^t) over √(v / (1 − β₂^t))',
    (m, o) => `${m} and ${o} begin at zero, and neither has a bias correction: the first steps are far too long`,
  ],
  'decay-sign': [
    'a decay that makes the parameter smaller: + λ · w beside the gradient',
    () => 'the weight decay has the wrong sign: it makes the weights grow',
  ],
  'velocity-sign': [
    'v = β · v − rate · gradient and w + v, or v = β · v + gradient and w − rate · v',
    (m) => `the velocity ${m} is followed the wrong way: the gradient is right, and the update climbs the loss`,
  ],
  'adadelta-gradient': [
    'a mean of squared updates',
    (m, o) =>
      `${m}, whose root the update is multiplied with, averages squared gradients like ${o}, and not squared updates`,
  ],
  'adadelta-swapped': [
    'the root of the mean of squared updates over that of squared gradients',
    (m, o) => `the roots of ${m} and ${o} are interchanged: the update divides by the size of former updates`,
  ],
  'adadelta-root': [
    'a mean of squared updates',
    (m) => `${m}, whose root the update is multiplied with, averages the size of the updates and not its square`,
  ],
  forgets: [
    'a sum, or a running mean, of the squared gradients of all steps',
    (m) => `${m} is set anew in every step and sums up nothing: the update is the gradient's sign alone`,
  ],
  'decay-reversed': [
    'β · former + (1 − β) · new, with the β of the correction',
    (m) => `${m} keeps 1 − β of itself, and its bias correction is made for β`,
  ],
  grows: [
    'a velocity that keeps a share of itself: v = β · v + gradient, with β below 1',
    (m) =>
      `${m} grows by itself: it keeps more than all of its former value, and former gradients count more with every step`,
  ],
  'correction-formula': [
    '1 − β^t: a decay to the power t',
    (m) => `the bias correction of ${m} is not 1 − β^t: it does not rise towards 1 from step to step`,
  ],
  'correction-stuck': [
    'a t that counts the steps',
    () => 'the bias correction stays what it is in the first step: its t does not advance',
  ],
}
