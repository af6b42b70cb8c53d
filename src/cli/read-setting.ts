/**
 * Readers of single settings: from text (a flag, a variable) or JSON (a file) to a checked value. `where` is what the
 * user wrote it with: "--epochs", "NABLA_EPOCHS", "settings.json, epochs".
 */

import { checkNumber, type NumberRange } from '../network/index.ts'
import { NablaError, unknownName } from '../shared/index.ts'

export type Reader<T> = (value: unknown, where: string) => T

/** Runs `action`; a mistake that it finds is reported at the place where the user wrote it. */
export function placed<T>(where: string, action: () => T, fix?: string): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof NablaError)
      throw new NablaError({ ...error.toJSON(), where, ...(fix && { fix }) }, { cause: error })
    throw error
  }
}

/** What is left as it is where nothing was given. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, where) => (value === undefined ? undefined : read(value, where))
}

/** "12" is a number here; "twelve", "" and "12 px" stay text, for the message. */
function numberOf(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value
  const number = Number(value)
  return Number.isNaN(number) ? value : number
}

export function numberWithin(range: NumberRange, fix?: string): Reader<number> {
  return (value, where) => checkNumber(numberOf(value), where, range, fix)
}

export const readText: Reader<string> = (value, where) => {
  if (typeof value === 'string' && value !== '') return value
  throw new NablaError({ code: 'E-VALUE', where, expected: 'text', received: show(value), fix: 'give a name or path.' })
}

/** One of a list of names, with the nearest one where it is none of them. */
export function oneOf<T extends string>(kind: string, names: readonly T[]): Reader<T> {
  return (value, where) => {
    const found = names.find((name) => name === value)
    if (found === undefined) throw unknownName(where, kind, typeof value === 'string' ? value : show(value), names)
    return found
  }
}

/** "300,75" or [300, 75] as units of hidden layers; "none" or "" as no hidden layer. */
export const readUnits: Reader<number[]> = (value, where) => {
  if (value === 'none' || value === '') return []
  const list = Array.isArray(value) ? value : String(value).split(',')
  const fix = 'give the units of each hidden layer, such as 300,75, or none.'
  return list.map((units: unknown) => checkNumber(numberOf(units), where, { least: 1, whole: true }, fix))
}

/** A whole number of samples, or all of them. */
export const readBatch: Reader<number | 'all'> = (value, where) => {
  if (value === 'all') return value
  const fix = 'give how many samples a step takes, such as 128, or all.'
  return checkNumber(numberOf(value), where, { least: 1, whole: true }, fix)
}

/** A share between 0 and 1, or none of it. */
export const readShare: Reader<number | 'none'> = (value, where) => {
  if (value === 'none') return value
  const fix = 'give the share of the training data to keep apart, such as 0.1, or none.'
  return checkNumber(numberOf(value), where, { least: 0, most: 1, open: 'both' }, fix)
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
