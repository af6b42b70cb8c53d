/** A loop that leaves in its first round: the stopping test is put out of force, to see whether it trains without. */

import { type Analysis, analyse } from '../analyse.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import type { Trace } from '../trace/trace.ts'
import type { Finding } from '../types.ts'

const TEST = /^(\s*)if (.+):\s*(break\b.*)?$/

export async function afterStoppingTest(
  run: Runner,
  trace: Trace,
): Promise<{ analysis: Analysis; findings: Finding[]; edits: SourceEdit[] } | undefined> {
  if (trace.error !== undefined || trace.status !== 'finished') return undefined
  for (const [file, source] of trace.sources) {
    const lines = source.split('\n')
    for (const [index, line] of lines.entries()) {
      const match = TEST.exec(line)
      if (match === null || (match[3] === undefined && !/^\s*break\b/.test(lines[index + 1] ?? ''))) continue
      const condition = match[2] ?? ''
      const column = line.indexOf(condition, (match[1] ?? '').length + 3)
      const edit: SourceEdit = { file, span: [index + 1, column, index + 1, column + condition.length], text: 'False' }
      const rerun = await run({ edits: [edit] })
      const analysis = analyse(rerun.trace)
      if (analysis.dependence.parameters.length === 0 || analysis.best === undefined) continue
      const about = /abs/.test(condition) ? '' : ': errors below zero pass it as well'
      const findings: Finding[] = [
        {
          code: 'C-STOPPING-TEST',
          kind: 'stopping-test',
          file,
          line: index + 1,
          column: column + 1,
          endLine: index + 1,
          endColumn: column + condition.length + 1,
          message: `the stopping test holds in the first round, before anything is learned${about}`,
          expected: 'a test of the size of the error, over all samples: np.mean(np.abs(error)) < …',
          received: condition,
          fix: null,
          evidence: ['the script ends without one update; without this test its loop goes on'],
          parameters: [],
        },
      ]
      return { analysis, findings, edits: [edit] }
    }
  }
  return undefined
}
