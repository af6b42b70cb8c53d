/** How much the samples of each class count in the loss. */

import type { Dataset, StreamedDataset } from '../data/index.ts'
import { checkNumber, showValue } from '../network/index.ts'
import { NablaError, unknownName } from '../shared/index.ts'

/** `balanced`: samples / (classes · samples of the class); or a weight for each class, by number or by name. */
export type ClassWeights = 'balanced' | readonly number[] | Readonly<Record<string, number>>

/**
 * One weight a class, in the order of the data set's classes.
 * @throws NablaError E-DATA without classes; E-VALUE for a negative weight or a wrong count; E-NAME for an unknown class.
 */
export function classWeightsOf(
  given: ClassWeights | undefined,
  data: Dataset | StreamedDataset,
): Float64Array | undefined {
  if (given === undefined) return undefined
  const { classNames } = data
  if (classNames === undefined) {
    throw problem(
      'E-DATA',
      `classes in the data set "${data.name}"`,
      'targets that are no classes',
      'leave classWeights out.',
    )
  }
  if (given === 'balanced') {
    const counts = data.classCounts()
    const present = counts.filter((count) => count > 0).length
    return Float64Array.from(counts, (count) => (count === 0 ? 0 : data.count / (present * count)))
  }
  if (Array.isArray(given)) {
    if (given.length !== classNames.length) {
      const expected = `${classNames.length} weights, one for each class`
      throw problem('E-VALUE', expected, `${given.length}`, `give ${expected}.`)
    }
    return Float64Array.from(given, (weight: unknown, label) => checkWeight(weight, classNames[label] ?? label))
  }
  if (typeof given !== 'object' || given === null) {
    const expected = "'balanced', or a weight for each class"
    throw problem('E-VALUE', expected, showValue(given), `give ${expected}.`)
  }
  for (const name of Object.keys(given)) {
    if (!classNames.includes(name)) throw unknownName('classWeights', 'class', name, classNames.slice(0, 50))
  }
  const byName = given as Readonly<Record<string, number>>
  return Float64Array.from(classNames, (name) => checkWeight(byName[name] ?? 1, name))
}

function checkWeight(weight: unknown, name: string | number): number {
  return checkNumber(weight, `classWeights, class ${name}`, { least: 0 })
}

function problem(code: 'E-DATA' | 'E-VALUE', expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code, where: 'classWeights', expected, received, fix })
}
