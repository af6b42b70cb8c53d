/** "Did you mean": the nearest of a list of names, by edit distance with transpositions. */

import { NablaError } from './error.ts'

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, one each. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    rows.push([i])
    for (let j = 1; j <= b.length; j++) {
      const substitution = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, substitution)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) best = Math.min(best, at(i - 2, j - 2) + 1)
      rows[i]?.push(best)
    }
  }
  return at(a.length, b.length)
}

/** The candidate nearest to `name`, or undefined when none is near enough to be what was meant. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (best === undefined || distance < best.distance) best = { candidate, distance }
  }
  if (best === undefined) return undefined
  const length = Math.max(name.length, best.candidate.length)
  const limit = Math.max(1, Math.floor(length / 3))
  // Where every letter differs nothing is alike.
  return best.distance <= limit && best.distance < length ? best.candidate : undefined
}

/** The error for a name that is not in a list, with the nearest one as its fix. */
export function unknownName(where: string, kind: string, name: string, candidates: readonly string[]): NablaError {
  const near = nearest(name, candidates)
  const plural = /s$/.test(kind) ? `${kind}es` : `${kind}s`
  return new NablaError({
    code: 'E-NAME',
    where,
    expected: `one of the known ${plural}: ${candidates.join(', ')}`,
    received: JSON.stringify(name),
    fix: near === undefined ? `use one of these ${plural}.` : `did you mean "${near}"?`,
  })
}
