/**
 * A loss in; for every parameter and step: the true gradient and what the script did instead, at all points.
 * `update` is v − v′, what was taken off the parameter; it should be a positive multiple of the gradient.
 */

import { placesRead, placesWritten } from '../tape/moves.ts'
import type { Tape } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { Chain } from './chains.ts'
import type { Dependence } from './dependence.ts'
import { withoutBounds } from './expand.ts'
import type { Loss, LossStep } from './losses.ts'
import type { Points } from './points.ts'
import { becomesBias } from './scalar-bias.ts'

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
  /** Which elements of the array this is about, where several parameters share one; all where it is left out. */
  readonly part?: Int32Array
}

/** The elements that a step is about; what has their size is about no others. */
export function elementsOf(step: ChainStep, data: Float64Array): Float64Array {
  const { part } = step
  return part === undefined || part.length === data.length ? data : Float64Array.from(part, (i) => data[i] as number)
}

/** The same of a value of the tape, at all points together. */
export function elementsAt(step: ChainStep, points: Points, node: number): Float64Array {
  return join(points.values.map((values) => values[node] && { shape: [], data: elementsOf(step, values[node].data) }))
}

/** When the forward pass of a step first reads its parameter. */
export function firstUse(
  tape: Tape,
  { before, after }: Pick<ChainStep, 'before' | 'after'>,
  forward: ReadonlySet<number>,
): number {
  for (let node = before + 1; node < after; node++)
    if (forward.has(node) && tape.entry(node).args.includes(before)) return node
  return after
}

export interface Measured {
  readonly loss: Loss
  readonly steps: readonly (readonly ChainStep[])[]
  /** At each point of a step: ∂loss/∂(every forward value). Few ask for more than the parameters', which `steps` have. */
  readonly adjointsAt: (step: number) => readonly ReadonlyMap<number, Tensor>[]
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

/** The versions of each parameter that some forward pass reads, in order. */
export type Boundaries = ReadonlyMap<number, readonly number[]>

export function boundariesOf(tape: Tape, dependence: Dependence, losses: readonly Loss[]): Boundaries {
  const out = new Map<number, Set<number>>()
  const add = (chain: number, version: number) => void out.set(chain, (out.get(chain) ?? new Set()).add(version))
  for (const loss of losses) {
    for (const step of loss.steps) for (const [chain, version] of step.reads) add(chain, version)
    const [only, ...others] = loss.steps
    if (only !== undefined && others.length === 0)
      for (const [chain, version] of readAlike(tape, dependence, only)) add(chain, version)
  }
  return new Map([...out].map(([chain, versions]) => [chain, [...versions].sort((a, b) => a - b)]))
}

/** Of a loss that is seen once: the later versions that are read where it reads its own, by the forward passes after it. */
function* readAlike(tape: Tape, dependence: Dependence, { terms, reads }: LossStep): Iterable<[number, number]> {
  const forward = tape.ancestors(
    terms.map(([node]) => node),
    dependence.cut,
  )
  for (const chain of dependence.parameters) {
    const read = reads.get(chain.id)
    if (read === undefined) continue
    const site = (node: number) => tape.entry(node).site
    const sites = new Set([...tape.readers(read)].filter((n) => forward.has(n) && site(n) >= 0).map(site))
    for (const { node } of chain.versions)
      if (node > read && tape.readers(node).some((n) => sites.has(site(n)))) yield [chain.id, node]
  }
}

/** The version that a step leaves behind: what the next step reads, or for the last step the newest one. */
function nextVersion(
  chain: Chain,
  read: number,
  next: LossStep | undefined,
  complete: boolean,
  boundaries: Boundaries,
): number | undefined {
  const index = chain.versions.findIndex((v) => v.node === read)
  const following = next?.reads.get(chain.id)
  if (following !== undefined) return following === read ? undefined : following
  const boundary = complete ? boundaries.get(chain.id)?.find((v) => v > read) : undefined
  if (boundary !== undefined) return boundary
  const last = chain.versions.at(-1)
  return complete && index >= 0 && last !== undefined && last.node !== read ? last.node : undefined
}

export function measure(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  loss: Loss,
  boundaries: Boundaries,
  count = 3,
): Measured {
  const steps: ChainStep[][] = []
  const blocked = new Set<number>()
  const ordered = loss.steps
  const sums = new Map<number, { read: number; sum: Float64Array }>()
  for (const [k, step] of ordered.slice(0, count).entries()) {
    const found = points.values.map((values) => tape.gradients(step.terms, values, dependence.cut, dependence.depends))
    for (const f of found) for (const b of f.blocked) blocked.add(b)
    const row: ChainStep[] = []
    for (const chain of dependence.parameters) {
      const read = step.reads.get(chain.id)
      if (read === undefined) continue
      const own = gradientOf(points, read, (p) => found[p]?.adjoint)
      const before = sums.get(chain.id)
      const sum = before?.read === read ? own.map((x, i) => x + (before.sum[i] as number)) : own
      sums.set(chain.id, { read, sum })
      const after = nextVersion(chain, read, ordered[k + 1], ordered.length === 1, boundaries)
      if (after === undefined) continue
      const update = difference(points, read, withoutBounds(tape, after))
      if (update.length !== own.length) {
        // A scalar that becomes a row of biases at its first update is judged from the second on.
        if (k + 1 < Math.min(count, ordered.length) && becomesBias(tape, dependence, points, read, after)) continue
        // Otherwise broadcasting has made another array of it.
        row.push({
          chain,
          step: k,
          before: read,
          after,
          gradient: own,
          update: own.map(() => 0),
          match: { ratio: 0, residual: Number.POSITIVE_INFINITY },
          unreached: false,
        })
        continue
      }
      // What stayed as it was while others were updated may follow the sum of their steps.
      const isSum =
        sum !== own && !(proportion(update, own).residual < MATCH) && proportion(update, sum).residual < MATCH
      const gradient = isSum ? sum : own
      const unreached = found.every((f) => f.adjoint.get(read) === undefined)
      const whole = {
        chain,
        step: k,
        before: read,
        after,
        gradient,
        update,
        match: proportion(update, gradient),
        unreached,
      }
      row.push(...(unreached ? [whole] : splitStep(tape, whole, points.values.length)))
    }
    steps.push(withoutRounding(points, row))
  }
  steps[0]?.push(...overSeveralSteps(tape, dependence, points, ordered, steps, boundaries))
  return { loss, steps, adjointsAt: adjointsOf(tape, dependence, points, ordered.slice(0, steps.length)), blocked }
}

/** What a parameter's version receives at each point, one after the other; zeros where nothing reaches it. */
const gradientOf = (points: Points, read: number, at: (p: number) => ReadonlyMap<number, Tensor> | undefined) =>
  join(points.values.map((values, p) => at(p)?.get(read) ?? zeroLike(values[read])))

/**
 * A parameter that stays as it is while others are updated, as a word's vector is for all its negative samples: its
 * gradient is the sum of theirs. That is said only where the update is a multiple of it; else it may have a loss of its own.
 */
function overSeveralSteps(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  ordered: readonly LossStep[],
  steps: readonly (readonly ChainStep[])[],
  boundaries: Boundaries,
): ChainStep[] {
  const known = new Set(steps.flat().map((s) => s.chain.id))
  const gradients: ReadonlyMap<number, Tensor>[][] = []
  const gradientsAt = (k: number) => {
    const terms = ordered[k]?.terms ?? []
    gradients[k] ??= points.values.map((v) => tape.gradients(terms, v, dependence.cut, dependence.depends).adjoint)
    return gradients[k]
  }
  return dependence.parameters.flatMap((chain): ChainStep[] => {
    const read = ordered[0]?.reads.get(chain.id)
    const next = ordered.findIndex((step) => step.reads.get(chain.id) !== read)
    if (known.has(chain.id) || read === undefined || next < 2 || !ordered[next]?.reads.has(chain.id)) return []
    const after = nextVersion(chain, read, ordered[next], false, boundaries)
    if (after === undefined) return []
    const update = difference(points, read, after)
    const gradient = new Float64Array(update.length)
    for (let k = 0; k < next; k++) {
      const found = gradientsAt(k)
      const own = gradientOf(points, read, (p) => found[p])
      if (own.length !== gradient.length) return []
      for (let i = 0; i < own.length; i++) gradient[i] = (gradient[i] as number) + (own[i] as number)
    }
    const match = proportion(update, gradient)
    if (!(match.residual < MATCH) || match.ratio === 0) return []
    return [{ chain, step: 0, before: read, after, gradient, update, match, unreached: false }]
  })
}

/**
 * Behind saturated units gradients may be so small that an update is lost in the rounding of what it is added to: beside
 * others that are larger by far it tells nothing, and counts as none.
 */
function withoutRounding(points: Points, row: readonly ChainStep[]): ChainStep[] {
  const largest = (data: Float64Array) => data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const most = Math.max(0, ...row.map((s) => largest(s.gradient)))
  return row.map((step) => {
    const held = Math.max(0, ...points.values.map((v) => largest(v[step.before]?.data ?? new Float64Array(0))))
    const isLost =
      !(step.match.residual < MATCH) &&
      largest(step.gradient) <= FAINT * most &&
      largest(step.update) <= (100 * Number.EPSILON * held) / MATCH
    if (!isLost) return step
    const none = step.update.map(() => 0)
    return { ...step, update: none, gradient: none, match: { ratio: 0, residual: 0 } }
  })
}

const FAINT = 1e-6

function adjointsOf(tape: Tape, dependence: Dependence, points: Points, steps: readonly LossStep[]) {
  const known = new Map<number, ReadonlyMap<number, Tensor>[]>()
  return (k: number): readonly ReadonlyMap<number, Tensor>[] => {
    const step = steps[k]
    if (step === undefined) return []
    const found =
      known.get(k) ?? points.values.map((values) => tape.reverse(step.terms, values, dependence.cut).adjoint)
    known.set(k, found)
    return found
  }
}

/** One vector that holds all parameters, read through slices: a step for each slice. */
function splitStep(tape: Tape, whole: ChainStep, pointCount: number): ChainStep[] {
  const { chain, before, update, gradient } = whole
  const size = update.length / Math.max(1, pointCount)
  const parts = partsOf(tape, before, size)
  if (parts.length < 2) return [writtenPart(tape, whole, pointCount)]
  return parts.map((part, i) => {
    const name = `${chain.name}[${part[0]}:${(part.at(-1) ?? 0) + 1}]`
    return {
      ...whole,
      chain: { ...chain, id: 100_000 + 1000 * chain.id + i, name },
      ...only(part, update, gradient, pointCount),
    }
  })
}

/** What a step says of some elements. */
function only(part: Int32Array, update: Float64Array, gradient: Float64Array, pointCount: number) {
  const size = update.length / Math.max(1, pointCount)
  const pick = (data: Float64Array) => {
    const out = new Float64Array(part.length * pointCount)
    for (let p = 0; p < pointCount; p++)
      part.forEach((i, k) => {
        out[p * part.length + k] = data[p * size + i] as number
      })
    return out
  }
  const [u, g] = [pick(update), pick(gradient)]
  return { update: u, gradient: g, match: proportion(u, g), part }
}

/**
 * A table of which a step uses some rows, and writes those alone: it is about these rows. Their gradient has their size in
 * the script, too, and a decay beside it is one of these rows.
 */
function writtenPart(tape: Tape, whole: ChainStep, pointCount: number): ChainStep {
  const { before, after, update, gradient } = whole
  const size = update.length / Math.max(1, pointCount)
  const written = new Uint8Array(size)
  for (let at = after; at !== before; ) {
    const { op, args, params } = tape.entry(at)
    const [base] = args
    if ((op !== 'put' && op !== 'write') || base === undefined || base < before) return whole
    const index = placesWritten(tape.trace.nodes[base]?.shape ?? [], { op, params })
    for (const i of index) written[i] = 1
    at = base
  }
  const part = Int32Array.from(written.keys()).filter((i) => written[i] === 1)
  const isLeftOut = (x: number, i: number) => x === 0 || written[i % size] === 1
  return part.length < size && gradient.every(isLeftOut)
    ? { ...whole, ...only(part, update, gradient, pointCount) }
    : whole
}

/** The slices through which an array is read, where they cover it without overlapping. */
function partsOf(tape: Tape, node: number, size: number): Int32Array[] {
  const { shape } = tape.trace.nodes[node] ?? { shape: [] }
  if (shape.length !== 1 || size < 4) return []
  const parts: Int32Array[] = []
  const taken = new Uint8Array(size)
  for (const user of tape.readers(node)) {
    const { op, args, params } = tape.entry(user)
    if (args[0] !== node || (op !== 'view' && op !== 'move')) continue
    const index = Int32Array.from(placesRead(shape, { op, params }))
    const sorted = index.slice().sort()
    if (sorted.some((i) => i < 0 || i >= size)) return []
    if (sorted.every((i) => taken[i] === 1)) continue
    if (sorted.some((i) => taken[i] === 1)) return []
    for (const i of sorted) taken[i] = 1
    parts.push(sorted)
  }
  return taken.every((t) => t === 1) ? parts : []
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
