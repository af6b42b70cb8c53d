/** Writes map kernels: a loop nest over the domain, the last axis in steps of four lanes. */

import type { MapKernel } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { mapNest } from '../lowering/axes.ts'
import { Nest } from './loops.ts'
import { type KernelContext, PointWriter } from './point.ts'

export function writeMap(context: KernelContext, kernel: MapKernel): void {
  const found = mapNest(kernel)
  if (found === undefined) return
  const { domain, body } = found
  const points = new PointWriter(context, body)
  points.hoist()
  const lane = domain.length - 1
  const extent = known(domain[lane], 'a domain has a last axis')
  const nest = new Nest(context, domain.length)
  const point = (lanes: number) => {
    const place = nest.place(lane, lanes, lane)
    const valueAt = points.at(place, new Map())
    const values = body.stores.map(({ value }) => valueAt(value))
    values.forEach((value, slot) => {
      points.store(slot, place, value)
    })
  }
  nest.sharedLoop([...domain.keys()].slice(0, -1), domain, () => {
    nest.prepareAll(body, lane)
    nest.vectorLoop(lane, extent, domain.length === 1, point)
  })
}
