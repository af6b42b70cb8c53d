/**
 * The two functions under test. What enters is a point and what is moved there; what leaves is the loss, or the
 * gradients. Invariant: after each call every array holds what it held before, also when the call throws.
 */

import { formatNumber, NablaError, unknownName } from '../../shared/index.ts'
import { type Cells, cellsOf, refuseShared, rootMeanSquare, valuesOf } from './cells.ts'
import { missing, notAName, notFinite, repeated, writable } from './refusals.ts'
import type { BackwardOptions, Numeric, Probe } from './types.ts'

/** Something that has a gradient: a parameter, or a named intermediate value. */
export interface Target {
  readonly name: string
  readonly role: 'parameter' | 'intermediate'
  readonly shape: readonly number[]
  readonly size: number
  readonly single: boolean
}

/** One element, or all along a direction of unit elements. */
export type Move = { readonly at: number } | { readonly direction: Float64Array }

export interface Gradient {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

export type Values = ReadonlyMap<string, Float64Array>

export class Subject {
  readonly parameters: readonly Target[]
  /** In the order of the forward pass; known once `visit` was called. */
  intermediates: readonly Target[] = []
  evaluations = 0
  private readonly cells = new Map<string, Cells>()
  private readonly sizes = new WeakMap<Float64Array, number>()
  private readonly options: BackwardOptions
  private readonly original: Values
  /** The values at the point where the subject stands, intermediate ones included. */
  private here = new Map<string, Float64Array>()

  constructor(options: BackwardOptions) {
    this.options = options
    const given = options.parameters
    if (typeof given !== 'object' || given === null || Object.keys(given).length === 0) {
      throw new NablaError({
        code: 'E-VALUE',
        where: 'checkBackward, parameters',
        expected: 'at least one parameter by name',
        received: 'none',
        fix: 'give the arrays that forward() reads: { W1, b1 }.',
      })
    }
    refuseShared(given)
    this.parameters = Object.entries(given).map(([name, source]) => {
      const cells = writable(source, `parameters, "${name}"`)
      this.cells.set(name, cells)
      return { name, role: 'parameter', shape: cells.shape, size: cells.size, single: cells.single }
    })
    this.original = new Map([...this.cells].map(([name, cells]) => [name, valuesOf(cells)]))
    for (const [name, values] of this.original) {
      const odd = values.findIndex((x) => !Number.isFinite(x))
      if (odd >= 0) throw notFinite(`parameters, "${name}"`, `${values[odd]} at element ${odd}`)
    }
    this.here = new Map(this.original)
  }

  valuesAt(name: string): Float64Array {
    return this.here.get(name) ?? new Float64Array()
  }

  /** Root mean square of the values at the present point. */
  sizeAt(name: string): number {
    const values = this.valuesAt(name)
    let size = this.sizes.get(values)
    if (size === undefined) {
      size = rootMeanSquare(values)
      this.sizes.set(values, size)
    }
    return size
  }

  /** Goes to a point. Ends with `restore`. */
  moveTo(point: Values): void {
    this.here = new Map()
    for (const [name, values] of point) {
      const cells = this.cells.get(name)
      if (cells === undefined) continue
      values.forEach((x, at) => void cells.set(at, x))
      // What is stored: a Float32Array rounds.
      this.here.set(name, valuesOf(cells))
    }
  }

  restore(): void {
    for (const [name, cells] of this.cells) {
      this.original.get(name)?.forEach((x, at) => {
        if (!Object.is(cells.get(at), x)) cells.set(at, x)
      })
    }
    this.here = new Map(this.original)
  }

  get start(): Values {
    return this.original
  }

  /** The loss here, with the intermediate values noted. */
  visit(): number {
    const found: Target[] = []
    const probe: Probe = (name, value) => {
      if (typeof name !== 'string') throw notAName('forward', name)
      if (this.cells.has(name) || found.some((target) => target.name === name)) throw repeated(name)
      const cells = cellsOf(value, `forward(), probe "${name}"`)
      const { shape, size, single } = cells
      found.push({ name, role: 'intermediate', shape, size, single })
      this.here.set(name, valuesOf(cells))
      return value
    }
    const loss = this.run(probe)
    this.refuseChanged('forward')
    this.intermediates = found
    return loss
  }

  /** The loss with something moved by `step`, and where the element then was. */
  lossMoved(target: Target, move: Move, step: number): { loss: number; position: number } {
    return target.role === 'parameter' ? this.moveParameter(target, move, step) : this.moveValue(target, move, step)
  }

  /** The gradients at the present point, as the code computes them; `truths` take the place of intermediate ones. */
  gradients(truths: Values = new Map()): { parameters: Map<string, Gradient>; intermediates: Map<string, Gradient> } {
    const intermediates = new Map<string, Gradient>()
    const probe: Probe = (name, value) => {
      const known = this.intermediates.find((target) => target.name === name)
      if (known === undefined) {
        const names = this.intermediates.map((target) => target.name)
        throw unknownName('backward(), probe', 'name of a value that forward() probes', String(name), names)
      }
      if (intermediates.has(name)) throw repeated(name)
      const cells = cellsOf(value, `backward(), probe "${name}"`)
      intermediates.set(name, { shape: cells.shape, values: valuesOf(cells) })
      const truth = truths.get(name)
      if (truth === undefined) return value
      if (typeof value === 'number') return truth[0] as typeof value
      if (cells.size === truth.length) truth.forEach((x, at) => void cells.set(at, x))
      return value
    }
    // What backward() uses of the forward pass must be of this point, and of no moved one.
    this.run((_, value) => value)
    const given = this.options.backward(probe) as Readonly<Record<string, Numeric>> | undefined
    if (typeof given !== 'object' || given === null || given instanceof Promise) {
      throw new NablaError({
        code: 'E-USAGE',
        where: 'backward()',
        expected: 'an object with the gradient of each parameter by name',
        received: given instanceof Promise ? 'a promise' : String(given),
        fix: 'return { W1: dW1, b1: db1 }; nothing in it may be asynchronous.',
      })
    }
    const parameters = new Map<string, Gradient>()
    for (const { name } of this.parameters) {
      const gradient = Object.hasOwn(given, name) ? given[name] : undefined
      if (gradient === undefined) throw missing(name, Object.keys(given))
      const cells = cellsOf(gradient, `backward(), "${name}"`)
      parameters.set(name, { shape: cells.shape, values: valuesOf(cells) })
    }
    return { parameters, intermediates }
  }

  /** Parameters that do not hold what they held when the subject came here; they are put back. */
  changed(): string[] {
    const names: string[] = []
    for (const [name, cells] of this.cells) {
      const kept = this.here.get(name) as Float64Array
      if (kept.every((x, at) => Object.is(cells.get(at), x))) continue
      names.push(name)
      kept.forEach((x, at) => void cells.set(at, x))
    }
    return names
  }

  private refuseChanged(caller: string): void {
    const [name] = this.changed()
    if (name === undefined) return
    throw new NablaError({
      code: 'E-USAGE',
      where: `${caller}()`,
      expected: 'parameters that stay as they are',
      received: `"${name}", changed by ${caller}()`,
      fix: 'leave the update out of it; check the gradients before they are used.',
    })
  }

  private moveParameter(target: Target, move: Move, step: number): { loss: number; position: number } {
    const cells = this.cells.get(target.name) as Cells
    const kept = this.here.get(target.name) as Float64Array
    try {
      if ('at' in move) cells.set(move.at, (kept[move.at] as number) + step)
      else move.direction.forEach((d, at) => void cells.set(at, (kept[at] as number) + step * d))
      const position = 'at' in move ? cells.get(move.at) : step
      return { loss: this.run((_, value) => value, true), position }
    } finally {
      if ('at' in move) cells.set(move.at, kept[move.at] as number)
      else kept.forEach((x, at) => void cells.set(at, x))
    }
  }

  private moveValue(target: Target, move: Move, step: number): { loss: number; position: number } {
    const undo: (() => void)[] = []
    let position = step
    const probe: Probe = (name, value) => {
      if (name !== target.name) return value
      if (typeof value === 'number') {
        position = value + step
        return (value + step) as typeof value
      }
      const cells = cellsOf(value, `forward(), probe "${name}"`)
      const shift = (at: number, by: number) => {
        const kept = cells.get(at)
        undo.push(() => cells.set(at, kept))
        cells.set(at, kept + by)
      }
      if ('at' in move) {
        shift(move.at, step)
        position = cells.get(move.at)
      } else move.direction.forEach((d, at) => void shift(at, step * d))
      return value
    }
    try {
      return { loss: this.run(probe, true), position }
    } finally {
      for (const back of undo) back()
    }
  }

  private run(probe: Probe, moved = false): number {
    this.evaluations++
    const loss: unknown = this.options.forward(probe)
    if (typeof loss !== 'number') {
      throw new NablaError({
        code: 'E-USAGE',
        where: 'forward()',
        expected: 'the loss, a number',
        received: loss instanceof Promise ? 'a promise' : loss === null ? 'null' : `a ${typeof loss}`,
        fix:
          loss instanceof Promise
            ? 'make forward() synchronous.'
            : 'return the loss itself: a sum or mean over the batch.',
      })
    }
    if (!moved && !Number.isFinite(loss)) throw notFinite('forward(), the loss', formatNumber(loss))
    return loss
  }
}
