/**
 * What a field of an experiment is: how its value is checked, how it is read from the text of a flag, and which fields
 * lie within it. Checks, flags, help and the saved configuration follow from these records, and from nothing else.
 */

import type { Place } from './place.ts'

export interface Field<T = unknown> {
  /** What it takes, for messages and help: "a number above 0". */
  readonly expected: string
  /** The checked value. @throws NablaError E-VALUE, E-NAME, E-USAGE at the place. */
  read(value: unknown, place: Place): T
  /** What the text of a flag or variable means, not checked yet. @throws NablaError E-VALUE for broken JSON. */
  parse(text: string, place: Place): unknown
  /** The object that a short form stands for, so that a field within it can be set: "adam" is { name: "adam" }. */
  expand?(value: unknown): unknown
  /** Fields within, by name. */
  readonly children?: ReadonlyMap<string, Entry>
  /** The field of every other name: of the elements of a list, of a record's values. */
  readonly element?: Field
}

/** A field in an object: with what it is for, and what holds where nothing is said. */
export interface Entry<T = unknown> {
  readonly field: Field<T>
  readonly help: string
  /** Absent: nothing, or it depends (the help says on what). */
  readonly initial?: unknown
  readonly required?: boolean
}

export type Entries = Readonly<Record<string, Entry>>

type ValueOf<E> = E extends Entry<infer T> ? T : never
/** The checked object that entries describe. */
export type ReadObject<E extends Entries> = { -readonly [K in keyof E]: ValueOf<E[K]> }

/** A field that has a value even where nothing is said. */
export const withInitial = <T>(field: Field<T>, initial: unknown, help: string): Entry<T> => ({ field, help, initial })
/** A field that may be left out; `none` leaves it out too. */
export const optional = <T>(field: Field<T>, help: string): Entry<T | undefined> => ({ field, help })
export const required = <T>(field: Field<T>, help: string): Entry<T> & { readonly required: true } => ({
  field,
  help,
  required: true,
})

/** The object that a user writes for entries: what is required, and whatever else. */
export type WrittenObject<E extends Entries> = {
  readonly [K in keyof E as E[K] extends { readonly required: true } ? K : never]: ValueOf<E[K]>
} & { readonly [K in keyof E as E[K] extends { readonly required: true } ? never : K]?: ValueOf<E[K]> }
