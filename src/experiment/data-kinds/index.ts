/** Every kind of data that an experiment can name. The order decides which kind a bare text is taken for. */

import type { WrittenObject } from '../schema/index.ts'
import { type CSV_ENTRIES, csv } from './csv.ts'
import { type IDX_ENTRIES, idx } from './idx.ts'
import { type IMAGES_ENTRIES, images } from './images.ts'
import type { DataKind } from './kind.ts'
import { type MNIST_ENTRIES, mnist } from './mnist.ts'
import { type NUMPY_ENTRIES, numpy } from './numpy.ts'

/** Each kind as a user writes it; a new kind adds a line. */
export type DataDescription =
  | ({ readonly kind: 'mnist' } & WrittenObject<typeof MNIST_ENTRIES>)
  | ({ readonly kind: 'idx' } & WrittenObject<typeof IDX_ENTRIES>)
  | ({ readonly kind: 'numpy' } & WrittenObject<typeof NUMPY_ENTRIES>)
  | ({ readonly kind: 'images' } & WrittenObject<typeof IMAGES_ENTRIES>)
  | ({ readonly kind: 'csv' } & WrittenObject<typeof CSV_ENTRIES>)

export const DATA_KINDS: readonly DataKind[] = [mnist, idx, numpy, images, csv]

export { type CodeData, type GivenData, type GivenParts, isCodeData, loadGiven } from './given.ts'
export type { DataKind, LoadedData, Samples, SavedEncoding } from './kind.ts'
