/** A file and a line as the trace counts them in; how their author counts them out: notebooks by cell. */

import type { Trace } from './trace.ts'

export interface Location {
  /** The code cell of a notebook, from 1. */
  readonly cell?: number
  /** From 1: in the cell, or in the file. */
  readonly line: number
}

export function locationOf(trace: Pick<Trace, 'cells'>, file: string, line: number): Location {
  const starts = trace.cells.get(file)
  if (starts === undefined || line < 1) return { line }
  const cell = starts.findLastIndex((first) => first <= line)
  return { cell: cell + 1, line: line - (starts[cell] ?? 1) + 1 }
}

/** `line 12`, `cell 3, line 2`; with the file's name where it is not the script itself. */
export function sayWhere(trace: Trace, script: string, at: { file: string; line: number }): string {
  const { cell, line } = locationOf(trace, at.file, at.line)
  const place = cell === undefined ? `line ${line}` : `cell ${cell}, line ${line}`
  return at.file === script ? place : `${at.file}, ${place}`
}
