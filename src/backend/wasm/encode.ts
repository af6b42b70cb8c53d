/**
 * Writes WebAssembly modules as bytes. Source of every opcode: the WebAssembly core specification 2.0, section 5.4
 * (https://webassembly.github.io/spec/core/binary/instructions.html), and the relaxed SIMD proposal.
 */

import { known } from '../../shared/index.ts'

export const I32 = 0x7f
export const I64 = 0x7e
export const F32 = 0x7d
export const V128 = 0x7b
const VOID = 0x40

export type ValueType = typeof I32 | typeof I64 | typeof F32 | typeof V128

/** Instructions without immediates. */
export const OP = {
  unreachable: 0x00,
  drop: 0x1a,
  i32eqz: 0x45,
  i32eq: 0x46,
  i32ltU: 0x49,
  i32geU: 0x4f,
  i32add: 0x6a,
  i32sub: 0x6b,
  i32mul: 0x6c,
  i32divU: 0x6e,
  i32and: 0x71,
  i32xor: 0x73,
  i32shl: 0x74,
  i32shrU: 0x76,
  i64add: 0x7c,
  i64mul: 0x7e,
  i64shrU: 0x88,
  f32add: 0x92,
  i32wrap: 0xa7,
  i64extendU: 0xad,
} as const

/** SIMD instructions without immediates (prefix 0xfd). */
export const SIMD = {
  i32x4splat: 0x11,
  f32x4splat: 0x13,
  f32x4eq: 0x41,
  f32x4lt: 0x43,
  f32x4le: 0x45,
  not: 0x4d,
  and: 0x4e,
  or: 0x50,
  bitselect: 0x52,
  f32x4floor: 0x68,
  f32x4nearest: 0x6a,
  i32x4shl: 0xab,
  i32x4shrU: 0xad,
  i32x4add: 0xae,
  i32x4sub: 0xb1,
  f32x4abs: 0xe0,
  f32x4neg: 0xe1,
  f32x4sqrt: 0xe3,
  f32x4add: 0xe4,
  f32x4sub: 0xe5,
  f32x4mul: 0xe6,
  f32x4div: 0xe7,
  f32x4min: 0xe8,
  f32x4max: 0xe9,
  f32x4pmin: 0xea,
  f32x4pmax: 0xeb,
  i32x4truncSat: 0xf8,
  f32x4convert: 0xfa,
  f32x4convertU: 0xfb,
  f32x4relaxedMadd: 0x105,
} as const

/** Atomic instructions on 32-bit words (prefix 0xfe). */
export const ATOMIC = { notify: 0x00, wait32: 0x01, load: 0x10, store: 0x17, add: 0x1e } as const

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low | 0x80 : low)
  } while (rest > 0)
  return bytes
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
    bytes.push(done ? low : low | 0x80)
    if (done) return bytes
  }
}

/** A local variable of a function. */
export type Local = number

export class FunctionWriter {
  private readonly bytes: number[] = []
  private readonly types: ValueType[] = []
  readonly parameters: readonly ValueType[]
  private depth = 0

  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters
  }

  local(type: ValueType): Local {
    this.types.push(type)
    return this.parameters.length + this.types.length - 1
  }

  private emit(...bytes: readonly number[]): this {
    for (const byte of bytes) this.bytes.push(byte)
    return this
  }

  op = (opcode: number) => this.emit(opcode)
  simd = (opcode: number) => this.emit(0xfd, ...unsigned(opcode))
  get = (local: Local) => this.emit(0x20, ...unsigned(local))
  set = (local: Local) => this.emit(0x21, ...unsigned(local))
  tee = (local: Local) => this.emit(0x22, ...unsigned(local))
  i32 = (value: number) => this.emit(0x41, ...signed(value))
  call = (callee: number) => this.emit(0x10, ...unsigned(callee))

  i64(value: bigint): this {
    this.emit(0x42)
    let rest = value
    for (;;) {
      const low = Number(rest & 0x7fn)
      rest >>= 7n
      const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)
      this.emit(done ? low : low | 0x80)
      if (done) return this
    }
  }

  private memory(alignment: number, offset: number): number[] {
    return [...unsigned(alignment), ...unsigned(offset)]
  }

  i32load = (offset: number) => this.emit(0x28, ...this.memory(2, offset))
  f32load = (offset: number) => this.emit(0x2a, ...this.memory(2, offset))
  i32store = (offset: number) => this.emit(0x36, ...this.memory(2, offset))
  f32store = (offset: number) => this.emit(0x38, ...this.memory(2, offset))
  load = (offset: number) => this.simd(0x00).emit(...this.memory(2, offset))
  load32splat = (offset: number) => this.simd(0x09).emit(...this.memory(2, offset))
  store = (offset: number) => this.simd(0x0b).emit(...this.memory(2, offset))
  load32zero = (offset: number) => this.simd(0x5c).emit(...this.memory(2, offset))
  load64zero = (offset: number) => this.simd(0x5d).emit(...this.memory(2, offset))
  /** Stack: address, vector. */
  load32lane = (offset: number, lane: number) => this.simd(0x56).emit(...this.memory(2, offset), lane)
  store32lane = (offset: number, lane: number) => this.simd(0x5a).emit(...this.memory(2, offset), lane)
  store64lane = (offset: number, lane: number) => this.simd(0x5b).emit(...this.memory(2, offset), lane)
  extractFloat = (lane: number) => this.simd(0x1f).emit(lane)

  /** An atomic instruction on the word at the address under its operands (threads proposal, prefix 0xfe). */
  atomic = (opcode: number) => this.emit(0xfe, ...unsigned(opcode), ...this.memory(2, 0))

  /** Lanes of the two vectors on the stack, by number: 0 to 3 of the first, 4 to 7 of the second. */
  shuffle(lanes: readonly number[]): this {
    return this.simd(0x0d).emit(...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)))
  }

  /** Four 32-bit words, given as integers. */
  words(words: readonly number[]): this {
    const view = new DataView(new ArrayBuffer(16))
    words.forEach((word, lane) => {
      view.setInt32(4 * lane, word | 0, true)
    })
    return this.simd(0x0c).emit(...new Uint8Array(view.buffer))
  }

  floats(values: readonly number[]): this {
    return this.words([...new Int32Array(Float32Array.from(values).buffer)])
  }

  /** Runs `body` while it holds that `counter` < `limit` (unsigned), adding `step` each time; `counter` is set before. */
  loopWhileBelow(counter: Local, limit: (f: this) => void, step: number, body: () => void): void {
    this.emit(0x02, VOID, 0x03, VOID)
    this.depth += 2
    this.get(counter)
    limit(this)
    this.op(OP.i32geU).emit(0x0d, 1)
    body()
    this.get(counter).i32(step).op(OP.i32add).set(counter).emit(0x0c, 0)
    this.emit(0x0b, 0x0b)
    this.depth -= 2
  }

  /** Runs `body` if the i32 on the stack is not 0. */
  when(body: () => void, otherwise?: () => void): void {
    this.emit(0x04, VOID)
    body()
    if (otherwise !== undefined) {
      this.emit(0x05)
      otherwise()
    }
    this.emit(0x0b)
  }

  /** The function's code, with its size before it. */
  finish(): number[] {
    const groups = this.types.flatMap((type) => [1, type])
    const code = [...unsigned(this.types.length), ...groups]
    return withSize(concatBytes([code, this.bytes, [0x0b]]))
  }
}

function concatBytes(parts: readonly (readonly number[])[]): number[] {
  const all: number[] = []
  for (const part of parts) for (const byte of part) all.push(byte)
  return all
}

function withSize(bytes: readonly number[]): number[] {
  return concatBytes([unsigned(bytes.length), bytes])
}

function text(value: string): number[] {
  return withSize([...new TextEncoder().encode(value)])
}

interface Imported {
  readonly name: string
  readonly parameters: readonly ValueType[]
}

/** A module that imports one memory and some functions, and exports some of its own. */
export class ModuleWriter {
  private readonly imports: readonly Imported[]
  private readonly functions: { writer: FunctionWriter; exported: string | undefined }[] = []

  /** @param imports functions of module "nabla", numbered from 0 in this order; none returns anything. */
  constructor(imports: readonly Imported[]) {
    this.imports = imports
  }

  /** Adds a function without results and returns its number. */
  add(writer: FunctionWriter, exported?: string): number {
    this.functions.push({ writer, exported })
    return this.imports.length + this.functions.length - 1
  }

  finish(memory: { shared: boolean; maximumPages: number }): Uint8Array<ArrayBuffer> {
    const all = [...this.imports, ...this.functions.map(({ writer }) => writer)]
    const types = all.map(({ parameters }) => [0x60, ...withSize(parameters), 0])
    const limits = memory.shared ? [0x03, 0, ...unsigned(memory.maximumPages)] : [0x00, 0]
    const imports = [
      [...text('nabla'), ...text('memory'), 0x02, ...limits],
      ...this.imports.map(({ name }, i) => [...text('nabla'), ...text(name), 0x00, ...unsigned(i)]),
    ]
    const own = this.functions.map((_, i) => unsigned(this.imports.length + i))
    const exports = this.functions.flatMap(({ exported }, i) =>
      exported === undefined ? [] : [[...text(exported), 0x00, ...unsigned(this.imports.length + i)]],
    )
    const section = (id: number, entries: readonly (readonly number[])[]) => [
      [id],
      withSize(concatBytes([unsigned(entries.length), ...entries])),
    ]
    const code = this.functions.map(({ writer }) => writer.finish())
    const parts = [
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, types),
      ...section(2, imports),
      ...section(3, own),
      ...section(7, exports),
      ...section(10, code),
    ]
    return Uint8Array.from(concatBytes(parts.map((part) => known(part, 'a section'))))
  }
}
