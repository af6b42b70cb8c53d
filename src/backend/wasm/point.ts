/**
 * Writes a body at one point: four neighbouring elements along the lane axis of a domain, or fewer at its end.
 *
 * Values live in v128 locals. What does not vary over the domain is computed once, before the loops; constants too.
 */

import { isMask, type PrimitiveOperation, type ScalarInstruction } from '../../ops/index.ts'
import type { Access, Body } from '../../plan/index.ts'
import { InternalError, known } from '../../shared/index.ts'
import { invariantPositions } from '../lowering/body.ts'
import { type FunctionWriter, I32, type Local, OP, SIMD, V128 } from './encode.ts'
import { RENDER } from './render.ts'

export interface KernelContext {
  readonly f: FunctionWriter
  readonly relaxed: boolean
  /** The address of a buffer, in bytes. */
  readonly addressOf: (buffer: number) => number
  /** The number of the imported function that reports an index out of range: (index, extent). */
  readonly outOfRange: number
  /** Pushes an address in the scratch of this kernel (of this thread). */
  readonly pushScratch: (offset: number) => void
  /** Among how many threads the kernel is cut, and the local that holds this one's number. */
  readonly threads: number
  readonly thread: Local | undefined
}

/** Where a point is: how to push the address of an access there, and its coordinates. */
export interface Place {
  /** Pushes an address; the immediate offset that belongs to it, in bytes, is returned. */
  address(access: Access, slot: string): number
  /** Pushes the coordinate along a domain axis as an i32, of the first lane. */
  coordinate(axis: number): void
  /** The domain axis that the lanes run along. */
  readonly laneAxis: number
  /** How many lanes hold elements: 1 to 4. */
  readonly lanes: number
}

/** Strides between lanes, in elements. */
export function laneStride(access: Access, axis: number): number {
  return access.strides[axis] ?? 0
}

/** Pushes the vector at the address on the stack. `stride` is in elements; lanes past `lanes` are 0 or a repeat. */
function loadLanes(f: FunctionWriter, address: () => number, stride: number, lanes: number): void {
  if (stride === 0) {
    f.load32splat(address())
  } else if (stride === 1 && lanes === 4) {
    f.load(address())
  } else if (stride === 1 && lanes === 2) {
    f.load64zero(address())
  } else if (lanes === 1) {
    f.load32zero(address())
  } else {
    const vector = f.local(V128)
    f.load32zero(address()).set(vector)
    for (let lane = 1; lane < lanes; lane++) {
      const offset = address() + 4 * lane * stride
      f.get(vector).load32lane(offset, lane).set(vector)
    }
    f.get(vector)
  }
}

/** Stores the vector in `value` at the address that `address` pushes. */
function storeLanes(f: FunctionWriter, address: () => number, value: Local, stride: number, lanes: number): void {
  if (stride === 1 && lanes === 4) {
    const offset = address()
    f.get(value).store(offset)
    return
  }
  let lane = 0
  if (stride === 1 && lanes >= 2) {
    const offset = address()
    f.get(value).store64lane(offset, 0)
    lane = 2
  }
  for (; lane < lanes; lane++) {
    const offset = address() + 4 * lane * stride
    f.get(value).store32lane(offset, lane)
  }
}

/** Evaluates a body's instructions at points. */
export class PointWriter {
  readonly body: Body
  private readonly context: KernelContext
  private readonly invariant = new Map<number, Local>()

  constructor(context: KernelContext, body: Body) {
    this.context = context
    this.body = body
  }

  private get f(): FunctionWriter {
    return this.context.f
  }

  instruction(position: number): ScalarInstruction {
    return known(this.body.instructions[position], 'an operand is an instruction')
  }

  /** Computes what does not vary. Call once, before the loops. */
  hoist(): void {
    const { f } = this
    for (const position of invariantPositions(this.body)) {
      const instruction = this.instruction(position)
      if (instruction.operation === 'input') {
        const access = known(this.body.loads[instruction.slot ?? -1], 'a load')
        f.i32(this.context.addressOf(access.buffer) + 4 * access.offset).load32splat(0)
        if (access.dtype === 'int') f.simd(SIMD.f32x4convert)
      } else {
        this.render(instruction, (operand) => f.get(known(this.invariant.get(operand), 'an invariant operand')))
      }
      const local = f.local(V128)
      f.set(local)
      this.invariant.set(position, local)
    }
  }

  /** A set of values for one point: known ones first, the others computed when they are asked for. */
  at(place: Place, known: ReadonlyMap<number, Local>): (position: number) => Local {
    const values = new Map<number, Local>()
    const valueAt = (position: number): Local => {
      const found = values.get(position) ?? known.get(position) ?? this.invariant.get(position)
      if (found !== undefined) return found
      const local = this.compute(position, place, valueAt)
      values.set(position, local)
      return local
    }
    return valueAt
  }

  private compute(position: number, place: Place, valueAt: (position: number) => Local): Local {
    const { f } = this
    const instruction = this.instruction(position)
    if (instruction.operation === 'input') return this.load(instruction.slot ?? -1, place)
    // Operands first: computing one in the middle of pushing another would leave the stack in disorder.
    for (const operand of instruction.operands) valueAt(operand)
    const local = f.local(V128)
    if (instruction.operation === 'index') this.index(instruction.slot ?? 0, place)
    else this.render(instruction, (operand) => f.get(valueAt(operand)))
    f.set(local)
    return local
  }

  private load(slot: number, place: Place): Local {
    const { f } = this
    const access = known(this.body.loads[slot], 'a load')
    const local = f.local(V128)
    if (access.indirect === undefined) {
      loadLanes(f, () => place.address(access, `load${slot}`), laneStride(access, place.laneAxis), place.lanes)
    } else {
      this.loadIndirect(access, slot, place)
    }
    if (access.dtype === 'int') f.simd(SIMD.f32x4convert)
    f.set(local)
    return local
  }

  /** Pushes index·stride in bytes for one lane, after checking the index. */
  private indirectBytes(access: Access, place: Place, lane: number): void {
    const { f } = this
    const indirect = known(access.indirect, 'an indirect access')
    const indices = known(this.body.loads[indirect.load], 'the load of the indices')
    const index = f.local(I32)
    const offset = place.address(indices, `load${indirect.load}`)
    f.i32load(offset + 4 * lane * laneStride(indices, place.laneAxis)).tee(index)
    f.i32(indirect.extent).op(OP.i32geU)
    f.when(() => {
      f.get(index).i32(indirect.extent).call(this.context.outOfRange).op(OP.unreachable)
    })
    f.get(index)
      .i32(4 * indirect.stride)
      .op(OP.i32mul)
  }

  private loadIndirect(access: Access, slot: number, place: Place): void {
    const { f } = this
    const indirect = known(access.indirect, 'an indirect access')
    const indices = known(this.body.loads[indirect.load], 'the load of the indices')
    const stride = laneStride(access, place.laneAxis)
    if (laneStride(indices, place.laneAxis) === 0) {
      const address = f.local(I32)
      const offset = place.address(access, `load${slot}`)
      this.indirectBytes(access, place, 0)
      f.op(OP.i32add).set(address)
      const push = () => {
        f.get(address)
        return offset
      }
      loadLanes(f, push, stride, place.lanes)
      return
    }
    const vector = f.local(V128)
    f.words([0, 0, 0, 0]).set(vector)
    for (let lane = 0; lane < place.lanes; lane++) {
      const offset = place.address(access, `load${slot}`)
      this.indirectBytes(access, place, lane)
      f.op(OP.i32add)
      f.get(vector)
        .load32lane(offset + 4 * lane * stride, lane)
        .set(vector)
    }
    f.get(vector)
  }

  private index(axis: number, place: Place): void {
    const { f } = this
    place.coordinate(axis)
    f.simd(SIMD.i32x4splat)
    if (axis === place.laneAxis) f.words([0, 1, 2, 3]).simd(SIMD.i32x4add)
    f.simd(SIMD.f32x4convert)
  }

  private render(instruction: ScalarInstruction, push: (operand: number) => void): void {
    const { operation, operands, value } = instruction
    if (operation === 'constant') {
      this.f.floats(Array(4).fill(value ?? 0))
      return
    }
    const renderer = RENDER[operation as PrimitiveOperation]
    if (renderer === undefined) throw new InternalError(`${operation} is rendered elsewhere`)
    const b = operands[1] === undefined ? undefined : this.instruction(operands[1])
    const constantB = b?.operation === 'constant' ? b.value : undefined
    const isOverZero = operation === 'select' && Object.is(this.instruction(operands[2] ?? 0).value, 0)
    const at = (i: number) => () => push(operands[i] ?? 0)
    renderer({ f: this.f, relaxed: this.context.relaxed, constantB, isOverZero }, at(0), at(1), at(2))
  }

  /** Stores a value at a point. */
  store(slot: number, place: Place, value: Local): void {
    const { f } = this
    const store = known(this.body.stores[slot], 'a store')
    if (isMask(this.instruction(store.value).operation)) throw new InternalError('masks are not stored')
    let vector = value
    if (store.dtype === 'int') {
      vector = f.local(V128)
      f.get(value).simd(SIMD.i32x4truncSat).set(vector)
    }
    const stride = laneStride(store, place.laneAxis)
    const lanes = store.perRow && stride === 0 ? 1 : place.lanes
    if (!store.accumulate) {
      storeLanes(f, () => place.address(store, `store${slot}`), vector, stride, lanes)
      return
    }
    const address = f.local(I32)
    for (let lane = 0; lane < lanes; lane++) {
      const offset = place.address(store, `store${slot}`) + 4 * lane * stride
      if (store.indirect !== undefined) {
        this.indirectBytes(store, place, lane)
        f.op(OP.i32add)
      }
      f.tee(address).get(address).f32load(offset).get(vector).extractFloat(lane).op(OP.f32add).f32store(offset)
    }
  }
}
