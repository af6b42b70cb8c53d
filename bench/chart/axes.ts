/** Logarithmic axes: where the ticks are, and where a value lies in the picture. */

/** 1, 2 and 5 in each decade, or decades alone where there are many; from one below the values to one above. */
export function logTicks(values: readonly number[]): number[] {
  const usable = values.filter((value) => value > 0 && Number.isFinite(value))
  if (usable.length === 0) throw new RangeError('an axis needs a positive value')
  const [least, most] = [Math.min(...usable), Math.max(...usable)]
  const decades = Math.log10(most / least)
  const digits = decades > 2 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(most)) + 1; power++) {
    // Written, not computed: 10 ** -6 · 5 has a tail of digits.
    for (const digit of digits) ticks.push(Number(`${digit}e${power}`))
  }
  const first = ticks.findLastIndex((tick) => tick <= least)
  const last = ticks.findIndex((tick) => tick >= most)
  return ticks.slice(first, last === first ? last + 2 : last + 1)
}

/** From values to places: the first tick at `from`, the last at `to`. */
export function logScale(ticks: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log(ticks[0] ?? 1), Math.log(ticks.at(-1) ?? 10)]
  return (value) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from)
}

/** Of ticks in order, those whose labels keep their distance; the last is kept rather than the one before it. */
export function spaced(ticks: readonly number[], place: (tick: number) => number, distance: number): number[] {
  const kept: number[] = []
  for (const tick of ticks.toReversed()) {
    const next = kept[0]
    if (next === undefined || Math.abs(place(next) - place(tick)) >= distance) kept.unshift(tick)
  }
  return kept
}
