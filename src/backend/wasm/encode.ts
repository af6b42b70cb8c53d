/**
 * Writes WebAssembly modules as bytes. Source of every opcode: the WebAssembly core specification 2.0, section 5.4
 * (https://webassembly.github.io/spec/core/binary/instructions.html), and the relaxed SIMD proposal.
 */

import { ByteWriter } from './bytes.ts'

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
  i32remU: 0x70,
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
  f32x4relaxedNmadd: 0x106,
} as const

/** Atomic instructions on 32-bit words (prefix 0xfe). */
export const ATOMIC = { notify: 0x00, wait32: 0x01, load: 0x10, store: 0x17, add: 0x1e } as const

/** A local variable of a function. */
export type Local = number

export class FunctionWriter {
  private readonly code = new ByteWriter()
  private readonly types: ValueType[] = []
  readonly parameters: readonly ValueType[]

  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters
  }

  local(type: ValueType): Local {
    this.types.push(type)
    return this.parameters.length + this.types.length - 1
  }

  /** An instruction of one byte. */
  op(opcode: number): this {
    this.code.byte(opcode)
    return this
  }

  private withIndex(opcode: number, index: number): this {
    if (index < 128) {
      this.code.pair(opcode, index)
    } else {
      this.code.byte(opcode)
      this.code.unsigned(index)
    }
    return this
  }

  simd(opcode: number): this {
    return this.withIndex(0xfd, opcode)
  }

  get(local: Local): this {
    return this.withIndex(0x20, local)
  }

  set(local: Local): this {
    return this.withIndex(0x21, local)
  }

  tee(local: Local): this {
    return this.withIndex(0x22, local)
  }

  call(callee: number): this {
    return this.withIndex(0x10, callee)
  }

  i32(value: number): this {
    if (value >= -64 && value < 64) {
      this.code.pair(0x41, value & 0x7f)
    } else {
      this.code.byte(0x41)
      this.code.signed(value)
    }
    return this
  }

  i64(value: bigint): this {
    this.code.byte(0x42)
    this.code.signed64(value)
    return this
  }

  /** Alignment (as a power of two) and offset of a memory instruction that was just begun. */
  private at(alignment: number, offset: number): this {
    return this.withIndex(alignment, offset)
  }

  private lane(lane: number): this {
    this.code.byte(lane)
    return this
  }

  i32load(offset: number): this {
    return this.op(0x28).at(2, offset)
  }

  f32load(offset: number): this {
    return this.op(0x2a).at(2, offset)
  }

  i32store(offset: number): this {
    return this.op(0x36).at(2, offset)
  }

  f32store(offset: number): this {
    return this.op(0x38).at(2, offset)
  }

  load(offset: number): this {
    return this.simd(0x00).at(2, offset)
  }

  load32splat(offset: number): this {
    return this.simd(0x09).at(2, offset)
  }

  store(offset: number): this {
    return this.simd(0x0b).at(2, offset)
  }

  load32zero(offset: number): this {
    return this.simd(0x5c).at(2, offset)
  }

  load64zero(offset: number): this {
    return this.simd(0x5d).at(2, offset)
  }

  /** Stack: address, vector. */
  load32lane(offset: number, lane: number): this {
    return this.simd(0x56).at(2, offset).lane(lane)
  }

  store32lane(offset: number, lane: number): this {
    return this.simd(0x5a).at(2, offset).lane(lane)
  }

  store64lane(offset: number, lane: number): this {
    return this.simd(0x5b).at(2, offset).lane(lane)
  }

  extractFloat(lane: number): this {
    return this.simd(0x1f).lane(lane)
  }

  /** An atomic instruction on the word at the address under its operands (threads proposal, prefix 0xfe). */
  atomic(opcode: number): this {
    return this.withIndex(0xfe, opcode).at(2, 0)
  }

  /** Lanes of the two vectors on the stack, by number: 0 to 3 of the first, 4 to 7 of the second. */
  shuffle(lanes: readonly number[]): this {
    this.simd(0x0d)
    for (const lane of lanes) for (let byte = 0; byte < 4; byte++) this.code.byte(4 * lane + byte)
    return this
  }

  /** Four 32-bit words, given as integers. */
  words(words: readonly number[]): this {
    this.code.pair(0xfd, 0x0c)
    this.code.words(words)
    return this
  }

  floats(values: readonly number[]): this {
    return this.words([...new Int32Array(Float32Array.from(values).buffer)])
  }

  /** Runs `body` while it holds that `counter` < `limit` (unsigned), adding `step` each time; `counter` is set before. */
  loopWhileBelow(counter: Local, limit: (f: this) => void, step: number, body: () => void): void {
    const { code } = this
    code.append([0x02, VOID, 0x03, VOID])
    this.get(counter)
    limit(this)
    this.op(OP.i32geU)
    code.append([0x0d, 1])
    body()
    this.get(counter).i32(step).op(OP.i32add).set(counter)
    code.append([0x0c, 0, 0x0b, 0x0b])
  }

  /** Runs `body`, and again as long as `counter` < `limit` (unsigned) holds after it. */
  repeatWhileBelow(counter: Local, limit: Local, body: () => void): void {
    const { code } = this
    code.append([0x03, VOID])
    body()
    this.get(counter).get(limit).op(OP.i32ltU)
    code.append([0x0d, 0, 0x0b])
  }

  /** Runs `body` if the i32 on the stack is not 0. */
  when(body: () => void, otherwise?: () => void): void {
    this.code.append([0x04, VOID])
    body()
    if (otherwise !== undefined) {
      this.code.byte(0x05)
      otherwise()
    }
    this.code.byte(0x0b)
  }

  /** Appends the function's code, with its size before it: runs of locals of one type, then the instructions. */
  finish(module: ByteWriter): void {
    const locals = new ByteWriter()
    const runs = runsOf(this.types)
    locals.unsigned(runs.length)
    for (const { type, count } of runs) {
      locals.unsigned(count)
      locals.byte(type)
    }
    module.unsigned(locals.length + this.code.length + 1)
    module.append(locals.written)
    module.append(this.code.written)
    module.byte(0x0b)
  }
}

function runsOf(types: readonly ValueType[]): { type: ValueType; count: number }[] {
  const runs: { type: ValueType; count: number }[] = []
  for (const type of types) {
    const last = runs[runs.length - 1]
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  return runs
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
    const module = new ByteWriter()
    const section = (id: number, count: number, write: (section: ByteWriter) => void) => {
      const content = new ByteWriter()
      content.unsigned(count)
      write(content)
      module.byte(id)
      module.sized(content.written)
    }
    const all = [...this.imports, ...this.functions.map(({ writer }) => writer)]
    const exported = this.functions.filter((own) => own.exported !== undefined).length
    module.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
    section(1, all.length, (types) => {
      for (const { parameters } of all) {
        types.byte(0x60)
        types.sized(parameters)
        types.byte(0)
      }
    })
    section(2, 1 + this.imports.length, (imports) => {
      imports.name('nabla')
      imports.name('memory')
      imports.append(memory.shared ? [0x02, 0x03, 0] : [0x02, 0x00, 0])
      if (memory.shared) imports.unsigned(memory.maximumPages)
      this.imports.forEach(({ name }, type) => {
        imports.name('nabla')
        imports.name(name)
        imports.byte(0x00)
        imports.unsigned(type)
      })
    })
    section(3, this.functions.length, (types) => {
      for (const number of this.functions.keys()) types.unsigned(this.imports.length + number)
    })
    section(7, exported, (exports) => {
      this.functions.forEach(({ exported: name }, number) => {
        if (name === undefined) return
        exports.name(name)
        exports.byte(0x00)
        exports.unsigned(this.imports.length + number)
      })
    })
    section(10, this.functions.length, (code) => {
      for (const { writer } of this.functions) writer.finish(code)
    })
    return module.written.slice()
  }
}
