/** The number in the source that is the learning rate: the one that, changed, changes every update by its factor. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { analyseEdited, type Scene } from '../rules/trial.ts'

const NUMBER = /(?<![\w.])(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)(?![\w.])/g
const NAMED = /(?:\b|_)(lr|l_rate|rate|eta|alpha|epsilon|step_size|learn\w*)\b[\w\]'"]*\s*[=:]\s*$/i
const THROUGH = new Set([
  'neg',
  'negative',
  'copy',
  'view',
  'move',
  'mul',
  'multiply',
  'div',
  'divide',
  'add',
  'sub',
  'dot',
  'matmul',
  'outer',
])
const MAX_TRIALS = 3
const MAX_RESULTS = 12

export interface Rate {
  readonly value: number
  /** The edits that set it to another value. */
  readonly set: (value: number) => SourceEdit[]
  readonly file: string
  readonly span: readonly [number, number, number, number]
}

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly end: number
  readonly value: number
  readonly score: number
}

/** @returns undefined when no number in the source scales all updates. */
export async function findRate(scene: Scene): Promise<Rate | undefined> {
  const { analysis } = scene
  const wanted = factorsOf(analysis)
  const lines = new Set(
    analysis.best?.results.flatMap((r) => {
      const site = analysis.trace.sites[r.chain.versions.find((v) => v.node === r.step.after)?.site ?? -1]
      return site === undefined ? [] : [`${site.file}:${site.line}`]
    }),
  )
  const places = placesOf(analysis, wanted, lines)
  const inUpdates = places.filter((p) => lines.has(`${p.file}:${p.line}`))
  const groups: Place[][] = places.filter((p) => p.score > 1).map((p) => [p])
  if (inUpdates.length > 0) groups.push(inUpdates.filter((p) => p.value === inUpdates[0]?.value))
  groups.push(...places.filter((p) => p.score <= 1 && !inUpdates.includes(p)).map((p) => [p]))
  for (const group of groups.slice(0, MAX_TRIALS)) {
    const [first] = group
    if (first === undefined) continue
    const after = await analyseEdited(scene, setTo(group, first.value / 8))
    if (after === undefined || !scalesAll(analysis, after, 1 / 8)) continue
    const { file, line, column, end, value } = first
    return { value, file, span: [line, column, line, end], set: (v) => setTo(group, v) }
  }
  return undefined
}

function setTo(group: readonly Place[], value: number): SourceEdit[] {
  return [...group]
    .sort((a, b) => b.line - a.line || b.column - a.column)
    .map((p) => ({ file: p.file, span: [p.line, p.column, p.line, p.end], text: String(value) }))
}

/** Numbers that multiply what nearly every update adds. */
function factorsOf(analysis: Analysis): Set<number> {
  const { tape, points, best } = analysis
  const results = best?.results ?? []
  const every = Math.ceil(results.length / MAX_RESULTS)
  const counts = new Map<number, number>()
  const some = results.filter((_, i) => i % every === 0)
  for (const result of some) {
    const found = new Set<number>()
    const walk = (node: number, depth: number) => {
      const { op, args } = tape.entry(node)
      const value = points.values[0]?.[node]
      if (op === 'leaf' && value?.data.length === 1) found.add(Math.abs(value.data[0] as number))
      else if (depth < 14 && THROUGH.has(op)) for (const arg of args) walk(arg, depth + 1)
    }
    const index = result.chain.versions.findIndex((v) => v.node === result.step.before)
    for (const node of result.chain.rests[Math.max(0, index)] ?? []) walk(node, 0)
    for (const x of found) counts.set(x, (counts.get(x) ?? 0) + 1)
  }
  return new Set([...counts].filter(([, n]) => n >= 0.7 * some.length).map(([x]) => x))
}

function placesOf(analysis: Analysis, wanted: ReadonlySet<number>, updates: ReadonlySet<string>): Place[] {
  const places: Place[] = []
  for (const [file, source] of analysis.trace.sources) {
    for (const [index, full] of source.split('\n').entries()) {
      const line = full.replace(/#.*$/, '')
      for (const match of line.matchAll(NUMBER)) {
        const value = Number(match[1])
        if (!wanted.has(value) || value === 0) continue
        const before = line.slice(0, match.index)
        const score =
          NAMED.test(before) || NAMED.test(`${nameBeside(line, match.index)} = `)
            ? 3
            : updates.has(`${file}:${index + 1}`)
              ? 1
              : value === 1 || value === 2
                ? 0
                : 2
        places.push({
          file,
          line: index + 1,
          column: match.index,
          end: match.index + match[0].length,
          value,
          score,
        })
      }
    }
  }
  return places.sort((a, b) => b.score - a.score)
}

/** The name that a number is given by `rate, momentum = 0.1, 0.9`; '' where it is given none so. */
function nameBeside(line: string, at: number): string {
  const [, names = '', values = ''] = /^\s*([\w.]+(?:\s*,\s*[\w.]+)+)\s*=([^=()[\]{}]+)$/.exec(line) ?? []
  const all = names.split(',')
  if (values === '' || values.split(',').length !== all.length) return ''
  const before = line.slice(line.length - values.length, at).split(',').length - 1
  return all[before]?.trim() ?? ''
}

function scalesAll(before: Analysis, after: Analysis, factor: number): boolean {
  const sizes = (analysis: Analysis) =>
    new Map(
      // Inputs that are standardised in their own place look like a parameter, and are not judged as one.
      (analysis.best?.results ?? []).map(({ chain }) => {
        // The very first update: all before it is the same in both runs.
        const [a, b] = chain.versions.slice(0, 2).map((v) => analysis.points.values[0]?.[v.node]?.data)
        let square = 0
        a?.forEach((x, i) => {
          square += (x - (b?.[i] ?? 0)) ** 2
        })
        return [chain.name, Math.sqrt(square)]
      }),
    )
  const [first, second] = [sizes(before), sizes(after)]
  let moved = 0
  for (const [name, size] of first) {
    const other = second.get(name)
    if (other === undefined) return false
    if (size === 0) continue
    moved++
    if (Math.abs(other / size / factor - 1) > 1e-4) return false
  }
  return moved > 0
}
