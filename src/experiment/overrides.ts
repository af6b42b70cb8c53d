/** Values set from outside an experiment, by flag or variable: found by path, read from text, laid over what is there. */

import { experimentField } from './fields/index.ts'
import { type Entry, type Field, isObject, Place, parsePlain } from './schema/index.ts'

export interface Override {
  path: string
  /** The path's names, where one of them has a dot in it. */
  keys?: readonly string[]
  /** As it would stand in a file; not checked yet. */
  value: unknown
  /** What gave it: "--epochs", "NABLA_EPOCHS". */
  origin: string
  /** The higher one holds where two set the same. */
  rank: number
}

const keysOf = (path: string): string[] => path.split('.')
const keysOfOverride = ({ path, keys }: Override): readonly string[] => keys ?? keysOf(path)

/** The field within `field`; undefined where there is none of that name. */
function within(field: Field | undefined, key: string): Entry | undefined {
  const child = field?.children?.get(key)
  if (child !== undefined) return child
  return field?.element === undefined ? undefined : { field: field.element, help: '' }
}

/**
 * The field at a path.
 * @throws NablaError E-NAME at `origin` for the first name that is none, with the nearest one.
 */
export function fieldAt(path: string, origin: string): Field {
  let field: Field | undefined = experimentField
  for (const [depth, key] of keysOf(path).entries()) {
    const inner: Entry | undefined = within(field, key)
    if (inner !== undefined) {
      field = inner.field
      continue
    }
    const parent = keysOf(path).slice(0, depth).join('.')
    const at = new Place(parent === '' ? key : `${parent}.${key}`, { originOf: () => origin })
    const names = [...(field?.children?.keys() ?? [])]
    if (names.length > 0) throw at.unknown('field', key, names)
    throw at.error('E-NAME', `${parent} itself: it has no fields`, key, `write ${parent}=VALUE.`)
  }
  return field as Field
}

/** @throws NablaError E-NAME for the path, E-VALUE for text that is broken JSON. */
export function overrideFromText(path: string, text: string, origin: string, rank: number): Override {
  const field = fieldAt(path, origin)
  const place = new Place(path, { originOf: () => origin })
  const value = text.trim() === 'none' && field.element === undefined ? text.trim() : field.parse(text, place)
  return { path, value, origin, rank }
}

const depthOf = (override: Override): number => keysOfOverride(override).length

/** Whether one that outranks it says what is there, from further up. */
function isHidden(override: Override, all: readonly Override[]): boolean {
  return all.some(({ path, value, rank }) => {
    if (rank <= override.rank || !override.path.startsWith(`${path}.`)) return false
    let inner: unknown = value
    for (const key of keysOf(override.path.slice(path.length + 1))) inner = isObject(inner) ? inner[key] : undefined
    return inner !== undefined
  })
}

/** What is laid over an experiment, from the outside in, so that "--optimizer" does not undo "--learning-rate". */
export function applyOverrides(raw: unknown, overrides: readonly Override[], place: Place): unknown {
  const seen = overrides.filter((override) => !isHidden(override, overrides))
  const ordered = [...seen].sort((a, b) => depthOf(a) - depthOf(b) || a.rank - b.rank)
  const root: Entry = { field: experimentField, help: '' }
  return ordered.reduce((value, each) => setAt(root, value, keysOfOverride(each), each.value, place), raw)
}

const PLAIN: Field = { expected: 'a value', read: (value) => value, parse: parsePlain }

function setAt(entry: Entry, raw: unknown, keys: readonly string[], value: unknown, place: Place): unknown {
  const { field, initial } = entry
  const [key, ...rest] = keys
  if (key === undefined) return replace(field, raw, value)
  const current = raw ?? initial
  const base = field.expand === undefined ? current : field.expand(current)
  const inner = within(field, key) ?? { field: PLAIN, help: '' }
  const at = place.child(key)
  if (Array.isArray(base)) {
    const index = Number(key)
    if (!Number.isInteger(index) || index < 0 || index > base.length) {
      throw at.error('E-NAME', `a position from 0 to ${base.length}`, key, 'count from 0.')
    }
    return [...base.slice(0, index), setAt(inner, base[index], rest, value, at), ...base.slice(index + 1)]
  }
  if (base !== undefined && base !== null && base !== 'none' && !isObject(base)) {
    const received = typeof base === 'function' || typeof base === 'object' ? 'what code makes' : JSON.stringify(base)
    throw at.error(
      'E-USAGE',
      `${place.path} as data, so that a field of it can be set`,
      received,
      'set it in the file.',
    )
  }
  const fields = isObject(base) ? base : {}
  return { ...fields, [key]: setAt(inner, fields[key], rest, value, at) }
}

/** A short form that names what is there already keeps the options: "--optimizer adam" over { name: "adam", beta1 }. */
function replace(field: Field, raw: unknown, value: unknown): unknown {
  if (field.expand === undefined || isObject(value)) return value
  const [old, next] = [field.expand(raw), field.expand(value)]
  const same = (tag: string) => isObject(old) && isObject(next) && next[tag] !== undefined && old[tag] === next[tag]
  return same('name') || same('kind') ? { ...(old as object), ...(next as object) } : value
}

/** What gave the value at a path: an override at it, above it or below it, else the file. */
export function originsOf(
  overrides: readonly Override[],
  file: string | undefined,
): (path: string) => string | undefined {
  const ranked = [...overrides].sort((a, b) => depthOf(b) - depthOf(a) || b.rank - a.rank)
  return (path) => {
    const above = ranked.find((each) => each.path === path || path.startsWith(`${each.path}.`))
    if (above !== undefined) return above.origin
    const below = path === '' ? [] : ranked.filter((each) => each.path.startsWith(`${path}.`))
    if (below.length > 0) return [...new Set(below.map(({ origin }) => origin))].join(', ')
    return file
  }
}
