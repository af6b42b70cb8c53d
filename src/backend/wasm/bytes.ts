/** A growing run of bytes, and WebAssembly's ways of writing numbers and names in it. */

const FIRST_CAPACITY = 1024

export class ByteWriter {
  private bytes = new Uint8Array(FIRST_CAPACITY)
  length = 0

  private reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** Two bytes: most instructions are an opcode and one small number. */
  pair(first: number, second: number): void {
    if (this.length + 2 > this.bytes.length) this.reserve(2)
    this.bytes[this.length] = first
    this.bytes[this.length + 1] = second
    this.length += 2
  }

  /** 32-bit words, the lowest byte of each first. */
  words(words: readonly number[]): void {
    this.reserve(4 * words.length)
    for (const word of words) {
      this.bytes[this.length] = word
      this.bytes[this.length + 1] = word >> 8
      this.bytes[this.length + 2] = word >> 16
      this.bytes[this.length + 3] = word >> 24
      this.length += 4
    }
  }

  append(values: ArrayLike<number>): void {
    this.reserve(values.length)
    this.bytes.set(values, this.length)
    this.length += values.length
  }

  /** LEB128 of an integer from 0 to 2³² − 1. */
  unsigned(value: number): void {
    if (value < 128) {
      this.byte(value)
      return
    }
    let rest = value
    while (rest >= 128) {
      this.byte((rest % 128) | 0x80)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  /** Signed LEB128 of a 32-bit integer. */
  signed(value: number): void {
    let rest = value | 0
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    this.byte(rest & 0x7f)
  }

  /** Signed LEB128 of a 64-bit integer. */
  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value)
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.byte(Number(rest & 0x7fn))
  }

  /** Bytes with their number before them. */
  sized(values: ArrayLike<number>): void {
    this.unsigned(values.length)
    this.append(values)
  }

  name(value: string): void {
    this.sized(new TextEncoder().encode(value))
  }

  /** What was written: a view, until more is written. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length)
  }
}
