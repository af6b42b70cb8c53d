/** What a search and the process of a trial say to each other. */

import type { EpochRecord } from '../../training/index.ts'
import type { Override } from '../overrides.ts'
import type { TrialError } from './outcome.ts'

/** What to train: a file, or plain data. */
export type TrialSource = { readonly path: string } | { readonly value: unknown }

export interface StartTrial {
  kind: 'start'
  source: TrialSource
  overrides: readonly Override[]
  /** The run's folder; one that is there already is gone on with. */
  directory: string
}

/** Saves what was learnt and ends. */
export interface AbortTrial {
  kind: 'abort'
}

export type ToTrial = StartTrial | AbortTrial

export type FromTrial =
  | { kind: 'epoch'; record: EpochRecord; epochs: number }
  | { kind: 'done' }
  | { kind: 'aborted' }
  | { kind: 'failed'; error: TrialError }
