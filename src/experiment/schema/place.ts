/** Where a value stands: its path from the experiment's root, and what gave it, for messages. */

import { type ErrorCode, NablaError, unknownName } from '../../shared/index.ts'

/** What is known of paths from outside the experiment. */
export interface Surroundings {
  /** What gave the value at a path: "--epochs", "NABLA_EPOCHS", "spiral.ts"; undefined where nothing did. */
  originOf(path: string): string | undefined
  /** The flag that sets a path; undefined where there is none. */
  flagOf(path: string): string | undefined
}

const NONE: Surroundings = { originOf: () => undefined, flagOf: () => undefined }

export class Place {
  /** "optimizer.learningRate"; empty for the root. */
  readonly path: string
  private readonly surroundings: Surroundings

  constructor(path = '', surroundings: Partial<Surroundings> = {}) {
    this.path = path
    this.surroundings = { ...NONE, ...surroundings }
  }

  child(name: string | number): Place {
    return new Place(this.path === '' ? String(name) : `${this.path}.${name}`, this.surroundings)
  }

  /** "optimizer.learningRate (--learning-rate)" */
  toString(): string {
    const origin = this.surroundings.originOf(this.path)
    if (this.path === '') return origin ?? 'experiment'
    return origin === undefined ? this.path : `${this.path} (${origin})`
  }

  error(code: ErrorCode, expected: string, received: string, fix: string, cause?: unknown): NablaError {
    return new NablaError({ code, where: String(this), expected, received, fix }, { cause })
  }

  /** What has to be there and is not. */
  missing(expected: string): NablaError {
    const flag = this.surroundings.flagOf(this.path)
    const fix = flag === undefined ? `give ${this.path}.` : `give ${this.path}, or write ${flag}.`
    return new NablaError({ code: 'E-USAGE', where: this.path, expected, received: 'nothing', fix })
  }

  unknown(kind: string, name: string, names: readonly string[]): NablaError {
    return unknownName(String(this), kind, name, names)
  }

  /** What is found wrong in a file that this field names is reported here, with the place in the file after it. */
  async reading<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof NablaError) || (error.code !== 'E-FILE' && error.code !== 'E-NAME')) throw error
      throw new NablaError({ ...error.toJSON(), where: `${this}, ${error.where}` }, { cause: error })
    }
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
