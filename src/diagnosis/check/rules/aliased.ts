/** `old = W` names the array that `W -= …` then changes: the former value is gone. So does `a = b = array`. */

import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import type { Site, TraceEvent } from '../trace/trace.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  listed,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const ALIAS = /^([\w.[\]'"]+)\s*=\s*([A-Za-z_][\w.[\]'"]*)$/
const CHANGED = /^([\w.[\]'"]+)\s*=\s*([A-Za-z_][\w.[\]'"]*)\.(\w+)\(/
const PAIR = /^(\w+)\s*=\s*(\w+)\s*=\s*([^=].*)$/
const MAX_TRIALS = 3

interface Alias {
  readonly site: number
  readonly edit: SourceEdit
  readonly message: string
  readonly received: string
}

export async function aliasedArrays(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const wrong = wrongNames(analysis)
  const found = findAliases(scene).filter((a) => wrong.length > 0 || PAIR.test(a.received))
  for (const alias of found.slice(0, MAX_TRIALS)) {
    const after = await analyseEdited(scene, [alias.edit])
    if (after === undefined) continue
    const mended = wrong.filter((name) => !wrongNames(after).includes(name))
    const more = (after.best?.results.length ?? 0) - (analysis.best?.results.length ?? 0)
    if (mended.length === 0 && !(PAIR.test(alias.received) && more > 0 && countRight(after) > countRight(analysis)))
      continue
    const findings = findingAt(analysis, {
      kind: 'aliased-array',
      site: alias.site,
      message: alias.message,
      expected: 'a copy, which keeps its values',
      received: alias.received,
      evidence: [
        `checked: with a copy ${countRight(after)} of ${after.best?.results.length ?? 0} gradients agree with the true ones${mended.length > 0 ? `, ${listed(mended)} among them` : ''}`,
      ],
      parameters: mended,
    }).map((f) => ({ ...f, fix: fixOf(analysis, alias.edit, true) }))
    return { findings, edits: [alias.edit], analysis: after }
  }
  return NOTHING_FOUND
}

function findAliases(scene: Scene): Alias[] {
  const { analysis } = scene
  const { events, sites } = analysis.trace
  const updated = new Set(analysis.chains.filter((c) => c.rests.length > 0).map((c) => last(c.name)))
  const out: Alias[] = []
  const seen = new Set<number>()
  for (const event of events) {
    if ((event.kind !== 'store' && event.kind !== 'bind') || seen.has(event.site)) continue
    seen.add(event.site)
    const site = sites[event.site]
    if (site === undefined || site.kind !== 'Assign') continue
    const text = textAt(analysis, site).trim()
    const alias = ALIAS.exec(text)
    if (alias !== null && isObject(scene, event) && updated.has(last(alias[2] ?? ''))) {
      const [, name = '', value = ''] = alias
      out.push({
        site: event.site,
        edit: replaceAt(site, `${name} = ${copyText(scene, event, value)}`),
        message: `${name} is another name for ${value}, no copy of it: when ${value} is changed in place, ${name} changes with it`,
        received: text,
      })
    }
    const changed = CHANGED.exec(text)
    if (changed !== null && event.kind === 'bind' && isHeldAs(events, event, last(changed[2] ?? ''))) {
      const [, name = '', value = '', method = ''] = changed
      const copied = hasOwnCopy(scene, event.container) ? `${value}.copy()` : `__import__('copy').deepcopy(${value})`
      out.push({
        site: event.site,
        edit: replaceAt(site, text.replace(`${value}.${method}(`, `${copied}.${method}(`)),
        message: `${method} changes ${value} itself: ${name} is another name for it, and what it held is gone`,
        received: text,
      })
    }
    const pair = PAIR.exec(textOfStatement(scene, site))
    if (pair !== null && isObject(scene, event)) {
      const [whole, first = '', second = '', value = ''] = pair
      const at = sites[site.statement] ?? site
      if (seen.has(-site.line)) continue
      seen.add(-site.line)
      out.push({
        site: sites.indexOf(at),
        edit: replaceAt(at, `${first} = ${value}; ${second} = ${value}`),
        message: `${first} and ${second} are two names for one array: an update of one is an update of both`,
        received: whole,
      })
    }
  }
  return out
}

/** Whether an object that a name is given has another name already. */
function isHeldAs(events: readonly TraceEvent[], event: Extract<TraceEvent, { kind: 'bind' }>, name: string): boolean {
  const { time, container, key } = event
  return events.some(
    (e) => e.kind === 'bind' && e.container === container && e.time <= time && e.key !== key && String(e.key) === name,
  )
}

function hasOwnCopy({ analysis }: Scene, container: number): boolean {
  const type = analysis.trace.containers.get(container)
  return [...analysis.trace.sources.values()].some((source) =>
    new RegExp(`class ${type}\\b[\\s\\S]*?\\n\\s+def copy\\(self\\)`).test(source),
  )
}

function textOfStatement(scene: Scene, site: Site): string {
  const statement = scene.analysis.trace.sites[site.statement]
  return statement === undefined ? '' : textAt(scene.analysis, statement).trim()
}

/** The last part of a path: `W2` of `net.W2` and of `self.W2`. */
function last(path: string): string {
  return /(\w+)\W*$/.exec(path)?.[1] ?? path
}

function isObject(scene: Scene, event: TraceEvent): boolean {
  if (event.kind === 'bind') return true
  return event.kind === 'store' && (scene.analysis.trace.nodes[event.node]?.shape.length ?? 0) > 0
}

/** How a value of this type is copied, its elements with it. */
export function copyText(scene: Scene, event: TraceEvent, value: string): string {
  if (event.kind !== 'bind') return `${value}.copy()`
  const { events, containers, nodes } = scene.analysis.trace
  const nested = events.some(
    (e) =>
      (e.kind === 'bind' && e.owner === event.container) ||
      (e.kind === 'store' && e.owner === event.container && (nodes[e.node]?.shape.length ?? 0) > 0),
  )
  if (!nested) return `${value}.copy()`
  return containers.get(event.container) === 'dict'
    ? `{k: v.copy() for k, v in ${value}.items()}`
    : `[v.copy() for v in ${value}]`
}
