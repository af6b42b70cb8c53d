/**
 * Cutting a data set into parts: which sample goes where. Only indices here; `Dataset` copies the rows.
 * Invariant: the parts are disjoint, together they hold every index once, and they depend on the seed alone.
 */

import { RandomStream } from '../shared/index.ts'
import { checkSeed, checkWhole, dataError } from './mistakes.ts'
import { FOLD_STREAM, SHUFFLE_STREAM, SPLIT_STREAM } from './streams.ts'

export interface Fold {
  train: Int32Array
  validation: Int32Array
}

/** All indices below `count`, shuffled by the seed. */
export function shuffledIndices(count: number, seed: number): Int32Array {
  checkSeed(seed, 'seed')
  return new RandomStream(seed, SHUFFLE_STREAM).shuffle(firstIndices(count))
}

/**
 * Two disjoint index lists: `fraction` of the samples, and the rest; each shuffled. With labels, every class is cut
 * by the same fraction (largest remainders first, so that the first part still has round(count · fraction) samples).
 * @throws NablaError E-VALUE for a fraction outside (0, 1); E-DATA where one part would be empty.
 */
export function splitIndices(
  count: number,
  fraction: number,
  seed: number,
  labels?: Int32Array,
): [Int32Array, Int32Array] {
  if (!(fraction > 0 && fraction < 1)) {
    throw dataError(
      'split fraction',
      'a number between 0 and 1',
      String(fraction),
      'give the share of the first part, such as 0.8.',
      'E-VALUE',
    )
  }
  checkSeed(seed, 'split seed')
  const firstCount = Math.round(count * fraction)
  if (firstCount === 0 || firstCount === count) {
    throw dataError(
      'split',
      'at least one sample on each side',
      `${count} samples cut at ${fraction}: ${firstCount} and ${count - firstCount}`,
      'use more samples or another fraction.',
    )
  }
  const random = new RandomStream(seed, SPLIT_STREAM)
  const order = random.shuffle(firstIndices(count))
  if (labels === undefined) return [order.slice(0, firstCount), order.slice(firstCount)]
  return cutEachClass(order, labels, fraction, firstCount)
}

/**
 * `folds` pairs of training and validation indices; each sample is in exactly one validation part. With labels,
 * each class is dealt evenly over the folds.
 * @throws NablaError E-VALUE for fewer than 2 folds or more folds than samples.
 */
export function foldIndices(count: number, folds: number, seed: number, labels?: Int32Array): Fold[] {
  checkWhole(folds, 2, Math.max(2, count), 'folds')
  checkSeed(seed, 'fold seed')
  const order = new RandomStream(seed, FOLD_STREAM).shuffle(firstIndices(count))
  const dealt = labels === undefined ? order : Int32Array.from(groupByClass(order, labels).flat())
  const foldOf = new Int32Array(count)
  dealt.forEach((sample, position) => {
    foldOf[sample] = position % folds
  })
  return Array.from({ length: folds }, (_, fold) => ({
    train: order.filter((sample) => foldOf[sample] !== fold),
    validation: order.filter((sample) => foldOf[sample] === fold),
  }))
}

function firstIndices(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index)
}

/** The samples of each class that occurs, in the given order. */
function groupByClass(order: Int32Array, labels: Int32Array): number[][] {
  const groups = new Map<number, number[]>()
  for (const sample of order) {
    const label = labels[sample] ?? 0
    const group = groups.get(label)
    if (group === undefined) groups.set(label, [sample])
    else group.push(sample)
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}

function cutEachClass(
  order: Int32Array,
  labels: Int32Array,
  fraction: number,
  firstCount: number,
): [Int32Array, Int32Array] {
  const groups = groupByClass(order, labels)
  const quotas = groups.map((group) => Math.floor(group.length * fraction))
  const remainders = groups
    .map((group, index) => ({ index, remainder: group.length * fraction - Math.floor(group.length * fraction) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  let missing = firstCount - quotas.reduce((sum, quota) => sum + quota, 0)
  for (const { index } of remainders) {
    if (missing <= 0) break
    quotas[index] = (quotas[index] ?? 0) + 1
    missing--
  }
  const inFirst = new Uint8Array(order.length)
  groups.forEach((group, index) => {
    for (const sample of group.slice(0, quotas[index])) inFirst[sample] = 1
  })
  return [order.filter((sample) => inFirst[sample] === 1), order.filter((sample) => inFirst[sample] === 0)]
}
