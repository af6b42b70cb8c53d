/** What fields are made of. */

export { isObject, list, type NamedValue, named, object, readEntries, record } from './compound.ts'
export {
  type Entries,
  type Entry,
  type Field,
  optional,
  type ReadObject,
  required,
  type WrittenObject,
  withInitial,
} from './field.ts'
export { Place, type Surroundings } from './place.ts'
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
