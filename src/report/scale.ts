/** Axes: from figures to pixels, and the round numbers that stand beside them. */

export interface Axis {
  /** Pixels of a value. */
  at(value: number): number
  ticks: number[]
  logarithmic: boolean
}

/** Losses that span more than this factor are drawn on a logarithmic axis. */
const LOGARITHMIC_FROM = 100

/** Beyond these a span, or a part of it, is no number any more. */
const [SMALLEST, LARGEST] = [1e-290, 1e300]

/** 1, 2 or 5 times a power of ten, so that about `count` of them span the range. */
function stepOf(span: number, count: number, least: number): number {
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough
  return Math.max(step, least)
}

function linearTicks(low: number, high: number, count: number, least = 0): number[] {
  const step = stepOf(high - low, count, least)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // A multiple of the step, rounded where its binary form shows: 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Values upwards: `from` is the pixel of the lowest, `to` that of the highest. */
export function valueAxis(values: readonly number[], from: number, to: number, mayBeLogarithmic: boolean): Axis {
  const finite = values.filter(Number.isFinite)
  let low = Math.max(-LARGEST, Math.min(...(finite.length > 0 ? finite : [0])))
  let high = Math.min(LARGEST, Math.max(...(finite.length > 0 ? finite : [1])))
  if (mayBeLogarithmic && low >= SMALLEST && high / low > LOGARITHMIC_FROM) return logarithmicAxis(low, high, from, to)
  if (high - low < SMALLEST) {
    const margin = Math.abs(low) < SMALLEST ? 1 : Math.abs(low) / 2
    low -= margin
    high += margin
  }
  const margin = (high - low) * 0.04
  const [bottom, top] = [low >= 0 && low - margin < 0 ? 0 : low - margin, high + margin]
  const at = (value: number) => from + ((value - bottom) / (top - bottom)) * (to - from)
  return { at, ticks: linearTicks(bottom, top, 5), logarithmic: false }
}

function logarithmicAxis(low: number, high: number, from: number, to: number): Axis {
  const [bottom, top] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const at = (value: number) => from + ((Math.log10(value) - bottom) / (top - bottom)) * (to - from)
  const every = Math.ceil((top - bottom + 1) / 7)
  const ticks = Array.from({ length: Math.floor((top - bottom) / every) + 1 }, (_, i) => 10 ** (bottom + i * every))
  return { at, ticks, logarithmic: true }
}

/** Epochs from left to right, whole numbers all. */
export function epochAxis(epochs: readonly number[], from: number, to: number): Axis {
  const [low, high] = [epochs[0] ?? 1, epochs[epochs.length - 1] ?? 1]
  if (low === high) return { at: () => (from + to) / 2, ticks: [low], logarithmic: false }
  const at = (value: number) => from + ((value - low) / (high - low)) * (to - from)
  const ticks = linearTicks(low, high, 6, 1)
  return { at, ticks: ticks.length > 0 ? ticks : [low, high], logarithmic: false }
}
