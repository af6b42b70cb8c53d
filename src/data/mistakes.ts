/** The errors that several readers of this room share, and checks of arguments that are plain numbers. */

import { type ErrorCode, NablaError } from '../shared/index.ts'

/** A data set or file whose content is wrong (`E-DATA`, unless another code is given). */
export function dataError(
  where: string,
  expected: string,
  received: string,
  fix: string,
  code: ErrorCode = 'E-DATA',
): NablaError {
  return new NablaError({ code, where, expected, received, fix })
}

/** @throws NablaError E-VALUE unless `value` is a whole number from `lowest` to `highest`. */
export function checkWhole(value: number, lowest: number, highest: number, where: string): number {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value
  const range =
    highest === Number.MAX_SAFE_INTEGER
      ? `a whole number, ${lowest} or more`
      : `a whole number from ${lowest} to ${highest}`
  throw dataError(where, range, String(value), `give ${range}.`, 'E-VALUE')
}

/** @throws NablaError E-VALUE unless `seed` is a safe non-negative integer. */
export function checkSeed(seed: number, where: string): number {
  return checkWhole(seed, 0, Number.MAX_SAFE_INTEGER, where)
}
