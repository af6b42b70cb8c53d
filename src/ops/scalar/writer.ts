/**
 * Writes scalar programs. Enters: calls such as `s.mul(x, 2)`; leaves: a program without repeats.
 * Invariant: two instructions that compute the same value from the same operands are one.
 */

import { invariant, known } from '../../shared/index.ts'
import type { ScalarInstruction, ScalarOperation, ScalarProgram } from './program.ts'

/** A value in a program being written. */
export class Scalar {
  readonly position: number
  constructor(position: number) {
    this.position = position
  }
}

/** A value, or a number that becomes a constant. */
export type ScalarLike = Scalar | number

export class ScalarWriter {
  private readonly instructions: ScalarInstruction[] = []
  private readonly known = new Map<string, Scalar>()

  /** Emits one instruction, or finds the equal one that is there. */
  emit(
    operation: ScalarOperation,
    operands: readonly ScalarLike[],
    extra: { value?: number; slot?: number } = {},
  ): Scalar {
    const positions = operands.map((operand) => this.scalar(operand).position)
    const zeroSign = Object.is(extra.value, -0) ? '-' : ''
    const key = `${operation}|${positions.join(',')}|${zeroSign}${extra.value ?? ''}|${extra.slot ?? ''}`
    const found = this.known.get(key)
    if (found !== undefined) return found
    const made = new Scalar(this.instructions.length)
    this.instructions.push({ operation, operands: positions, ...extra })
    this.known.set(key, made)
    return made
  }

  scalar(value: ScalarLike): Scalar {
    return typeof value === 'number' ? this.constant(value) : value
  }

  instructionOf(value: Scalar): ScalarInstruction {
    return known(this.instructions[value.position], `scalar ${value.position} belongs to this program`)
  }

  finish(results: readonly ScalarLike[]): ScalarProgram {
    return { instructions: [...this.instructions], results: results.map((result) => this.scalar(result).position) }
  }

  /** Copies a program in, its inputs replaced by `inputs` and its coordinates by `index`; returns its results. */
  inline(program: ScalarProgram, inputs: readonly ScalarLike[], index: (axis: number) => ScalarLike): Scalar[] {
    const copies: Scalar[] = []
    for (const { operation, operands, value, slot } of program.instructions) {
      if (operation === 'input') {
        copies.push(this.scalar(known(inputs[slot ?? -1], `input ${slot} of an inlined program is given`)))
      } else if (operation === 'index') {
        copies.push(this.scalar(index(slot ?? 0)))
      } else {
        const moved = operands.map((operand) => known(copies[operand], 'operands precede'))
        copies.push(this.apply(operation, moved, value, slot))
      }
    }
    return program.results.map((result) => known(copies[result], 'a result is an instruction'))
  }

  /** Emits through the simplifying methods, so that inlined programs simplify with what is around them. */
  private apply(operation: ScalarOperation, operands: readonly Scalar[], value?: number, slot?: number): Scalar {
    const [a, b, c] = operands
    if (operation === 'select' && a && b && c) return this.select(a, b, c)
    if (operation === 'not' && a) return this.not(a)
    if (operation === 'equal' && a && b) return this.equal(a, b)
    if (operation === 'mul' && a && b) return this.mul(a, b)
    if (operation === 'add' && a && b) return this.add(a, b)
    return this.emit(operation, operands, {
      ...(value === undefined ? {} : { value }),
      ...(slot === undefined ? {} : { slot }),
    })
  }

  private constantOf(value: ScalarLike): number | undefined {
    if (typeof value === 'number') return value
    const instruction = this.instructionOf(value)
    return instruction.operation === 'constant' ? instruction.value : undefined
  }

  input(slot: number): Scalar {
    return this.emit('input', [], { slot })
  }
  index(axis: number): Scalar {
    return this.emit('index', [], { slot: axis })
  }
  accumulator(): Scalar {
    return this.emit('accumulator', [])
  }
  constant(value: number): Scalar {
    return this.emit('constant', [], { value })
  }

  add(a: ScalarLike, b: ScalarLike): Scalar {
    const [left, right] = [this.constantOf(a), this.constantOf(b)]
    if (left !== undefined && right !== undefined) return this.constant(left + right)
    if (right === 0) return this.scalar(a)
    if (left === 0) return this.scalar(b)
    return this.emit('add', [a, b])
  }

  mul(a: ScalarLike, b: ScalarLike): Scalar {
    const [left, right] = [this.constantOf(a), this.constantOf(b)]
    if (left !== undefined && right !== undefined) return this.constant(left * right)
    if (right === 1) return this.scalar(a)
    if (left === 1) return this.scalar(b)
    return this.emit('mul', [a, b])
  }

  sub(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('sub', [a, b])
  }
  div(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('div', [a, b])
  }
  neg(a: ScalarLike): Scalar {
    return this.emit('neg', [a])
  }
  abs(a: ScalarLike): Scalar {
    return this.emit('abs', [a])
  }
  sqrt(a: ScalarLike): Scalar {
    return this.emit('sqrt', [a])
  }
  min(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('min', [a, b])
  }
  max(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('max', [a, b])
  }
  floor(a: ScalarLike): Scalar {
    return this.emit('floor', [a])
  }
  round(a: ScalarLike): Scalar {
    return this.emit('round', [a])
  }
  multiplyAdd(a: ScalarLike, b: ScalarLike, c: ScalarLike): Scalar {
    return this.emit('multiplyAdd', [a, b, c])
  }
  less(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('less', [a, b])
  }
  lessEqual(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('lessEqual', [a, b])
  }
  and(a: Scalar, b: Scalar): Scalar {
    return this.emit('and', [a, b])
  }
  or(a: Scalar, b: Scalar): Scalar {
    return this.emit('or', [a, b])
  }
  scaleByPowerOfTwo(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('scaleByPowerOfTwo', [a, b])
  }
  exponent(a: ScalarLike): Scalar {
    return this.emit('exponent', [a])
  }
  mantissa(a: ScalarLike): Scalar {
    return this.emit('mantissa', [a])
  }
  exp(a: ScalarLike): Scalar {
    return this.emit('exp', [a])
  }
  expm1(a: ScalarLike): Scalar {
    return this.emit('expm1', [a])
  }
  log(a: ScalarLike): Scalar {
    return this.emit('log', [a])
  }
  log1p(a: ScalarLike): Scalar {
    return this.emit('log1p', [a])
  }
  sin(a: ScalarLike): Scalar {
    return this.emit('sin', [a])
  }
  cos(a: ScalarLike): Scalar {
    return this.emit('cos', [a])
  }
  tanh(a: ScalarLike): Scalar {
    return this.emit('tanh', [a])
  }
  erf(a: ScalarLike): Scalar {
    return this.emit('erf', [a])
  }
  pow(a: ScalarLike, b: ScalarLike): Scalar {
    return this.emit('pow', [a, b])
  }

  /** A mask; `equal(select(m, 1, 0), 0)` is `not m`, so that a comparison carried as 0 or 1 costs nothing. */
  equal(a: ScalarLike, b: ScalarLike): Scalar {
    const mask = this.maskBehind(a)
    if (mask !== undefined && this.constantOf(b) === 0) return this.not(mask)
    return this.emit('equal', [a, b])
  }

  not(mask: Scalar): Scalar {
    const instruction = this.instructionOf(mask)
    const inner = instruction.operands[0]
    if (instruction.operation === 'not' && inner !== undefined) return new Scalar(inner)
    return this.emit('not', [mask])
  }

  select(mask: Scalar, a: ScalarLike, b: ScalarLike): Scalar {
    const instruction = this.instructionOf(mask)
    const inner = instruction.operands[0]
    if (instruction.operation === 'not' && inner !== undefined) return this.select(new Scalar(inner), b, a)
    invariant(instruction.operation !== 'constant', 'select takes a mask')
    return this.emit('select', [mask, a, b])
  }

  /** 1 where the mask holds, else 0. */
  indicator(mask: Scalar): Scalar {
    return this.select(mask, 1, 0)
  }

  private maskBehind(value: ScalarLike): Scalar | undefined {
    if (typeof value === 'number') return undefined
    const { operation, operands } = this.instructionOf(value)
    const [mask, one, zero] = operands
    if (operation !== 'select' || mask === undefined || one === undefined || zero === undefined) return undefined
    const isIndicator = this.constantOf(new Scalar(one)) === 1 && this.constantOf(new Scalar(zero)) === 0
    return isIndicator ? new Scalar(mask) : undefined
  }
}

/** A program of `inputs` inputs, written by `write`. */
export function scalarProgram(
  inputs: number,
  write: (s: ScalarWriter, x: Scalar[]) => ScalarLike | readonly ScalarLike[],
): ScalarProgram {
  const writer = new ScalarWriter()
  const slots = Array.from({ length: inputs }, (_, slot) => writer.input(slot))
  const results = write(writer, slots)
  return writer.finish(typeof results === 'number' || results instanceof Scalar ? [results] : results)
}
