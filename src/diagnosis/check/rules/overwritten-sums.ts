/**
 * A gradient that is set for each sample where it should add up: the update sees the last one alone. Shown by the
 * values themselves: those that were overwritten, added up, are the true gradient.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { ParameterResult } from '../judge.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
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

const ASSIGN = /^([\w.[\]'"]+)\s*=\s*([\s\S]+)$/
const SUM = [/^(?:\w+\.)?sum\(\s*([\w.[\]'"]+)\s*(?:,[\s\S]*)?\)$/, /^([\w.[\]'"]+)\.sum\([^()]*\)$/]

interface Overwritten {
  readonly name: string
  readonly site: number
  readonly count: number
  /** Whether the value is summed to one number, and what is summed is meant. */
  readonly collapsed: boolean
}

export async function overwrittenSums(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const wrong = analysis.best?.results.filter((r) => r.status === 'wrong' && r.step.part === undefined) ?? []
  const found = wrong.flatMap((r) => overwritten(analysis, r) ?? [])
  if (found.length === 0) return NOTHING_FOUND
  const edits = new Map(found.map((o) => [o.site, editOf(analysis, o)]))
  const all = inOrder([...edits.values()].filter((e) => e !== undefined))
  const after = all.length === 0 ? undefined : await analyseEdited(scene, all)
  const still = after && wrongNames(after)
  const mended = still !== undefined && found.every((o) => !still.includes(o.name))
  const findings = [...edits].flatMap(([site, edit]) =>
    claim(
      analysis,
      site,
      found.filter((o) => o.site === site),
    ).map((f) => (mended && edit !== undefined ? { ...f, fix: fixOf(analysis, edit, true) } : f)),
  )
  return mended && after !== undefined ? { findings, edits: all, analysis: after } : { findings, edits: [] }
}

function claim(analysis: Analysis, site: number, group: readonly Overwritten[]): Finding[] {
  const [one] = group
  const at = analysis.trace.sites[site]
  if (one === undefined || at === undefined) return []
  const text = textAt(analysis, at).trim()
  const subject = ASSIGN.exec(text)?.[1] ?? 'this gradient'
  return findingAt(analysis, {
    kind: 'overwritten-sum',
    site,
    message: `${subject} is set anew for each of ${one.count} samples where it should add up: only the last one counts${one.collapsed ? ', and that summed to one number' : ''}`,
    expected: `${subject} += …`,
    received: text,
    evidence: [
      `the ${one.count} values that stood there in the step${one.collapsed ? ', before they are summed,' : ''} add up to the true gradient of ${group.map((o) => o.name).join(', ')}`,
    ],
    parameters: group.map((o) => o.name),
  })
}

/** The place on the way to a parameter's update that was stored to several times, and read after the last alone. */
function overwritten(analysis: Analysis, { chain, step }: ParameterResult): Overwritten | undefined {
  const { tape, trace, points, dependence } = analysis
  const made = tape.madeFrom([step.after], dependence.cut)
  const stores = new Map<string, { site: number; nodes: number[] }>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.node <= step.before || event.node >= step.after) continue
    const key = `${event.site}|${event.place}|${event.owner}|${event.key}`
    const known = stores.get(key) ?? { site: event.site, nodes: [] }
    stores.set(key, known)
    if (known.nodes.at(-1) !== event.node) known.nodes.push(event.node)
  }
  const size = points.values[0]?.[step.before]?.data.length
  // The place nearest to the update: what is computed on the way to it is overwritten for each sample as well.
  const nearest = [...stores.values()].sort((a, b) => (b.nodes.at(-1) ?? 0) - (a.nodes.at(-1) ?? 0))
  for (const { site, nodes } of nearest) {
    const last = nodes.at(-1)
    if (nodes.length < 2 || last === undefined || !made.has(last) || nodes.slice(0, -1).some((n) => made.has(n)))
      continue
    for (const collapsed of [false, true]) {
      const terms = collapsed
        ? nodes.map((n) => (tape.entry(n).op === 'sum' ? tape.entry(n).args[0] : undefined))
        : nodes
      if (terms.some((t) => t === undefined || points.values[0]?.[t]?.data.length !== size)) continue
      const total = new Float64Array(step.gradient.length)
      for (const term of terms)
        join(points.values.map((v) => v[term ?? -1])).forEach((x, i) => {
          total[i] = (total[i] ?? 0) + x
        })
      const match = proportion(total, step.gradient)
      if (match.residual < MATCH && match.ratio !== 0) return { name: chain.name, site, count: nodes.length, collapsed }
    }
  }
  return undefined
}

function editOf(analysis: Analysis, { site, collapsed }: Overwritten): SourceEdit | undefined {
  const at = analysis.trace.sites[site]
  const match = at === undefined ? null : ASSIGN.exec(textAt(analysis, at).trim())
  if (at === undefined || match === null || at.kind !== 'Assign') return undefined
  const [, name = '', value = ''] = match
  const inner = SUM.map((s) => s.exec(value.trim())?.[1]).find((x) => x !== undefined)
  if (collapsed && inner === undefined) return undefined
  return replaceAt(at, `${name} += ${collapsed ? inner : value}`)
}
