/** Labels to classes: whole numbers in range, or names. What leaves has every label from 0 to classes - 1. */

import { unknownName } from '../shared/index.ts'
import type { ClassTargets } from './dataset.ts'
import { dataError } from './mistakes.ts'

export type Labels = readonly (number | string)[] | Int32Array | Uint8Array | Uint16Array | Int16Array | Uint32Array

/** More classes than this are not guessed from the largest label: it is more likely to be an identifier. */
const MOST_GUESSED_CLASSES = 65_536

/**
 * @throws NablaError E-DATA for an empty list, a label that is no whole number, or one outside the classes;
 *   E-NAME for a name that is not among `classNames`.
 */
export function readLabels(labels: Labels, classNames: readonly string[] | undefined, where: string): ClassTargets {
  if (labels.length === 0) throw dataError(where, 'one label for each sample', 'none', 'give labels.')
  if (classNames !== undefined && new Set(classNames).size !== classNames.length) {
    const repeated = classNames.find((name, index) => classNames.indexOf(name) !== index)
    throw dataError(
      where,
      'class names that differ',
      `${JSON.stringify(repeated)} twice`,
      'rename one of them.',
      'E-NAME',
    )
  }
  return typeof labels[0] === 'string'
    ? fromNames(labels as readonly unknown[], classNames, where)
    : fromNumbers(labels as ArrayLike<unknown>, classNames, where)
}

/** Classes in the order of their names, so that they do not depend on the order of the rows. */
function fromNames(labels: readonly unknown[], given: readonly string[] | undefined, where: string): ClassTargets {
  const names = labels.map((label, row) => {
    if (typeof label === 'string') return label
    throw dataError(
      `${where}, row ${row}`,
      'a name, as in row 0',
      String(label),
      'give every label as text, or every one as a number.',
    )
  })
  const classNames = given ?? [...new Set(names)].sort((a, b) => (a < b ? -1 : 1))
  const numbers = new Map(classNames.map((name, index) => [name, index]))
  const numbered = names.map((name, row) => {
    const number = numbers.get(name)
    if (number === undefined) throw unknownName(`${where}, row ${row}`, 'class', name, classNames.slice(0, 50))
    return number
  })
  return { kind: 'classes', labels: Int32Array.from(numbered), classNames }
}

function fromNumbers(labels: ArrayLike<unknown>, given: readonly string[] | undefined, where: string): ClassTargets {
  const numbered = new Int32Array(labels.length)
  const limit = given?.length ?? MOST_GUESSED_CLASSES
  let largest = 0
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]
    if (typeof label !== 'number' || !Number.isInteger(label)) {
      const fix = 'number the classes 0, 1, 2, …; for numbers to be predicted as such, give targets, not labels.'
      throw dataError(`${where}, row ${row}`, 'a whole number', String(label), fix)
    }
    if (label < 0 || label >= limit) {
      const fix =
        given === undefined
          ? 'number the classes from 0; or give classNames.'
          : 'correct the label, or give classNames for every class.'
      throw dataError(`${where}, row ${row}`, `a class from 0 to ${limit - 1}`, String(label), fix)
    }
    numbered[row] = label
    if (label > largest) largest = label
  }
  const classNames = given ?? Array.from({ length: largest + 1 }, (_, index) => String(index))
  return { kind: 'classes', labels: numbered, classNames }
}
