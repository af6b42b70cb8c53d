/**
 * `best = 0 … if loss < best: best = loss`: no loss is below zero, so that nothing is ever kept, and what counts the rounds
 * without an improvement ends the training. Whether the branch is ever taken is seen in a whole run; that it matters, in
 * another that begins at infinity.
 */

import type { SourceEdit } from '../repair/repair.ts'
import type { Finding } from '../types.ts'
import { BRANCH, keeps, NAME, type Setting, settingsOf } from './impossible-best.ts'
import { lastLineOf, printed } from './kept-best.ts'
import { fixOf, NOTHING_FOUND, type Outcome, type Scene } from './trial.ts'

/** What a run prints where the branch is taken. */
const MARK = 'nabla: kept'

interface Unreached {
  readonly file: string
  readonly name: string
  readonly condition: string
  readonly line: number
  readonly column: number
  readonly beginning: Setting
}

export async function unreachableBest(scene: Scene): Promise<Outcome> {
  for (const { file, name, condition, line, column, beginning } of unreachedIn(scene)) {
    const isTaken = scene.analysis.trace.events.some(
      (e) => e.kind === 'guard' && e.value && scene.analysis.trace.sites[e.site]?.line === line + 1,
    )
    if (isTaken) continue
    const span = [line + 1, column, line + 1, column + condition.length] as const
    const marked: SourceEdit = { file, span, text: `(${condition}) and not print('${MARK}')` }
    const start = beginning.line + 1
    const edit: SourceEdit = {
      file,
      span: [start, beginning.column, start, beginning.column + beginning.text.length],
      text: "float('inf')",
    }
    const [was, is] = await Promise.all([printed(scene, [marked]), printed(scene, [edit])])
    if (was === undefined || was.includes(MARK) || was === is) continue
    const finding: Finding = {
      code: 'C-STOPPING-TEST',
      kind: 'stopping-test',
      file,
      line: start,
      column: beginning.column + 1,
      endLine: start,
      endColumn: beginning.column + beginning.text.length + 1,
      message: `${name} begins at ${beginning.text}, and nothing is ever below that: ${condition} in line ${line + 1} never holds, and the best so far is never kept`,
      expected: `a beginning that the first value is below, ${edit.text}`,
      received: beginning.text,
      fix: fixOf(scene.analysis, edit, true),
      evidence: [
        `in a whole run of the script line ${line + 1} never holds`,
        is === undefined
          ? `checked: with ${edit.text} the script goes on where it came to its end`
          : `checked: with ${edit.text} the script ends with “${lastLineOf(is)}” where it ended with “${lastLineOf(was)}”`,
      ],
      parameters: [],
    }
    return { findings: [finding], edits: [edit] }
  }
  return NOTHING_FOUND
}

/** Tests of whether a value is below what it is kept in, which begins at zero and is set by nothing else. */
function unreachedIn({ analysis }: Scene): Unreached[] {
  const found: Unreached[] = []
  for (const [file, source] of analysis.trace.sources) {
    const lines = source.split('\n')
    for (const [line, text] of lines.entries()) {
      const [, head = '', left = '', sign = '', , right = ''] = BRANCH.exec(text) ?? []
      // `loss < best - 1e-4` and `loss + 1e-4 < best` ask for more than a little.
      const [low, high] = sign === '<' ? [left, right] : [right, left]
      const [value, name] = [low, high].map((side) => side.replace(/\s*[-+*]\s*[\d.e-]+$/, ''))
      if (value === undefined || name === undefined || !NAME.test(name) || !NAME.test(value)) continue
      if (!keeps(lines, line, name, value)) continue
      const all = settingsOf(lines, name)
      const [beginning] = all ?? []
      if (all?.length !== 2 || beginning === undefined || !/^0(?:\.0*)?$/.test(beginning.text)) continue
      const condition = text.slice(head.length).replace(/\s*:\s*(?:#.*)?$/, '')
      found.push({ file, name, condition, line, column: head.length, beginning })
    }
  }
  return found
}
