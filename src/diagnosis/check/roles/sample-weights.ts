/**
 * Weights of samples: numbers by which errors are multiplied before they become gradients. They are rewards or
 * advantages, as constants, in the gradient of a policy (−Σ G log π(a | s)), counts or importances elsewhere.
 */

import { DIVISIONS, MULTIPLICATIONS } from '../tape/operations.ts'
import type { Tape, Values } from '../tape/tape.ts'
import type { Dependence } from './dependence.ts'
import type { Meeting } from './meetings.ts'

/** Operations that an error passes through on its way into a gradient, a multiple of what it was. */
const LINEAR = new Set([
  ...['copy', 'view', 'move', 'neg', 'negative', 'write', 'pack', 'dot', 'matmul', 'outer', 'sum'],
  ...MULTIPLICATIONS,
  ...DIVISIONS,
])
const MOST_HOPS = 6
const MOST_READERS = 8

export interface Weight {
  readonly node: number
  /** Which of its elements it is, where it has one for each of the samples whose errors were joined. */
  readonly at?: number
}

/** For each meeting what its error is multiplied with, one number for each sample; undefined where all have the same. */
export function weightsOf(
  tape: Tape,
  dependence: Dependence,
  values: Values,
  meetings: readonly Meeting[],
): readonly Weight[] | undefined {
  const weights: Weight[] = []
  for (const meeting of meetings) {
    const weight = weightOf(tape, dependence, values, meeting)
    if (weight === undefined) return undefined
    weights.push(weight)
  }
  const numbers = weights.flatMap(({ node, at }) => {
    const data = values[node]?.data
    return data === undefined ? [] : at === undefined ? [...data] : [data[at]]
  })
  return numbers.some((x) => x !== numbers[0]) ? weights : undefined
}

function weightOf(tape: Tape, dependence: Dependence, values: Values, meeting: Meeting): Weight | undefined {
  let open: { node: number; shape: readonly number[]; at?: number }[] = [
    { node: meeting.node, shape: values[meeting.prediction]?.shape ?? [] },
  ]
  for (let hop = 0; hop < MOST_HOPS && open.length > 0; hop++) {
    const next: typeof open = []
    for (const { node, shape, at } of open)
      for (const reader of tape.readers(node).slice(0, MOST_READERS)) {
        const { op, args } = tape.entry(reader)
        if (tape.aside[reader] === 1 || dependence.cut.has(reader) || !LINEAR.has(op)) continue
        const isWeight = (a: number) =>
          a !== node &&
          isOfSamples(dependence, values, a, shape, tape) &&
          (at === undefined || values[a]?.data.length === shape[0])
        const weight = MULTIPLICATIONS.has(op) ? args.find(isWeight) : undefined
        if (weight !== undefined) return { node: weight, ...(at !== undefined && { at }) }
        // Errors of samples that came one by one, `np.vstack(errors)`.
        const joined = values[reader]?.shape ?? []
        const isJoined = op === 'move' && args.length > 1 && joined.length === 2 && joined[0] === args.length
        if (isJoined && at === undefined) next.push({ node: reader, shape: joined, at: args.indexOf(node) })
        else next.push({ node: reader, shape, ...(at !== undefined && { at }) })
      }
    open = next
  }
  return undefined
}

/** Whether a value is data, one number for each sample of a prediction of that shape. */
function isOfSamples(
  dependence: Dependence,
  values: Values,
  node: number,
  shape: readonly number[],
  tape: Tape,
): boolean {
  const value = values[node]
  if (value === undefined || dependence.depends[node] === 1) return false
  const [rows = 1, columns = 1] = shape
  const own = value.shape.length < shape.length && shape.length === 2 ? [1, ...value.shape] : value.shape
  // A sample alone has one number, which is no number that is written in the source and the same for all.
  if (value.data.length === 1) return shape.length < 2 || rows === 1 || columns === 1 ? !isWhole(tape, node) : false
  if (own.length !== shape.length) return false
  const differs = own.filter((n, i) => n !== shape[i])
  const isRow = own.every((n, i) => n === shape[i] || n === 1)
  return isRow && (differs.length > 0 || shape.length < 2 || rows === 1 || columns === 1)
}

const isWhole = (tape: Tape, node: number) => {
  const found = tape.trace.nodes[node]
  return found?.op === 'leaf' && found.dtype === 'i' && found.shape.length === 0
}
