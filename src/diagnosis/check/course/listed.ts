/** Data in plain lists that the first weights are multiplied with, number by number: whether they are badly scaled, and a trial. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { headersOf, indentOf, isLoopHeader } from '../rules/blocks.ts'
import { MULTIPLICATIONS } from '../tape/operations.ts'
import { statementOf } from '../trace/location.ts'
import { badScale } from './inputs.ts'

export interface ListedTrial {
  readonly name: string
  readonly site: number
  readonly reason: string
  readonly edit: SourceEdit
}

const MOST_NODES = 20_000
const MOST_SAMPLES = 8
const FEWEST_SAMPLES = 3
/** Numbers beyond which a feature is not of order one. */
const LARGE = 8

export function listedTrial(analysis: Analysis): ListedTrial | undefined {
  const features = featuresOf(analysis)
  const count = Math.min(...features.map((f) => f.values.length))
  if (features.length === 0 || !(count >= FEWEST_SAMPLES)) return undefined
  const rows = Array.from({ length: count }, (_, i) => features.map((f) => f.values[i] ?? 0))
  const reason = badScale({ data: Float64Array.from(rows.flat()), shape: [count, features.length] }, 0)
  const loop = loopAround(analysis)
  if (reason === undefined || loop === undefined) return undefined
  const place = placeOf(analysis, features, loop)
  if (place === undefined) return undefined
  const samples = [...new Set(rows.map((row) => JSON.stringify(row)))].slice(0, MOST_SAMPLES)
  const { file, line, column, text } = loop
  const edit = {
    file,
    span: [line, column, line, column + text.length] as const,
    text: `_nabla_.scaled([${samples.join(', ')}], ${text})`,
  }
  return { ...place, reason, edit }
}

interface Loop {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
}

interface Feature {
  readonly values: number[]
  readonly nodes: number[]
  /** Where it is first multiplied. */
  readonly at: number
}

/** The numbers that the first layer's weights are multiplied with, sample by sample; what never changes is a bias's. */
function featuresOf({ tape, dependence, points, trace, best }: Analysis): Feature[] {
  const values = points.values[0] ?? []
  const trained = new Set(best?.results.map((r) => r.chain.id))
  const isWeight = (node: number) => trained.has(dependence.chainOf.get(node) ?? -1)
  // Rows that are scaled in their own place look like something that is updated.
  const isData = (node: number) => !isWeight(node) && (dependence.depends[node] !== 1 || dependence.cut.has(node))
  const byWeight = new Map<number, Feature>()
  for (let node = 0; node < Math.min(trace.nodes.length, MOST_NODES); node++) {
    const { op, args } = tape.entry(node)
    if (!MULTIPLICATIONS.has(op) || tape.aside[node] === 1) continue
    const weight = args.find(isWeight)
    const free = args.find(isData)
    const value = free === undefined ? undefined : values[free]
    const chain = dependence.chainOf.get(weight ?? -1)
    if (free === undefined || value === undefined || value.shape.length > 0 || chain === undefined) continue
    if (values[weight ?? -1]?.shape.length !== 0) continue
    const feature = byWeight.get(chain) ?? { values: [], nodes: [], at: node }
    feature.values.push(value.data[0] as number)
    feature.nodes.push(free)
    byWeight.set(chain, feature)
  }
  const distinct = new Map<string, Feature>()
  for (const feature of byWeight.values()) {
    const key = feature.values.slice(0, FEWEST_SAMPLES).join()
    if (!distinct.has(key) && feature.values.some((x) => x !== feature.values[0])) distinct.set(key, feature)
  }
  return [...distinct.values()]
}

/** What the outermost loop goes over in which the first update happens. */
function loopAround({
  trace,
  best,
}: Analysis): { file: string; line: number; column: number; text: string } | undefined {
  const updated = Math.min(...(best?.results.map((r) => r.step.after) ?? []))
  const first = new Map<number, { before: boolean; after: boolean }>()
  for (const event of trace.events) {
    if (event.kind !== 'iteration') continue
    const seen = first.get(event.site) ?? { before: false, after: false }
    if (event.time < updated) seen.before = true
    else seen.after = true
    first.set(event.site, seen)
  }
  for (const [site, { before, after }] of first) {
    const at = trace.sites[site]
    const line = trace.sources.get(at?.file ?? '')?.split('\n')[(at?.line ?? 0) - 1] ?? ''
    const [, head = '', text = ''] = /^(\s*(?:for\s.+?\sin\s+|while\s+))(.+?):\s*(?:#.*)?$/.exec(line) ?? []
    if (at !== undefined && before && after && text !== '')
      return { file: at.file, line: at.line, column: head.length, text }
  }
  return undefined
}

/** The loop that scales the other features, where one does; else the last name for a list of rows before the training. */
function placeOf(
  analysis: Analysis,
  features: readonly Feature[],
  loop: Loop,
): { site: number; name: string } | undefined {
  const { tape, trace } = analysis
  const isLarge = ({ values }: Feature) => values.some((x) => Math.abs(x) > LARGE)
  const madeAt = (some: readonly Feature[]) =>
    new Set(some.map((f) => statementOf(trace, tape.entry(f.nodes[0] ?? -1).site)))
  const [scaling = -1, ...others] = madeAt(features.filter((f) => !isLarge(f)))
  if (scaling >= 0 && others.length === 0 && !madeAt(features.filter(isLarge)).has(scaling)) {
    const at = trace.sites[scaling]
    const lines = trace.sources.get(at?.file ?? '')?.split('\n') ?? []
    const headers = at === undefined ? [] : headersOf(lines, at.line - 1).filter((h) => isLoopHeader(lines[h] ?? ''))
    const around = trace.sites.findIndex((s) => s.file === at?.file && s.line === Math.min(...headers) + 1)
    return { site: around >= 0 ? around : scaling, name: 'one of the features' }
  }
  const start = Math.min(...features.map((f) => f.at))
  const rows = new Map<number | string, number>()
  for (const e of trace.events)
    if (e.kind === 'bind' && e.place === 'item') rows.set(e.owner, (rows.get(e.owner) ?? 0) + 1)
  const lines = trace.sources.get(loop.file)?.split('\n') ?? []
  const width = indentOf(lines[loop.line - 1] ?? '')
  const end = lines.findIndex((line, i) => i >= loop.line && line.trim() !== '' && indentOf(line) <= width)
  const body = lines.slice(loop.line - 1, end < 0 ? lines.length : end)
  const isRead = (name: string) => body.some((line) => new RegExp(`(?<![\\w.])${name}(?!\\w)`).test(line))
  const named = trace.events.findLast(
    (e) =>
      e.kind === 'bind' &&
      e.place === 'name' &&
      e.time <= start &&
      (rows.get(e.container) ?? 0) >= FEWEST_SAMPLES &&
      isRead(String(e.key)),
  )
  return named?.kind === 'bind' ? { site: named.site, name: String(named.key) } : undefined
}
