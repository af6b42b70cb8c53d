/**
 * Labels that index the predictions, `p[range(n), labels] -= 1`, and were put into another order than the inputs. No tape
 * leads from a label to its array; but the labels that were used are those of the array in its own order, sample by
 * sample, and not those that stood beside the inputs.
 */

import type { Analysis } from '../analyse.ts'
import { findMeetings } from '../roles/meetings.ts'
import { dataFactors, rowSequence, rowsOf } from './provenance.ts'

const FEWEST = 12
const MOST_MEETINGS = 24
/** The share of samples that must have got another label: one of the same class is the right one by chance. */
const APART = 0.2

export interface LabelsApart {
  /** What put the one and the other into an order. */
  readonly moves: readonly [number, number]
  readonly seen: number
  readonly wrong: number
}

export function labelsApart(analysis: Analysis): LabelsApart | undefined {
  const meetings = findMeetings(analysis.tape, analysis.dependence).filter((m) => m.target < 0)
  if (meetings.length === 0) return undefined
  const shuffles = permutations(analysis)
  for (const inputs of shuffles) {
    const samples = shuffles.length > 1 ? samplesOf(analysis, inputs, meetings) : []
    if (samples.length < FEWEST || shuffles.some(({ from }) => isBeside(analysis, from, samples))) continue
    for (const labels of shuffles) {
      const found = labels.from === inputs.from ? undefined : heldAgainst(analysis, inputs, labels, samples)
      if (found !== undefined) return found
    }
  }
  return undefined
}

interface Permutation {
  readonly node: number
  readonly from: number
  /** The row that each place got. */
  readonly order: readonly number[]
}

/** Data whose rows are put into an order of their own, all of them. */
function permutations({ tape, points, dependence }: Analysis): Permutation[] {
  const values = points.values[0] ?? []
  const out: Permutation[] = []
  for (let node = 0; node < tape.trace.nodes.length; node++) {
    const { op, args, params } = tape.entry(node)
    const [from = -1] = args
    const { index } = params
    const [count = 0] = values[node]?.shape ?? []
    if (op !== 'move' || !Array.isArray(index) || dependence.depends[node] === 1 || count < FEWEST) continue
    const width = (values[node]?.data.length ?? 0) / count
    if (values[from]?.data.length !== values[node]?.data.length || values[from]?.shape[0] !== count) continue
    const order = Array.from({ length: count }, (_, k) => Math.floor((index[k * width] as number) / width))
    if (new Set(order).size === count && order.some((row, k) => row !== k)) out.push({ node, from, order })
  }
  return out
}

interface Sample {
  readonly row: number
  readonly label: number
}

/** Which row of the inputs met which label, where the inputs come through a shuffle. */
function samplesOf(
  { tape, points, dependence }: Analysis,
  { node, from }: Permutation,
  meetings: ReturnType<typeof findMeetings>,
): Sample[] {
  const values = points.values[0] ?? []
  const out: Sample[] = []
  for (const { prediction, target } of meetings.slice(0, MOST_MEETINGS)) {
    const labels = labelsAt(values[prediction]?.shape ?? [], tape.entry(-target).params.at as number[])
    const above = tape.ancestors([prediction], dependence.cut)
    if (labels === undefined || !above.has(node)) continue
    for (const input of dataFactors(tape, dependence, above)) {
      const rows = rowsOf(tape, values, input, from, 0)
      const order = rows && rowSequence(rows, labels.length)
      if (order === undefined) continue
      out.push(...order.map((row, k) => ({ row, label: labels[k] as number })))
      break
    }
  }
  return out
}

/** The label of each sample, where one place of its row or column was written. */
function labelsAt(shape: readonly number[], at: readonly number[]): number[] | undefined {
  const [rows = 1, columns = 1] = shape.length === 1 ? [1, shape[0]] : shape
  if (shape.length > 2) return undefined
  for (const [count, sampleOf, labelOf] of [
    [rows, (x: number) => Math.floor(x / columns), (x: number) => x % columns],
    [columns, (x: number) => x % columns, (x: number) => Math.floor(x / columns)],
  ] as const) {
    const labels = new Array<number>(count).fill(Number.NaN)
    for (const x of at) labels[sampleOf(x)] = labelOf(x)
    if (at.length === count && labels.every((l) => !Number.isNaN(l))) return labels
  }
  return undefined
}

/** Whether the labels are those of an array in the order of the inputs. */
function isBeside({ points }: Analysis, labels: number, samples: readonly Sample[]): boolean {
  const data = points.values[0]?.[labels]?.data
  return data !== undefined && samples.every(({ row, label }) => data[row] === label)
}

/** Whether each sample's label is the one that stands in the place of its row in another order. */
function heldAgainst(
  { points }: Analysis,
  inputs: Permutation,
  labels: Permutation,
  samples: readonly Sample[],
): LabelsApart | undefined {
  const values = points.values[0] ?? []
  const [own, shuffled] = [values[labels.from]?.data, values[labels.node]?.data]
  if (own?.length !== inputs.order.length || shuffled === undefined) return undefined
  const placeOf = new Map(inputs.order.map((row, place) => [row, place]))
  if (!samples.every(({ row, label }) => shuffled[placeOf.get(row) ?? -1] === label)) return undefined
  const wrong = samples.filter(({ row, label }) => own[row] !== label).length
  return wrong < APART * samples.length ? undefined : { moves: [inputs.node, labels.node], seen: samples.length, wrong }
}
