/**
 * An array that is kept in a list, a tuple or an attribute and then written into: `h[:] = …`, `h += …` and `out=h` leave one
 * array under all the steps that kept it. Said only where the gradients are right with a new array each time.
 */

import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import type { Site } from '../trace/trace.ts'
import { loopsIn } from './blocks.ts'
import {
  countRight,
  fixOfAll,
  inOrder,
  listed,
  mendedBy,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const WHOLE = /^([A-Za-z_][\w.]*)\[\s*(?::|\.\.\.|:\s*,\s*:)\s*\]\s*=(?!=)\s*([\s\S]+)$/
const AUGMENTED = /^([A-Za-z_][\w.]*)\s*(\*\*|\/\/|[-+*/@])=\s*([\s\S]+)$/
const GIVEN = /^([\w.]+\([\s\S]*?),\s*out\s*=\s*([A-Za-z_][\w.]*)\s*\)$/
const MOST_TRIALS = 3

interface InPlace {
  readonly name: string
  readonly sites: readonly number[]
  readonly edits: readonly SourceEdit[]
}

export async function keptInPlace(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  if (wrongNames(analysis).length === 0) return NOTHING_FOUND
  for (const { name, sites, edits } of writtenAndKept(scene).slice(0, MOST_TRIALS)) {
    const found = await mendedBy(scene, inOrder(edits))
    const [site] = sites
    if (found === undefined || site === undefined) continue
    const { after, mended } = found
    const findings = findingAt(analysis, {
      kind: 'aliased-array',
      site,
      message: `${name} is written into after it was kept: all that was kept is this one array, and holds what was written last`,
      expected: 'a new array each time, or a copy where it is kept',
      received: textAt(analysis, analysis.trace.sites[site] as Site).trim(),
      evidence: [
        `checked: with a new array each time ${countRight(after)} of ${after.best?.results.length ?? 0} gradients agree with the true ones, ${listed(mended)} among them`,
      ],
      parameters: mended,
    }).map((f) => ({ ...f, fix: fixOfAll(analysis, edits) }))
    return { findings, edits: inOrder(edits), analysis: after }
  }
  return NOTHING_FOUND
}

/** Arrays that a loop writes into and its function keeps, each with a change that makes new ones. */
function writtenAndKept({ analysis }: Scene): InPlace[] {
  const { trace } = analysis
  const found = new Map<string, { name: string; sites: number[]; edits: SourceEdit[] }>()
  const seen = new Set<string>()
  trace.sites.forEach((at, site) => {
    const place = `${at.file}:${at.line}:${at.column}`
    const made = anew(textAt(analysis, at).trim())
    if (made === undefined || seen.has(place) || !isStatement(at)) return
    const lines = trace.sources.get(at.file)?.split('\n') ?? []
    if (loopsIn(lines, at.line - 1).length === 0 || !isKept(lines, at, made.name)) return
    seen.add(place)
    const key = `${at.file} ${at.function} ${made.name}`
    const group = found.get(key) ?? { name: made.name, sites: [], edits: [] }
    group.sites.push(site)
    group.edits.push(replaceAt(at, made.text))
    found.set(key, group)
  })
  return [...found.values()].map((group) => ({
    ...group,
    sites: group.sites.toSorted((a, b) => (trace.sites[a]?.line ?? 0) - (trace.sites[b]?.line ?? 0)),
  }))
}

const isStatement = ({ kind }: Site) => kind === 'Assign' || kind === 'AugAssign' || kind === 'Call'

/** A statement that writes into an array as one that makes another of the same name. */
function anew(text: string): { name: string; text: string } | undefined {
  const [, whole, value] = WHOLE.exec(text) ?? []
  if (whole !== undefined) return { name: whole, text: `${whole} = ${value}` }
  const [, augmented, operator, by] = AUGMENTED.exec(text) ?? []
  if (augmented !== undefined) return { name: augmented, text: `${augmented} = ${augmented} ${operator} (${by})` }
  const [, call, out] = GIVEN.exec(text) ?? []
  return out === undefined ? undefined : { name: out, text: `${out} = ${call})` }
}

/** Whether a line of the same function puts a name as it is into something that lasts. */
function isKept(lines: readonly string[], at: Site, name: string): boolean {
  const own = name.replace(/[.]/g, '\\.')
  const element = `[(\\[,]\\s*${own}\\s*[)\\],]`
  const keeps = new RegExp(
    `(?:\\.append|=\\s*)(?:[(\\[].*)?${element}|(?:\\]|\\.\\w+)\\s*=\\s*${own}\\s*(?:#.*)?$|yield\\s+${own}\\b`,
  )
  const start = lines.slice(0, at.line).findLastIndex((line) => /^\s*(?:async\s+)?def\b/.test(line))
  return lines.slice(Math.max(0, start), at.line + 40).some((line) => keeps.test(line))
}
