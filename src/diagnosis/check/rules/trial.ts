/** A change of the script, tried: the edited script is traced again, and says whether the change explains the fault. */

import { type Analysis, analyse } from '../analyse.ts'
import { diffOf } from '../findings/finding.ts'
import type { Runner, SourceEdit } from '../repair/repair.ts'
import { workDone } from '../repair/work.ts'
import { textOfSite } from '../trace/location.ts'
import type { TraceRequest, TraceRun } from '../trace/run.ts'
import type { Site } from '../trace/trace.ts'
import type { Finding } from '../types.ts'

/** What a rule that runs the script again has to work with. */
export interface Scene {
  readonly run: Runner
  readonly analysis: Analysis
  /** Changes that earlier findings have made already. */
  readonly edits: readonly SourceEdit[]
  readonly deadline: number
}

/** Findings, and the script as it is without their faults, so that what remains can be looked for. */
export interface Outcome {
  readonly findings: readonly Finding[]
  readonly edits: readonly SourceEdit[]
  readonly analysis?: Analysis
}

export const NOTHING_FOUND: Outcome = { findings: [], edits: [] }

export function runEdited(
  scene: Scene,
  edits: readonly SourceEdit[],
  request: Omit<TraceRequest, 'path'> = {},
): Promise<TraceRun> {
  return scene.run({ ...request, edits: [...scene.edits, ...edits] })
}

/** What a script's trials have worked. Those of a large network are few: none begins after this. */
const spent = new WeakMap<Runner, number>()
const TRIALS_MS = 6_000

/** The analysis of the edited script, or undefined when it fails or trains nothing, or when trials have taken too long. */
export async function analyseEdited(scene: Scene, edits: readonly SourceEdit[]): Promise<Analysis | undefined> {
  const before = spent.get(scene.run) ?? 0
  if (Date.now() > scene.deadline - 1000 || before > TRIALS_MS) return undefined
  const { trace } = await runEdited(scene, edits)
  if (trace.error !== undefined) return undefined
  const start = workDone()
  const analysis = analyse(trace)
  spent.set(scene.run, before + workDone() - start)
  return analysis.best === undefined || analysis.dependence.parameters.length === 0 ? undefined : analysis
}

/** How many parameters follow the true gradient. */
export function countRight(analysis: Analysis): number {
  return analysis.best?.results.filter((r) => r.status === 'right').length ?? 0
}

/** The names of the parameters whose gradients are wrong. */
export function wrongNames(analysis: Analysis): string[] {
  return (analysis.best?.results ?? [])
    .filter((r) => r.status !== 'right' && r.status !== 'unreached')
    .map((r) => r.chain.name)
}

/** The edited script, where more parameters follow their gradients in it than before, and the names of those. */
export async function mendedBy(
  scene: Scene,
  edits: readonly SourceEdit[],
): Promise<{ after: Analysis; mended: string[] } | undefined> {
  const wrong = wrongNames(scene.analysis)
  const after = await analyseEdited(scene, edits)
  if (after === undefined) return undefined
  const still = wrongNames(after)
  const mended = wrong.filter((name) => !still.includes(name))
  return mended.length > 0 && still.length < wrong.length ? { after, mended } : undefined
}

export function replaceAt(site: Site, text: string): SourceEdit {
  return { file: site.file, span: [site.line, site.column, site.endLine, site.endColumn], text }
}

/** Edits so that none moves the place of one that is applied after it: the last place first. */
export function inOrder(edits: readonly SourceEdit[]): SourceEdit[] {
  return [...edits].sort((a, b) => b.span[0] - a.span[0] || b.span[1] - a.span[1])
}

/** The source text of a site. */
export function textAt(analysis: Analysis, site: Site): string {
  return textOfSite(analysis.trace, site)
}

export function fixOf(analysis: Analysis, edit: SourceEdit, verified: boolean): NonNullable<Finding['fix']> {
  return { ...diffOf(analysis.trace.sources.get(edit.file) ?? '', edit.span, edit.text), verified }
}

/** Several edits that are one fix. */
export function fixOfAll(analysis: Analysis, edits: readonly SourceEdit[]): NonNullable<Finding['fix']> {
  const parts = edits.map((edit) => fixOf(analysis, edit, true))
  return { removed: parts.flatMap((p) => p.removed), added: parts.flatMap((p) => p.added), verified: true }
}

/** Figures as they are shown: four digits. */
export const short = (x: number): string => String(Number(x.toPrecision(4)))

/** At most four names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = [...new Set(names)]
  return shown.length <= 4 ? shown.join(', ') : `${shown.slice(0, 3).join(', ')} and ${shown.length - 3} more`
}
