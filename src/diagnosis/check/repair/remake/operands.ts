/** Another operand in place of one. */

import { map, tensor } from '../../tape/tensor.ts'
import type { FindingKind } from '../../types.ts'
import { flip } from '../labels.ts'
import { type Change, MAX_POOL, reshaped, SLIPS } from './change.ts'
import type { Scene } from './scene.ts'

export function* otherOperand(scene: Scene, node: number, i: number): Generator<Change> {
  const { tape, dependence } = scene.setting.analysis
  const operand = tape.entry(node).args[i] ?? -1
  const value = scene.at(operand)
  if (value === undefined) return
  const { op } = tape.entry(operand)
  // A leaf that nothing named is a number in the source.
  if (op === 'leaf' && value.data.length === 1 && !scene.isNamed(operand)) {
    const x = value.data[0] ?? 0
    for (const other of [1, 2, 0.5, 0, -1, -x])
      if (other !== x)
        yield {
          node,
          make: scene.withOperand(node, i, () => tensor([], [other])),
          kind: 'constant',
          text: `with ${other} in place of ${x} it is the gradient that is needed`,
          cost: 2,
        }
    return
  }
  const ofOperand = scene.nameOf(operand)
  if (!scene.signal(operand) && !dependence.cut.has(operand))
    for (const change of slips(scene, operand)) yield { ...change, node, make: scene.withOperand(node, i, change.make) }
  let seen = 0
  const near = [...scene.pool].sort((a, b) => Math.abs(a.node - operand) - Math.abs(b.node - operand))
  for (const { node: other, name } of near) {
    const candidate = scene.at(other)
    if (other === operand || candidate === undefined) continue
    // A number for each sample, in the place of one for each of its units, is spread over them.
    const size = candidate.data.length
    if (size !== value.data.length && size !== scene.at(node)?.data.length && !scene.feedsMatrix(node)) continue
    if (++seen > MAX_POOL) break
    const same = candidate.shape.join() === value.shape.join()
    const related = scene.curveBetween(operand, other)
    const text = `with ${name} in place of ${ofOperand} it is the gradient that is needed`
    const kind: FindingKind =
      !scene.signal(operand) && !dependence.cut.has(operand) && related && !scene.feedsMatrix(node)
        ? 'derivative-of-wrong-value'
        : 'wrong-operand'
    if (same || candidate.shape.length !== 2)
      yield {
        node,
        make: scene.withOperand(node, i, (values) => reshaped(values[other], value.shape)),
        kind,
        text,
        cost: 1 + seen / 200,
      }
    if (candidate.shape.length === 2 && (!same || candidate.shape[0] === candidate.shape[1]))
      yield {
        node,
        make: scene.withOperand(node, i, (values) => reshaped(flip(values[other]), value.shape)),
        kind,
        text,
        cost: 1.5 + seen / 200,
      }
  }
}

/** What is easily left out of a derivative's formula. */
export function* slips(scene: Scene, node: number): Generator<Change> {
  const name = scene.nameOf(node)
  for (const [text, f] of SLIPS)
    yield {
      node,
      make: (values) => {
        const x = values[node]
        return x && map(x, f)
      },
      kind: 'wrong-activation-derivative',
      text: `with ${text.replace('x', name)} in place of ${name} it is the gradient that is needed`,
      cost: 1.5,
    }
}
