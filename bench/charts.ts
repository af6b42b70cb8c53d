/** The pictures: one for each sweep and one for the roofline, with the data that a table beside them says. */

import { readRoofline, renderRoofline, rooflineRows } from './chart/roofline.ts'
import { panelRows, renderSweep, sweepPanels } from './chart/sweep.ts'
import type { ItemResult } from './measurement.ts'
import type { Rows } from './table.ts'

export interface Chart {
  readonly file: string
  readonly title: string
  readonly svg: string
  readonly tables: readonly { readonly caption: string; readonly rows: Rows }[]
}

const TITLES: Readonly<Record<string, string>> = {
  widths: 'A training step as a hidden layer widens, SGD',
  depths: 'A training step as layers are added, SGD',
  batches: 'A training step as the batch grows, SGD',
  threads: 'A training step as threads are added, SGD',
  roofline: 'How near everybody comes to the machine’s limits',
}

/** The items that have a picture. */
export const CHARTED: readonly string[] = Object.keys(TITLES)

/** Undefined where the item has none, or nobody was measured. */
export function renderChart(item: ItemResult): Chart | undefined {
  const title = TITLES[item.item]
  if (title === undefined) return undefined
  const [file, id] = [`performance-${item.item}.svg`, item.item]
  const roofline = readRoofline(item)
  if (roofline !== undefined) {
    const tables = [{ caption: 'GFLOP/s', rows: rooflineRows(roofline) }]
    return { file, title, svg: renderRoofline(roofline, id, title), tables }
  }
  const panels = sweepPanels(item)
  if (panels.length === 0) return undefined
  const tables = panels.map((panel) => ({ caption: panel.series, rows: panelRows(panel) }))
  return { file, title, svg: renderSweep(panels, id, title), tables }
}
