/** Domains as loop nests: coordinates in locals, addresses from them. */

import type { Access, Body } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { type FunctionWriter, I32, type Local, OP } from './encode.ts'
import type { KernelContext, Place } from './point.ts'
import { shareOf } from './share.ts'

/** The coordinates of a loop nest, and the addresses that follow from them. */
export class Nest {
  readonly coordinates: readonly Local[]
  private readonly context: KernelContext
  private readonly bases = new Map<string, Local>()

  constructor(context: KernelContext, rank: number) {
    this.context = context
    this.coordinates = Array.from({ length: rank }, () => context.f.local(I32))
  }

  private get f(): FunctionWriter {
    return this.context.f
  }

  coordinate(axis: number): Local {
    return known(this.coordinates[axis], `axis ${axis} has a coordinate`)
  }

  /** Loops over `axes` from outside in, the first one cut for threads. */
  sharedLoop(axes: readonly number[], domain: readonly number[], body: () => void): void {
    const [axis, ...inner] = axes
    if (axis === undefined) {
      body()
      return
    }
    const [counter, end] = [this.coordinate(axis), this.f.local(I32)]
    shareOf(this.context, true, 1, domain[axis] ?? 1, counter, end)
    this.f.loopWhileBelow(
      counter,
      (f) => f.get(end),
      1,
      () => this.loop(inner, domain, body),
    )
  }

  /** Loops over one axis in vectors of four, cut for threads if `isCut`; `body` gets the number of lanes. */
  vectorLoop(axis: number, extent: number, isCut: boolean, body: (lanes: number) => void): void {
    const { f } = this
    const [counter, end] = [this.coordinate(axis), f.local(I32)]
    const rest = extent % 4
    shareOf(this.context, isCut, 4, extent, counter, end)
    if (extent > rest) {
      const whole = f.local(I32)
      f.get(end).i32(-4).op(OP.i32and).set(whole)
      f.loopWhileBelow(
        counter,
        () => f.get(whole),
        4,
        () => body(4),
      )
    }
    if (rest === 0) return
    f.get(end).i32(extent).op(OP.i32eq)
    f.when(() => body(rest))
  }

  /** Loops over `axes` from outside in, `body` inside; coordinate steps of 1. */
  loop(axes: readonly number[], domain: readonly number[], body: () => void): void {
    const [axis, ...inner] = axes
    if (axis === undefined) {
      body()
      return
    }
    const counter = this.coordinate(axis)
    this.f.i32(0).set(counter)
    this.f.loopWhileBelow(
      counter,
      (f) => f.i32(domain[axis] ?? 1),
      1,
      () => this.loop(inner, domain, body),
    )
  }

  /** Computes the part of an access's address that does not depend on `inner`, before the innermost loop. */
  prepare(slot: string, access: Access, inner: number): void {
    const base = this.bases.get(slot) ?? this.f.local(I32)
    this.bases.set(slot, base)
    this.f.i32(this.context.addressOf(access.buffer) + 4 * access.offset)
    access.strides.forEach((stride, axis) => {
      if (axis !== inner && stride !== 0) this.addTerm(axis, stride)
    })
    this.f.set(base)
  }

  prepareAll(body: Body, inner: number): void {
    body.loads.forEach((access, slot) => {
      this.prepare(`load${slot}`, access, inner)
    })
    body.stores.forEach((access, slot) => {
      this.prepare(`store${slot}`, access, inner)
    })
  }

  private addTerm(axis: number, stride: number): void {
    const { f } = this
    f.get(this.coordinate(axis))
    if (stride === 1) f.i32(2).op(OP.i32shl)
    else f.i32(4 * stride).op(OP.i32mul)
    f.op(OP.i32add)
  }

  /** The point at the current coordinates, with `lanes` along `laneAxis`; bases were prepared for `inner`. */
  place(laneAxis: number, lanes: number, inner: number): Place {
    return {
      laneAxis,
      lanes,
      coordinate: (axis) => {
        this.f.get(this.coordinate(axis))
      },
      address: (access, slot) => {
        const base = this.bases.get(slot)
        this.f.get(known(base, `the base of ${slot} is prepared`))
        const stride = access.strides[inner] ?? 0
        if (stride !== 0) this.addTerm(inner, stride)
        return 0
      },
    }
  }
}
