/** The data: a kind and its fields, a short text that stands for them, or what code gives. */

import { showValue } from '../../network/index.ts'
import { nearest } from '../../shared/index.ts'
import { type CodeData, DATA_KINDS, isCodeData } from '../data-kinds/index.ts'
import { type Field, type NamedValue, named, orCode, type Place, parsePlain } from '../schema/index.ts'

const kinds = Object.fromEntries(DATA_KINDS.map(({ kind, entries }) => [kind, entries]))

/** "mnist, or the path of a CSV file" */
const EXPECTED = DATA_KINDS.map(({ short }) => short)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ', or ')

/** The first kind that takes the text for its own. */
function fromText(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'string') return undefined
  for (const { kind, fromText: read } of DATA_KINDS) {
    const fields = read?.(value)
    if (fields !== undefined) return { kind, ...fields }
  }
  return undefined
}

function unknownText(value: string, place: Place) {
  const near = nearest(
    value,
    DATA_KINDS.map(({ kind }) => kind),
  )
  const fix =
    near === undefined ? `say what it is: { kind: "csv", path: ${JSON.stringify(value)} }.` : `did you mean ${near}?`
  return place.error('E-NAME', EXPECTED, showValue(value), fix)
}

const described = named(kinds, { kind: 'data kind', tag: 'kind', short: fromText })

export const dataField: Field<NamedValue | CodeData> = orCode<NamedValue, CodeData>(
  {
    ...described,
    expected: EXPECTED,
    read: (value, place) => {
      if (typeof value === 'string' && fromText(value) === undefined) throw unknownText(value, place)
      return described.read(value, place)
    },
    // A path may have a comma or "=" in it; fields are set one by one, or all as JSON.
    parse: (given, place) => (/^\s*\{/.test(given) ? parsePlain(given, place) : given),
  },
  isCodeData,
)
