/** Checks of the plain arguments that layers, losses, optimisers and schedules are made of. */

import { NablaError, unknownName } from '../shared/index.ts'

export interface NumberRange {
  least?: number
  most?: number
  /** The limits themselves are not allowed: (least, most). */
  open?: 'least' | 'most' | 'both'
  whole?: boolean
}

/** A range in words: "a number of 0 or more and below 1". */
export function describeRange({ least, most, open, whole }: NumberRange): string {
  const noun = whole === true ? 'a whole number' : 'a finite number'
  const low =
    least === undefined ? '' : open === 'least' || open === 'both' ? ` above ${least}` : ` of ${least} or more`
  const high = most === undefined ? '' : open === 'most' || open === 'both' ? ` below ${most}` : ` up to ${most}`
  return `${noun}${low}${low !== '' && high !== '' ? ' and' : ''}${high}`
}

/** A value as an error message shows it: strings in quotes, so that "0.1" is seen to be no number. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(showValue).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).join(', ') || 'no fields'}`
  return typeof value === 'function' ? 'a function' : String(value)
}

/** @throws NablaError E-VALUE unless `value` is a finite number in the range. */
export function checkNumber(value: unknown, where: string, range: NumberRange = {}, fix?: string): number {
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, open, whole } = range
  if (typeof value === 'number' && Number.isFinite(value)) {
    const above = open === 'least' || open === 'both' ? value > least : value >= least
    const below = open === 'most' || open === 'both' ? value < most : value <= most
    if (above && below && (whole !== true || Number.isSafeInteger(value))) return value
  }
  const expected = describeRange(range)
  throw new NablaError({
    code: 'E-VALUE',
    where,
    expected,
    received: showValue(value),
    fix: fix ?? `give ${expected}.`,
  })
}

/** @throws NablaError E-VALUE unless `value` is true or false. */
export function checkFlag(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value
  throw new NablaError({
    code: 'E-VALUE',
    where,
    expected: 'true or false',
    received: showValue(value),
    fix: 'give true or false.',
  })
}

/** @throws NablaError E-NAME for an option that `known` does not list, with the nearest one. */
export function checkOptions(options: unknown, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new NablaError({
      code: 'E-USAGE',
      where,
      expected: `an object of options: ${known.join(', ')}`,
      received: showValue(options),
      fix: `write { ${known[0] ?? ''}: … }.`,
    })
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownName(where, 'option', name, known)
  }
}
