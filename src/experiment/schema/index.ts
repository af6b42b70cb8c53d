/** What fields are made of. */

export { isObject, list, type NamedValue, named, object, readEntries, record } from './compound.ts'
export { type Entries, type Entry, type Field, optional, type ReadObject, required, withInitial } from './field.ts'
export { type OriginOf, Place } from './place.ts'
export { parsePlain, splitList } from './text.ts'
export {
  aboveZero,
  count,
  countFromZero,
  flag,
  notNegative,
  number,
  oneOf,
  orCode,
  orWord,
  share,
  shareBelowOne,
  text,
  wrongType,
} from './values.ts'
