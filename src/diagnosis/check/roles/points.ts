/**
 * Random points: the recorded run, and the same run from other parameters and inputs. A value that agrees with the
 * truth at all of them agrees as a function, not by chance (zero weights, a mask that happens to be 1).
 * A point is kept only if every `if` of the script would have gone the same way there.
 */

import { RandomStream } from '../../../shared/index.ts'
import { viewIndex } from '../tape/moves.ts'
import { reduceOf } from '../tape/reductions.ts'
import type { Tape, Values } from '../tape/tape.ts'
import { map, type Tensor } from '../tape/tensor.ts'
import { textOfSite } from '../trace/location.ts'
import type { Trace } from '../trace/trace.ts'
import { type Dependence, holding, MOVES } from './dependence.ts'

const LEAST_ALIKE = 4
const MOST_ALIKE = 10_000

/** Operations that multiply what they are given. */
export const PRODUCTS: ReadonlySet<string> = new Set([
  'dot',
  'matmul',
  'mul',
  'multiply',
  'einsum',
  'outer',
  'inner',
  'vdot',
])

/** Leaves that are data which parameters are multiplied with: the inputs. A number times a matrix is no layer: it weighs a penalty. */
export function findInputs(tape: Tape, dependence: Dependence): Set<number> {
  const inputs = new Set<number>()
  const weights = new Set<number>()
  const shapeOf = (node: number) => tape.trace.nodes[node]?.shape ?? []
  const last = tape.aside.some((x) => x === 1) ? tape.length : Math.min(tape.length, 60_000)
  const isParameter = holding(tape, dependence.cut, last)
  const collect = (node: number, depth: number) => {
    const { op, args } = tape.entry(node)
    if (op === 'leaf') inputs.add(node)
    else if (MOVES.has(op) && depth < 8) for (const a of args) collect(a, depth + 1)
  }
  const isMatrix = (node: number) => shapeOf(node).filter((n) => n > 1).length > 1
  for (let node = 0; node < last; node++) {
    const { op, args } = tape.entry(node)
    if (!PRODUCTS.has(op) || dependence.depends[node] !== 1 || tape.aside[node] === 1) continue
    const free = args.find((a) => dependence.depends[a] === 0)
    if (free === undefined || !args.some((a) => a !== free && isParameter[a] === 1)) continue
    if (shapeOf(free).length === 0 && args.some(isMatrix)) weights.add(free)
    if (!isLiteral(tape, node, args.indexOf(free))) collect(free, 0)
  }
  for (const node of weights) inputs.delete(node)
  return inputs
}

const LITERAL = String.raw`\d+\.?\d*(?:e[-+]?\d+)?`
const FIRST = new RegExp(`^${LITERAL}\\s*\\*`, 'i')
const SECOND = new RegExp(`\\*\\s*${LITERAL}$`, 'i')
const knownLiterals = new WeakMap<Trace, Map<number, readonly [boolean, boolean]>>()

/** Whether a factor is a number that is written out, `0.001 * w`: the same wherever it stands, and no data. */
function isLiteral({ trace, entries }: Tape, node: number, index: number): boolean {
  const known = knownLiterals.get(trace) ?? new Map<number, readonly [boolean, boolean]>()
  knownLiterals.set(trace, known)
  const own = entries[node]?.site ?? -1
  const site = trace.sites[own]
  if (site?.kind !== 'BinOp' || site.line !== site.endLine) return false
  let found = known.get(own)
  if (found === undefined) {
    const text = textOfSite(trace, site)
    found = [FIRST.test(text), SECOND.test(text)]
    known.set(own, found)
  }
  return found[index] === true
}

function noisy(x: Tensor, random: RandomStream, size: number): Tensor {
  let square = 0
  for (const v of x.data) square += v * v
  const spread = Math.max(Math.sqrt(square / Math.max(1, x.data.length)), 0.1)
  return map(x, (v) => v + size * spread * (2 * random.uniform() - 1))
}

/** Whether an array is large and varied enough for another one to be the same by no chance. */
function isVaried({ data }: Tensor): boolean {
  return data.length >= LEAST_ALIKE && data.length <= MOST_ALIKE && data.some((x) => x !== data[0])
}

/**
 * Zeros and ones that stand for no data: a state that begins at zero, the column beside the inputs that biases are
 * multiplied with. They are made anew wherever they are needed (and a number 1 is one object for all uses), so that what
 * moved here would not move there.
 */
function isFiller(tape: Tape, node: number, { data }: Tensor): boolean {
  const found = tape.trace.nodes[node]
  if (found?.op !== 'leaf') return false
  const [first] = data
  return (
    (found.dtype === 'i' && found.shape.length === 0) ||
    ((first === 0 || first === 1) && data.every((x) => x === first))
  )
}

/** Which way each `if` went, 1 or 2, by the node of its test; of those that the recorded values explain. */
function waysTaken(tape: Tape, recorded: Values, dependence: Dependence): Uint8Array {
  const ways = new Uint8Array(tape.length)
  for (const event of tape.trace.events) {
    if (event.kind !== 'guard' || tape.aside[event.node] === 1 || dependence.depends[event.node] !== 1) continue
    const before = recorded[event.node]?.data[0]
    if (before !== undefined && (before !== 0) === event.value) ways[event.node] = event.value ? 1 : 2
  }
  return ways
}

/**
 * Whether the elements that the script chose, as the largest of a window, still are that. It matters where the forward
 * pass takes the maximum itself, which moves on to another element, and the backward pass the position.
 */
function choicesHold(tape: Tape, values: Values, dependence: Dependence): boolean {
  for (const event of tape.trace.events) {
    if (event.kind !== 'choice' || dependence.depends[event.node] !== 1) continue
    const { node, of, axes, chosen } = event
    const value = values[node]
    if (value === undefined || !isTakenElsewhere(tape, node, of)) continue
    const best = reduceOf(of, value, { axes, keepdims: 0 })
    if (chosen.some((place, i) => value.data[place] !== best.data[i])) return false
  }
  return true
}

/** Whether the largest of just these elements, or of an array's part that holds them, is taken as a value somewhere. */
function isTakenElsewhere(tape: Tape, node: number, of: 'max' | 'min'): boolean {
  const isTaken = (n: number) =>
    tape.readers(n).some((reader) => {
      const { op, params } = tape.entry(reader)
      return op === of && params.chosen === undefined
    })
  if (isTaken(node)) return true
  const { op, args, params } = tape.entry(node)
  const [whole] = args
  if (op !== 'view' || whole === undefined) return false
  const shape = tape.trace.nodes[whole]?.shape ?? []
  const own = viewIndex(shape, params)
  return tape.readers(whole).some((part) => {
    const { op: reads, params: at } = tape.entry(part)
    if (part === node || reads !== 'view' || !isTaken(part)) return false
    const held = new Set(viewIndex(shape, at))
    return own.every((place) => held.has(place))
  })
}

export interface Points {
  readonly values: readonly Values[]
  /** Leaves that the parameters are multiplied with. */
  readonly inputs: ReadonlySet<number>
  readonly changes: readonly ReadonlyMap<number, Tensor>[]
}

/** @param recorded the values of the script's own run, as far as they have been computed. */
export function makePoints(
  tape: Tape,
  dependence: Dependence,
  recorded: Values,
  frozen: ReadonlySet<number>,
  count: number,
): Points {
  const inputs = findInputs(tape, dependence)
  const starts = dependence.parameters.flatMap((c) => (c.versions[0] === undefined ? [] : [c.versions[0].node]))
  tape.extend(recorded)
  const ways = waysTaken(tape, recorded, dependence)
  const goesTheSameWay = (node: number, value: Tensor | undefined) => {
    const x = value?.data[0]
    return ways[node] === 0 || x === undefined || (x !== 0) === (ways[node] === 1)
  }
  const values: Values[] = [recorded]
  const changes: ReadonlyMap<number, Tensor>[] = [new Map()]
  for (let point = 1; point < count; point++) {
    const random = new RandomStream(7, point)
    let size = 0.5
    let spare: { found: Values; changed: ReadonlyMap<number, Tensor> } | undefined
    // Equal patches of a flat picture have equal maxima, of which one was chosen: they stay equal where pictures stay as
    // they are. What begins at 0 is where a ReLU's kink is for patches of zeros.
    let moves = true
    for (let attempt = 0; attempt < 8; attempt++, size /= 8) {
      const changed = new Map<number, Tensor>()
      const alike = new Map<string, Tensor>()
      for (const node of [...starts, ...inputs]) {
        const value = recorded[node]
        if (value === undefined || frozen.has(node) || value.data.length > 500_000) continue
        const isInput = inputs.has(node) && !starts.includes(node)
        if (!moves && (isInput || value.data.every((x) => x === 0))) continue
        if (isFiller(tape, node, value) && (isInput || tape.trace.nodes[node]?.dtype === 'i')) continue
        // The same data made twice, `np.eye(n)` for each pass over the same states, is one input.
        const key = isInput && isVaried(value) ? `${value.shape} ${value.data}` : `${node}`
        const next = alike.get(key) ?? noisy(value, random, isInput ? size / 4 : size)
        alike.set(key, next)
        changed.set(node, next)
      }
      const found = tape.evaluateFrom(recorded, changed, goesTheSameWay)
      if (found === undefined) continue
      if (!choicesHold(tape, found, dependence)) {
        spare ??= { found, changed }
        if (attempt === 2) [moves, size] = [false, size * 64]
        continue
      }
      values.push(found)
      changes.push(changed)
      spare = undefined
      break
    }
    // Where no point keeps all choices, they are those of a metric.
    if (spare !== undefined) {
      values.push(spare.found)
      changes.push(spare.changed)
    }
  }
  return { values, changes, inputs }
}
