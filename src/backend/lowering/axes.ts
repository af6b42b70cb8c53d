/** Domains with as few loops as they need: axes joined where every access allows it. */

import type { Access, Body, MapKernel } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { lowerBody } from './body.ts'

/** Axes in runs that are one loop each: a domain and strides with fewer axes, that address the same elements. */
export interface Joined {
  readonly domain: readonly number[]
  readonly body: Body
  /** The last `reduced` axes are reduced. */
  readonly reduced: number
}

/** Joins neighbouring axes that every access walks through as one, and drops axes of extent 1. */
export function joinAxes(domain: readonly number[], body: Body, reduced = 0): Joined {
  const accesses = [...body.loads, ...body.stores]
  const indexed = new Set(body.instructions.filter((i) => i.operation === 'index').map((i) => i.slot ?? 0))
  const groups: number[][] = []
  const isReduced = (axis: number) => axis >= domain.length - reduced
  const joins = (a: number, b: number) =>
    isReduced(a) === isReduced(b) &&
    !indexed.has(a) &&
    !indexed.has(b) &&
    accesses.every(({ strides }) => strides[a] === (strides[b] ?? 0) * (domain[b] ?? 1))
  domain.forEach((extent, axis) => {
    if (extent === 1 && !indexed.has(axis)) return
    const last = groups[groups.length - 1]
    if (last !== undefined && joins(known(last[last.length - 1], 'a run is not empty'), axis)) last.push(axis)
    else groups.push([axis])
  })
  const lastOf = (group: readonly number[]) => known(group[group.length - 1], 'a run is not empty')
  const restride = <A extends Access>(access: A): A => ({
    ...access,
    strides: groups.map((group) => access.strides[lastOf(group)] ?? 0),
  })
  const instructions = body.instructions.map((instruction) =>
    instruction.operation === 'index'
      ? { ...instruction, slot: groups.findIndex((group) => group.includes(instruction.slot ?? 0)) }
      : instruction,
  )
  return {
    domain: groups.map((group) => group.reduce((n, axis) => n * (domain[axis] ?? 1), 1)),
    reduced: groups.filter((group) => isReduced(lastOf(group))).length,
    body: { instructions, loads: body.loads.map(restride), stores: body.stores.map(restride) },
  }
}

/** A map kernel with as few axes as it needs, at least one; undefined where it has no elements. */
export function mapNest(kernel: MapKernel): { domain: readonly number[]; body: Body } | undefined {
  const { domain, body } = joinAxes(kernel.domain, lowerBody(kernel.body).body)
  if (domain.includes(0)) return undefined
  return { domain: domain.length === 0 ? [1] : domain, body }
}
