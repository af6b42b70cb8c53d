/** The roofline (S. Williams, A. Waterman, D. Patterson, 2009): GFLOP/s against operations per byte, under its roofs. */

import { type ContestResult, fastest, type ItemResult, type Measurement } from '../measurement.ts'
import { formatNumber } from '../table.ts'
import { logScale, logTicks, spaced } from './axes.ts'
import { classOf, frame, type Look, label, line, mark } from './svg.ts'

interface Point {
  /** In a sentence and, shorter, below the axis. */
  readonly name: string
  readonly label: string
  readonly kind: 'product' | 'stream'
  /** Operations per byte that must be moved at least. */
  readonly intensity: number
  readonly gflops: number
}

export interface Roofs {
  /** The best round of the largest product, and who reached it. */
  readonly peakGflops: number
  readonly peakBy: string
  /** The best round of copies and triads; who and how. */
  readonly gigabytesPerSecond: number
  readonly bandwidthBy: string
}

export interface Roofline {
  readonly roofs: Roofs
  readonly lines: readonly { readonly family: string; readonly points: readonly Point[] }[]
}

const SIZE = { width: 900, height: 480 }
const MARGIN = { left: 70, right: 180, top: 50, bottom: 86 }
/** Between the middles of labels in a row. */
const LABEL_DISTANCE = { tick: 40, product: 24, stream: 40 }
const LEGEND_ROW = 18

/** A roof is what the machine can do: the best round. */
const bestRate = (amount: number, { rounds }: Measurement) => amount / Math.min(...rounds) / 1e9

/** Undefined where the item was not measured, or nobody took part. */
export function readRoofline({ contests }: ItemResult): Roofline | undefined {
  const agreeing = contests.map((contest) => ({
    contest,
    measurements: contest.measurements.filter(({ agrees }) => agrees),
  }))
  const products = agreeing.filter(({ contest }) => contest.work.kind === 'product')
  const largest = products.toSorted((a, b) => b.contest.flops - a.contest.flops)[0]
  const byRound = (largest?.measurements ?? []).toSorted((a, b) => Math.min(...a.rounds) - Math.min(...b.rounds))
  const [peak] = byRound
  const streams = agreeing
    .filter(({ contest: { work } }) => work.kind === 'stream' && work.pattern !== 'update')
    .flatMap(({ contest, measurements }) =>
      measurements.map((each) => ({
        by: `${each.contestant}, ${contest.title}`,
        rate: bestRate(contest.bytes ?? 0, each),
      })),
    )
    .toSorted((a, b) => b.rate - a.rate)
  const [bandwidth] = streams
  if (peak === undefined || bandwidth === undefined) return undefined
  const roofs = {
    peakGflops: bestRate(largest?.contest.flops ?? 0, peak),
    peakBy: peak.contestant,
    gigabytesPerSecond: bandwidth.rate,
    bandwidthBy: bandwidth.by,
  }
  const works = agreeing.filter(({ contest: { flops, bytes = 0 } }) => flops > 0 && bytes > 0)
  const families = [...new Set(works.flatMap(({ measurements }) => measurements.map(({ family }) => family)))]
  const lines = families.map((family) => {
    const points = works.flatMap(({ contest, measurements }) => {
      const best = fastest(measurements.filter((each) => each.family === family))
      if (best === undefined) return []
      return [{ ...nameOfWork(contest), intensity: contest.flops / (contest.bytes ?? 1), gflops: best.gflops }]
    })
    return { family, points: points.toSorted((a, b) => a.intensity - b.intensity) }
  })
  return { roofs, lines }
}

function nameOfWork({ work, title }: ContestResult): Pick<Point, 'name' | 'label' | 'kind'> {
  if (work.kind === 'product') {
    const rows = work.rows.toLocaleString('en-US')
    return { name: `m = ${rows}`, label: rows, kind: 'product' }
  }
  const name = work.kind === 'stream' ? (work.pattern === 'update' ? 'Adam' : work.pattern) : title
  return { name, label: name, kind: 'stream' }
}

const lookOf = (hue: number): Look => ({ hue, dash: 0 })

export function renderRoofline({ roofs, lines }: Roofline, id: string, title: string): string {
  const points = lines.flatMap((each) => each.points)
  const ridge = roofs.peakGflops / roofs.gigabytesPerSecond
  const xTicks = logTicks([...points.map(({ intensity }) => intensity), ridge])
  const yTicks = logTicks([...points.map(({ gflops }) => gflops), roofs.peakGflops])
  const [right, bottom] = [SIZE.width - MARGIN.right, SIZE.height - MARGIN.bottom]
  const x = logScale(xTicks, MARGIN.left, right)
  const y = logScale(yTicks, bottom, MARGIN.top)
  const content = [
    label(MARGIN.left, 22, title, 'start', 'strong'),
    ...xTicks.map((tick) => line(x(tick), MARGIN.top, x(tick), bottom, 'grid')),
    ...spaced(xTicks, x, LABEL_DISTANCE.tick).map((tick) => label(x(tick), bottom + 17, formatTick(tick), 'middle')),
    ...yTicks.map(
      (tick) =>
        line(MARGIN.left, y(tick), right, y(tick), 'grid') +
        label(MARGIN.left - 6, y(tick) + 4, formatTick(tick), 'end'),
    ),
    label((MARGIN.left + right) / 2, bottom + 74, 'floating-point operations per byte moved at least', 'middle'),
    label(MARGIN.left - 50, MARGIN.top - 12, 'GFLOP/s'),
    ...drawRoofs(roofs, x, y, xTicks, yTicks),
    ...lines.map(({ points: ends }, hue) => {
      const products = ends.filter(({ kind }) => kind === 'product')
      const path = products
        .map(({ intensity, gflops }) => `${x(intensity).toFixed(1)},${y(gflops).toFixed(1)}`)
        .join(' ')
      const marks = ends.map(({ intensity, gflops }) => mark(x(intensity), y(gflops), lookOf(hue)))
      return `<polyline class="series ${classOf(lookOf(hue))}" points="${path}"/>${marks.join('')}`
    }),
    ...labelWorks(points, x, bottom),
    ...lines.map(({ family }, hue) => {
      const [left, row] = [right + 16, MARGIN.top + 8 + hue * LEGEND_ROW]
      const stroke = line(left, row, left + 26, row, `series ${classOf(lookOf(hue))}`)
      return stroke + mark(left + 13, row, lookOf(hue)) + label(left + 33, row + 4, family)
    }),
  ]
  return frame({ id, title, description: describe({ roofs, lines }), ...SIZE }, content)
}

const formatTick = (tick: number) => (tick >= 1 ? tick.toLocaleString('en-US') : String(tick))

type Scale = (value: number) => number

/** Memory's slope up to the ridge, the peak from there on. */
function drawRoofs(
  { peakGflops, gigabytesPerSecond }: Roofs,
  x: Scale,
  y: Scale,
  xs: readonly number[],
  ys: readonly number[],
) {
  const [lowest = 1, leftmost = 1, rightmost = 1] = [ys[0], xs[0], xs.at(-1)]
  const ridge = peakGflops / gigabytesPerSecond
  // Below the lowest tick the slope would leave the picture.
  const from = Math.max(leftmost, lowest / gigabytesPerSecond)
  const middle = from * (ridge / from) ** 0.7
  const memory = `${formatNumber(gigabytesPerSecond)} GB/s`
  const peak = `${formatNumber(peakGflops)} GFLOP/s`
  return [
    line(x(from), y(from * gigabytesPerSecond), x(ridge), y(peakGflops), 'roof'),
    line(x(ridge), y(peakGflops), x(rightmost), y(peakGflops), 'roof'),
    label(x(middle) - 8, y(middle * gigabytesPerSecond) - 4, `memory: ${memory}`, 'end'),
    label(x(rightmost) - 4, y(peakGflops) - 7, `peak: ${peak}`, 'end'),
  ]
}

/** Each work's name once, below the axis, where its points stand above: products by their rows, then the others. */
function labelWorks(points: readonly Point[], x: Scale, bottom: number): string[] {
  const works = new Map(points.map((point) => [point.intensity, point]))
  const drawRow = (kind: Point['kind'], heading: string, row: number) => {
    const places = [...works.values()].filter((point) => point.kind === kind).map(({ intensity }) => intensity)
    const kept = spaced(
      places.toSorted((a, b) => a - b),
      x,
      LABEL_DISTANCE[kind],
    )
    return [
      label(MARGIN.left - 6, row, heading, 'end'),
      ...places.map((intensity) => line(x(intensity), bottom, x(intensity), bottom + 4, 'roof')),
      ...kept.map((intensity) => label(x(intensity), row, works.get(intensity)?.label ?? '', 'middle')),
    ]
  }
  return [...drawRow('product', 'rows m', bottom + 34), ...drawRow('stream', 'streams', bottom + 50)]
}

function describe({ roofs, lines }: Roofline): string {
  const { peakGflops, peakBy, gigabytesPerSecond, bandwidthBy } = roofs
  const said = lines.map(({ family, points }) => {
    const [from, to] = [points[0], points.at(-1)]
    return `${family} from ${formatNumber(from?.gflops ?? 0)} GFLOP/s (${from?.name}) to ${formatNumber(to?.gflops ?? 0)} (${to?.name})`
  })
  const memory = `${formatNumber(gigabytesPerSecond)} GB/s (${bandwidthBy})`
  return `Both axes are logarithmic. Roofs: memory at ${memory}, peak at ${formatNumber(peakGflops)} GFLOP/s (${peakBy}). ${said.join('; ')}.`
}

/** The roofline's data: a row for each work, a column for each family, and the roof above it. */
export function rooflineRows({ roofs, lines }: Roofline): string[][] {
  const works = new Map(lines.flatMap(({ points }) => points.map(({ name, intensity }) => [name, intensity] as const)))
  const rows = [...works].toSorted(([, a], [, b]) => a - b)
  return [
    ['work', 'operations per byte', 'roof, GFLOP/s', ...lines.map(({ family }) => family)],
    ...rows.map(([name, intensity]) => [
      name,
      formatNumber(intensity),
      formatNumber(Math.min(roofs.peakGflops, intensity * roofs.gigabytesPerSecond)),
      ...lines.map(({ points }) => formatNumber(points.find((point) => point.name === name)?.gflops ?? Number.NaN)),
    ]),
  ]
}
