/**
 * `best = inf … if loss > best: best = loss` is a test that nothing passes: the best so far is never kept, and what
 * counts the rounds without an improvement ends the training. It is turned round on trial.
 */

import type { SourceEdit } from '../repair/repair.ts'
import type { Finding } from '../types.ts'
import { lastLineOf, printed } from './kept-best.ts'
import { fixOf, NOTHING_FOUND, type Outcome, type Scene } from './trial.ts'

export const BRANCH = /^(\s*(?:if|elif)\s+)(.+?)\s*([<>])(=?)\s*(.+?)\s*:\s*(?:#.*)?$/
export const NAME = /^[A-Za-z_][\w.]*$/
const INFINITE = String.raw`(?:np|numpy|math)\.inf|inf|float\(\s*['"](?:inf|infinity)['"]\s*\)`
const LINES = 10

interface Dead {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly condition: string
  /** What is kept, and what it begins with. */
  readonly name: string
  readonly beginning: string
  readonly edit: SourceEdit
}

export async function impossibleBest(scene: Scene): Promise<Outcome> {
  const [dead] = deadTests(scene)
  if (dead === undefined) return NOTHING_FOUND
  const { file, line, column, condition, name, beginning, edit } = dead
  const never = scene.analysis.trace.events.filter(
    (e) => e.kind === 'guard' && scene.analysis.trace.sites[e.site]?.line === line && e.value,
  )
  // It was passed: the name holds something else by then.
  if (never.length > 0) return NOTHING_FOUND
  const [was, is] = await Promise.all([printed(scene, []), printed(scene, [edit])])
  if (was === is) return NOTHING_FOUND
  const finding: Finding = {
    code: 'C-STOPPING-TEST',
    kind: 'stopping-test',
    file,
    line,
    column: column + 1,
    endLine: line,
    endColumn: column + condition.length + 1,
    message: `the comparison is turned round: ${name} begins at ${beginning}, so that ${condition} never holds, and the best so far is never kept`,
    expected: edit.text,
    received: condition,
    fix: fixOf(scene.analysis, edit, true),
    evidence: [
      `no number is ${beginning.startsWith('-') ? 'below minus infinity' : 'above infinity'}, and only this branch sets ${name} to anything else`,
      was !== undefined && is !== undefined
        ? `checked: turned round, and nothing else changed, the script ends with “${lastLineOf(is)}” where it ended with “${lastLineOf(was)}”`
        : is === undefined
          ? 'checked: turned round, and nothing else changed, the script goes on where it came to its end'
          : 'checked: turned round, and nothing else changed, the script comes to its end where it went on',
    ],
    parameters: [],
  }
  return { findings: [finding], edits: [edit] }
}

/** Tests of a value against what it is kept in, that its beginning makes impossible. */
function deadTests({ analysis }: Scene): Dead[] {
  const found: Dead[] = []
  for (const [file, source] of analysis.trace.sources) {
    const lines = source.split('\n')
    lines.forEach((text, index) => {
      const match = BRANCH.exec(text)
      if (match === null) return
      const [, head = '', left = '', sign = '', equal = '', right = ''] = match
      for (const [name, value, above] of [
        [right, left, sign === '>'],
        [left, right, sign === '<'],
      ] as const) {
        if (!NAME.test(name) || /\b(?:and|or|not|if)\b|[<>=]/.test(value) || !keeps(lines, index, name, value)) continue
        const beginning = beginningOf(lines, name)
        if (beginning === undefined || beginning.startsWith('-') === above) continue
        const turned = `${left} ${sign === '>' ? '<' : '>'}${equal} ${right}`
        const condition = text.slice(head.length).replace(/\s*:\s*(?:#.*)?$/, '')
        const span = [index + 1, head.length, index + 1, head.length + condition.length] as const
        const edit = { file, span, text: turned }
        found.push({ file, line: index + 1, column: head.length, condition, name, beginning, edit })
      }
    })
  }
  return found
}

/** Whether the branch sets the name to the value that was compared. */
export function keeps(lines: readonly string[], index: number, name: string, value: string): boolean {
  const indent = /^\s*/.exec(lines[index] ?? '')?.[0].length ?? 0
  for (const line of lines.slice(index + 1, index + 1 + LINES)) {
    if (line.trim() === '') continue
    if ((/^\s*/.exec(line)?.[0].length ?? 0) <= indent) return false
    const [, targets = '', values = ''] = /^\s*([\w., ]+?)\s*=(?!=)\s*(.+?)\s*(?:#.*)?$/.exec(line) ?? []
    const at = targets.split(',').findIndex((t) => t.trim() === name)
    if (at >= 0 && (values === value || values.split(',')[at]?.trim() === value)) return true
  }
  return false
}

/** The infinity that a name begins with, where nothing but that and one branch sets it. */
function beginningOf(lines: readonly string[], name: string): string | undefined {
  const all = settingsOf(lines, name) ?? []
  const infinite = new RegExp(`^-?\\s*(?:${INFINITE})$`)
  const beginnings = all.filter(({ text }) => infinite.test(text))
  return all.length - beginnings.length === 1 ? beginnings[0]?.text : undefined
}

export interface Setting {
  /** From 0. */
  readonly line: number
  readonly column: number
  readonly text: string
}

/** What assignments set a name to, and where that stands; undefined where it is changed in another way as well. */
export function settingsOf(lines: readonly string[], name: string): Setting[] | undefined {
  const all: Setting[] = []
  const set = new RegExp(`(?:^|[\\s(,])${name.replace(/\./g, '\\.')}\\s*(?:[-+*/]?=(?!=)|:=)`)
  for (const [line, source] of lines.entries()) {
    const [whole = '', targets = '', values = ''] =
      /^\s*([\w., ]+?(?:\s*=\s*[\w.]+)*)\s*=(?!=)\s*([^=].*?)\s*(?:#.*)?$/.exec(source) ?? []
    const at = targets
      .split(/[,=]/)
      .map((t) => t.trim())
      .indexOf(name)
    if (at < 0) {
      if (set.test(source)) return undefined
      continue
    }
    const start = source.indexOf(values, whole.indexOf(targets) + targets.length)
    const isTuple = targets.includes(',') && !targets.includes('=')
    const before = isTuple ? values.split(',').slice(0, at).join(',').length + Math.min(at, 1) : 0
    const part = isTuple ? (values.split(',')[at] ?? '') : values
    const lead = part.length - part.trimStart().length
    all.push({ line, column: start + before + lead, text: part.trim() })
  }
  return all
}
