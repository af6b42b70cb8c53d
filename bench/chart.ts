/** Time against width as an SVG, both axes logarithmic: one line for each batch and contestant. Plain text in, no library. */

import type { ContestResult } from './rounds.ts'
import { formatSeconds } from './table.ts'

interface Point {
  x: number
  y: number
}
interface Line {
  name: string
  points: Point[]
}

const [WIDTH, HEIGHT] = [720, 440]
const MARGIN = { left: 80, right: 190, top: 30, bottom: 50 }
/** Okabe and Ito's colours, told apart by colour-blind readers too; dashes repeat the distinction. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']
const DASHES = ['', '6 3', '2 3']

/** Lines of the items `widths`: hidden units against seconds a step. */
export function widthLines(contests: readonly ContestResult[]): Line[] {
  const lines = new Map<string, Line>()
  for (const { work, measurements } of contests) {
    if (work.kind !== 'train') continue
    for (const { contestant, seconds } of measurements) {
      const name = `${contestant}, batch ${work.batch}`
      const line = lines.get(name) ?? { name, points: [] }
      line.points.push({ x: work.sizes[1] ?? 1, y: seconds.median })
      lines.set(name, line)
    }
  }
  return [...lines.values()]
}

/** Powers of ten that enclose the values. */
function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)))
  const last = Math.ceil(Math.log10(Math.max(...values)))
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
}

function scale(ticks: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log10(ticks[0] ?? 1), Math.log10(ticks.at(-1) ?? 10)]
  return (value) => from + ((Math.log10(value) - low) / (high - low || 1)) * (to - from)
}

export function renderChart(lines: readonly Line[], title: string): string {
  const points = lines.flatMap((line) => line.points)
  const [xTicks, yTicks] = [decades(points.map(({ x }) => x)), decades(points.map(({ y }) => y))]
  const x = scale(xTicks, MARGIN.left, WIDTH - MARGIN.right)
  const y = scale(yTicks, HEIGHT - MARGIN.bottom, MARGIN.top)
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom]
  const grid = [
    ...xTicks.map(
      (tick) =>
        rule(x(tick), MARGIN.top, x(tick), bottom) + text(x(tick), bottom + 18, tick.toLocaleString('en-US'), 'middle'),
    ),
    ...yTicks.map(
      (tick) =>
        rule(MARGIN.left, y(tick), right, y(tick)) + text(MARGIN.left - 6, y(tick) + 4, formatSeconds(tick), 'end'),
    ),
  ]
  const drawn = lines.map(({ name, points: ends }, i) => {
    const style = `stroke="${COLOURS[i % COLOURS.length]}" stroke-dasharray="${DASHES[i % DASHES.length]}"`
    const path = ends.map((end) => `${x(end.x).toFixed(1)},${y(end.y).toFixed(1)}`).join(' ')
    const row = MARGIN.top + 18 * i
    const key = `<line x1="${right + 8}" y1="${row}" x2="${right + 30}" y2="${row}" stroke-width="2" ${style}/>`
    return `<polyline fill="none" stroke-width="2" ${style} points="${path}"/>${key}${text(right + 34, row + 4, name, 'start')}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" role="img">
<title>${title}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
${[...grid, ...drawn].join('\n')}
${text((MARGIN.left + right) / 2, HEIGHT - 10, 'hidden units', 'middle')}
${text(MARGIN.left, 16, title, 'start')}
</svg>
`
}

const rule = (x1: number, y1: number, x2: number, y2: number) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#ddd"/>`

const text = (x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`
