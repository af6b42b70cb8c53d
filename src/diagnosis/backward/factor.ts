/** A number that two gradients differ by in; what it is made of, in the names of the sizes, out. */

import { formatNumber } from '../../shared/index.ts'

export interface NamedSize {
  readonly name: string
  readonly value: number
}

interface Candidate {
  readonly text: string
  readonly value: number
  /** Simpler ones first. */
  readonly cost: number
}

function candidates(sizes: readonly NamedSize[]): Candidate[] {
  const list: Candidate[] = []
  const add = (text: string, value: number, cost: number) => list.push({ text, value, cost })
  for (const { name, value } of sizes) {
    add(name, value, 0)
    add(`2·${name}`, 2 * value, 2)
    add(`${name}/2`, value / 2, 2)
    add(`${name}²`, value * value, 3)
    add(`${name} − 1`, value - 1, 4)
    add(`${name}/(${name} − 1)`, value / (value - 1), 5)
    for (const other of sizes) {
      if (other.name < name) add(`${other.name}·${name}`, value * other.value, 4)
      if (other.name !== name) add(`${name}/${other.name}`, value / other.value, 4)
    }
  }
  return list
}

/**
 * "m = 32 times", "1/m = 1/32 times", "1/3 times", "0.37 times". `exactness` is the relative error up to which a number is
 * taken for a named one.
 */
export function describeFactor(factor: number, sizes: readonly NamedSize[], exactness: number): string {
  const size = Math.abs(factor)
  const near = (a: number, b: number) => Number.isFinite(b) && b > 0 && Math.abs(a - b) <= exactness * b
  const lead = factor < 0 ? '−' : ''
  // A size of 1 or 2 says nothing that the number does not say.
  const telling = sizes.filter(({ value }) => Number.isFinite(value) && value > 2)
  const found = candidates(telling)
    .flatMap((c) => [
      { ...c, inverse: false, matches: near(size, c.value) },
      { ...c, inverse: true, cost: c.cost + 0.5, matches: near(1 / size, c.value) },
    ])
    .filter((c) => c.matches)
    .sort((a, b) => a.cost - b.cost)[0]
  if (found !== undefined && Math.abs(found.value - 1) > 1e-9) {
    const value = formatNumber(found.value)
    const text = /[^\p{L}\p{N}_]/u.test(found.text) && found.inverse ? `(${found.text})` : found.text
    return found.inverse ? `${lead}1/${text} = ${lead}1/${value} times` : `${lead}${text} = ${lead}${value} times`
  }
  for (let n = 1; n <= 10_000; n++) {
    if (near(size, n)) return `${lead}${n} times`
    if (near(1 / size, n)) return `${lead}1/${n} times`
  }
  return `${lead}${formatNumber(size)} times`
}
