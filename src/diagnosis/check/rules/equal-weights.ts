/**
 * Hidden units that begin equal and stay equal. A layer of equal weights alone is no fault: a single layer, or a second
 * one above random weights, moves apart. So the traced updates are replayed at other inputs, where nothing but the
 * symmetry of the network keeps units equal.
 */

import { RandomStream } from '../../../shared/index.ts'
import type { Analysis } from '../analyse.ts'
import type { Chain } from '../roles/chains.ts'
import type { Values } from '../tape/tape.ts'
import { map, type Tensor } from '../tape/tensor.ts'
import type { Finding } from '../types.ts'
import { short } from './trial.ts'
import { claimAt, zeroWeights } from './zero-weights.ts'

interface Layer {
  readonly name: string
  readonly first: Chain
  /** The weights as a matrix, after each update. */
  readonly versions: readonly Tensor[]
}

export function equalWeights(analysis: Analysis): Finding[] {
  const { best } = analysis
  if (best === undefined) return []
  if (best.results.length < 2) return zeroWeights(analysis)
  const layers = layersOf(analysis, atOtherInputs(analysis))
  const inOrder = [...layers].sort((a, b) => (a.first.versions[0]?.node ?? 0) - (b.first.versions[0]?.node ?? 0))
  for (const { name, first, versions } of inOrder) {
    const [initial] = versions
    const last = versions.at(-1)
    const value = initial?.data[0]
    if (initial === undefined || last === undefined || value === undefined || versions.length < 2) continue
    if (!initial.data.every((x) => x === value)) continue
    const [rows = 1, columns = 1] = initial.shape
    const units = [rows, columns][[0, 1].findIndex((axis) => slicesEqual(last, axis))]
    if (units === undefined) continue
    return claimAt(analysis, first, {
      kind: 'equal-initial-weights',
      site: -1,
      message: `all weights of ${name} begin at ${short(value)}: its ${units} units compute the same and receive the same gradient, for ever`,
      expected: 'random initial weights',
      received: `every weight ${short(value)}`,
      evidence: [
        `after ${versions.length - 1} traced updates the ${units} units still have equal weights, with other inputs as well`,
      ],
      parameters: [first.name],
    })
  }
  return zeroWeights(analysis)
}

/** The traced run with other inputs and the same parameters. */
function atOtherInputs({ tape, points, dependence }: Analysis): Values {
  const random = new RandomStream(11, 1)
  const changed = new Map<number, Tensor>()
  for (const node of points.inputs) {
    const value = points.values[0]?.[node]
    if (value === undefined || dependence.cut.has(node) || value.data.length > 200_000) continue
    changed.set(
      node,
      map(value, (v) => v + 0.3 * (2 * random.uniform() - 1)),
    )
  }
  return tape.evaluate(changed, tape.trace.nodes.length)
}

function layersOf(analysis: Analysis, values: Values): Layer[] {
  const layers: Layer[] = []
  const groups = new Map<string, { row: number; column: number; chain: Chain }[]>()
  const factors = matrixFactors(analysis)
  for (const { chain } of analysis.best?.results ?? []) {
    const shape = values[chain.versions[0]?.node ?? -1]?.shape
    if (shape?.length === 2 && factors.has(chain.id) && Math.max(...shape) > 1) {
      const versions = chain.versions.flatMap((v) => values[v.node] ?? [])
      layers.push({ name: chain.name, first: chain, versions })
    } else if (shape?.length === 0) {
      const place = placeIn(chain.name)
      if (place !== undefined) groups.set(place.group, [...(groups.get(place.group) ?? []), { ...place, chain }])
    }
  }
  for (const [name, cells] of groups) {
    const layer = matrixOf(name, cells, values)
    if (layer !== undefined) layers.push(layer)
  }
  return layers
}

/** Parameters that are a matrix in a product: biases are none. */
function matrixFactors({ tape, dependence }: Analysis): Set<number> {
  const found = new Set<number>()
  for (let node = 0; node < tape.trace.nodes.length; node++) {
    const { op, args } = tape.entry(node)
    if (!['dot', 'matmul', 'einsum'].includes(op)) continue
    for (let arg of args) {
      while (tape.entry(arg).op === 'view' && !dependence.cut.has(arg)) arg = tape.entry(arg).args[0] ?? -1
      const chain = dependence.chainOf.get(arg)
      if (chain !== undefined) found.add(chain)
    }
  }
  return found
}

/** `w[2][0]` as row 2, column 0 of `w`. */
function placeIn(name: string): { group: string; row: number; column: number } | undefined {
  const indices = [...name.matchAll(/\[(\d+)\]/g)]
  const [row, column] = indices.slice(-2)
  if (row === undefined || column === undefined) return undefined
  const group = `${name.slice(0, row.index)}${name.slice(row.index + row[0].length, column.index)}`
  return { group, row: Number(row[1]), column: Number(column[1]) }
}

function matrixOf(
  name: string,
  cells: readonly { row: number; column: number; chain: Chain }[],
  values: Values,
): Layer | undefined {
  const rows = 1 + Math.max(...cells.map((c) => c.row))
  const columns = 1 + Math.max(...cells.map((c) => c.column))
  const [first] = cells
  if (first === undefined || rows * columns !== cells.length || cells.length < 2) return undefined
  const count = Math.min(...cells.map((c) => c.chain.versions.length))
  const versions = Array.from({ length: count }, (_, k) => {
    const data = new Float64Array(cells.length)
    for (const { row, column, chain } of cells)
      data[row * columns + column] = values[chain.versions[k]?.node ?? -1]?.data[0] ?? Number.NaN
    return { shape: [rows, columns], data }
  })
  return { name, first: first.chain, versions }
}

/** Whether all rows (axis 0) or all columns (axis 1) are equal, and there are several. */
function slicesEqual({ shape, data }: Tensor, axis: number): boolean {
  const [rows = 1, columns = 1] = shape
  if ((axis === 0 ? rows : columns) < 2) return false
  return data.every((x, i) => {
    const first = data[axis === 0 ? i % columns : i - (i % columns)] as number
    return Math.abs(x - first) <= 1e-12 * Math.max(1, Math.abs(x))
  })
}
