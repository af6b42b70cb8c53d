/** A statement's runs in, what the values that each run reads say of the forward value that it is about out. */

import type { ParameterResult } from '../judge.ts'
import { MOVES } from '../roles/dependence.ts'
import { PRODUCTS } from '../roles/points.ts'
import type { Tape } from '../tape/tape.ts'
import { isElementwise } from './remake/change.ts'
import { readsAs } from './replay.ts'
import type { Pairing, Situation } from './situation.ts'
import { type Alias, innerOf } from './statements.ts'

/**
 * What each run multiplies with, an output or what went into the activation, tells which value of the forward pass it is
 * about, in whatever order samples, units or the nodes of a graph come.
 */
export function* byOperands(situation: Situation, nodes: readonly number[]): Generator<Pairing> {
  if (nodes.length < 2 || nodes.length > MOST_READING) return
  const { analysis, region, points } = situation
  const others = new Set(nodes)
  const own = nodes.map((node) =>
    unitsBehind(
      situation,
      innerOf(analysis, region, node, others).flatMap((n) => analysis.tape.entry(n).args),
    ),
  )
  const sizeOf = (node: number) => points[0]?.[node]?.data.length
  const yielded = new Set<string>()
  // What a run multiplies with a parameter's transpose is about what the forward pass multiplied it with.
  for (const end of ['operand', 'result'] as const) {
    const pairs = nodes.flatMap((node) => {
      const target = partnerOf(situation, node, others, end)
      return target !== undefined && isUnit(situation, target) && sizeOf(target) === sizeOf(node)
        ? [{ node, target }]
        : []
    })
    const chosen = pairs.map((p) => p.target)
    if (pairs.length < 2 || new Set(chosen).size < chosen.length) continue
    yielded.add(chosen.join())
    yield { nodes: pairs.map((p) => p.node), targets: chosen }
  }
  yield* unitsAndBefore(situation, nodes, undefined, own, yielded)
}

/** What each run has of the forward pass, one value after the other, and what those were computed from element by element. */
function* unitsAndBefore(
  situation: Situation,
  nodes: readonly number[],
  times: readonly number[] | undefined,
  own: readonly (readonly number[])[],
  yielded: Set<string>,
): Generator<Pairing> {
  const { analysis, points } = situation
  const sizeOf = (node: number) => points[0]?.[node]?.data.length
  for (let place = 0; place < MOST_OPERANDS; place++) {
    let targets = own.map((read) => read[place])
    for (let depth = 0; depth < MOST_DEPTH; depth++) {
      if (targets.some((t, i) => t === undefined || sizeOf(t) !== sizeOf(nodes[i] ?? -1))) break
      const chosen = targets.map((t) => t ?? -1)
      const key = chosen.join()
      if (!yielded.has(key) && new Set(chosen).size === chosen.length) yield { nodes, targets: chosen, times }
      yielded.add(key)
      targets = chosen.map((t) => {
        const { op, args } = analysis.tape.entry(t)
        const [one, ...more] = new Set(args.filter((arg) => isUnit(situation, arg)))
        return more.length === 0 && (isElementwise(op) || MOVES.has(op)) ? one : undefined
      })
    }
  }
}

/** A value of the forward pass that depends on parameters, and is none. */
function isUnit({ analysis: { dependence }, region }: Situation, node: number): boolean {
  return region.forward.has(node) && dependence.depends[node] === 1 && !dependence.cut.has(node)
}

/** The values of the forward pass that these are, or were computed from: a derivative that another statement computes is read through. */
function unitsBehind(situation: Situation, from: readonly number[]): number[] {
  const { analysis, region } = situation
  const { tape, dependence } = analysis
  const found = new Set<number>()
  const stack = [...from].reverse()
  for (let at = stack.pop(), count = 0; at !== undefined && count < MOST_INNER; at = stack.pop(), count++)
    if (isUnit(situation, at)) found.add(at)
    else if (dependence.depends[at] === 1 && region.signal[at] !== 1 && !dependence.cut.has(at))
      stack.push(...tape.entry(at).args)
  return [...found]
}

/**
 * What reads a run's value tells which value of the forward pass it is about, where the run itself reads nothing that
 * does: a parameter that it is multiplied with, or the one parameter whose update it is multiplied for.
 */
export function* byReaders(
  situation: Situation,
  nodes: readonly number[],
  times: readonly number[] | undefined,
  alias: Alias | undefined,
  flows: ReadonlyMap<number, readonly ParameterResult[]>,
): Generator<Pairing> {
  if (nodes.length < 2 || nodes.length > MOST_READING) return
  const { analysis, region, points } = situation
  const { tape, dependence } = analysis
  const sizeOf = (node: number) => points[0]?.[node]?.data.length
  const readersOf = (node: number, i: number) => {
    const from = times?.[i] ?? node + 1
    return [...tape.readers(node)].filter(
      (user) => user >= from && user < region.end && readsAs(analysis, user, node, alias),
    )
  }
  const parametersOf = (readers: readonly number[]): number[] => {
    const factors = readers.flatMap((user) => tape.entry(user).args.map((arg) => behindMoves(tape, arg)))
    const updated = readers.flatMap((user) => {
      const [one, ...more] = flows.get(user) ?? []
      return one !== undefined && more.length === 0 ? [one.step.before] : []
    })
    return [...factors.filter((arg) => dependence.cut.has(arg)), ...updated]
  }
  const readers = nodes.map(readersOf)
  const asked = readers.map(parametersOf)
  const taken = new Set<number>()
  const targets = asked.map((parameters, i) => {
    for (const parameter of parameters)
      for (const { result } of productsOf(situation, parameter)) {
        if (taken.has(result) || sizeOf(result) !== sizeOf(nodes[i] ?? -1)) continue
        taken.add(result)
        return result
      }
    return -1
  })
  if (targets.every((target) => target >= 0)) yield { nodes, targets, times }
  // An error that is multiplied with a derivative is about the value that this was computed from.
  const beside = readers.map((list, i) =>
    unitsBehind(
      situation,
      list.flatMap((user) => tape.entry(user).args.filter((arg) => arg !== nodes[i])),
    ),
  )
  yield* unitsAndBefore(situation, nodes, times, beside, new Set([targets.join()]))
}

/** What the forward pass multiplied with the first parameter that a run of a statement reads, or what came out. */
function partnerOf(
  situation: Situation,
  node: number,
  others: ReadonlySet<number>,
  end: 'operand' | 'result',
): number | undefined {
  const { analysis, region } = situation
  const { tape, dependence } = analysis
  const read = innerOf(analysis, region, node, others).flatMap((n) =>
    tape.entry(n).args.map((arg) => behindMoves(tape, arg)),
  )
  const parameter = read.find((a) => dependence.cut.has(a))
  return parameter === undefined ? undefined : productsOf(situation, parameter).next().value?.[end]
}

/** The products of the forward pass that a parameter enters, each with its other operand. */
function* productsOf(
  { analysis, region }: Situation,
  parameter: number,
): Generator<{ readonly operand: number; readonly result: number }, undefined> {
  const { tape } = analysis
  const holders = [parameter]
  for (const holder of holders)
    for (const reader of tape.readers(holder)) {
      if (!region.forward.has(reader)) continue
      const { op, args } = tape.entry(reader)
      if (MOVES.has(op) && holders.length < MOST_OPERANDS) holders.push(reader)
      if (!PRODUCTS.has(op)) continue
      const other = args.find((a) => a !== holder)
      if (other !== undefined) yield { operand: behindMoves(tape, other), result: reader }
    }
}

/** What a view or a copy was taken of. */
function behindMoves(tape: Tape, node: number): number {
  let found = node
  while (MOVES.has(tape.entry(found).op) && tape.entry(found).args.length === 1)
    found = tape.entry(found).args[0] ?? found
  return found
}

const MOST_READING = 4000
const MOST_INNER = 60
const MOST_OPERANDS = 4
const MOST_DEPTH = 8
