/**
 * Sums of gradients that are made once, before the training, and added to for ever, where one step is made of all of them
 * (their common length, say): on the tape they look like parameters, which no loss reads. Begun at zero in each step, by
 * the function that adds to them or in the loop, every gradient must be right.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import type { Chain } from '../roles/chains.ts'
import type { Site } from '../trace/trace.ts'
import { indentOf } from './blocks.ts'
import {
  analyseEdited,
  countRight,
  listed,
  NOTHING_FOUND,
  type Outcome,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const MADE = /^([A-Za-z_][\w.]*)\s*=(?!=)\s*[^;#]+$/
/** What a statement can stand in front of, on one line. */
const COMPOUND = /^(?:for|while|if|with|try|def|class|async|return|global|nonlocal|[@"'#]|[rfbu]?["'])/
const MOST_MADE = 8

export async function unresetSums(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const wrong = wrongNames(analysis)
  const sums = wrong.length === 0 ? [] : sumsIn(analysis)
  const made = sums.length === 0 ? undefined : makingOf(analysis, sums)
  if (made === undefined) return NOTHING_FOUND
  for (const { edit, where } of placesFor(analysis, sums, made)) {
    const after = await analyseEdited(scene, [edit])
    const results = after?.best?.results.length ?? 0
    if (after === undefined || wrongNames(after).length > 0 || results < (analysis.best?.results.length ?? 0)) continue
    if (countRight(after) <= countRight(analysis)) continue
    const names = listed(made.map((at) => MADE.exec(textAt(analysis, at).trim())?.[1] ?? ''))
    const findings = findingAt(analysis, {
      kind: 'accumulator-not-reset',
      site: analysis.trace.sites.indexOf(made[0] as Site),
      message: `${names} ${made.length > 1 ? 'are' : 'is'} made once, added to in every step and never set back to zero: each update takes the gradients of all steps so far`,
      expected: 'a sum that begins at zero in every step',
      received: 'the sum of all steps so far',
      evidence: [
        `line ${lineOfGrowth(analysis, sums)} adds to it in every step seen`,
        `checked: begun at zero ${where}, all ${countRight(after)} gradients agree with the true ones`,
      ],
      parameters: wrong,
    })
    return { findings, edits: [edit], analysis: after }
  }
  return NOTHING_FOUND
}

/** Chains that begin at zero and are added to, and that no loss reads, though their values move what it reads. */
function sumsIn({ dependence, best, points }: Analysis): Chain[] {
  const read = new Set((best?.measured.loss.steps ?? []).flatMap((s) => [...s.reads.keys()]))
  return dependence.parameters.filter(
    ({ id, versions }) =>
      !read.has(id) && points.values[0]?.[versions[0]?.node ?? -1]?.data.every((x) => x === 0) === true,
  )
}

/** The statements that made their zeros; none where one of them is no plain assignment. */
function makingOf({ trace }: Analysis, sums: readonly Chain[]): Site[] | undefined {
  const firsts = new Set(sums.map((c) => c.versions[0]?.node))
  const sites = new Set<Site>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || !firsts.delete(event.node)) continue
    const own = trace.sites[event.site]
    const at = trace.sites[own?.statement ?? -1] ?? own
    if (at !== undefined) sites.add(at)
  }
  const all = [...sites]
  const isPlain = (at: Site) => at.line === at.endLine && MADE.test(textAt({ trace } as Analysis, at).trim())
  const isOne = new Set(all.map((at) => `${at.file} ${at.function}`)).size === 1
  return firsts.size === 0 && isOne && all.length <= MOST_MADE && all.every(isPlain) ? all : undefined
}

interface Place {
  readonly edit: SourceEdit
  readonly where: string
}

/** Where the zeros could be made anew: first in the function that adds to them, or in the training's loop. */
function placesFor(analysis: Analysis, sums: readonly Chain[], made: readonly Site[]): Place[] {
  const { trace } = analysis
  const [first] = made
  const grows = trace.sites[sums[0]?.versions[1]?.site ?? -1]
  const loop = trace.sites[trace.home ?? -1]
  const texts = made.map((at) => textAt(analysis, at).trim())
  if (first === undefined || grows === undefined) return []
  const out: Place[] = []
  const add = (file: string, header: number, text: string, where: string) => {
    const lines = trace.sources.get(file)?.split('\n') ?? []
    const line = firstInside(lines, header)
    if (line === undefined) return
    const column = indentOf(lines[line] ?? '')
    out.push({ edit: { file, span: [line + 1, column, line + 1, column], text: `${text}; ` }, where })
  }
  const names = texts.map((t) => MADE.exec(t)?.[1] ?? '')
  const isGlobal = first.function === '<module>' && names.every((n) => !n.includes('.'))
  const header = headerOf(trace.sources.get(grows.file)?.split('\n') ?? [], grows)
  // In the loop the arrays go by the names that the training's own function has for them.
  if (loop !== undefined && sums.every((c) => (trace.nodes[c.versions[0]?.node ?? -1]?.shape.length ?? 0) > 0))
    add(
      loop.file,
      loop.line - 1,
      `[s.fill(0) for s in (${sums.map((c) => c.name).join(', ')},)]`,
      `in each round of line ${loop.line}`,
    )
  if (header !== undefined && grows.function !== first.function && isOncePerStep(analysis, sums)) {
    const own = isGlobal ? [`global ${names.join(', ')}`] : []
    add(grows.file, header, [...own, ...texts].join('; '), `at the beginning of ${grows.function}`)
  }
  if (loop !== undefined && loop.function === first.function)
    add(loop.file, loop.line - 1, texts.join('; '), `in each round of line ${loop.line}`)
  return out
}

/** Whether the function that adds is called once in each step, and not for one sample after another. */
function isOncePerStep({ trace, best }: Analysis, sums: readonly Chain[]): boolean {
  const frames = new Set(sums[0]?.versions.slice(1).map((v) => trace.nodes[v.node]?.frame))
  return frames.size <= Math.max(1, ...(best?.results ?? []).map((r) => r.chain.versions.length))
}

/** The line, from 0, of the function that a statement stands in. */
function headerOf(lines: readonly string[], { line, function: name }: Site): number | undefined {
  const plain = name.split('.').at(-1) ?? name
  const at = lines.findLastIndex((l, i) => i < line && new RegExp(`^\\s*(?:async\\s+)?def ${plain}\\b`).test(l))
  return at < 0 ? undefined : at
}

/** The first line of a block, where it is a plain statement. */
function firstInside(lines: readonly string[], header: number): number | undefined {
  for (let at = header + 1; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '' || line.trim().startsWith('#')) continue
    if (indentOf(line) <= indentOf(lines[header] ?? '')) return undefined
    return COMPOUND.test(line.trim()) ? undefined : at
  }
  return undefined
}

function lineOfGrowth({ trace }: Analysis, sums: readonly Chain[]): number {
  return Math.min(...sums.map((c) => trace.sites[c.versions[1]?.site ?? -1]?.line ?? Number.POSITIVE_INFINITY))
}
