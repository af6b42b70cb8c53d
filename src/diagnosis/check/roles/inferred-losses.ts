/** Losses that a script does not state but may be trained on: the standard ones, where prediction and target meet. */

import type { Tape, Values } from '../tape/tape.ts'
import { scalar, type Tensor, tensor } from '../tape/tensor.ts'
import type { Dependence } from './dependence.ts'
import { grown, type Loss, stepsOf } from './losses.ts'
import { findMeetings, type Meeting } from './meetings.ts'
import { type Weight, weightsOf } from './sample-weights.ts'

/** Losses that the script does not state but may be trained on, from where prediction and target meet. */
export function inferredLosses(tape: Tape, dependence: Dependence, values: Values): Loss[] {
  const bySite = new Map<number, Meeting[]>()
  for (const meeting of findMeetings(tape, dependence))
    bySite.set(meeting.site, [...(bySite.get(meeting.site) ?? []), meeting])
  const losses: Loss[] = []
  const seen = new Set<string>()
  for (const [site, meetings] of bySite) {
    const key = meetings
      .slice(0, 3)
      .map((m) => `${m.prediction},${m.target}`)
      .join(' ')
    if (seen.has(key)) continue
    seen.add(key)
    const first = meetings[0]
    if (first === undefined) continue
    const together = sumToOneInGroups(meetings.map((m) => values[m.prediction]))
    const kinds = ['squared', 'binary cross-entropy', 'cross-entropy'] as const
    const add = (form: (typeof kinds)[number], name: string, weights?: readonly Weight[]) => {
      const terms = meetings.map((meeting, i) => lossTerm(tape, values, form, meeting, together, weights?.[i]))
      tape.extend(values)
      if (terms.includes(undefined)) return
      const whole = terms.flatMap((term): [number, number][] => (term === undefined ? [] : [[term, 1]]))
      const steps = stepsOf(tape, grown(tape, dependence), whole)
      losses.push({ form, stated: false, name, site, steps, prediction: first.prediction, target: first.target })
    }
    for (const form of kinds) add(form, form)
    const weights = weightsOf(tape, dependence, values, meetings)
    if (weights !== undefined) for (const form of [...kinds].reverse()) add(form, `weighted ${form}`, weights)
  }
  return losses
}

function lossTerm(
  tape: Tape,
  values: Values,
  form: 'squared' | 'binary cross-entropy' | 'cross-entropy',
  meeting: Meeting,
  together: boolean,
  weight?: Weight,
): number | undefined {
  const { prediction } = meeting
  const p = values[prediction]
  if (p === undefined) return undefined
  const target = meeting.target < 0 ? oneHot(tape, -meeting.target, p.shape) : meeting.target
  const t = target < values.length ? values[target] : tape.leaves[target]
  if (t === undefined) return undefined
  const inside = p.data.every((x) => x > 0 && x < 1)
  const ok = t.data.every((x) => x >= 0 && x <= 1)
  const all = (node: number) =>
    tape.append('sum', [weight === undefined ? node : tape.append('mul', [node, elementOf(tape, weight)])], {
      axes: p.shape.length >= (t.shape.length ?? 0) ? p.shape.map((_, i) => i) : t.shape.map((_, i) => i),
      keepdims: 0,
    })
  if (form === 'squared') {
    const off = tape.append('sub', [prediction, target])
    return tape.append('mul', [tape.constant(scalar(0.5)), all(tape.append('mul', [off, off]))])
  }
  if (!inside || !ok) return undefined
  if (form === 'cross-entropy') {
    if (!together && !sumsToOne(p.shape, p.data)) return undefined
    return tape.append('neg', [all(tape.append('mul', [target, tape.append('log', [prediction])]))])
  }
  const one = tape.constant(scalar(1))
  const hit = tape.append('mul', [target, tape.append('log', [prediction])])
  const miss = tape.append('mul', [
    tape.append('sub', [one, target]),
    tape.append('log', [tape.append('sub', [one, prediction])]),
  ])
  return tape.append('neg', [all(tape.append('add', [hit, miss]))])
}

const elementOf = (tape: Tape, { node, at }: Weight) =>
  at === undefined ? node : tape.append('move', [node], { index: [at], shape: [] })

export function oneHot(tape: Tape, put: number, shape: readonly number[]): number {
  const { params } = tape.entry(put)
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1))
  for (const place of params.at as number[]) data[place] = 1
  return tape.constant(tensor(shape, data))
}

/** Whether numbers, one after another, are probabilities that belong together, so many of them at a time. */
function sumToOneInGroups(predictions: readonly (Tensor | undefined)[]): boolean {
  if (predictions.length < 2 || predictions.some((p) => p?.data.length !== 1)) return false
  let [total, size, first] = [0, 0, 0]
  for (const [i, p] of predictions.entries()) {
    total += p?.data[0] ?? 0
    size++
    if (Math.abs(total - 1) > 1e-9) continue
    if (size < 2 || (first > 0 && size !== first)) return false
    first = size
    if (i === predictions.length - 1) return true
    total = 0
    size = 0
  }
  return false
}

/** Whether rows, columns or the whole are probabilities. */
function sumsToOne(shape: readonly number[], data: Float64Array): boolean {
  const close = (x: number) => Math.abs(x - 1) < 1e-6
  const total = data.reduce((a, b) => a + b, 0)
  if (close(total) && data.length > 1) return true
  const [rows = 1, columns = 1] = shape.length === 2 ? shape : [1, shape[0] ?? 1]
  if (data.length !== rows * columns) return false
  const byRow = Array.from({ length: rows }, (_, i) =>
    data.subarray(i * columns, (i + 1) * columns).reduce((a, b) => a + b, 0),
  )
  if (columns > 1 && byRow.every(close)) return true
  const byColumn = Array.from({ length: columns }, (_, j) =>
    byRow.reduce((a, _x, i) => a + (data[i * columns + j] as number), 0),
  )
  return rows > 1 && byColumn.every(close)
}
