/** Statements that may be at fault: those whose values the wrong parameters' updates were computed from. */

import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import type { Site } from '../trace/trace.ts'

export interface Suspect {
  readonly site: number
  readonly file: string
  readonly span: readonly [number, number, number, number]
  /** Whether the loss is computed from nothing that it computes. */
  readonly backward: boolean
  readonly exonerated: boolean
  readonly order: number
  readonly count: number
}

export function spanOf(site: Site): [number, number, number, number] {
  return [site.line, site.column, site.endLine, site.endColumn]
}

export function findSuspects(analysis: Analysis, judged: Judged): Suspect[] {
  const { tape, dependence, trace } = analysis
  const wrong = judged.results.filter((r) => r.status !== 'right' && r.status !== 'unreached')
  const right = judged.results.filter((r) => r.status === 'right')
  const region = tape.madeFrom(
    wrong.map((r) => r.step.after),
    dependence.cut,
  )
  const fine = tape.madeFrom(
    right.map((r) => r.step.after),
    dependence.cut,
  )
  const forward = tape.ancestors(
    judged.measured.loss.steps.slice(0, 3).flatMap((s) => s.terms.map(([n]) => n)),
    dependence.cut,
  )
  const found = new Map<number, Suspect>()
  const start = Math.min(...wrong.map((r) => r.step.before))
  for (const node of [...region].sort((a, b) => a - b)) {
    if (node < start && dependence.cut.has(node)) continue
    const site = trace.sites[tape.entry(node).site]
    const statement = site === undefined ? undefined : site.statement >= 0 ? site.statement : undefined
    const at = statement === undefined ? undefined : trace.sites[statement]
    if (statement === undefined || at === undefined) continue
    if (dependence.depends[node] !== 1 && tape.entry(node).op !== 'leaf') continue
    const before = found.get(statement)
    found.set(statement, {
      site: statement,
      file: at.file,
      span: spanOf(at),
      backward: (before?.backward ?? true) && !forward.has(node),
      exonerated: (before?.exonerated ?? true) && fine.has(node),
      order: before?.order ?? node,
      count: (before?.count ?? 0) + 1,
    })
  }
  for (const suspect of aliases(analysis, found, forward)) found.set(suspect.site, suspect)
  return [...found.values()].sort(
    (a, b) =>
      Number(b.backward) - Number(a.backward) || Number(a.exonerated) - Number(b.exonerated) || a.order - b.order,
  )
}

/** Statements such as `delta = error`, which compute nothing and may lack a factor. */
function aliases(analysis: Analysis, found: ReadonlyMap<number, Suspect>, forward: ReadonlySet<number>): Suspect[] {
  const { trace, tape } = analysis
  const out: Suspect[] = []
  const nodes = new Set([...found.values()].map((s) => s.order))
  const region = new Set(trace.sites.map((_, i) => i).filter((i) => found.has(i)))
  for (const event of trace.events) {
    if (event.kind !== 'store' && event.kind !== 'mark') continue
    const statement = trace.sites[event.site]?.statement ?? -1
    const at = trace.sites[statement]
    if (at === undefined || found.has(statement) || region.has(statement) || out.some((s) => s.site === statement))
      continue
    const maker = trace.sites[tape.entry(event.node).site]?.statement
    if (maker === undefined || maker === statement || !found.has(maker) || !['Assign', 'Return'].includes(at.kind))
      continue
    if (analysis.dependence.depends[event.node] !== 1 || analysis.dependence.cut.has(event.node)) continue
    out.push({
      site: statement,
      file: at.file,
      span: spanOf(at),
      backward: !forward.has(event.node),
      exonerated: false,
      order: event.time,
      count: nodes.size,
    })
    if (out.length >= 12) break
  }
  return out
}
