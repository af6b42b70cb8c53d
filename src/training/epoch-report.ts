/** What is said of an epoch while it goes on, and when it has ended. */

import type { HostState } from './checkpoint.ts'
import type { Engine } from './engine.ts'
import type { EvaluationSums } from './evaluator.ts'
import type { EpochRecord, Progress } from './history.ts'
import { type MetricSet, validationName } from './metrics.ts'

export interface ProgressParts {
  engine: Engine
  host: HostState
  epochs: number
  stepsPerEpoch: number
  stepInEpoch: number
  samplesPerEpoch: number
  samplesPerSecond: number
}

/** Means since the epoch began, what is still on the device included. */
export function progressOf(parts: ProgressParts): Progress {
  const { engine, host, epochs, stepsPerEpoch, stepInEpoch, samplesPerEpoch, samplesPerSecond } = parts
  const { sums } = host
  const totals = engine.totals()
  const epoch = host.history.length + 1
  const samplesLeft = (epochs - epoch + 1) * samplesPerEpoch - sums.samples
  return {
    epoch,
    epochs,
    step: engine.step,
    stepInEpoch,
    stepsPerEpoch,
    loss: (sums.loss + totals.loss) / sums.samples,
    ...(engine.hasAccuracy ? { accuracy: (sums.correct + totals.correct) / sums.samples } : {}),
    samplesPerSecond,
    secondsLeft: samplesLeft / samplesPerSecond,
  }
}

export interface RecordParts {
  engine: Engine
  host: HostState
  penalty: number | undefined
  held: EvaluationSums | undefined
  trainingMetrics: MetricSet
  validationMetrics: MetricSet
  seconds: number
}

/** The record of the epoch that has ended. */
export function recordOf(parts: RecordParts): EpochRecord {
  const { engine, host, penalty, held, trainingMetrics, validationMetrics, seconds } = parts
  const { sums } = host
  const further = trainingMetrics.values()
  for (const [name, value] of held === undefined ? [] : Object.entries(validationMetrics.values())) {
    further[validationName(name)] = value
  }
  return {
    epoch: host.history.length + 1,
    step: engine.step,
    loss: sums.loss / sums.samples,
    ...(engine.hasAccuracy ? { accuracy: sums.correct / sums.samples } : {}),
    ...(penalty === undefined ? {} : { penalty }),
    ...(held === undefined ? {} : { validationLoss: held.loss }),
    ...(held?.accuracy === undefined ? {} : { validationAccuracy: held.accuracy }),
    ...(Object.keys(further).length === 0 ? {} : { metrics: further }),
    learningRate: engine.lastLearningRate,
    seconds,
  }
}
