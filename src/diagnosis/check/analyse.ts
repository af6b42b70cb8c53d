/** A trace in; what is trained, on which loss, and which parameters' updates follow the true gradient out. */

import { choose } from './choice.ts'
import { type Judged, judge } from './judge.ts'
import { type Chain, findChains } from './roles/chains.ts'
import { type Dependence, findDependence } from './roles/dependence.ts'
import { onTrainingPasses } from './roles/elsewhere.ts'
import { inferredLosses } from './roles/inferred-losses.ts'
import type { Loss } from './roles/losses.ts'
import { boundariesOf, measure } from './roles/measure.ts'
import { isPenaltyAlone } from './roles/penalty-alone.ts'
import { makePoints, type Points } from './roles/points.ts'
import { statedLosses } from './roles/stated-losses.ts'
import { statedRival } from './roles/stated-rival.ts'
import { summedLoss } from './summed.ts'
import { Tape } from './tape/tape.ts'
import type { Trace } from './trace/trace.ts'

export interface Analysis {
  readonly trace: Trace
  readonly tape: Tape
  readonly chains: readonly Chain[]
  readonly dependence: Dependence
  readonly points: Points
  readonly judged: readonly Judged[]
  /** The loss that the script is held to. */
  readonly best?: Judged
}

const MAX_LOSSES = 10

export function analyse(trace: Trace, wanted?: Loss): Analysis {
  const tape = new Tape(trace)
  const chains = findChains(trace, tape)
  const dependence = findDependence(tape, chains)
  if (dependence.parameters.length === 0)
    return { trace, tape, chains, dependence, points: { values: [], changes: [], inputs: new Set() }, judged: [] }
  const recorded = tape.evaluate(new Map())
  const said = statedLosses(tape, dependence, recorded)
  const seen = said.filter((loss) => loss.isPart !== true).slice(0, MAX_LOSSES)
  const stated = onTrainingPasses(tape, dependence, recorded, seen)
  const inferred = inferredLosses(tape, dependence, recorded)
  const points = makePoints(tape, dependence, recorded, targetsOf(tape, inferred), 3)
  const boundaries = boundariesOf(tape, dependence, [...stated, ...inferred])
  const measured = (loss: Loss) => measure(tape, dependence, points, loss, boundaries)
  const judgeBy = (loss: Loss) => judge(tape, dependence, points, measured(loss), chains)
  const isWanted = (loss: Loss) => wanted === undefined || wanted.isSum === true || sameLoss(loss, wanted)
  const judged = [...stated, ...inferred].filter(isWanted).map(judgeBy)
  const whole = judged.filter((j) => !isPenaltyAlone(points, j))
  const chosen = choose(tape, dependence, whole.length > 0 ? whole : judged)
  const scene = { tape, dependence, points, judged, measured, judge: judgeBy }
  const parts = said.filter((loss) => loss.isPart)
  const sum = chosen?.consistent === false ? summedLoss(scene, chosen, parts) : undefined
  if (sum !== undefined) judged.push(sum)
  const fitting = sum ?? chosen
  const best = fitting && (statedRival(tape, dependence, points, judged, fitting) ?? fitting)
  return { trace, tape, chains, dependence, points, judged, ...(best && { best }) }
}

export function sameLoss(a: Loss, b: Loss): boolean {
  return a.form === b.form && a.name === b.name && a.stated === b.stated
}

/** Leaves that are targets: they stay as they are, since a target may have to be a probability. */
function targetsOf(tape: Tape, losses: readonly Loss[]): Set<number> {
  const targets = losses.flatMap((l) => (l.target === undefined || l.target < 0 ? [] : [l.target]))
  return new Set([...tape.ancestors(targets)].filter((n) => tape.entry(n).op === 'leaf'))
}
