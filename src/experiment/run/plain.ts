/** What is saved of what only code can say: that it is code, and what. A run with such parts goes on with its file. */

import { isObject } from '../schema/index.ts'

/** Plain data as it is; everything else as { code: "what it is" }. */
export function describeCode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(describeCode)
  if (typeof value === 'function') return { code: `function ${value.name}`.trim() }
  if (typeof value !== 'object' || value === null) return value
  const values = Object.values(value)
  const isPlain = isObject(value) && !values.some((each) => typeof each === 'function')
  if (isPlain) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, describeCode(each)]))
  const name = 'name' in value && typeof value.name === 'string' ? ` ${value.name}` : ''
  return { code: `an object of code${name}` }
}

/** Whether a saved value has a part that was code. */
export function hasCode(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasCode)
  if (!isObject(value)) return false
  return typeof value.code === 'string' || Object.values(value).some(hasCode)
}
