/**
 * A statement's values multiplied with a number, what the updates then are, and the number with which they are right.
 */

import type { ParameterResult } from '../judge.ts'
import { elementsAt, elementsOf, MATCH, proportion } from '../roles/measure.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import { beside, LEAST_BESIDE } from './decayed.ts'
import type { Situation } from './situation.ts'
import type { Statement } from './statements.ts'

export const SAME = 1e-6
const NOTHING: ReadonlyMap<number, Tensor> = new Map()

/** u = u₀ + c·(u₁ − u₀) must be the gradient, with the factor that the right ones have; or any, where none is right. */
export function factorFor(
  situation: Situation,
  result: ParameterResult,
  u1: Float64Array | undefined,
  u0: Float64Array | undefined,
): number | undefined {
  if (u1 === undefined || u0 === undefined || u1.length !== u0.length) return undefined
  const part = u1.map((x, i) => x - (u0[i] as number))
  if (norm(part) <= 1e-13 * norm(u1)) return undefined
  const wanted = wantedOf(situation, result)
  if (wanted !== undefined) {
    const besides = besidePenalty(situation, result)
    return factorBetween(u0, part, wanted) ?? (besides && factorBetween(besides(u0), besides(part), besides(wanted)))
  }
  // Where nothing is left without the statement, any factor will do.
  if (norm(u0) <= 1e-13 * norm(u1)) return undefined
  const g = result.step.gradient
  const [pp, pg, gg] = [dot(part, part), dot(part, g), dot(g, g)]
  const [p0, g0] = [dot(part, u0), dot(g, u0)]
  const determinant = pp * gg - pg * pg
  if (!(determinant > 1e-12 * pp * gg)) return undefined
  const factor = (pg * g0 - gg * p0) / determinant
  const k = (pp * g0 - pg * p0) / determinant
  const fitted = u0.map((x, i) => x + factor * (part[i] as number))
  return k > 0 &&
    isClose(
      fitted,
      g.map((x) => k * x),
    )
    ? factor
    : undefined
}

function factorBetween(u0: Float64Array, part: Float64Array, wanted: Float64Array): number | undefined {
  const missing = wanted.map((x, i) => x - (u0[i] as number))
  const { ratio } = proportion(missing, part)
  const fits = isClose(
    u0.map((x, i) => x + ratio * (part[i] as number)),
    wanted,
  )
  return fits ? ratio : undefined
}

/** Without its component along the parameter itself, point by point: a penalty's gradient may stand beside the loss's. */
export function besidePenalty(
  { points }: Situation,
  { step, status }: ParameterResult,
): ((x: Float64Array) => Float64Array) | undefined {
  const count = points.length
  const size = step.gradient.length / count
  if (status !== 'wrong' || size < LEAST_BESIDE) return undefined
  const own = points.map((values) => elementsOf(step, values[step.before]?.data ?? new Float64Array(size)))
  return (x) => {
    const out = x.slice()
    for (const [p, weights] of own.entries()) out.set(beside(x.subarray(p * size, (p + 1) * size), weights), p * size)
    return out
  }
}

/** What a parameter's update (or what stands for the gradient in it) must be. */
export function wantedOf(situation: Situation, result: ParameterResult): Float64Array | undefined {
  const { normal, points } = situation
  const { gradient } = result.step
  const target = normal !== undefined ? normal * result.rate : result.status === 'sign' ? -result.ratio : undefined
  if (target === undefined) return undefined
  if (result.gradientNode === undefined || result.status === 'wrong') return gradient.map((x) => target * x)
  // What stands for the gradient may have any sign and scale: the optimiser puts them right, or did until now.
  const [now] = taken(situation, points, [result])
  const own = now === undefined ? 0 : proportion(now, gradient).ratio
  return gradient.map((x) => ((own * target) / result.ratio) * x)
}

/** What each parameter's update takes off it at the given values, all points together. */
export function taken(
  situation: Situation,
  points: readonly Values[],
  results: readonly ParameterResult[],
): (Float64Array | undefined)[] {
  return results.map((result) => {
    const { step } = result
    const gradientNode = isPlain(situation, result) ? undefined : result.gradientNode
    const parts: number[] = []
    for (const values of points) {
      const [a, b] = [values[step.before], values[step.after]]
      if (a === undefined || b === undefined || a.data.length !== b.data.length) return undefined
      const [old, now] = [elementsOf(step, a.data), elementsOf(step, b.data)]
      const proxied = gradientNode === undefined ? undefined : values[gradientNode]
      const proxy = proxied && elementsOf(step, proxied.data)
      for (let i = 0; i < old.length; i++)
        parts.push(proxy?.length === old.length ? (proxy[i] as number) : (old[i] as number) - (now[i] as number))
    }
    return parts.length === situation.points.length * (step.gradient.length / situation.points.length)
      ? Float64Array.from(parts)
      : undefined
  })
}

/** Whether what is taken off a parameter is a multiple of what stands for the gradient: there is no optimiser between them. */
function isPlain({ analysis }: Situation, { status, gradientNode, step }: ParameterResult): boolean {
  if (status !== 'wrong' || gradientNode === undefined) return false
  const proxy = elementsAt(step, analysis.points, gradientNode)
  return proxy.length === step.update.length && proportion(step.update, proxy).residual < MATCH
}

/** All values with what the statement adds to them, or makes, multiplied. */
export function multiplied(
  { analysis, region, points, pinned }: Situation,
  statement: Statement,
  factor: number,
): Values[] {
  const { tape } = analysis
  const outputs = new Set(statement.outputs)
  const first = Math.min(...statement.outputs)
  return points.map((given) => {
    const values = given.slice()
    const flags = new Uint8Array(region.end)
    // What the loss is computed from stays as it is for the forward pass.
    const instead = new Map<number, number>()
    for (let node = first; node < region.end; node++) {
      if (pinned.has(node) || tape.aside[node] === 1) continue
      const { args } = tape.entry(node)
      const touched = args.some((a) => flags[a] === 1)
      if (touched && !region.forward.has(node)) {
        flags[node] = 1
        values[node] = tape.compute(node, values, NOTHING, instead)
      }
      if (!outputs.has(node)) continue
      const value = values[node]
      if (value === undefined) continue
      const base = sumBefore(analysis, outputs, node)
      const other = scaled(value, base === undefined ? undefined : values[base], factor)
      flags[node] = 1
      if (region.forward.has(node)) {
        instead.set(node, values.length)
        values.push(other)
      } else values[node] = other
    }
    return values
  })
}

/** For `s += …`, what `s` was before; only what is added is the statement's. */
function sumBefore(
  { tape, trace }: Situation['analysis'],
  outputs: ReadonlySet<number>,
  node: number,
): number | undefined {
  const { op, args, site } = tape.entry(node)
  const [first] = args
  const statement = trace.sites[trace.sites[site]?.statement ?? -1]
  if (first === undefined) return undefined
  // Into one item: the others stay what they were.
  if (op === 'put' || op === 'write') return statement?.kind === 'AugAssign' ? first : undefined
  if (op !== 'add' && op !== 'sub' && op !== 'subtract') return undefined
  return statement?.kind === 'AugAssign' || outputs.has(first) ? first : undefined
}

export function scaled(value: Tensor, base: Tensor | undefined, factor: number): Tensor {
  const from = base?.data.length === value.data.length ? base.data : undefined
  return {
    shape: value.shape,
    data: value.data.map((x, i) => {
      const start = from?.[i] ?? 0
      return start + factor * (x - start)
    }),
  }
}

export function isClose(a: Float64Array, b: Float64Array): boolean {
  let [off, size] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    off += ((a[i] as number) - (b[i] as number)) ** 2
    size += (b[i] as number) ** 2
  }
  return Number.isFinite(off) && off <= (10 * MATCH) ** 2 * size
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

const norm = (a: Float64Array) => Math.sqrt(dot(a, a))

/** A sign, a number of samples, a half: what is forgotten or written once too often. */
export function isCount(factor: number): boolean {
  const size = Math.abs(factor)
  return [size, 1 / size].some((x) => x < 1e6 && x > 0.5 && Math.abs(x - Math.round(x)) < SAME * x)
}
