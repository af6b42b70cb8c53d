/** Where a line stands in its source: the blocks around it, and the loops that a value was made in, calls included. */

import type { Trace } from '../trace/trace.ts'

export const indentOf = (line: string) => line.length - line.trimStart().length

/** The lines, from 0, of the blocks that a line lies in, the innermost first. */
export function headersOf(lines: readonly string[], line: number): number[] {
  const out: number[] = []
  let indent = indentOf(lines[line] ?? '')
  for (let at = line - 1; at >= 0 && indent > 0; at--) {
    const text = lines[at] ?? ''
    if (text.trim() === '' || indentOf(text) >= indent) continue
    indent = indentOf(text)
    out.push(at)
  }
  return out
}

export const isLoopHeader = (line: string) => /^\s*(?:async\s+)?(?:for|while)\b/.test(line)

/** The loops, as lines from 0, that a line lies in within its own function, the innermost first. */
export function loopsIn(lines: readonly string[], line: number): number[] {
  const headers = headersOf(lines, line)
  const end = headers.findIndex((h) => /^\s*(?:async\s+)?def\b/.test(lines[h] ?? ''))
  return (end < 0 ? headers : headers.slice(0, end)).filter((h) => isLoopHeader(lines[h] ?? ''))
}

/** The sites that led to a value: its own, and those of the calls that it was computed in, the innermost first. */
export function sitesTo(trace: Trace, node: number): number[] {
  const made = trace.nodes[node]
  const out = made === undefined ? [] : [made.site]
  for (let frame = made?.frame ?? 0; frame > 0; frame = trace.frames[frame]?.caller ?? 0)
    out.push(trace.frames[frame]?.site ?? -1)
  return out.filter((site) => site >= 0)
}

/** The loops, as `file:line`, around a value and around the calls that it was computed in. */
export function loopsAround(trace: Trace, node: number): Set<string> {
  const out = new Set<string>()
  const note = (file: string, line: number) => {
    const lines = trace.sources.get(file)?.split('\n') ?? []
    const headers = [line - 1, ...headersOf(lines, line - 1)]
    for (const at of headers) if (isLoopHeader(lines[at] ?? '')) out.add(`${file}:${at + 1}`)
    return { lines, headers }
  }
  for (const site of sitesTo(trace, node)) {
    const at = trace.sites[site]
    if (at === undefined) continue
    const { lines, headers } = note(at.file, at.line)
    // The body of a generator runs in the loop that goes through it, and is called by no frame of its own.
    const start = headers.find((h) => /^\s*def\b/.test(lines[h] ?? ''))
    if (start === undefined || !yields(lines, start)) continue
    for (const [file, source] of trace.sources)
      source.split('\n').forEach((line, index) => {
        if (new RegExp(`(?<!def )\\b${at.function.split('.').at(-1)}\\(`).test(line)) note(file, index + 1)
      })
  }
  return out
}

function yields(lines: readonly string[], start: number): boolean {
  const indent = indentOf(lines[start] ?? '')
  for (const line of lines.slice(start + 1)) {
    if (line.trim() !== '' && indentOf(line) <= indent) return false
    if (/^\s*yield\b/.test(line)) return true
  }
  return false
}

/** Where an array got the last of its names that no loop gives it again and again: `X = table` is about what goes in. */
export function namedLast(trace: Trace, node: number) {
  const stores = trace.events.filter((e) => e.kind === 'store' && e.place === 'name' && e.node === node)
  const isOnce = ({ site }: { site: number }) => {
    const { file = '', line = 0, kind = '' } = trace.sites[site] ?? {}
    return kind === 'Assign' && loopsIn(trace.sources.get(file)?.split('\n') ?? [], line - 1).length === 0
  }
  return stores.findLast((e) => e.kind === 'store' && isOnce(e))
}
