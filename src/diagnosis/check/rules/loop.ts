/** Faults in the loop around the backward pass: each rule in its own file, in the order in which they matter. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import type { Finding } from '../types.ts'
import { accumulatorNotReset } from './accumulator.ts'
import { aliasedArrays } from './aliased.ts'
import { aliasedStates } from './aliased-states.ts'
import { biasShapes } from './bias-shape.ts'
import { broadcastGrows } from './broadcast.ts'
import { changedActivations } from './changed-activation.ts'
import { clipping } from './clipping.ts'
import { cutData } from './cut-data.ts'
import { droppedValues } from './dropped-value.ts'
import { drownedGradients } from './drowned-gradients.ts'
import { impossibleBest } from './impossible-best.ts'
import { integerArrays } from './integers.ts'
import { keptBest } from './kept-best.ts'
import { keptInPlace } from './kept-in-place.ts'
import { lostAxes } from './lost-axis.ts'
import { lostStates } from './lost-states.ts'
import { lostUpdates } from './lost-update.ts'
import { lostWrites } from './lost-writes.ts'
import { negativeRoots } from './negative-roots.ts'
import { neverUpdated } from './never-updated.ts'
import { optimizerFaults } from './optimizer.ts'
import { overwrittenSums } from './overwritten-sums.ts'
import { penalties } from './penalties.ts'
import { penaltyValues } from './penalty-value.ts'
import { repeatedIndices } from './repeated-indices.ts'
import { sharedObjects } from './shared-objects.ts'
import { sharedRows } from './shared-rows.ts'
import { shuffledApart } from './shuffled-apart.ts'
import { softmaxOverSamples } from './softmax-rows.ts'
import { staleWeights } from './stale-weights.ts'
import { standstill } from './standstill.ts'
import { starvedStates } from './states.ts'
import { summedStates } from './summed-states.ts'
import type { Outcome, Scene } from './trial.ts'
import { turnedComparisons } from './turned-comparisons.ts'
import { turnedUpdates } from './turned-updates.ts'
import { unfedStates } from './unfed-states.ts'
import { unreachableBest } from './unreachable-best.ts'
import { unresetSums } from './unreset-sums.ts'

/** Rules that read the trace alone. */
const FROM_TRACE: readonly ((analysis: Analysis) => Finding[])[] = [
  broadcastGrows,
  integerArrays,
  cutData,
  staleWeights,
  shuffledApart,
  neverUpdated,
  summedStates,
  standstill,
]

/** Rules that try a change; what they find is mended before the next one looks. */
const BY_TRIAL: readonly ((scene: Scene) => Promise<Outcome>)[] = [
  drownedGradients,
  biasShapes,
  lostAxes,
  aliasedStates,
  keptInPlace,
  repeatedIndices,
  negativeRoots,
  sharedRows,
  sharedObjects,
  aliasedArrays,
  changedActivations,
  lostUpdates,
  lostStates,
  softmaxOverSamples,
  unresetSums,
  overwrittenSums,
  droppedValues,
  lostWrites,
  accumulatorNotReset,
  turnedComparisons,
  optimizerFaults,
  clipping,
  decayFaults,
  turnedUpdates,
  unfedStates,
  impossibleBest,
  unreachableBest,
  keptBest,
]

/** Rules of updates: one that is named already is not named again for where it leads. */
const OF_UPDATES: ReadonlySet<(scene: Scene) => Promise<Outcome>> = new Set([decayFaults, turnedUpdates])

async function decayFaults({ analysis }: Scene): Promise<Outcome> {
  const spread = penaltyValues(analysis)
  return { findings: spread.length > 0 ? spread : penalties(analysis), edits: [] }
}

export async function loopFaults(scene: Scene): Promise<Outcome> {
  const findings: Finding[] = []
  const edits: SourceEdit[] = []
  let { analysis } = scene
  for (const rule of BY_TRIAL) {
    const found = await rule({ ...scene, analysis, edits: [...scene.edits, ...edits] })
    const known = new Set(findings.flatMap((f) => f.parameters))
    findings.push(
      ...found.findings.filter((f) => !OF_UPDATES.has(rule) || !f.parameters.every((name) => known.has(name))),
    )
    edits.push(...found.edits)
    analysis = found.analysis ?? analysis
  }
  // What a velocity that is never fed leaves as it is needs no other reason.
  const starved = starvedStates(analysis)
  const isSummed = findings.some((f) => f.kind === 'accumulator-not-reset')
  const rules = FROM_TRACE.filter(
    (rule) => !(rule === neverUpdated && starved.length > 0) && !(rule === summedStates && isSummed),
  )
  findings.push(...starved, ...rules.flatMap((rule) => rule(analysis)))
  return { findings, edits, ...(analysis !== scene.analysis && { analysis }) }
}
