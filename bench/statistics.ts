/** Medians and their spread. Invariant: ratios are taken within a round, so that a drift of the machine cancels. */

export interface Summary {
  readonly median: number
  /** The quartiles: half of the rounds lie between them. */
  readonly low: number
  readonly high: number
  readonly count: number
}

/** The q-th quantile, linear between neighbours (R. J. Hyndman, Y. Fan, 1996, type 7; NumPy's default). */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('a quantile needs at least one value')
  const sorted = [...values].sort((a, b) => a - b)
  const place = q * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

export function summarise(values: readonly number[]): Summary {
  return {
    median: quantile(values, 0.5),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    count: values.length,
  }
}

/** `values[r] / reference[r]` over the rounds that both took part in. */
export function ratioByRound(values: readonly number[], reference: readonly number[]): Summary {
  const rounds = Math.min(values.length, reference.length)
  const ratios = Array.from({ length: rounds }, (_, r) => (values[r] ?? Number.NaN) / (reference[r] ?? Number.NaN))
  return summarise(ratios)
}

/** The largest |a − b| / |b| over the values that both have; NaN where any is. */
export function largestDeviation(values: readonly number[], truth: readonly number[]): number {
  const deviations = truth.slice(0, values.length).map((b, i) => Math.abs((values[i] ?? Number.NaN) - b) / Math.abs(b))
  // Math.max, unlike a comparison, lets NaN through.
  return Math.max(0, ...deviations)
}
