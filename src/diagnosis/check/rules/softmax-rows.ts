/**
 * A softmax that divides by the sum over all samples at once: no row sums to 1, and what a loss makes of it grows with
 * the number of samples. It may stand in the evaluation alone, where no gradient shows it.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import {
  analyseEdited,
  fixOf,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  short,
  textAt,
  wrongNames,
} from './trial.ts'

const DIVISIONS = new Set(['div', 'divide'])
const PRODUCTS = new Set(['dot', 'matmul'])
const DEPTH = 10

interface Whole {
  /** The sum over everything. */
  readonly sum: number
  readonly division: number
  readonly samples: number
  /** The axis of the classes. */
  readonly axis: number
  readonly largest: number
}

export async function softmaxOverSamples(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const [found] = wholes(analysis)
  const site = analysis.tape.entry(found?.sum ?? 0).site
  const at = analysis.trace.sites[site]
  if (found === undefined || at === undefined) return NOTHING_FOUND
  const text = textAt(analysis, at)
  const along = `axis=${found.axis}, keepdims=True`
  const other = text
    .replace(/^((?:\w+\.)?sum)\(\s*([\w.]+)\s*\)$/, `$1($2, ${along})`)
    .replace(/^([\w.]+\.sum)\(\s*\)$/, `$1(${along})`)
  if (other === text) return NOTHING_FOUND
  const edit = replaceAt(at, other)
  const after = await analyseEdited(scene, [edit])
  if (after === undefined || wholes(after).length > 0 || wrongNames(after).length > wrongNames(analysis).length)
    return NOTHING_FOUND
  const findings = findingAt(analysis, {
    kind: 'softmax-axis',
    site: analysis.tape.entry(found.division).site,
    message: `the softmax divides by the sum over all ${found.samples} samples at once: each sample must sum to 1 by itself`,
    expected: other,
    received: text,
    evidence: [
      `of ${found.samples} samples none sums to 1, the largest to ${short(found.largest)}`,
      `checked: with ${other} each does`,
    ],
    parameters: [],
  }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
  return { findings, edits: [edit], analysis: after }
}

/** exp(z) / sum(exp(z)), of a matrix of samples. */
function wholes({ tape, points, dependence }: Analysis): Whole[] {
  const values = points.values[0] ?? []
  const found: Whole[] = []
  for (let node = 0; node < tape.trace.nodes.length && found.length === 0; node++) {
    const { op, args } = tape.entry(node)
    const [e, sum] = args
    if (!DIVISIONS.has(op) || e === undefined || sum === undefined || dependence.depends[node] !== 1) continue
    const below = tape.entry(sum)
    const [rows = 1, columns = 1] = values[e]?.shape ?? []
    if (tape.entry(e).op !== 'exp' || below.op !== 'sum' || below.args[0] !== e) continue
    if (values[e]?.shape.length !== 2 || values[sum]?.data.length !== 1 || rows < 2 || columns < 2) continue
    const axis = classAxis(tape.entry.bind(tape), dependence.cut, e)
    const data = values[node]?.data
    if (axis === undefined || data === undefined) continue
    const [samples, classes] = axis === 0 ? [columns, rows] : [rows, columns]
    const sums = Array.from({ length: samples }, (_, s) => {
      let total = 0
      for (let c = 0; c < classes; c++) total += data[axis === 0 ? c * columns + s : s * columns + c] ?? Number.NaN
      return total
    })
    const largest = Math.max(...sums)
    if (largest < 1 - 1e-6) found.push({ sum, division: node, samples, axis, largest })
  }
  return found
}

/** The axis that the weights of the last product made: its columns where they stand on the right, else its rows. */
function classAxis(
  entry: (node: number) => { op: string; args: readonly number[] },
  cut: ReadonlySet<number>,
  from: number,
): 0 | -1 | undefined {
  const isWeight = (node: number): boolean =>
    cut.has(node) || (['view', 'copy'].includes(entry(node).op) && isWeight(entry(node).args[0] ?? from))
  const walk = (node: number, depth: number): 0 | -1 | undefined => {
    const { op, args } = entry(node)
    const [a, b] = args
    if (PRODUCTS.has(op) && a !== undefined && b !== undefined) return isWeight(b) ? -1 : isWeight(a) ? 0 : undefined
    if (depth > DEPTH || cut.has(node)) return undefined
    for (const arg of args) {
      const axis = walk(arg, depth + 1)
      if (axis !== undefined) return axis
    }
    return undefined
  }
  return walk(from, 0)
}
