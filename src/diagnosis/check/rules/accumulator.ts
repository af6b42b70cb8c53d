/** A gradient sum that is never set back: each step adds all the steps before it, with weight 1. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { MATCH, proportion } from '../roles/measure.ts'
import type { Finding } from '../types.ts'
import {
  analyseEdited,
  fixOf,
  inOrder,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

interface Sum {
  /** The parameter. */
  readonly name: string
  /** Where the sum grows. */
  readonly site: number
  /** Where the parameter is updated. */
  readonly update: number
}

type Fix = NonNullable<Finding['fix']>

export async function accumulatorNotReset(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const sums = sumsIn(analysis)
  const findings = claim(analysis, sums)
  if (findings.length === 0) return NOTHING_FOUND
  for (const { edits, fix } of [plainly(analysis, sums), reset(analysis, sums)].filter((m) => m !== undefined)) {
    const after = await analyseEdited(scene, edits)
    const still = after && wrongNames(after)
    if (after === undefined || sums.some((s) => still?.includes(s.name) !== false)) continue
    if (sumsIn(after).length === 0) return { findings: findings.map((f) => ({ ...f, fix })), edits, analysis: after }
  }
  return { findings, edits: [] }
}

/** `g += …` as `g = …`, where each step adds once. */
function plainly(analysis: Analysis, sums: readonly Sum[]): { edits: SourceEdit[]; fix: Fix } | undefined {
  const edits = [...new Set(sums.map((s) => s.site))].map((site) => {
    const at = analysis.trace.sites[site]
    const text = at === undefined ? '' : textAt(analysis, at)
    return at !== undefined && /^[^=+]+\+=/.test(text) ? replaceAt(at, text.replace(/\s*\+=/, ' =')) : undefined
  })
  const known = edits.filter((e) => e !== undefined)
  if (known.length === 0 || known.length < edits.length) return undefined
  const parts = known.map((e) => fixOf(analysis, e, true))
  const fix = { removed: parts.flatMap((p) => p.removed), added: parts.flatMap((p) => p.added), verified: true }
  return { edits: inOrder(known), fix }
}

/** What the sums begin with, once more behind the last update; on its line, so that no other line moves. */
function reset(analysis: Analysis, sums: readonly Sum[]): { edits: SourceEdit[]; fix: Fix } | undefined {
  const { trace } = analysis
  const updates = sums.flatMap(({ update }) => {
    const at = trace.sites[update]
    return trace.sites[at?.statement ?? -1] ?? at ?? []
  })
  const last = updates.toSorted((a, b) => b.endLine - a.endLine)[0]
  if (last === undefined) return undefined
  const same = updates.every((u) => u.file === last.file && u.column === last.column && u.function === last.function)
  const lines = trace.sources.get(last.file)?.split('\n') ?? []
  const line = lines[last.endLine - 1]
  if (updates.length < sums.length || !same || line === undefined || /[;#]/.test(line)) return undefined
  const begins = new Set<string>()
  for (const { site } of sums) {
    const at = trace.sites[site]
    const base = /^\s*(\w+)/.exec(at === undefined ? '' : textAt(analysis, at))?.[1]
    const made = lines
      .slice(0, last.line - 1)
      .findLast((l) => base !== undefined && new RegExp(`^\\s*${base}\\s*=(?!=)`).test(l))
    if (made === undefined || at?.file !== last.file) return undefined
    begins.add(made.trim())
  }
  const edit: SourceEdit = {
    file: last.file,
    span: [last.endLine, last.endColumn, last.endLine, last.endColumn],
    text: `; ${[...begins].join('; ')}`,
  }
  const indent = ' '.repeat(last.column)
  const fix = {
    removed: [line.trimEnd()],
    added: [line.trimEnd(), ...[...begins].map((b) => indent + b)],
    verified: true,
  }
  return { edits: [edit], fix }
}

function sumsIn(analysis: Analysis): Sum[] {
  // A loss that is printed now and then shows one step; the same loss, inferred, shows them all.
  const { best } = analysis
  const shown = [best, ...analysis.judged.filter((j) => j.explained >= (best?.explained ?? 1))]
  const measured = shown.map((j) => j?.measured.steps ?? []).find((s) => s[1] !== undefined && s[1].length > 0)
  const [first, second] = measured ?? []
  if (first === undefined || second === undefined) return []
  const caught: Sum[] = []
  for (const later of second) {
    const before = first.find((s) => s.chain.id === later.chain.id)
    if (before === undefined || before.match.residual > MATCH || later.match.residual < MATCH) continue
    const scale = before.match.ratio
    const added = later.update.map((x, i) => x - scale * (later.gradient[i] as number))
    const match = proportion(added, before.update)
    if (match.residual < 1e-5 && Math.abs(match.ratio - 1) < 1e-5) {
      const sum = analysis.chains.find(
        (c) =>
          !c.parameter &&
          c.resets === 0 &&
          c.versions.some((v) => analysis.tape.madeFrom([later.after], analysis.dependence.cut).has(v.node)),
      )
      const update = later.chain.versions.find((v) => v.node === later.after)?.site ?? -1
      caught.push({
        name: later.chain.name,
        site: sum?.versions[1]?.site ?? later.chain.versions[1]?.site ?? -1,
        update,
      })
    }
  }
  return caught
}

function claim(analysis: Analysis, caught: readonly Sum[]): Finding[] {
  const lineOf = (site: number) => analysis.trace.sites[site]?.line ?? Number.POSITIVE_INFINITY
  const [one] = [...caught].sort((a, b) => lineOf(a.site) - lineOf(b.site))
  if (one === undefined) return []
  return findingAt(analysis, {
    kind: 'accumulator-not-reset',
    site: one.site,
    message: `the gradient of ${caught
      .map((c) => c.name)
      .slice(0, 4)
      .join(', ')} is added up and never set back to zero`,
    expected: 'a sum that begins at zero in every step',
    received: 'the sum of all steps so far',
    evidence: ['the second update is the gradient plus exactly the first update'],
    parameters: caught.map((c) => c.name),
  })
}
