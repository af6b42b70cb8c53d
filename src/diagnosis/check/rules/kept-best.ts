/**
 * `if loss < best: best = loss; best_weights = weights` keeps a name and no values: what was best goes on changing with
 * the weights. Whether it does is seen in what the script prints at its end, with a copy and without.
 */

import type { Finding } from '../types.ts'
import { copyText } from './aliased.ts'
import { fixOf, NOTHING_FOUND, type Outcome, runEdited, type Scene } from './trial.ts'

const BRANCH = /^(\s*)(?:if|elif) (.+):\s*(?:#.*)?$/
const NAMED = /^(\s*)([A-Za-z_][\w.]*)\s*=\s*([A-Za-z_][\w.]*)\s*(?:#.*)?$/
/** Copies of the container, and not of the arrays in it. */
const SHALLOW =
  /^(\s*)([A-Za-z_][\w.]*)\s*=\s*(?:dict\(([\w.]+)\)|list\(([\w.]+)\)|([\w.]+)\.copy\(\)|([\w.]+)\[:\]|\{\s*(\w+)\s*:\s*(\w+) for \7, \8 in ([\w.]+)\.items\(\)\s*\}|\[\s*(\w+) for \10 in ([\w.]+)\s*\])\s*(?:#.*)?$/
const LINES = 8
const SECONDS = 5
const MOST = 2

interface Kept {
  readonly file: string
  readonly line: number
  readonly from: number
  readonly to: number
  readonly name: string
  readonly value: string
  readonly text: string
}

export async function keptBest(scene: Scene): Promise<Outcome> {
  for (const kept of keptIn(scene).slice(0, MOST)) {
    const span = [kept.line, kept.from, kept.line, kept.to] as const
    const edit = { file: kept.file, span, text: copyOf(scene, kept) }
    // Two runs of the script as it is: what differs between them is no matter of the copy.
    const one = await printed(scene, [])
    if (one === undefined) return NOTHING_FOUND
    const [two, copied] = await Promise.all([printed(scene, []), printed(scene, [edit])])
    if (one !== two || copied === undefined || one === copied) continue
    const at = one.split('\n').findIndex((line, k) => line !== copied.split('\n')[k])
    const [was, is] = [one, copied].map((text) => (text.split('\n')[at] ?? '').trim().slice(0, 80))
    const finding: Finding = {
      code: 'C-ALIASED-ARRAY',
      kind: 'aliased-array',
      file: kept.file,
      line: kept.line,
      column: kept.from + 1,
      endLine: kept.line,
      endColumn: kept.to + 1,
      message: `${kept.name} is no copy of the arrays in ${kept.value}: it goes on changing with them, and holds the last values where the best were meant`,
      expected: edit.text,
      received: kept.text,
      fix: fixOf(scene.analysis, edit, true),
      evidence: [`checked: with a copy, and nothing else changed, the script prints “${is}” where it printed “${was}”`],
      parameters: [],
    }
    return { findings: [finding], edits: [edit] }
  }
  return NOTHING_FOUND
}

/** What the script prints in a whole run; undefined where it does not come to its end. */
export async function printed(scene: Scene, edits: Outcome['edits']): Promise<string | undefined> {
  const left = (scene.deadline - Date.now()) / 1000 - 2
  if (left < 1) return undefined
  const seconds = Math.min(SECONDS, left)
  // Nothing is watched: the run is bounded as a watched one is, and writes no files.
  const { trace, output } = await runEdited(scene, edits, {
    trace: false,
    watch: [['', 0, 0, 0, 0]],
    summary: true,
    seconds,
  })
  return trace.status === 'finished' && trace.error === undefined ? output : undefined
}

/** The end of what a script printed, as it is quoted. */
export const lastLineOf = (output: string | undefined) => output?.trimEnd().split('\n').at(-1)?.trim().slice(0, 80)

/** Branches that compare a value with the best so far, set that, and keep something beside it by its name. */
function keptIn(scene: Scene): Kept[] {
  const { analysis } = scene
  const found: Kept[] = []
  for (const [file, source] of analysis.trace.sources) {
    const lines = source.split('\n')
    lines.forEach((text, index) => {
      const [, indent = '', condition = ''] = BRANCH.exec(text) ?? []
      if (!/[<>]/.test(condition)) return
      const body: [string, number][] = []
      for (let at = index + 1; at < Math.min(lines.length, index + 1 + LINES); at++) {
        const line = lines[at] ?? ''
        if ((/^\s*/.exec(line)?.[0].length ?? 0) <= indent.length) break
        body.push([line, at])
      }
      const compared = new Set(condition.match(/[A-Za-z_][\w.]*/g) ?? [])
      const sets = body.some(([line]) => {
        const [, left] = /^\s*([\w., ]+?)\s*=(?!=)/.exec(line) ?? []
        return left?.split(',').some((name) => compared.has(name.trim())) === true
      })
      if (!sets) return
      for (const [line, at] of body) {
        const match = NAMED.exec(line) ?? SHALLOW.exec(line)
        const name = match?.[2]
        const value = match?.slice(3).findLast((x) => x !== undefined)
        if (name === undefined || value === undefined || compared.has(name) || compared.has(value)) continue
        if (!isTrained(analysis, value)) continue
        const from = line.length - line.slice(line.indexOf('=') + 1).trimStart().length
        const to = line.replace(/\s*(?:#.*)?$/, '').length
        const kept = { file, line: at + 1, from, to, name, value, text: line.slice(from, to) }
        if (copyOf(scene, kept) !== kept.text) found.push(kept)
      }
    })
  }
  return found
}

const last = (path: string) => /(\w+)$/.exec(path)?.[1] ?? path

/** Whether a name is that of a parameter, or of what holds parameters. */
function isTrained({ dependence }: Scene['analysis'], value: string): boolean {
  return dependence.parameters.some((chain) => chain.name.split(/[.[]/).includes(last(value)))
}

/** The same with its arrays copied; an object that holds them, with all that is in it. */
function copyOf(scene: Scene, { value, file }: Kept): string {
  const key = last(value)
  const { events, sources, containers } = scene.analysis.trace
  const event = events.find((e) => (e.kind === 'bind' || e.kind === 'store') && e.key === key)
  const isObject = event?.kind === 'bind' && !/^(?:list|dict)$/.test(containers.get(event.container) ?? '')
  if (event !== undefined && !isObject) return copyText(scene, event, value)
  const isImported = /^\s*import copy\b/m.test(sources.get(file) ?? '')
  return `${isImported ? 'copy' : "__import__('copy')"}.deepcopy(${value})`
}
