/**
 * A training loop that is never entered, since what its condition tests begins at a value that ends it: `error = 0.0`
 * before `while error > goal`. The value is replaced, and only a script that then trains is evidence.
 */

import { analyse } from '../analyse.ts'
import { diffOf } from '../findings/finding.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import type { Trace } from '../trace/trace.ts'
import type { Stopped } from './stopping-test.ts'

const LOOP = /^(\s*)while (.+):\s*(?:#.*)?$/
const MOST_TRIALS = 3

interface Beginning {
  readonly file: string
  readonly loop: number
  readonly condition: string
  readonly name: string
  readonly was: string
  readonly edit: SourceEdit
}

export async function neverEntered(run: Runner, trace: Trace): Promise<Stopped | undefined> {
  if (trace.error !== undefined || trace.status !== 'finished') return undefined
  for (const { file, loop, condition, name, was, edit } of beginningsIn(trace).slice(0, MOST_TRIALS)) {
    const rerun = await run({ edits: [edit] })
    if (rerun.trace.error !== undefined || !roundsAt(rerun.trace, file, loop)) continue
    const analysis = analyse(rerun.trace)
    if (analysis.dependence.parameters.length === 0 || analysis.best === undefined) continue
    const [line, column, endLine, endColumn] = edit.span
    return {
      analysis,
      edits: [edit],
      findings: [
        {
          code: 'C-STOPPING-TEST',
          kind: 'stopping-test',
          file,
          line,
          column: column + 1,
          endLine,
          endColumn: endColumn + 1,
          message: `the training loop is never entered: ${name} begins at ${was}, and line ${loop} goes on only while ${condition}`,
          expected: `a value with which the loop begins: ${edit.text}`,
          received: was,
          fix: { ...diffOf(trace.sources.get(file) ?? '', edit.span, edit.text), verified: true },
          evidence: [
            `the loop in line ${loop} makes no round`,
            `checked: with ${name} = ${edit.text} it goes on, and ${analysis.dependence.parameters.length} parameters are trained`,
          ],
          parameters: [],
        },
      ],
    }
  }
  return undefined
}

/** Whether a loop made a round. */
function roundsAt({ events, sites }: Trace, file: string, line: number): boolean {
  return events.some((e) => e.kind === 'iteration' && sites[e.site]?.line === line && sites[e.site]?.file === file)
}

/** Loops that made no round, with the assignments of a number above them that decide it. */
function beginningsIn(trace: Trace): Beginning[] {
  const found: Beginning[] = []
  for (const [file, source] of trace.sources) {
    const lines = source.split('\n')
    lines.forEach((text, index) => {
      const condition = LOOP.exec(text)?.[2]
      if (condition === undefined || roundsAt(trace, file, index + 1)) return
      for (const [name, fresh] of deciding(condition)) {
        const at = assignedAbove(lines, index, name)
        const [, head = '', was = ''] = /^(\s*\w+\s*=\s*)([^\s#=][^#]*?)\s*(?:#.*)?$/.exec(lines[at] ?? '') ?? []
        if (at < 0 || was === fresh || !/^(?:-?[\d.]+(?:e[-+]?\d+)?|True|False)$/i.test(was)) continue
        const span = [at + 1, head.length, at + 1, head.length + was.length] as const
        found.push({ file, loop: index + 1, condition, name, was, edit: { file, span, text: fresh } })
      }
    })
  }
  return found
}

/** Names that keep a loop going while they are large (`error > goal`), or as flags; with a value that lets it begin. */
function deciding(condition: string): [name: string, fresh: string][] {
  const large = [
    ...[...condition.matchAll(/(?<![\w.])([A-Za-z_]\w*)\s*>=?/g)].map((m) => m[1] ?? ''),
    ...[...condition.matchAll(/<=?\s*([A-Za-z_]\w*)(?![\w.([])/g)].map((m) => m[1] ?? ''),
  ].map((name): [string, string] => [name, "float('inf')"])
  const [, not, flag] = /^(not\s+)?([A-Za-z_]\w*)$/.exec(condition.trim()) ?? []
  return flag === undefined ? large : [[flag, not === undefined ? 'True' : 'False']]
}

/** The last assignment of a name above a line, in the same block or one around it; -1 for none. */
function assignedAbove(lines: readonly string[], index: number, name: string): number {
  const width = (line: string) => /^\s*/.exec(line)?.[0].length ?? 0
  let inside = width(lines[index] ?? '')
  for (let at = index - 1; at >= 0; at--) {
    const line = lines[at] ?? ''
    if (line.trim() === '' || width(line) > inside) continue
    inside = width(line)
    if (new RegExp(`^\\s*${name}\\s*=(?!=)`).test(line)) return at
    if (/^\s*def\b/.test(line)) return -1
  }
  return -1
}
