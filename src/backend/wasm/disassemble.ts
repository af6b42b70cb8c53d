/**
 * A module that `encode.ts` wrote as text that assemblers take (WebAssembly core specification 2.0, section 6): every
 * instruction on a line of its own, indented as blocks nest. What enters are the bytes alone.
 */

import { InternalError, known } from '../../shared/index.ts'
import { ATOMIC, F32, I32, I64, OP, SIMD, V128 } from './encode.ts'

const TYPES: ReadonlyMap<number, string> = new Map([
  [I32, 'i32'],
  [I64, 'i64'],
  [F32, 'f32'],
  [V128, 'v128'],
])

const OP_NAMES: Record<keyof typeof OP, string> = {
  unreachable: 'unreachable',
  drop: 'drop',
  i32eqz: 'i32.eqz',
  i32eq: 'i32.eq',
  i32ltU: 'i32.lt_u',
  i32geU: 'i32.ge_u',
  i32add: 'i32.add',
  i32sub: 'i32.sub',
  i32mul: 'i32.mul',
  i32divU: 'i32.div_u',
  i32remU: 'i32.rem_u',
  i32and: 'i32.and',
  i32xor: 'i32.xor',
  i32shl: 'i32.shl',
  i32shrU: 'i32.shr_u',
  i64add: 'i64.add',
  i64mul: 'i64.mul',
  i64shrU: 'i64.shr_u',
  f32add: 'f32.add',
  i32wrap: 'i32.wrap_i64',
  i64extendU: 'i64.extend_i32_u',
}

const SIMD_NAMES: Record<keyof typeof SIMD, string> = {
  i32x4splat: 'i32x4.splat',
  f32x4splat: 'f32x4.splat',
  f32x4eq: 'f32x4.eq',
  f32x4lt: 'f32x4.lt',
  f32x4le: 'f32x4.le',
  not: 'v128.not',
  and: 'v128.and',
  or: 'v128.or',
  bitselect: 'v128.bitselect',
  f32x4floor: 'f32x4.floor',
  f32x4nearest: 'f32x4.nearest',
  i32x4shl: 'i32x4.shl',
  i32x4shrU: 'i32x4.shr_u',
  i32x4add: 'i32x4.add',
  i32x4sub: 'i32x4.sub',
  f32x4abs: 'f32x4.abs',
  f32x4neg: 'f32x4.neg',
  f32x4sqrt: 'f32x4.sqrt',
  f32x4add: 'f32x4.add',
  f32x4sub: 'f32x4.sub',
  f32x4mul: 'f32x4.mul',
  f32x4div: 'f32x4.div',
  f32x4min: 'f32x4.min',
  f32x4max: 'f32x4.max',
  f32x4pmin: 'f32x4.pmin',
  f32x4pmax: 'f32x4.pmax',
  i32x4truncSat: 'i32x4.trunc_sat_f32x4_s',
  f32x4convert: 'f32x4.convert_i32x4_s',
  f32x4convertU: 'f32x4.convert_i32x4_u',
  f32x4relaxedMadd: 'f32x4.relaxed_madd',
  f32x4relaxedNmadd: 'f32x4.relaxed_nmadd',
}

const ATOMIC_NAMES: Record<keyof typeof ATOMIC, string> = {
  notify: 'memory.atomic.notify',
  wait32: 'memory.atomic.wait32',
  load: 'i32.atomic.load',
  store: 'i32.atomic.store',
  add: 'i32.atomic.rmw.add',
}

function byCode<K extends string>(codes: Record<K, number>, names: Record<K, string>): Map<number, string> {
  return new Map((Object.keys(codes) as K[]).map((key) => [codes[key], names[key]]))
}
const OPS = byCode(OP, OP_NAMES)
const SIMDS = byCode(SIMD, SIMD_NAMES)
const ATOMICS = byCode(ATOMIC, ATOMIC_NAMES)

/** Instructions with one index. */
const INDEXED = new Map([
  [0x0c, 'br'],
  [0x0d, 'br_if'],
  [0x10, 'call'],
  [0x20, 'local.get'],
  [0x21, 'local.set'],
  [0x22, 'local.tee'],
])
/** Instructions with alignment and offset. */
const MEMORY = new Map([
  [0x28, 'i32.load'],
  [0x2a, 'f32.load'],
  [0x36, 'i32.store'],
  [0x38, 'f32.store'],
])
const SIMD_MEMORY = new Map([
  [0x00, 'v128.load'],
  [0x09, 'v128.load32_splat'],
  [0x0b, 'v128.store'],
  [0x5c, 'v128.load32_zero'],
  [0x5d, 'v128.load64_zero'],
])
const SIMD_MEMORY_LANE = new Map([
  [0x56, 'v128.load32_lane'],
  [0x5a, 'v128.store32_lane'],
  [0x5b, 'v128.store64_lane'],
])
const SIMD_LANE = new Map([
  [0x1c, 'i32x4.replace_lane'],
  [0x1f, 'f32x4.extract_lane'],
])

class Reader {
  private readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get isDone(): boolean {
    return this.at >= this.bytes.length
  }

  byte(): number {
    return known(this.bytes[this.at++], 'the module goes on')
  }

  unsigned(): number {
    let [value, factor] = [0, 1]
    for (;;) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
  }

  signed(): bigint {
    let [value, shift] = [0n, 0n]
    for (;;) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      shift += 7n
      if (byte < 0x80) return BigInt.asIntN(Number(shift), value)
    }
  }

  part(length: number): Reader {
    const part = new Reader(this.bytes.subarray(this.at, this.at + length))
    this.at += length
    return part
  }

  many<T>(read: (index: number) => T): T[] {
    return Array.from({ length: this.unsigned() }, (_, index) => read(index))
  }

  name(): string {
    const { bytes } = this.part(this.unsigned())
    return new TextDecoder().decode(bytes)
  }

  /** Alignment and offset. */
  place(): string {
    const alignment = 2 ** this.unsigned()
    const offset = this.unsigned()
    return `${offset === 0 ? '' : ` offset=${offset}`} align=${alignment}`
  }

  words(): string {
    return Array.from({ length: 4 }, () => {
      const word = this.byte() + this.byte() * 0x100 + this.byte() * 0x10000 + this.byte() * 0x1000000
      return ` 0x${word.toString(16).padStart(8, '0')}`
    }).join('')
  }
}

function simd(code: Reader): string {
  const opcode = code.unsigned()
  const memory = SIMD_MEMORY.get(opcode) ?? SIMD_MEMORY_LANE.get(opcode)
  if (memory !== undefined) return `${memory}${code.place()}${SIMD_MEMORY_LANE.has(opcode) ? ` ${code.byte()}` : ''}`
  if (opcode === 0x0c) return `v128.const i32x4${code.words()}`
  if (opcode === 0x0d) return `i8x16.shuffle ${Array.from({ length: 16 }, () => code.byte()).join(' ')}`
  const lane = SIMD_LANE.get(opcode)
  if (lane !== undefined) return `${lane} ${code.byte()}`
  return known(SIMDS.get(opcode), `the vector instruction ${opcode} has a name`)
}

/** One instruction, and how far it moves the indentation before and after itself. */
function instruction(code: Reader): { text: string; before: number; after: number } {
  const opcode = code.byte()
  const plain = (text: string) => ({ text, before: 0, after: 0 })
  if (opcode === 0x02 || opcode === 0x03 || opcode === 0x04) {
    code.byte()
    return { text: opcode === 0x02 ? 'block' : opcode === 0x03 ? 'loop' : 'if', before: 0, after: 1 }
  }
  if (opcode === 0x05) return { text: 'else', before: -1, after: 1 }
  if (opcode === 0x0b) return { text: 'end', before: -1, after: 0 }
  const indexed = INDEXED.get(opcode)
  if (indexed !== undefined) return plain(`${indexed} ${code.unsigned()}`)
  const memory = MEMORY.get(opcode)
  if (memory !== undefined) return plain(`${memory}${code.place()}`)
  if (opcode === 0x41) return plain(`i32.const ${code.signed()}`)
  if (opcode === 0x42) return plain(`i64.const ${code.signed()}`)
  if (opcode === 0xfd) return plain(simd(code))
  if (opcode === 0xfe) return plain(`${known(ATOMICS.get(code.unsigned()), 'an atomic has a name')}${code.place()}`)
  return plain(known(OPS.get(opcode), `the instruction ${opcode} has a name`))
}

function writeFunction(code: Reader): string[] {
  const runs = code.many(() => ({ count: code.unsigned(), type: known(TYPES.get(code.byte()), 'a type has a name') }))
  const lines = runs.map(({ count, type }) => `    (local${` ${type}`.repeat(count)})`)
  for (let depth = 2; ; ) {
    const { text, before, after } = instruction(code)
    depth += before
    if (code.isDone) return lines
    lines.push(`${'  '.repeat(depth)}${text}`)
    depth += after
  }
}

interface Section {
  readonly id: number
  readonly content: Reader
}

function sectionsOf(bytes: Uint8Array): Section[] {
  const module = new Reader(bytes.subarray(8))
  const sections: Section[] = []
  while (!module.isDone) {
    const id = module.byte()
    sections.push({ id, content: module.part(module.unsigned()) })
  }
  return sections
}

/** An import, whose function takes the next type; one memory. */
function writeImport(imports: Reader, types: readonly string[]): { text: string; isFunction: boolean } {
  const [module, name, kind] = [imports.name(), imports.name(), imports.byte()]
  const from = `  (import "${module}" "${name}"`
  if (kind === 0) return { text: `${from} (func${types[imports.unsigned()]}))`, isFunction: true }
  const flags = imports.byte()
  const least = imports.unsigned()
  const limits = (flags & 1) === 0 ? `${least}` : `${least} ${imports.unsigned()}`
  return { text: `${from} (memory ${limits}${(flags & 2) === 0 ? '' : ' shared'}))`, isFunction: false }
}

/** The text of a module; `comments` stand before its own functions, in their order. */
export function disassemble(bytes: Uint8Array, comments: readonly string[] = []): string {
  let types: string[] = []
  let own: number[] = []
  let imported = 0
  const [imports, exports, functions]: string[][] = [[], [], []]
  for (const { id, content } of sectionsOf(bytes)) {
    if (id === 1) {
      types = content.many(() => {
        content.byte()
        const parameters = content.many(() => ` ${known(TYPES.get(content.byte()), 'a type has a name')}`)
        content.unsigned()
        return parameters.length === 0 ? '' : ` (param${parameters.join('')})`
      })
    } else if (id === 2) {
      for (const { text, isFunction } of content.many(() => writeImport(content, types))) {
        imports?.push(text)
        if (isFunction) imported++
      }
    } else if (id === 3) {
      own = content.many(() => content.unsigned())
    } else if (id === 7) {
      content.many(() => {
        const name = content.name()
        content.byte()
        exports?.push(`  (export "${name}" (func ${content.unsigned()}))`)
      })
    } else if (id === 10) {
      content.many((index) => {
        const body = writeFunction(content.part(content.unsigned()))
        const comment = comments[index] === undefined ? [] : [`  ;; ${comments[index].replace(/[^\x20-\x7e]/g, '_')}`]
        const head = `  (func (;${imported + index};)${types[own[index] ?? -1] ?? ''}`
        functions?.push([...comment, head, ...body].join('\n').concat(')'))
      })
    } else {
      throw new InternalError(`section ${id} is one that is written`)
    }
  }
  return `(module\n${[...(imports ?? []), ...(functions ?? []), ...(exports ?? [])].join('\n')})\n`
}
