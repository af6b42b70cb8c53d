/** What the examples share: the report that each gives, printing it, and seeded random numbers for made-up data. */

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Report {
  name: string
  /** What the network did where it was asked about. */
  before: string
  /** What it reaches here, in words. */
  reached: string
  /** The same as numbers. */
  figures: Readonly<Record<string, number>>
  lines: readonly string[]
}

/** Prints an example's report when its module is the one that Node was started with. */
export async function printWhenMain(url: string, run: () => Promise<Report>): Promise<void> {
  const started = process.argv[1]
  if (started === undefined || realpathSync(started) !== fileURLToPath(url)) return
  const { name, lines, reached } = await run()
  process.stdout.write(`${[name, ...lines, `Reached: ${reached}`].join('\n')}\n`)
}

export const percent = (share: number): string => `${(100 * share).toFixed(share === 1 ? 0 : 2)} %`

/** The largest difference between predictions and what they should be. */
export function largestError(predictions: ArrayLike<number>, targets: readonly number[]): number {
  return Math.max(...targets.map((target, i) => Math.abs((predictions[i] ?? Number.NaN) - target)))
}

/** The mean absolute difference between predictions and what they should be. */
export function meanAbsoluteDifference(predictions: ArrayLike<number>, targets: readonly number[]): number {
  return targets.reduce((sum, target, i) => sum + Math.abs((predictions[i] ?? Number.NaN) - target), 0) / targets.length
}

/**
 * Numbers in (0, 1) that the seed decides, for data that an example makes up.
 * x ← 48271·x mod (2³¹ − 1)  (S. K. Park, K. W. Miller, P. K. Stockmeyer, CACM 36(7), 1993, page 108)
 */
export function uniformNumbers(seed: number): () => number {
  const modulus = 2 ** 31 - 1
  let state = seed % modulus
  const next = () => {
    state = (state * 48271) % modulus
    return state / modulus
  }
  // The first few numbers of small seeds are near 0.
  for (let i = 0; i < 8; i++) next()
  return next
}

/** Standard normal numbers, by Box and Muller's transform. */
export function normalNumbers(seed: number): () => number {
  const uniform = uniformNumbers(seed)
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}
