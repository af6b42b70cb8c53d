/**
 * How cost grows: time against what varies, both logarithmic; a panel for each series, a line for each contestant. Of
 * nabla every thread setting has a line; of others the best at each point. Who computes something else is left out.
 */

import { type ContestResult, fastest, type ItemResult, type Measurement } from '../measurement.ts'
import { formatSeconds } from '../table.ts'
import { logScale, logTicks, spaced } from './axes.ts'
import { classOf, frame, type Look, label, line, mark } from './svg.ts'

interface Point {
  readonly x: number
  readonly seconds: number
}

interface Line {
  readonly name: string
  readonly look: Look
  readonly points: readonly Point[]
}

export interface Panel {
  readonly series: string
  readonly quantity: string
  readonly lines: readonly Line[]
}

const PANEL = { width: 250, height: 300 }
/** A panel that stands alone has more room. */
const WIDE_PANEL = 480
const MARGIN = { left: 70, top: 58, bottom: 52, between: 26 }
const LEGEND = { width: 170, row: 18 }
const LABEL_DISTANCE = 34

/** The panels of a sweep; none where the item is no sweep. */
export function sweepPanels({ contests }: ItemResult): Panel[] {
  const looks = findLooks(contests)
  const all = [...new Set(contests.flatMap(({ place }) => place?.series ?? []))]
  return all.flatMap((series) => {
    const members = contests.filter(({ place }) => place?.series === series)
    const points = new Map<string, Point[]>()
    for (const { place, measurements } of members) {
      for (const { name, measurement } of namedPoints(measurements, place?.value === undefined)) {
        const x = place?.value ?? measurement.threads
        points.set(name, [...(points.get(name) ?? []), { x, seconds: measurement.seconds.median }])
      }
    }
    const lines = [...points].map(([name, unsorted]) => ({
      name,
      look: looks.get(name) ?? { hue: 0, dash: 0 },
      points: unsorted.toSorted((a, b) => a.x - b.x),
    }))
    return lines.length === 0 ? [] : [{ series, quantity: members[0]?.place?.quantity ?? '', lines }]
  })
}

/** Which measurement stands on whose line; `byThreads`: what varies is the number of threads. */
function namedPoints(measurements: readonly Measurement[], byThreads: boolean) {
  const agreeing = measurements.filter(({ agrees }) => agrees)
  if (byThreads) return agreeing.map((measurement) => ({ name: measurement.family, measurement }))
  const ours = agreeing
    .filter(({ peer }) => !peer)
    .map((measurement) => ({ name: measurement.contestant, measurement }))
  const peers = [...new Set(agreeing.filter(({ peer }) => peer).map(({ family }) => family))]
  const theirs = peers.flatMap((name) => {
    const measurement = fastest(agreeing.filter(({ family }) => family === name))
    return measurement === undefined ? [] : [{ name, measurement }]
  })
  return [...ours, ...theirs]
}

/** A hue for each family, dashes for its thread settings; the same in all panels. */
function findLooks(contests: readonly ContestResult[]): Map<string, Look> {
  const all = contests.flatMap(({ measurements }) => measurements)
  const families = [...new Set(all.map(({ family }) => family))]
  const looks = new Map<string, Look>()
  families.forEach((family, hue) => {
    looks.set(family, { hue, dash: hue >> 3 })
    const settings = new Set(all.filter((each) => each.family === family).map(({ contestant }) => contestant))
    ;[...settings].forEach((name, dash) => {
      if (name !== family) looks.set(name, { hue, dash })
    })
  })
  return looks
}

export function renderSweep(panels: readonly Panel[], id: string, title: string): string {
  const values = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points))
  const yTicks = logTicks(values.map(({ seconds }) => seconds))
  const panelWidth = panels.length === 1 ? WIDE_PANEL : PANEL.width
  const names = [...new Map(panels.flatMap(({ lines }) => lines.map((each) => [each.name, each.look] as const)))]
  const legendLeft = MARGIN.left + panels.length * (panelWidth + MARGIN.between)
  const width = legendLeft + LEGEND.width
  const height = Math.max(MARGIN.top + PANEL.height + MARGIN.bottom, MARGIN.top + names.length * LEGEND.row)
  const drawn = panels.map((panel, i) =>
    drawPanel(panel, MARGIN.left + i * (panelWidth + MARGIN.between), panelWidth, yTicks, i === 0),
  )
  const key = names.map(([name, look], i) => drawKey(name, look, legendLeft, MARGIN.top + 8 + i * LEGEND.row))
  const heading = label(MARGIN.left, 22, title, 'start', 'strong')
  return frame({ id, title, description: describe(panels), width, height }, [heading, ...drawn, ...key])
}

function drawKey(name: string, look: Look, x: number, y: number): string {
  return line(x, y, x + 26, y, `series ${classOf(look)}`) + mark(x + 13, y, look) + label(x + 33, y + 4, name)
}

function drawPanel(panel: Panel, left: number, width: number, yTicks: readonly number[], first: boolean): string {
  const [right, bottom] = [left + width, MARGIN.top + PANEL.height]
  const xs = [...new Set(panel.lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b)
  // A gap at both ends keeps marks off the frame.
  const x = logScale(xs.length > 1 ? xs : [(xs[0] ?? 1) / 2, (xs[0] ?? 1) * 2], left + 10, right - 10)
  const y = logScale(yTicks, bottom, MARGIN.top)
  const grid = yTicks.map(
    (tick) =>
      line(left, y(tick), right, y(tick), 'grid') +
      (first ? label(left - 6, y(tick) + 4, formatSeconds(tick), 'end') : ''),
  )
  const across = spaced(xs, x, LABEL_DISTANCE).map(
    (tick) =>
      line(x(tick), MARGIN.top, x(tick), bottom, 'grid') +
      label(x(tick), bottom + 17, tick.toLocaleString('en-US'), 'middle'),
  )
  const lines = panel.lines.map(({ points, look }) => {
    const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.seconds).toFixed(1)}`).join(' ')
    const marks = points.map((point) => mark(x(point.x), y(point.seconds), look))
    return `<polyline class="series ${classOf(look)}" points="${path}"/>${marks.join('')}`
  })
  const captions = [
    label((left + right) / 2, MARGIN.top - 12, panel.series, 'middle'),
    label((left + right) / 2, bottom + 38, panel.quantity, 'middle'),
  ]
  return [...grid, ...across, ...lines, ...captions].join('\n')
}

/** From where to where each line goes; the whole data stand in the table beside the picture. */
function describe(panels: readonly Panel[]): string {
  const said = panels.map(({ series, quantity, lines }) => {
    const ends = lines.map(({ name, points }) => {
      const [from, to] = [points[0], points.at(-1)]
      return `${name} from ${formatSeconds(from?.seconds ?? 0)} at ${from?.x} to ${formatSeconds(to?.seconds ?? 0)} at ${to?.x}`
    })
    return `${series}, seconds a step against ${quantity}: ${ends.join('; ')}.`
  })
  return `Both axes are logarithmic. ${said.join(' ')}`
}

/** A panel's data: a row for each value of what varies, a column for each line. */
export function panelRows({ quantity, lines }: Panel): string[][] {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b)
  const cell = (each: Line, x: number) => {
    const point = each.points.find((candidate) => candidate.x === x)
    return point === undefined ? '–' : formatSeconds(point.seconds)
  }
  return [
    [quantity, ...lines.map(({ name }) => name)],
    ...xs.map((x) => [x.toLocaleString('en-US'), ...lines.map((each) => cell(each, x))]),
  ]
}
