/** A network as a table: one line a layer, with shapes and parameter counts. */

import { formatBytes, formatCount, sizeOf } from '../shared/index.ts'
import { withBatch } from './layer.ts'
import type { Network, NetworkLayer } from './network.ts'

function parameterCount({ parameters }: NetworkLayer): number {
  return parameters.reduce((count, { shape }) => count + sizeOf(shape), 0)
}

/** Columns padded to their widest cell; the columns from `numbersFrom` on are set flush right. */
function formatTable(rows: readonly (readonly string[])[], numbersFrom: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column >= numbersFrom ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

export function formatSummary(network: Network): string {
  const rows = [
    ['layer', 'kind', 'output', 'parameters'],
    ['input', '', withBatch(network.inputShape), ''],
    ...network.layers.map((placed) => [
      placed.name,
      placed.layer.kind,
      withBatch(placed.outputShape),
      formatCount(parameterCount(placed)),
    ]),
  ]
  const lines = formatTable(rows, 3)
  const rule = '-'.repeat(Math.max(...lines.map(({ length }) => length)))
  const total = network.layers.reduce((count, placed) => count + parameterCount(placed), 0)
  const kept = total - network.trainableCount
  const held = kept === 0 ? '' : `, ${formatCount(kept)} of them not trained`
  return [
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `${formatCount(total)} parameters${held} (${formatBytes(total * 4)} in f32)`,
  ].join('\n')
}
