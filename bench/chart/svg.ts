/** SVG as text: elements, and a frame that can be read on light and dark pages and by a screen reader. */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const escapeText = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)

type Attributes = Readonly<Record<string, string | number>>

export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    return ` ${key}="${escapeText(typeof value === 'number' ? String(Math.round(value * 10) / 10) : value)}"`
  })
  return content === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`
}

export const line = (x1: number, y1: number, x2: number, y2: number, className: string) =>
  element('line', { x1, y1, x2, y2, class: className })

export type Anchor = 'start' | 'middle' | 'end'
export const label = (x: number, y: number, content: string, anchor: Anchor = 'start', className = 'text') =>
  element('text', { x, y, 'text-anchor': anchor, class: className }, escapeText(content))

/**
 * After M. Okabe and K. Ito (2008), told apart by colour-blind readers too; darkened for a light page and lightened for
 * a dark one until each has a contrast of 3 to 1 with it (WCAG 2.2, 1.4.11). Shapes and dashes repeat the distinction.
 */
const LIGHT = ['#0072b2', '#c04f00', '#00805c', '#a8487f', '#8a6100', '#3d4852', '#5b4bc4', '#1b7f8c']
const DARK = ['#56b4e9', '#ff9550', '#3fd6a4', '#f29bcb', '#f0c64f', '#c3ccd4', '#b0a6ff', '#66d9e6']
const DASHES = ['none', '7 4', '2 4', '8 3 2 3']

/** A line's looks: of its colour and shape, and of its dashes. */
export interface Look {
  readonly hue: number
  readonly dash: number
}
export const classOf = ({ hue, dash }: Look) => `hue${hue % LIGHT.length} dash${dash % DASHES.length}`

/** A mark at a point, by hue: circle, square, triangle, diamond. */
export function mark(x: number, y: number, { hue }: Look): string {
  const shapes = [
    element('circle', { cx: x, cy: y, r: 3.5, class: `fill${hue % LIGHT.length}` }),
    element('rect', { x: x - 3, y: y - 3, width: 6, height: 6, class: `fill${hue % LIGHT.length}` }),
    polygon(hue, [x, y - 4, x + 4, y + 3, x - 4, y + 3]),
    polygon(hue, [x, y - 4.5, x + 4.5, y, x, y + 4.5, x - 4.5, y]),
  ]
  return shapes[hue % shapes.length] ?? ''
}

const polygon = (hue: number, points: readonly number[]) =>
  element('polygon', { points: points.map((value) => value.toFixed(1)).join(' '), class: `fill${hue % LIGHT.length}` })

const coloured = (colours: readonly string[]) =>
  colours.map((colour, i) => `.hue${i}{stroke:${colour}}.fill${i}{fill:${colour}}`).join('')

const STYLE = `
.paper{fill:#fff}.text{fill:#1f2328}.strong{fill:#1f2328;font-weight:600}.grid{stroke:#d8dee4}.roof{stroke:#1f2328;stroke-width:1.5}
.series{fill:none;stroke-width:2}${coloured(LIGHT)}
${DASHES.map((dash, i) => `.dash${i}{stroke-dasharray:${dash}}`).join('')}
@media (prefers-color-scheme:dark){.paper{fill:#0d1117}.text,.strong{fill:#e6edf3}.grid{stroke:#30363d}.roof{stroke:#e6edf3}
${coloured(DARK)}}
`

export interface Frame {
  /** Unique on a page. */
  readonly id: string
  readonly title: string
  /** What a reader who does not see the picture has to know. */
  readonly description: string
  readonly width: number
  readonly height: number
}

export function frame({ id, title, description, width, height }: Frame, content: readonly string[]): string {
  const labelled = `aria-labelledby="${id}-title ${id}-description"`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" role="img" ${labelled}>
<title id="${id}-title">${escapeText(title)}</title>
<desc id="${id}-description">${escapeText(description)}</desc>
<style>${STYLE}</style>
${element('rect', { width, height, class: 'paper' })}
${content.join('\n')}
</svg>
`
}
