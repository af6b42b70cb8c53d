/** A factor, a term, a matrix or a sum that is missing or another one. */

import { scale } from '../../tape/tensor.ts'
import { flip } from '../labels.ts'
import { apply, type Change, MAX_POOL, type Make, PRODUCTS, QUOTIENTS, reshaped } from './change.ts'
import { derivatives } from './derivatives.ts'
import type { Scene } from './scene.ts'

const BY = [
  ['mul', 'times'],
  ['div', 'divided by'],
] as const

/** A factor that carries no error in place of another: the derivative of some function of the forward pass. */
export function* otherFactor(scene: Scene, node: number): Generator<Change> {
  const { op, args } = scene.setting.analysis.tape.entry(node)
  if (!PRODUCTS.has(op)) return
  for (const [i, arg] of args.entries()) {
    if (scene.signal(arg) || !scene.signal(args[1 - i] ?? -1)) continue
    const size = scene.at(arg)?.data.length ?? 0
    if (size < 1) continue
    for (const { make, name } of derivatives(scene, size))
      yield {
        node,
        make: scene.withOperand(node, i, (values, point) => reshaped(make(values, point), scene.at(arg)?.shape ?? [])),
        kind: 'wrong-activation-derivative',
        text: `with the derivative of ${name} as its factor it is the gradient that is needed`,
        cost: 1.6,
        ofFactor: true,
      }
  }
}

/** The same for a derivative of several factors, such as `s * (1 - s)`. */
export function* otherFactors(scene: Scene): Generator<Change> {
  const { node } = scene.one
  const parts = scene.chain(node)
  const carrying = parts.filter((p) => scene.signal(p.node))
  const [error] = carrying
  if (parts.length < 3 || carrying.length !== 1 || error === undefined || parts.some((p) => QUOTIENTS.has(p.op))) return
  const value = scene.at(node)
  if (value === undefined) return
  for (const { make, name } of derivatives(scene, value.data.length))
    yield {
      node,
      make: (values, point) => {
        const [x, derivative] = [values[error.node], reshaped(make(values, point), value.shape)]
        return x && derivative && apply('mul', [x, derivative], {})
      },
      kind: 'wrong-activation-derivative',
      text: `with the derivative of ${name} as its factor it is the gradient that is needed`,
      cost: 1.7,
    }
}

/** A factor, a term, a matrix or a sum that is missing at a value. */
export function* added(scene: Scene, node: number): Generator<Change> {
  const { dependence } = scene.setting.analysis
  const value = scene.at(node)
  if (value === undefined) return
  const own: Make = (values) => values[node]
  const combine =
    (op: string, other: Make, swap = false): Make =>
    (values, point) => {
      const [x, y] = [own(values, point), other(values, point)]
      return x === undefined || y === undefined ? undefined : apply(op, swap ? [y, x] : [x, y], {})
    }
  const depth = node === scene.one.node ? 0 : 0.2
  for (const { make, name } of derivatives(scene, value.data.length))
    yield {
      node,
      make: combine('mul', (v, p) => reshaped(make(v, p), value.shape)),
      kind: 'missing-activation-derivative',
      text: `times the derivative of ${name} it is the gradient that is needed`,
      cost: 1 + depth,
    }
  let seen = 0
  for (const { node: other, name } of scene.pool) {
    if (other === node) continue
    const candidate = scene.at(other)
    if (candidate === undefined || ++seen > MAX_POOL) continue
    const given: Make = (values) => values[other]
    const sameSize = candidate.data.length === value.data.length
    const spreads =
      candidate.shape.length === value.shape.length && candidate.shape.every((n, i) => n === 1 || n === value.shape[i])
    const isNumber = candidate.data.length === 1 && dependence.depends[other] !== 1
    if (sameSize || spreads || candidate.data.length === 1)
      for (const [op, word] of BY)
        yield {
          node,
          make: combine(op, (v, p) => (sameSize && !spreads ? reshaped(given(v, p), value.shape) : given(v, p))),
          kind: isNumber ? 'scale' : 'missing-chain-factor',
          text: `${word} ${name} it is the gradient that is needed`,
          cost: (op === 'mul' ? 1.5 : 1.6) + depth,
        }
    if (candidate.shape.length === 2)
      for (const turn of [true, false])
        for (const swap of [false, true])
          yield {
            node,
            make: combine('matmul', (v, p) => (turn ? flip(given(v, p)) : given(v, p)), swap),
            kind: 'missing-chain-factor',
            text: `multiplied with ${name} it is the gradient that is needed`,
            cost: 1.3 + depth,
          }
    if (sameSize && candidate.data.length > 0) {
      const penalty = dependence.cut.has(other)
      for (const sign of [1, -1])
        yield {
          node,
          make: combine('add', (v, p) => {
            const x = reshaped(given(v, p), value.shape)
            return x && scale(x, sign)
          }),
          kind: penalty ? 'regularisation' : 'missing-term',
          text: `${sign > 0 ? 'plus' : 'minus'} ${name} it is the gradient that is needed`,
          cost: 1.4 + depth,
        }
    }
  }
  for (const axis of value.shape.keys())
    if (value.shape.length > 1)
      yield {
        node,
        make: (values) => {
          const x = values[node]
          return x && apply('sum', [x], { axes: [axis], keepdims: false })
        },
        kind: 'bias-gradient',
        text: 'summed over the samples it is the gradient that is needed',
        cost: 1.1 + depth,
      }
}
