/**
 * JSON with every number: JSON itself has no NaN, no infinities and no −0, and JSON.stringify makes null of the first
 * three and 0 of the last without a word. Here they are the strings "NaN", "Infinity", "-Infinity" and "-0", and are read
 * back as what they were.
 */

const NAMES: readonly string[] = ['NaN', 'Infinity', '-Infinity', '-0']

/** The value with its odd numbers as strings; what JSON.stringify then writes in full. */
export function nameNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : nameOf(value)
  if (Array.isArray(value)) return value.map(nameNumbers)
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, nameNumbers(each)]))
}

const nameOf = (value: number) => (Object.is(value, -0) ? '-0' : String(value))

/** The value with those strings as numbers again: for records that hold no text which might be such a word. */
export function readNumbers(value: unknown): unknown {
  if (typeof value === 'string') return NAMES.includes(value) ? Number(value) : value
  if (Array.isArray(value)) return value.map(readNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, readNumbers(each)]))
}

/** JSON text with every number in it. */
export function stringifyNumbers(value: unknown, indent?: number): string {
  return JSON.stringify(nameNumbers(value), undefined, indent)
}
