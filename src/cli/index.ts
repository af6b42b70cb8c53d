/** The command line's door: arguments in; text, JSON and an exit code out. */

export type { CommandIo, Output } from './io.ts'
export { main } from './main.ts'
