/** Where a value stands: its path from the experiment's root, and what gave it, for messages. */

import { type ErrorCode, NablaError, unknownName } from '../../shared/index.ts'

/** What gave the value at a path: "--epochs", "NABLA_EPOCHS", "spiral.ts"; undefined where nothing did. */
export type OriginOf = (path: string) => string | undefined

export class Place {
  /** "optimizer.learningRate"; empty for the root. */
  readonly path: string
  private readonly originOf: OriginOf

  constructor(path = '', originOf: OriginOf = () => undefined) {
    this.path = path
    this.originOf = originOf
  }

  child(name: string | number): Place {
    return new Place(this.path === '' ? String(name) : `${this.path}.${name}`, this.originOf)
  }

  /** "optimizer.learningRate (--learning-rate)" */
  toString(): string {
    const origin = this.originOf(this.path)
    if (this.path === '') return origin ?? 'experiment'
    return origin === undefined ? this.path : `${this.path} (${origin})`
  }

  error(code: ErrorCode, expected: string, received: string, fix: string, cause?: unknown): NablaError {
    return new NablaError({ code, where: String(this), expected, received, fix }, { cause })
  }

  unknown(kind: string, name: string, names: readonly string[]): NablaError {
    return unknownName(String(this), kind, name, names)
  }

  /** What is found wrong while `action` runs is reported here. */
  run<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      if (!(error instanceof NablaError)) throw error
      throw new NablaError({ ...error.toJSON(), where: String(this) }, { cause: error })
    }
  }
}
