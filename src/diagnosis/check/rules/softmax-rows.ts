/**
 * A softmax that divides by the sum over all samples at once: no row sums to 1, and what a loss makes of it grows with
 * the number of samples. It may stand in the evaluation alone, where no gradient shows it. One that divides by the sum
 * over the samples of each class is at fault only where gradients are right without that.
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

interface Misplaced {
  /** The sum over everything, or over the samples of each class. */
  readonly sum: number
  readonly division: number
  readonly samples: number
  /** The axis of the classes. */
  readonly axis: 0 | 1
  readonly isWhole: boolean
  /** What the probabilities of a sample sum to, the smallest and the largest. */
  readonly smallest: number
  readonly largest: number
}

export async function softmaxOverSamples(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const [found] = misplaced(analysis)
  const site = analysis.tape.entry(found?.sum ?? 0).site
  const at = analysis.trace.sites[site]
  if (found === undefined || at === undefined) return NOTHING_FOUND
  const text = textAt(analysis, at)
  // A sum over everything may be that of one sample too, whose classes are its only axis.
  const other = alongAxis(text, found.isWhole && found.axis === 1 ? -1 : found.axis)
  const before = wrongNames(analysis).length
  if (other === undefined || other === text || (!found.isWhole && before === 0)) return NOTHING_FOUND
  const edit = replaceAt(at, other)
  const after = await analyseEdited(scene, [edit])
  if (after === undefined || misplaced(after).length > 0) return NOTHING_FOUND
  if (wrongNames(after).length > (found.isWhole ? before : before - 1)) return NOTHING_FOUND
  const sums = found.isWhole
    ? `of ${found.samples} samples none sums to 1, the largest to ${short(found.largest)}`
    : `the probabilities of a sample sum to ${short(found.smallest)} … ${short(found.largest)}`
  const findings = findingAt(analysis, {
    kind: 'softmax-axis',
    site: analysis.tape.entry(found.division).site,
    message: found.isWhole
      ? `the softmax divides by the sum over all ${found.samples} samples at once: each sample must sum to 1 by itself`
      : 'the softmax divides by the sum over the samples: each sample must sum to 1 over its classes',
    expected: other,
    received: text,
    evidence: [
      sums,
      `checked: with ${other} each does${before > wrongNames(after).length ? `, and ${before - wrongNames(after).length} more gradients agree with the true ones` : ''}`,
    ],
    parameters: [],
  }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
  return { findings, edits: [edit], analysis: after }
}

/** The text of a sum, taken over one axis that is kept; undefined where it is no call of a sum. */
function alongAxis(text: string, axis: number): string | undefined {
  const along = `axis=${axis}, keepdims=True`
  const call = /^((?:\w+\.)?sum)\((.*)\)$/s.exec(text)
  if (call !== null && /^(np|numpy|xp|sum)\b/.test(call[1] ?? '')) {
    const first = firstArgument(call[2] ?? '')
    return first === '' ? undefined : `${call[1]}(${first}, ${along})`
  }
  const method = /^(.*)\.sum\([^()]*\)$/s.exec(text)
  return method === null ? undefined : `${method[1]}.sum(${along})`
}

/** What stands before the first comma that no bracket encloses. */
function firstArgument(text: string): string {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (c === ',' && depth === 0) return text.slice(0, i).trim()
  }
  return text.trim()
}

/** exp(z) / sum(exp(z)), of a matrix of samples, the sum over everything or over the samples. */
function misplaced({ tape, points, dependence }: Analysis): Misplaced[] {
  const values = points.values[0] ?? []
  const found: Misplaced[] = []
  for (let node = 0; node < tape.trace.nodes.length && found.length === 0; node++) {
    const { op, args } = tape.entry(node)
    const [e, sum] = args
    if (!DIVISIONS.has(op) || e === undefined || sum === undefined || dependence.depends[node] !== 1) continue
    const below = tape.entry(sum)
    const [rows = 1, columns = 1] = values[e]?.shape ?? []
    if (tape.entry(e).op !== 'exp' || below.op !== 'sum' || below.args[0] !== e) continue
    if (values[e]?.shape.length !== 2 || rows < 2 || columns < 2) continue
    const axis = classAxis(tape.entry.bind(tape), dependence.cut, e)
    const data = values[node]?.data
    const over = values[sum]
    if (axis === undefined || data === undefined || over === undefined) continue
    const [samples, classes] = axis === 0 ? [columns, rows] : [rows, columns]
    const isWhole = over.data.length === 1
    const isAcross =
      over.data.length === classes && over.shape.every((n, i) => n === 1 || i - over.shape.length === axis - 2)
    if (!isWhole && !isAcross) continue
    const sums = Array.from({ length: samples }, (_, s) => {
      let total = 0
      for (let c = 0; c < classes; c++) total += data[axis === 0 ? c * columns + s : s * columns + c] ?? Number.NaN
      return total
    })
    const [smallest, largest] = [Math.min(...sums), Math.max(...sums)]
    if (isWhole ? largest < 1 - 1e-6 : largest - smallest > 1e-6)
      found.push({ sum, division: node, samples, axis, isWhole, smallest, largest })
  }
  return found
}

/** The axis that the weights of the last product made: its columns where they stand on the right, else its rows. */
function classAxis(
  entry: (node: number) => { op: string; args: readonly number[] },
  cut: ReadonlySet<number>,
  from: number,
): 0 | 1 | undefined {
  const isWeight = (node: number): boolean =>
    cut.has(node) || (['view', 'copy'].includes(entry(node).op) && isWeight(entry(node).args[0] ?? from))
  const walk = (node: number, depth: number): 0 | 1 | undefined => {
    const { op, args } = entry(node)
    const [a, b] = args
    if (PRODUCTS.has(op) && a !== undefined && b !== undefined) return isWeight(b) ? 1 : isWeight(a) ? 0 : undefined
    if (depth > DEPTH || cut.has(node)) return undefined
    for (const arg of args) {
      const axis = walk(arg, depth + 1)
      if (axis !== undefined) return axis
    }
    return undefined
  }
  return walk(from, 0)
}
