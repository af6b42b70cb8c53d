/**
 * A loss in; for every parameter and step: the true gradient and what the script did instead, at all points.
 * `update` is v − v′, what was taken off the parameter; it should be a positive multiple of the gradient.
 */

import type { Tape } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { Chain } from './chains.ts'
import type { Dependence } from './dependence.ts'
import type { Loss, LossStep } from './losses.ts'
import type { Points } from './points.ts'

export interface Proportion {
  /** a ≈ ratio · b. */
  readonly ratio: number
  /** ‖a − ratio·b‖ / ‖a‖, at all points together. */
  readonly residual: number
}

/** How well `a` is a multiple of `b`. Zero against zero is a perfect match with ratio 1. */
export function proportion(a: Float64Array, b: Float64Array): Proportion {
  let [ab, bb, aa] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    ab += x * y
    bb += y * y
    aa += x * x
  }
  if (!(Number.isFinite(aa) && Number.isFinite(bb))) return { ratio: Number.NaN, residual: Number.POSITIVE_INFINITY }
  if (aa < 1e-60 && bb < 1e-60) return { ratio: 1, residual: 0 }
  if (bb < 1e-60 || aa < 1e-60) return { ratio: 0, residual: 1 }
  const ratio = ab / bb
  let off = 0
  for (let i = 0; i < a.length; i++) off += ((a[i] as number) - ratio * (b[i] as number)) ** 2
  return { ratio, residual: Math.sqrt(off / aa) }
}

export const MATCH = 1e-6

export interface ChainStep {
  readonly chain: Chain
  readonly step: number
  readonly before: number
  readonly after: number
  readonly gradient: Float64Array
  readonly update: Float64Array
  readonly match: Proportion
  /** True when the loss does not depend on the parameter at all. */
  readonly unreached: boolean
}

export interface Measured {
  readonly loss: Loss
  readonly steps: readonly (readonly ChainStep[])[]
  /** Per step and point: ∂loss/∂(every forward value). */
  readonly adjoints: readonly (readonly ReadonlyMap<number, Tensor>[])[]
  readonly blocked: ReadonlySet<number>
}

export function join(parts: readonly (Tensor | undefined)[]): Float64Array {
  const out = new Float64Array(parts.reduce((n, p) => n + (p?.data.length ?? 0), 0))
  let at = 0
  for (const part of parts) {
    if (part === undefined) continue
    out.set(part.data, at)
    at += part.data.length
  }
  return out
}

/** The version that a step leaves behind: what the next step reads, or for the last step the newest one. */
function nextVersion(chain: Chain, read: number, next: LossStep | undefined, complete: boolean): number | undefined {
  const index = chain.versions.findIndex((v) => v.node === read)
  const following = next?.reads.get(chain.id)
  if (following !== undefined) return following === read ? undefined : following
  const last = chain.versions.at(-1)
  return complete && index >= 0 && last !== undefined && last.node !== read ? last.node : undefined
}

export function measure(tape: Tape, dependence: Dependence, points: Points, loss: Loss, count = 3): Measured {
  const steps: ChainStep[][] = []
  const adjoints: ReadonlyMap<number, Tensor>[][] = []
  const blocked = new Set<number>()
  const ordered = loss.steps
  for (const [k, step] of ordered.slice(0, count).entries()) {
    const found = points.values.map((values) => tape.reverse(step.terms, values, dependence.cut))
    for (const f of found) for (const b of f.blocked) blocked.add(b)
    adjoints.push(found.map((f) => f.adjoint))
    const row: ChainStep[] = []
    for (const chain of dependence.parameters) {
      const read = step.reads.get(chain.id)
      if (read === undefined) continue
      const after = nextVersion(chain, read, ordered[k + 1], ordered.length === 1)
      if (after === undefined) continue
      const gradient = join(points.values.map((values, p) => found[p]?.adjoint.get(read) ?? zeroLike(values[read])))
      const update = difference(points, read, after)
      if (update.length !== gradient.length) continue
      const unreached = found.every((f) => f.adjoint.get(read) === undefined)
      row.push({
        chain,
        step: k,
        before: read,
        after,
        gradient,
        update,
        match: proportion(update, gradient),
        unreached,
      })
    }
    steps.push(row)
  }
  return { loss, steps, adjoints, blocked }
}

function zeroLike(x: Tensor | undefined): Tensor | undefined {
  return x && { shape: x.shape, data: new Float64Array(x.data.length) }
}

export function difference(points: Points, before: number, after: number): Float64Array {
  return join(
    points.values.map((values) => {
      const [a, b] = [values[before], values[after]]
      if (a === undefined || b === undefined || a.data.length !== b.data.length) return undefined
      return { shape: a.shape, data: a.data.map((x, i) => x - (b.data[i] as number)) }
    }),
  )
}
