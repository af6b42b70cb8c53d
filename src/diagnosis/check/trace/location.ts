/** A file and a line as the trace counts them in; how their author counts them out: notebooks by cell. */

import type { Site, Trace } from './trace.ts'

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

const knownTexts = new WeakMap<Site, string>()

/** The source of a site; columns count characters. */
export function textOfSite(trace: Pick<Trace, 'sources'>, site: Site): string {
  const text = knownTexts.get(site) ?? cutOut(trace, site)
  knownTexts.set(site, text)
  return text
}

function cutOut({ sources }: Pick<Trace, 'sources'>, site: Site): string {
  const lines = (sources.get(site.file) ?? '').split('\n').slice(site.line - 1, site.endLine)
  const last = lines.length - 1
  if (last < 0) return ''
  lines[last] = [...(lines[last] ?? '')].slice(0, site.endColumn).join('')
  lines[0] = [...(lines[0] ?? '')].slice(site.column).join('')
  return lines.join('\n')
}

/** The statement that a site belongs to, or the site itself where it is one. */
export function statementOf({ sites }: Pick<Trace, 'sites'>, site: number): number {
  const statement = sites[site]?.statement ?? -1
  return statement >= 0 ? statement : site
}
