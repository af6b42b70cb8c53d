/** `scaled(rows)` as a statement of its own: what the function returns is thrown away. The trial gives it to the name that was handed over. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'

export interface DiscardedTrial {
  readonly site: number
  readonly name: string
  readonly call: string
  readonly edit: SourceEdit
}

const ALONE = /^(\s*)((\w+)\((\w+)\))\s*(?:#.*)?$/
const MOST_TRIALS = 2

export function discardedTrials({ trace }: Analysis): DiscardedTrial[] {
  const found: DiscardedTrial[] = []
  for (const [file, source] of trace.sources) {
    for (const [i, line] of source.split('\n').entries()) {
      const [, indent = '', call = '', method = '', name = ''] = ALONE.exec(line) ?? []
      const site = trace.sites.findIndex((s) => s.file === file && s.line === i + 1 && s.kind === 'Call')
      if (call === '' || site < 0 || !returnsValue(source, method)) continue
      const span = [i + 1, indent.length, i + 1, indent.length + call.length] as const
      found.push({ site, name, call, edit: { file, span, text: `${name} = ${call}` } })
    }
  }
  return found.slice(0, MOST_TRIALS)
}

/** Whether a function of the script returns something. */
function returnsValue(source: string, name: string): boolean {
  const lines = source.split('\n')
  const head = lines.findIndex((line) => new RegExp(`^\\s*def ${name}\\s*\\(`).test(line))
  if (head < 0) return false
  const width = /^\s*/.exec(lines[head] ?? '')?.[0].length ?? 0
  const inside = lines.slice(head + 1)
  const end = inside.findIndex((line) => line.trim() !== '' && (/^\s*/.exec(line)?.[0].length ?? 0) <= width)
  return inside.slice(0, end < 0 ? inside.length : end).some((line) => /^\s*return\s+(?!None\b)\S/.test(line))
}
