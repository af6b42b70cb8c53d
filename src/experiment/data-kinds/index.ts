/** Every kind of data that an experiment can name. The order decides which kind a bare text is taken for. */

import type { WrittenObject } from '../schema/index.ts'
import { type CSV_ENTRIES, csv } from './csv.ts'
import type { DataKind } from './kind.ts'
import { type MNIST_ENTRIES, mnist } from './mnist.ts'

/** Each kind as a user writes it; a new kind adds a line. */
export type DataDescription =
  | ({ readonly kind: 'mnist' } & WrittenObject<typeof MNIST_ENTRIES>)
  | ({ readonly kind: 'csv' } & WrittenObject<typeof CSV_ENTRIES>)

export const DATA_KINDS: readonly DataKind[] = [mnist, csv]

export { type CodeData, type GivenData, type GivenParts, isCodeData, loadGiven } from './given.ts'
export type { DataKind, LoadedData, Samples, SavedEncoding } from './kind.ts'
