/** Fields that hold others: lists, records, objects, and objects whose fields depend on a name in them. */

import { showValue } from '../../network/index.ts'
import { type NablaError, nearest } from '../../shared/index.ts'
import type { Entries, Entry, Field, ReadObject } from './field.ts'
import type { Place } from './place.ts'
import { parsePlain, splitList, splitPairs } from './text.ts'
import { wrongType } from './values.ts'

export type Fields = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A list, or with `short` its only element; as text its elements stand between commas, and "none" is an empty one. */
export function list<T>(element: Field<T>, what = `a list, each ${element.expected}`, short = false): Field<T[]> {
  return {
    expected: what,
    read: (value, place) => {
      if (Array.isArray(value)) return value.map((each: unknown, index) => element.read(each, place.child(index)))
      if (short) return [element.read(value, place)]
      throw wrongType(place, what, value)
    },
    parse: (given, place) => {
      if (given === 'none' || given.trim() === '') return []
      if (given.trim().startsWith('[')) return parsePlain(given, place)
      return splitList(given).map((part) => element.parse(part, place))
    },
    expand: (value) => (Array.isArray(value) || value === undefined ? (value ?? []) : short ? [value] : value),
    element,
  }
}

/** Values by names of the user's own; as text "cat=2,dog=1". */
export function record<T>(element: Field<T>, what: string): Field<Record<string, T>> {
  return {
    expected: what,
    read: (value, place) => {
      if (!isObject(value)) throw wrongType(place, what, value)
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, element.read(each, place.child(name))]),
      )
    },
    parse: (given, place) => parsePairs(given, place, () => element),
    element,
  }
}

function parsePairs(given: string, place: Place, fieldOf: (name: string) => Field | undefined): unknown {
  if (/^\s*[[{"]/.test(given) || !given.includes('=')) return parsePlain(given, place)
  return Object.fromEntries(
    splitPairs(given).map(([name, value]) => {
      const field = fieldOf(name)
      const at = place.child(name)
      return [name, field === undefined ? parsePlain(value, at) : field.parse(value, at)]
    }),
  )
}

/** A value that may be left out is left out by these as well, so that a flag can take away what a file says. */
const isAbsent = (value: unknown) => value === undefined || value === null || value === 'none'

function readEntry({ field, initial, required, help }: Entry, value: unknown, place: Place): unknown {
  if (initial !== undefined) return field.read(value === undefined || value === null ? initial : value, place)
  if (!isAbsent(value)) return field.read(value, place)
  if (required !== true) return undefined
  throw place.missing(`${help}: ${field.expected}`)
}

/** The entries' values, unknown names refused. What is absent is left out. */
export function readEntries<E extends Entries>(
  entries: E,
  value: Fields,
  place: Place,
  unknown = (at: Place, name: string) => at.unknown('field', name, Object.keys(entries)),
): ReadObject<E> {
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(entries, name)) throw unknown(place.child(name), name)
  }
  const read = Object.entries(entries).map(([name, entry]) => [name, readEntry(entry, value[name], place.child(name))])
  return Object.fromEntries(read.filter(([, each]) => each !== undefined)) as ReadObject<E>
}

/** The fields of all variants; a default that is not the same in all of them is none. */
function mergeChildren(variants: readonly Entries[]): Map<string, Entry> {
  const merged = new Map<string, Entry>()
  for (const [name, entry] of variants.flatMap((entries) => Object.entries(entries))) {
    const { field, help, initial } = merged.get(name) ?? entry
    merged.set(name, { field, help, ...(initial === entry.initial && initial !== undefined ? { initial } : {}) })
  }
  return merged
}

export interface ObjectOptions {
  /** What it is, for messages: "limits". */
  what: string
  /** The object that a short form stands for; undefined where the value is no short form. */
  short?: (value: unknown) => Fields | undefined
  /** What is wrong between fields. */
  check?: (value: Fields, place: Place) => void
}

const childrenOf = (entries: Entries): Map<string, Entry> => new Map(Object.entries(entries))

export function object<E extends Entries>(entries: E, { what, short, check }: ObjectOptions): Field<ReadObject<E>> {
  const expand = (value: unknown) => short?.(value) ?? value
  const children = childrenOf(entries)
  return {
    expected: what,
    read: (value, place) => {
      const given = expand(value)
      if (!isObject(given)) {
        const names = Object.keys(entries)
        const shown = names.length > 4 ? [...names.slice(0, 3), '…'] : names
        const expected = `${what}: { ${shown.join(', ')} }`
        throw place.error('E-VALUE', expected, showValue(value), `write { ${names[0]}: … }.`)
      }
      const read = readEntries(entries, given, place)
      check?.(read, place)
      return read
    },
    parse: (given, place) => parsePairs(given, place, (name) => children.get(name)?.field),
    expand,
    children,
  }
}

export interface NamedOptions {
  /** What the names are names of: "optimizer". */
  kind: string
  /** The field that holds the name. */
  tag?: string
  /** The object that a short form stands for, other than a name. */
  short?: (value: unknown) => Fields | undefined
  /** What is wrong between options. */
  check?: (value: Fields, place: Place) => void
}

/** What a named thing is read to: its name (or kind), and the options that go with it. */
export type NamedValue = Fields

/**
 * A thing with a name, and options that depend on it: "adam", or { name: "adam", beta1: 0.8 }; as text also
 * "adam,beta1=0.8".
 */
export function named(variants: Readonly<Record<string, Entries>>, options: NamedOptions): Field<NamedValue> {
  const { kind, tag = 'name', short, check } = options
  const names = Object.keys(variants)
  const children = mergeChildren(Object.values(variants))
  // Things made in code are plain objects too, so they are looked at first.
  const expand = (value: unknown): unknown => short?.(value) ?? (typeof value === 'string' ? { [tag]: value } : value)
  return {
    expected: names.join(', '),
    read: (value, place) => {
      const given = expand(value)
      if (!isObject(given)) throw wrongType(place, `the name of ${article(kind)} ${kind}, or { ${tag}, … }`, value)
      const { [tag]: name, ...rest } = given
      if (name === undefined) {
        throw place.error(
          'E-USAGE',
          `a ${tag} beside ${Object.keys(rest).join(', ')}`,
          showValue(value),
          `add ${tag}: one of ${names.join(', ')}.`,
        )
      }
      if (typeof name !== 'string') throw wrongType(place.child(tag), `the name of ${article(kind)} ${kind}`, name)
      const entries = Object.hasOwn(variants, name) ? variants[name] : undefined
      if (entries === undefined) throw place.unknown(kind, name, names)
      const read = {
        [tag]: name,
        ...readEntries(entries, rest, place, (at, option) => unknownOption(at, option, name, entries, kind)),
      }
      check?.(read, place)
      return read
    },
    parse: (given, place) => {
      if (/^\s*[[{]/.test(given)) return parsePlain(given, place)
      const [[first = '', name = ''] = [], ...rest] = splitPairs(given)
      if (first !== '' || rest.length === 0) return given
      const options = rest.map(([key, value]) => {
        const at = place.child(key)
        return [key, children.get(key)?.field.parse(value, at) ?? parsePlain(value, at)]
      })
      return { [tag]: name, ...Object.fromEntries(options) }
    },
    expand,
    children: new Map([[tag, { field: nameField(kind), help: `which ${kind}` }], ...children]),
  }
}

/** An option that another of the names may have. */
function unknownOption(at: Place, option: string, name: string, entries: Entries, kind: string): NablaError {
  const names = Object.keys(entries)
  const near = nearest(option, names)
  const fix = near === undefined ? `leave it out, or choose another ${kind}.` : `did you mean "${near}"?`
  const expected =
    names.length === 0 ? `no options: ${name} has none` : `one of the options of ${name}: ${names.join(', ')}`
  return at.error('E-NAME', expected, JSON.stringify(option), fix)
}

const article = (noun: string) => (/^[aeiou]/.test(noun) ? 'an' : 'a')

const nameField = (kind: string): Field => ({
  expected: `the name of ${article(kind)} ${kind}`,
  read: (value) => value,
  parse: (given) => given,
})
