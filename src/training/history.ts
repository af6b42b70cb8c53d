/** What a run says of itself: progress while it goes on, a record for each epoch, and why it stopped. */

import type { Model } from './model.ts'

export interface EpochRecord {
  /** Counted from 1. */
  epoch: number
  /** Steps taken until its end, over all epochs. */
  step: number
  /** Mean over the samples, as they were met while training; without penalties. */
  loss: number
  accuracy?: number
  /** What the regularisers added at the epoch's last step. */
  penalty?: number
  validationLoss?: number
  validationAccuracy?: number
  /** The learning rate of the epoch's last step. */
  learningRate: number
  /** Own and further metrics: "f1", "validationF1". */
  metrics?: Record<string, number>
  /** Wall time of the epoch, validation included. */
  seconds: number
}

export interface Progress {
  epoch: number
  epochs: number
  step: number
  /** Steps of this epoch that are done, and all that it has. */
  stepInEpoch: number
  stepsPerEpoch: number
  /** Mean since the epoch began. */
  loss: number
  accuracy?: number
  samplesPerSecond: number
  /** For all epochs that are left, validation not counted. */
  secondsLeft: number
}

export type StopReason = 'epochs' | 'steps' | 'time' | 'target' | 'patience' | 'aborted' | 'diverged'

export interface Stopped {
  reason: StopReason
  /** The epoch in which it stopped, counted from 1, and the steps taken. */
  epoch: number
  step: number
  /** In words, for people. */
  message: string
}

export interface Best {
  /** The epoch with the best value, counted from 1. */
  epoch: number
  metric: string
  value: number
}

export interface Run {
  model: Model
  history: EpochRecord[]
  stopped: Stopped
  /** The best epoch by the watched metric; absent before the first epoch ended. */
  best?: Best
  /** Whose parameters `model` has: the last step's, the best epoch's, or the last good ones before a divergence. */
  kept: 'last' | 'best' | 'lastGood'
  seconds: number
  /** "reference, f64, interpreted". */
  backend: string
}

/** A value of a record by its metric's name; undefined where the record has none. */
export function metricOf(record: EpochRecord, name: string): number | undefined {
  switch (name) {
    case 'loss':
    case 'accuracy':
    case 'validationLoss':
    case 'validationAccuracy':
      return record[name]
    default:
      return record.metrics?.[name]
  }
}
