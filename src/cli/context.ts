/** What every command is given: where it writes, and how much it is to say. */

import { stringifyNumbers } from '../formats/index.ts'
import { type Colors, type CommandIo, colorsFor } from './io.ts'

export interface CommandContext {
  readonly io: CommandIo
  /** One JSON document on standard output, and nothing else there. */
  readonly json: boolean
  /** Colours of standard output. */
  readonly colors: Colors
  /** A line of the result, for people; not with --json. */
  print(line: string): void
  /** The result as one JSON document; only with --json. */
  document(schema: string, fields: object): void
  /** A line about what goes on; not with --quiet. */
  note(line: string): void
}

export function createContext(io: CommandIo, options: { json?: boolean; quiet?: boolean }): CommandContext {
  const json = options.json === true
  return {
    io,
    json,
    colors: colorsFor(io.stdout, io.env),
    print: (line) => {
      if (!json) io.stdout.write(`${line}\n`)
    },
    document: (schema, fields) => {
      if (json) io.stdout.write(`${stringifyNumbers({ schema, ...fields }, 2)}\n`)
    },
    note: (line) => {
      if (options.quiet !== true) io.stderr.write(`${line}\n`)
    },
  }
}
