/**
 * Which of the seed's random streams belong to data. The upper half of the 32-bit stream numbers is this room's:
 * one for each epoch's order, and a few at the very top for what happens once. Initial weights and dropout, which
 * count streams from 0, can never draw the same numbers.
 */

const FIRST_EPOCH_STREAM = 0x80000000

export const SHUFFLE_STREAM = 0xffffffff
export const SPLIT_STREAM = 0xfffffffe
export const FOLD_STREAM = 0xfffffffd

/** The stream of one epoch's order; epochs are counted from 0 and stay below 2^31 - 3. */
export function epochStream(epoch: number): number {
  return FIRST_EPOCH_STREAM + epoch
}
