/** Writes map kernels: a loop nest over the domain, the last axis in steps of four lanes. */

import type { MapKernel } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { joinAxes } from '../lowering/axes.ts'
import { lowerBody } from '../lowering/body.ts'
import { Nest } from './loops.ts'
import { type KernelContext, PointWriter } from './point.ts'

export function writeMap(context: KernelContext, kernel: MapKernel): void {
  const joined = joinAxes(kernel.domain, lowerBody(kernel.body).body)
  const domain = joined.domain.length === 0 ? [1] : joined.domain
  if (domain.includes(0)) return
  const points = new PointWriter(context, joined.body)
  points.hoist()
  const lane = domain.length - 1
  const extent = known(domain[lane], 'a domain has a last axis')
  const nest = new Nest(context, domain.length)
  const point = (lanes: number) => {
    const place = nest.place(lane, lanes, lane)
    const valueAt = points.at(place, new Map())
    const values = joined.body.stores.map(({ value }) => valueAt(value))
    values.forEach((value, slot) => {
      points.store(slot, place, value)
    })
  }
  nest.sharedLoop([...domain.keys()].slice(0, -1), domain, () => {
    nest.prepareAll(joined.body, lane)
    nest.vectorLoop(lane, extent, domain.length === 1, point)
  })
}
