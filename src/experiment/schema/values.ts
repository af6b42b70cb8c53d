/** Fields that hold one value: numbers, flags, text, names. */

import { checkFlag, checkNumber, describeRange, type NumberRange, showValue } from '../../network/index.ts'
import type { Field } from './field.ts'
import type { Place } from './place.ts'
import { parsePlain } from './text.ts'

export function number(range: NumberRange = {}, fix?: string): Field<number> {
  return {
    expected: describeRange(range),
    read: (value, place) => checkNumber(value, String(place), range, fix),
    parse: parsePlain,
  }
}

export const aboveZero = number({ least: 0, open: 'least' })
export const notNegative = number({ least: 0 })
/** From 0 to 1, both included. */
export const share = number({ least: 0, most: 1 })
/** From 0 on, below 1. */
export const shareBelowOne = number({ least: 0, most: 1, open: 'most' })
export const count = number({ least: 1, whole: true })
export const countFromZero = number({ least: 0, whole: true })

export const flag: Field<boolean> = {
  expected: 'true or false',
  read: (value, place) => checkFlag(value, String(place)),
  parse: parsePlain,
}

/** Text that is not empty. `what` says what for: "a path". */
export function text(what: string): Field<string> {
  return {
    expected: what,
    read: (value, place) => {
      if (typeof value === 'string' && value !== '') return value
      throw place.error('E-VALUE', what, showValue(value), `give ${what}, as text.`)
    },
    parse: (given) => given,
  }
}

/** One of a list of names, with the nearest one where it is none of them. */
export function oneOf<const T extends string>(kind: string, names: readonly T[]): Field<T> {
  return {
    expected: names.join(', '),
    read: (value, place) => {
      const found = names.find((name) => name === value)
      if (found !== undefined) return found
      if (typeof value === 'string') throw place.unknown(kind, value, names)
      throw wrongType(place, `the name of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}: ${names.join(', ')}`, value)
    },
    parse: (given) => given,
  }
}

export function wrongType(place: Place, expected: string, value: unknown) {
  return place.error('E-VALUE', expected, showValue(value), `give ${expected}.`)
}

/** One of a few words, or what `field` takes: "all" beside a number of samples. */
export function orWord<T, const W extends string>(field: Field<T>, words: readonly W[], fix?: string): Field<T | W> {
  const expected = `${field.expected}, or ${words.join(' or ')}`
  return {
    ...field,
    expected,
    read: (value, place) => {
      const word = words.find((each) => each === value)
      if (word !== undefined) return word
      if (typeof value !== 'string') return field.read(value, place)
      throw place.error('E-VALUE', expected, showValue(value), fix ?? `give ${expected}.`)
    },
    parse: (given, place) => (words.includes(given as W) ? given : field.parse(given, place)),
  }
}

/** What only code can say, such as a function, or what `field` takes. */
export function orCode<T, C>(field: Field<T>, isCode: (value: unknown) => boolean): Field<T | C> {
  return { ...field, read: (value, place) => (isCode(value) ? (value as C) : field.read(value, place)) }
}
