/** Whether data is read into memory or while it is used: as the user says, else by its size. */

import { stat } from 'node:fs/promises'
import type { StreamedDataset } from '../../data/index.ts'
import { flag, optional } from '../schema/index.ts'
import type { Samples } from './kind.ts'

/** Data that takes more than this in memory, or files larger than it, are read while they are used. */
const MOST_LOADED_BYTES = 2 ** 28

export const streamEntry = optional(
  flag,
  'read while it is used, in place of into memory; so for more than 256 MiB where nothing is said',
)

/** Whether a file is to be streamed. A file that is not there is the reader's to report. */
export async function streamsFile(path: string, said: boolean | undefined): Promise<boolean> {
  if (said !== undefined) return said
  const found = await stat(path).catch(() => undefined)
  // Packed text is some four times as long.
  const factor = /\.gz$/i.test(path) ? 4 : 1
  return (found?.size ?? 0) * factor > MOST_LOADED_BYTES
}

/** The samples in memory, unless they are many or somebody wants them streamed. */
export async function loadUnlessLarge(
  data: StreamedDataset,
  said: boolean | undefined,
  bytesPerNumber: 1 | 4,
): Promise<Samples> {
  const isLarge = data.count * data.inputSize * bytesPerNumber > MOST_LOADED_BYTES
  return (said ?? isLarge) ? data : await data.load()
}

/** What a user should know of how it is read. */
export function noteOf(data: Samples): string[] {
  if (!('shuffleBuffer' in data)) return []
  const { shuffleBuffer, count } = data
  const order =
    shuffleBuffer === undefined
      ? 'in any order'
      : shuffleBuffer >= count
        ? 'and shuffled whole'
        : `and shuffled ${shuffleBuffer} at a time`
  return [`The data is read while it is used, ${order}.`]
}
