/** A chart of lines over epochs: as a picture (SVG), in a sentence for those who can't see it, and as a table. */

import { formatNumber, formatPercent } from '../shared/index.ts'
import { type Content, type Html, html } from './html.ts'
import { type Axis, epochAxis, valueAxis } from './scale.ts'
import type { Line, Series } from './series.ts'

const WIDTH = 460
const HEIGHT = 270
const LEFT = 58
const RIGHT = 446
const TOP = 14
const BOTTOM = 228

export interface ChartOptions {
  /** Unique in the page. */
  id: string
  /** The epoch to mark. */
  bestEpoch?: number | undefined
}

/** A figure with its caption, picture and table. */
export function renderChart(series: Series, { id, bestEpoch }: ChartOptions): Html {
  const { title, epochs, lines, note } = series
  const format = formatOf(series)
  const y = valueAxis(
    lines.flatMap(({ values }) => values),
    BOTTOM,
    TOP,
    title === 'Loss',
  )
  const x = epochAxis(epochs, LEFT, RIGHT)
  const best = epochs.find((epoch) => bestEpoch !== undefined && epoch >= bestEpoch)
  const sentence = lines.map((line) => describeLine(line, epochs, format)).join(' ')
  return html`<figure class="chart" id="${id}">
<figcaption><h3>${title}${y.logarithmic ? ' (logarithmic)' : ''}</h3>${legend(lines)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${title} by epoch</title><desc id="${id}-text">${sentence}</desc>
${axes(x, y, format)}${best === undefined ? undefined : bestMark(x.at(best))}
${lines.map((line) => drawLine(line, epochs, x, y))}
</svg>
${note === undefined ? undefined : html`<p class="note">${note}</p>`}
<details><summary>${title} as a table</summary>${table(series, `${id}-table`, format)}</details>
</figure>`
}

type Format = (value: number) => string

function formatOf({ unit }: Series): Format {
  const finite = unit === 'percent' ? formatPercent : (value: number) => formatNumber(value)
  return (value) => (Number.isFinite(value) ? finite(value) : 'none')
}

function legend(lines: readonly Line[]): Html | undefined {
  if (lines.length < 2) return undefined
  return html`<ul class="legend">${lines.map(
    ({ name, style }) =>
      html`<li><svg viewBox="0 0 28 8" width="28" height="8" aria-hidden="true"><path class="line ${style}" d="M0 4H28"/></svg>${name}</li>`,
  )}</ul>`
}

/** "training from 0.8 at epoch 1 to 0.02 at epoch 20, lowest 0.01 at epoch 18." */
function describeLine({ name, values }: Line, epochs: readonly number[], format: Format): string {
  const points = values.flatMap((value, i) => (Number.isFinite(value) ? [{ value, epoch: epochs[i] ?? 0 }] : []))
  const [first, last] = [points[0], points[points.length - 1]]
  if (first === undefined || last === undefined) return `${name}: no finite figures.`
  if (points.length === 1) return `${name}: ${format(first.value)} at epoch ${first.epoch}.`
  const sorted = [...points].sort((a, b) => a.value - b.value)
  const [lowest, highest] = [sorted[0] ?? first, sorted[sorted.length - 1] ?? last]
  const span = `from ${format(first.value)} at epoch ${first.epoch} to ${format(last.value)} at epoch ${last.epoch}`
  const extremes = `lowest ${format(lowest.value)} at epoch ${lowest.epoch}, highest ${format(highest.value)} at epoch ${highest.epoch}`
  return `${name}: ${span}; ${extremes}.`
}

const px = (value: number) => String(Math.round(value * 10) / 10)

function axes(x: Axis, y: Axis, format: Format): Content {
  const across = y.ticks.map((tick) => {
    const at = px(y.at(tick))
    return html`<path class="grid" d="M${LEFT} ${at}H${RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${at}" dy="0.35em" text-anchor="end">${shortTick(tick, format)}</text>`
  })
  const along = x.ticks.map((tick) => {
    const at = px(x.at(tick))
    return html`<path class="grid" d="M${at} ${BOTTOM}v5"/><text class="tick" x="${at}" y="${BOTTOM + 20}" text-anchor="middle">${tick}</text>`
  })
  const name = html`<text class="tick" x="${px((LEFT + RIGHT) / 2)}" y="${HEIGHT - 4}" text-anchor="middle">epoch</text>`
  return [across, html`<path class="axis" d="M${LEFT} ${BOTTOM}H${RIGHT}"/>`, along, name]
}

/** "92 %", not "92.00 %". */
const shortTick = (tick: number, format: Format) => format(tick).replace(/\.?0+ %$/, ' %')

function bestMark(at: number): Html {
  const isLeft = at < (LEFT + RIGHT) / 2
  const [anchor, shift] = isLeft ? ['start', 5] : ['end', -5]
  return html`<path class="best" d="M${px(at)} ${TOP}V${BOTTOM}"/><text class="tick" x="${px(at + Number(shift))}" y="${TOP + 8}" text-anchor="${anchor}">best</text>`
}

/** A line with gaps where figures are missing; a point that stands alone is a dot. */
function drawLine({ style, values }: Line, epochs: readonly number[], x: Axis, y: Axis): Content {
  let path = ''
  const dots: Html[] = []
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) return
    const hasLeft = Number.isFinite(values[i - 1])
    const point = `${px(x.at(epochs[i] ?? 0))} ${px(y.at(value))}`
    path += `${hasLeft ? 'L' : 'M'}${point}`
    if (hasLeft || Number.isFinite(values[i + 1])) return
    const [cx = '', cy = ''] = point.split(' ')
    dots.push(html`<circle class="dot ${style}" cx="${cx}" cy="${cy}" r="4"/>`)
  })
  return [path === '' ? undefined : html`<path class="line ${style}" d="${path}"/>`, dots]
}

function table({ title, epochs, lines }: Series, id: string, format: Format): Html {
  const head = lines.map(({ name }) => html`<th scope="col">${name}</th>`)
  const rows = epochs.map(
    (epoch, i) =>
      html`<tr><th scope="row">${epoch}</th>${lines.map(({ values }) => html`<td>${format(values[i] ?? Number.NaN)}</td>`)}</tr>
`,
  )
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table><caption id="${id}">${title} by epoch</caption>
<thead><tr><th scope="col">epoch</th>${head}</tr></thead>
<tbody>${rows}</tbody></table></div>`
}
