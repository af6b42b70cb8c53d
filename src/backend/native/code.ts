/** Lines of C, indented as they nest. */

export class Code {
  private readonly lines: string[] = []
  private depth = 0
  private names = 0

  /** One or more lines as they are. */
  line(...lines: readonly string[]): this {
    for (const line of lines) this.lines.push(line === '' ? '' : '  '.repeat(this.depth) + line)
    return this
  }

  /** `head {`, the body one level deeper, `}`. */
  block(head: string, body: () => void, tail = '}'): this {
    this.line(`${head} {`)
    this.depth++
    body()
    this.depth--
    return this.line(tail)
  }

  /** A loop over `name` from `from` while below `to`. */
  loop(name: string, from: string | number, to: string | number, step: number, body: () => void): this {
    const advance = step === 1 ? `${name}++` : `${name} += ${step}`
    return this.block(`for (long ${name} = ${from}; ${name} < ${to}; ${advance})`, body)
  }

  /** A name that no other value has. */
  fresh(prefix: string): string {
    return `${prefix}${this.names++}`
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`
  }
}

/** A float as C reads it, bit for bit. */
export function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return '__builtin_nanf("")'
  if (!Number.isFinite(Math.fround(value))) return value > 0 ? '__builtin_inff()' : '-__builtin_inff()'
  const text = String(Math.fround(value))
  const sign = Object.is(value, -0) ? '-' : ''
  return `${sign}${/[.e]/.test(text) ? text : `${text}.0`}f`
}
