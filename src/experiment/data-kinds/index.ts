/** Every kind of data that an experiment can name. The order decides which kind a bare text is taken for. */

import { csv } from './csv.ts'
import type { DataKind } from './kind.ts'
import { mnist } from './mnist.ts'

export const DATA_KINDS: readonly DataKind[] = [mnist, csv]

export { type CodeData, type GivenData, type GivenParts, isCodeData, loadGiven } from './given.ts'
export type { DataKind, LoadedData, SavedEncoding } from './kind.ts'
