/** Writes map kernels: a loop nest over the domain, the last axis in steps of a vector. */

import type { MapKernel } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { mapNest } from '../lowering/axes.ts'
import { coordinateName, type KernelContext, type Place, PointWriter } from './point.ts'

/** Writes the body of `kernel(c, t, T)`: part t of T. */
export function writeMap(context: KernelContext, kernel: MapKernel): void {
  const { code, lanes } = context
  const found = mapNest(kernel)
  if (found === undefined) return
  const { domain, body } = found
  const points = new PointWriter(context, body)
  points.hoist()
  const lane = domain.length - 1
  const extent = known(domain[lane], 'a domain has a last axis')
  const whole = extent - (extent % lanes)
  const point = (count: number) => {
    const place: Place = { laneAxis: lane, lanes: count }
    const valueAt = points.at(place, new Map())
    const values = body.stores.map(({ value }) => valueAt(value))
    values.forEach((value, slot) => {
      points.store(slot, place, value)
    })
  }
  const row = (from: string, to: string, hasTail: string) => {
    const name = coordinateName(lane)
    if (whole > 0) code.loop(name, from, to, lanes, () => point(lanes))
    if (whole === extent) return
    code.block(hasTail, () => {
      code.line(`const long ${name} = ${whole};`)
      point(extent - whole)
    })
  }
  if (lane === 0) {
    // One axis: whole vectors are shared out, and the last part has what is left.
    const vectors = whole / lanes
    row(`${vectors}L * t / T * ${lanes}`, `${vectors}L * (t + 1) / T * ${lanes}`, 'if (t == T - 1)')
    return
  }
  const nest = (axis: number): void => {
    if (axis === lane) {
      row('0', String(whole), '')
      return
    }
    const [from, to] = axis === 0 ? [`${domain[0]}L * t / T`, `${domain[0]}L * (t + 1) / T`] : ['0', `${domain[axis]}`]
    code.loop(coordinateName(axis), from, to, 1, () => nest(axis + 1))
  }
  nest(0)
}
