/** A report in, the same as JSON can hold it out. */

import type { CheckResult } from '../types.ts'

/** JSON's numbers are finite: any other is given as the text `Infinity`, `-Infinity` or `NaN`. */
export type Jsonable<T> = T extends number
  ? number | 'Infinity' | '-Infinity' | 'NaN'
  : T extends object
    ? { [K in keyof T]: Jsonable<T[K]> }
    : T

/** The report as `--json` prints it: schema `nabla.check/1`. */
export function documentOf(result: CheckResult): Jsonable<CheckResult> {
  return jsonable(result) as Jsonable<CheckResult>
}

function jsonable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Array.isArray(value)) return value.map(jsonable)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonable(item)]))
  return value
}
