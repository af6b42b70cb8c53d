/**
 * Writes a body at one point: a vector of neighbouring elements along the lane axis of a domain, or fewer at its end.
 * What does not vary over the domain is computed once, before the loops. Loads of whole vectors may read past the end
 * of a buffer, into memory that is there; stores never write past it.
 */

import { isMask, type PrimitiveOperation, type ScalarInstruction } from '../../ops/index.ts'
import type { Access, Body } from '../../plan/index.ts'
import { InternalError, known } from '../../shared/index.ts'
import { invariantPositions } from '../lowering/body.ts'
import { type Code, floatLiteral } from './code.ts'
import type { Lanes } from './preamble.ts'
import { RENDER } from './primitives.ts'

export interface KernelContext {
  readonly code: Code
  readonly lanes: Lanes
}

/** Where a point is. Coordinates are the variables i0, i1, …; a replaced one is an expression. */
export interface Place {
  /** The axis along which the lanes run; -1: none. */
  readonly laneAxis: number
  /** How many lanes hold elements. */
  readonly lanes: number
  /** Expressions of coordinates that differ from the variable of that axis. */
  readonly coordinates?: ReadonlyMap<number, string>
}

export const bufferName = (id: number) => `b${id}`
export const coordinateName = (axis: number) => `i${axis}`

const coordinate = (place: Place, axis: number) => place.coordinates?.get(axis) ?? coordinateName(axis)

/** A pointer expression of an access at a place. */
export function addressOf(access: Access, place: Place): string {
  const terms = access.strides.flatMap((stride, axis) =>
    stride === 0 ? [] : [stride === 1 ? coordinate(place, axis) : `${coordinate(place, axis)} * ${stride}`],
  )
  return [bufferName(access.buffer), ...(access.offset === 0 ? [] : [access.offset]), ...terms].join(' + ')
}

/** Evaluates a body's instructions at points. */
export class PointWriter {
  readonly body: Body
  private readonly context: KernelContext
  private readonly invariant = new Map<number, string>()

  constructor(context: KernelContext, body: Body) {
    this.context = context
    this.body = body
  }

  instruction(position: number): ScalarInstruction {
    return known(this.body.instructions[position], 'an operand is an instruction')
  }

  /** Computes what does not vary. Call once, before the loops. */
  hoist(): void {
    const place: Place = { laneAxis: -1, lanes: 1 }
    const at = (operand: number) => known(this.invariant.get(operand), 'an invariant operand')
    for (const position of invariantPositions(this.body)) {
      this.invariant.set(position, this.declare(position, place, at))
    }
  }

  /** A set of values for one point: known ones first, the others written when they are asked for. */
  at(place: Place, before: ReadonlyMap<number, string>): (position: number) => string {
    const values = new Map<number, string>([...this.invariant, ...before])
    const valueAt = (position: number): string => {
      const found = values.get(position)
      if (found !== undefined) return found
      for (const operand of this.instruction(position).operands) valueAt(operand)
      const name = this.declare(position, place, valueAt)
      values.set(position, name)
      return name
    }
    return valueAt
  }

  private declare(position: number, place: Place, at: (operand: number) => string): string {
    const instruction = this.instruction(position)
    const name = this.context.code.fresh('x')
    const type = isMask(instruction.operation) ? 'I' : 'V'
    if (instruction.operation === 'input') this.load(name, instruction.slot ?? -1, place)
    else this.context.code.line(`const ${type} ${name} = ${this.expression(instruction, place, at)};`)
    return name
  }

  private expression(instruction: ScalarInstruction, place: Place, at: (operand: number) => string): string {
    const { operation, operands, value, slot } = instruction
    if (operation === 'constant') return `splat(${floatLiteral(value ?? 0)})`
    if (operation === 'index') {
      const first = `(V){0} + (float)(${coordinate(place, slot ?? 0)})`
      return slot === place.laneAxis ? `${first} + __builtin_convertvector(LANE, V)` : first
    }
    const renderer = RENDER[operation as PrimitiveOperation]
    if (renderer === undefined) throw new InternalError(`${operation} is rendered elsewhere`)
    const b = operands[1] === undefined ? undefined : this.instruction(operands[1])
    const constantB = b?.operation === 'constant' && !Number.isNaN(b.value)
    const [first = '', second = '', third = ''] = operands.map(at)
    return renderer(first, second, third, constantB)
  }

  private load(name: string, slot: number, place: Place): void {
    const { code, lanes } = this.context
    const access = known(this.body.loads[slot], 'a load')
    const address = addressOf(access, place)
    const stride = access.strides[place.laneAxis] ?? 0
    const isInt = access.dtype === 'int'
    if (access.indirect !== undefined) {
      code.line(`V ${name} = {0};`)
      const at = `[${this.indirection(access, place)} + l * ${stride}]`
      code.line(`for (long l = 0; l < ${place.lanes}; l++) ${name}[l] = (float)(${address})${at};`)
    } else if (stride === 0) {
      code.line(`const V ${name} = splat(${isInt ? '(float)' : ''}*(${address}));`)
    } else if (stride === 1) {
      code.line(`const V ${name} = ${isInt ? 'loadInt' : 'load'}(${address});`)
    } else {
      const count = Math.min(place.lanes, lanes)
      code.line(`const V ${name} = load${isInt ? 'Int' : ''}Strided(${address}, ${stride}, ${count});`)
    }
  }

  /** The part of an address that is read from the load of the indices, for lane `l`, checked. */
  private indirection(access: Access, place: Place): string {
    const { load, stride, extent } = known(access.indirect, 'an indirect access')
    const indices = known(this.body.loads[load], 'the load of the indices')
    const index = `(${addressOf(indices, place)})[l * ${indices.strides[place.laneAxis] ?? 0}]`
    return `checked(c, ${index}, ${extent}) * ${stride}`
  }

  /** Stores a value at a point. */
  store(slot: number, place: Place, value: string): void {
    const { code, lanes: width } = this.context
    const store = known(this.body.stores[slot], 'a store')
    if (isMask(this.instruction(store.value).operation)) throw new InternalError('masks are not stored')
    const stride = store.strides[place.laneAxis] ?? 0
    const lanes = store.perRow && stride === 0 ? 1 : place.lanes
    const address = addressOf(store, place)
    if (store.accumulate) {
      const at = `${store.indirect === undefined ? '' : `${this.indirection(store, place)} + `}l * ${stride}`
      code.line(`for (long l = 0; l < ${lanes}; l++) (${address})[${at}] += ${value}[l];`)
    } else if (store.dtype === 'int') {
      code.line(`storeInt(${address}, ${stride}, ${value}, ${lanes});`)
    } else if (stride === 1 || lanes === 1) {
      code.line(lanes === width ? `store(${address}, ${value});` : `storePart(${address}, ${value}, ${lanes});`)
    } else {
      code.line(`storeStrided(${address}, ${stride}, ${value}, ${lanes});`)
    }
  }
}
