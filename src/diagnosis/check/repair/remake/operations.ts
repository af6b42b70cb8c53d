/** Another operation in place of one, another order of them, or one less. */

import { PASSES } from '../../roles/dependence.ts'
import { type Params, SUMS } from '../../tape/operations.ts'
import { scale, type Tensor } from '../../tape/tensor.ts'
import type { FindingKind } from '../../types.ts'
import {
  apply,
  type Change,
  COMPARISONS,
  MATRIX,
  type Make,
  PRODUCTS,
  QUOTIENTS,
  REDUCTIONS,
  TURNS,
  turned,
} from './change.ts'
import { derivatives } from './derivatives.ts'
import type { Scene } from './scene.ts'

export function* otherOperation(scene: Scene, node: number): Generator<Change> {
  const { op, args, params } = scene.setting.analysis.tape.entry(node)
  const [a, b] = args
  if (a === undefined) return
  const of =
    (f: (x: Tensor, y: Tensor) => Tensor): Make =>
    (values) => {
      const [x, y] = [values[a], values[b ?? a]]
      return x === undefined || y === undefined ? undefined : f(x, y)
    }
  const as = (other: string) => of((x, y) => apply(other, [x, y], {}))
  const plain = [a, b].some((n) => n !== undefined && scene.at(n)?.data.length === 1)
  if (PRODUCTS.has(op) && b !== undefined && !plain) {
    for (const [turnA, turnB] of TURNS)
      yield {
        node,
        make: of((x, y) => apply('matmul', [turnA ? turned(x) : x, turnB ? turned(y) : y], {})),
        kind: 'product-kind',
        text: 'as a matrix product it is the gradient that is needed',
        cost: 1 + (Number(turnA) + Number(turnB)) / 4,
      }
    for (const [turnA, turnB] of TURNS)
      yield {
        node,
        make: of((x, y) => apply('matmul', [turnB ? turned(y) : y, turnA ? turned(x) : x], {})),
        kind: 'product-kind',
        text: 'as a matrix product it is the gradient that is needed',
        cost: 1.2 + (Number(turnA) + Number(turnB)) / 4,
      }
    if ([a, b].every((n) => scene.at(n)?.shape.length === 1))
      for (const swap of [false, true])
        yield {
          node,
          make: of((x, y) => apply('outer', swap ? [y, x] : [x, y], {})),
          kind: 'product-kind',
          text: 'as an outer product it is the gradient that is needed',
          cost: 1 + Number(swap) / 5,
        }
    yield {
      node,
      make: as('div'),
      kind: 'operator',
      text: 'divided instead of multiplied it is the gradient',
      cost: 2,
    }
  }
  if (MATRIX.has(op) && b !== undefined) {
    for (const swap of [false, true])
      for (const [turnA, turnB] of TURNS)
        yield {
          node,
          make: of((x, y) => {
            const [p, q] = [turnA ? turned(x) : x, turnB ? turned(y) : y]
            return apply('matmul', swap ? [q, p] : [p, q], {})
          }),
          kind: 'transpose',
          text: 'with other factors transposed it is the gradient that is needed',
          cost: 1 + Number(swap) / 2,
        }
    for (const [turnA, turnB] of TURNS)
      yield {
        node,
        make: of((x, y) => apply('mul', [turnA ? turned(x) : x, turnB ? turned(y) : y], {})),
        kind: 'product-kind',
        text: 'as an elementwise product it is the gradient that is needed',
        cost: 1.1,
      }
  }
  if (op === 'outer' && b !== undefined)
    yield {
      node,
      make: of((x, y) => apply('outer', [y, x], {})),
      kind: 'transpose',
      text: 'turned it is the gradient',
      cost: 1,
    }
  if (QUOTIENTS.has(op)) {
    yield {
      node,
      make: as('mul'),
      kind: 'operator',
      text: 'multiplied instead of divided it is the gradient',
      cost: 2,
    }
  }
  if (SUMS.has(op) && b !== undefined) {
    const derivative = !scene.signal(node)
    const kind: FindingKind = derivative ? 'wrong-activation-derivative' : 'sign'
    const text = 'with the other sign of one term it is the gradient that is needed'
    yield { node, make: as(op === 'add' ? 'sub' : 'add'), kind, text, cost: 1 }
    yield { node, make: of((x, y) => apply('sub', [y, x], {})), kind, text, cost: 1.1 }
  }
  const comparison = COMPARISONS[op]
  if (comparison !== undefined)
    yield {
      node,
      make: as(comparison),
      kind: 'wrong-activation-derivative',
      text: 'with the comparison turned it is the gradient that is needed',
      cost: 1,
    }
  yield* otherReduction(scene, node, a, op, params)
}

/** Sums over other axes; and sums where a part was taken, or nothing was summed. */
export function* otherReduction(scene: Scene, node: number, a: number, op: string, params: Params): Generator<Change> {
  const reduces = REDUCTIONS.has(op)
  const picks = op === 'view' || op === 'move'
  if (!reduces && !picks) return
  const value = scene.at(a)
  if (value === undefined) return
  for (const axis of value.shape.keys()) {
    const make: Make = (values) => {
      const x = values[a]
      return x && apply(reduces ? op : 'sum', [x], { axes: [axis], keepdims: false })
    }
    yield {
      node,
      make,
      kind: 'reduction-axis',
      text: 'summed over the other axis it is the gradient',
      cost: picks ? 1.2 : 1,
    }
  }
  // What a part is taken of is an array of its own, which a view's first operand need not be.
  if (picks)
    for (const { node: whole, name } of scene.pool.filter((p) => scene.signal(p.node)).slice(0, 12))
      for (const axis of scene.at(whole)?.shape.keys() ?? [])
        yield {
          node,
          make: (values) => {
            const x = values[whole]
            return x && apply('sum', [x], { axes: [axis], keepdims: false })
          },
          kind: 'reduction-axis',
          text: `${name} summed over an axis is the gradient that is needed`,
          cost: 1.3,
        }
  if (reduces && Array.isArray(params.axes)) {
    const other = op === 'sum' ? 'mean' : 'sum'
    const make: Make = (values) => {
      const x = values[a]
      return x && apply(other, [x], params)
    }
    yield {
      node,
      make,
      kind: 'scale',
      text: `with ${other} in place of ${op} it is the gradient that is needed`,
      cost: 1,
    }
  }
}

/** a − b·c where (a − b)·c is meant, and the reverse. */
export function* otherGrouping(scene: Scene, node: number): Generator<Change> {
  const { tape } = scene.setting.analysis
  const { op, args } = tape.entry(node)
  const groups = (o: string) => SUMS.has(o) || PRODUCTS.has(o) || QUOTIENTS.has(o)
  if (!groups(op)) return
  for (const [i, arg] of args.entries()) {
    const child = tape.entry(arg)
    if (!scene.within.has(arg) || !groups(child.op) || SUMS.has(child.op) === SUMS.has(op)) continue
    const other = args[1 - i]
    if (other === undefined) continue
    const make: Make = (values) => {
      const [p, q, r] = [values[child.args[0] ?? -1], values[child.args[1] ?? -1], values[other]]
      if (p === undefined || q === undefined || r === undefined) return undefined
      if (i === 0) return apply(child.op, [p, apply(op, [q, r], {})], {})
      const [first, ...rest] = scene.chain(arg)
      const start = values[first?.node ?? -1]
      return rest.reduce<Tensor | undefined>(
        (x, { node: y, op: by }) => {
          const factor = values[y]
          return x && factor && apply(by, [x, factor], {})
        },
        start && apply(op, [r, start], {}),
      )
    }
    yield { node, make, kind: 'parentheses', text: 'with the parentheses elsewhere it is the gradient', cost: 1 }
  }
}

/** One operation left out, or the last two factors of a product. */
export function* dropped(scene: Scene, node: number): Generator<Change> {
  const { op, args } = scene.setting.analysis.tape.entry(node)
  const text = 'without one of its operations it is the gradient that is needed'
  for (const [i, arg] of args.entries()) {
    const gone = args[1 - i]
    const kept = scene.at(arg)
    if (kept === undefined || (i > 0 && QUOTIENTS.has(op))) continue
    let kind: FindingKind = 'operator'
    if (MATRIX.has(op)) kind = 'extra-factor'
    else if (PRODUCTS.has(op) || QUOTIENTS.has(op)) kind = kindOfFactor(scene, op, gone)
    else if (SUMS.has(op)) kind = 'extra-term'
    else if (args.length > 1) continue
    else if (op === 'neg' || op === 'negative') kind = 'sign'
    else if (REDUCTIONS.has(op)) kind = 'reduction-axis'
    else if (!scene.signal(node)) kind = 'wrong-activation-derivative'
    yield { node, make: (values) => values[arg], kind, text, cost: 1.2 }
  }
  const chain = scene.chain(node)
  const [first, second] = chain.slice(-2)
  if (chain.length < 3 || first === undefined || second === undefined) return
  const keeps = scene.setting.analysis.tape.entry(args[0] ?? node).args[0]
  if (keeps === undefined) return
  const both: Make = (values) => {
    const [x, y] = [values[first.node], values[second.node]]
    return x && y && apply(second.op, [x, y], {})
  }
  const kind = isDerivative(scene, both) ? 'extra-activation-derivative' : 'extra-factor'
  yield { node, make: (values) => values[keeps], kind, text, cost: 1.3 }
}

/** What a factor is that does not belong there. */
function kindOfFactor(scene: Scene, op: string, gone: number | undefined): FindingKind {
  const size = gone === undefined ? 0 : (scene.at(gone)?.data.length ?? 0)
  if (gone === undefined || size === 0 || scene.signal(gone)) return 'extra-factor'
  if (size === 1 && scene.setting.analysis.dependence.depends[gone] !== 1) return 'scale'
  return PRODUCTS.has(op) && isDerivative(scene, (values) => values[gone])
    ? 'extra-activation-derivative'
    : 'extra-factor'
}

/** Whether a value is the local derivative of some function of the forward pass. */
function isDerivative(scene: Scene, value: Make): boolean {
  const given = scene.values.map((values, point) => value(values, point))
  const size = given[0]?.data.length ?? 0
  return derivatives(scene, size).some(({ make }) =>
    given.every((x, point) => {
      const other = make(scene.values[point] ?? [], point)
      // Where no error arrives, a derivative can't be read off.
      return x !== undefined && other !== undefined && isSame(x, other)
    }),
  )
}

function isSame(x: Tensor, derivative: Tensor): boolean {
  if (x.data.length !== derivative.data.length) return false
  return x.data.every((v, i) => {
    const d = derivative.data[i] as number
    return d === 0 || Math.abs(v - d) <= 1e-6 * Math.max(Math.abs(v), Math.abs(d))
  })
}

/** A term of the statement's sum that is off by a sign or a count: of the error, or of a parameter's decay. */
export function* scaledTerm(scene: Scene, node: number): Generator<Change> {
  if (node === scene.one.node) return
  const decays = !scene.signal(node) && isDecay(scene, node)
  if (!scene.signal(node) && !decays) return
  if (decays) yield* decayInPart(scene, node)
  const factor = scene.factorOf(node)
  if (factor === undefined) return
  const own = Number((1 / factor).toPrecision(4))
  yield {
    node,
    make: (values) => {
      const x = values[node]
      return x && scale(x, factor)
    },
    kind: decays ? 'regularisation' : factor < 0 ? 'sign' : 'scale',
    text: `a term of it is ${own} times what is needed`,
    cost: 1.05,
  }
}

/** Whether a value is a parameter, or a part of one, times a number. */
function isDecay({ setting: { analysis } }: Scene, node: number): boolean {
  const { tape, dependence, points } = analysis
  let at = node
  for (let depth = 0; depth < 6; depth++) {
    const { op, args } = tape.entry(at)
    if (dependence.cut.has(at)) return at !== node
    const isNumber = (arg: number) => points.values[0]?.[arg]?.data.length === 1 && dependence.depends[arg] !== 1
    const rest = PRODUCTS.has(op) || QUOTIENTS.has(op) ? args.filter((a) => !isNumber(a)) : args
    const [only, ...others] = rest
    if (only === undefined || others.length > 0 || !(PASSES.has(op) || PRODUCTS.has(op) || QUOTIENTS.has(op)))
      return false
    at = only
  }
  return false
}

/** A decay of all elements where whole rows or columns, the biases among the weights, should have none. */
function* decayInPart(scene: Scene, node: number): Generator<Change> {
  const { node: whole, given, wanted } = scene.one
  const [value, now, asked] = [scene.at(node), given[0], wanted[0]]
  if (value === undefined || now === undefined || asked === undefined || scene.at(whole) === undefined) return
  if (value.shape.length !== 2 || value.data.length !== now.data.length || now.data.length !== asked.data.length) return
  const columns = value.shape[1] ?? 1
  const size = Math.sqrt(value.data.reduce((sum, x) => sum + x * x, 0) / value.data.length)
  const isOff = (i: number) => Math.abs((now.data[i] as number) - (asked.data[i] as number)) > 1e-7 * size
  const ways: readonly [string, (i: number) => number][] = [
    ['columns', (i) => i % columns],
    ['rows', (i) => Math.floor(i / columns)],
  ]
  for (const [what, lineOf] of ways) {
    const lines = new Set<number>()
    for (let i = 0; i < value.data.length; i++) if (isOff(i)) lines.add(lineOf(i))
    if (lines.size === 0 || lines.size === new Set(Array.from(value.data, (_, i) => lineOf(i))).size) continue
    yield {
      node,
      make: (values) => {
        const x = values[node]
        return x && { shape: x.shape, data: x.data.map((v, i) => (lines.has(lineOf(i)) ? 0 : v)) }
      },
      kind: 'regularisation',
      text: `without the decay of ${lines.size === 1 ? 'one' : lines.size} of its ${what} it is the gradient that is needed`,
      cost: 1.1,
    }
  }
}
