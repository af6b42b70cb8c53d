/** `[row] * n` is n times one object: what is written into one place is in all of them. */

import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import type { Site } from '../trace/trace.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  inOrder,
  listed,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const PRODUCT = /^\[([\s\S]*)\]\s*\*\s*([\s\S]+)$/
const COUNT_FIRST = /^([^[\]]+?)\s*\*\s*\[([\s\S]*)\]$/

export async function sharedRows(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const { events, sites } = analysis.trace
  const seen = new Set<number>()
  const places: { site: Site; written: number; text: string; edit?: SourceEdit }[] = []
  for (const event of events) {
    if (event.kind !== 'shared' || seen.has(event.site)) continue
    seen.add(event.site)
    const written = event.containers.map((c) => changedInPlace(scene, c)).find((w) => w !== undefined)
    const site = sites[event.site]
    if (written === undefined || site === undefined) continue
    const text = textAt(analysis, site)
    const [item, count] = partsOf(text)
    places.push({
      site,
      written: sites[written]?.line ?? 0,
      text: text.replace(/\s+/g, ' '),
      ...(item !== undefined && { edit: replaceAt(site, `[${item} for _ in range(${count})]`) }),
    })
  }
  if (places.length === 0) return NOTHING_FOUND
  const edits = inOrder(places.flatMap((p) => (p.edit === undefined ? [] : [p.edit])))
  const after = edits.length === 0 ? undefined : await analyseEdited(scene, edits)
  const explained = wrongNames(analysis)
  const better = after !== undefined && (countRight(after) > countRight(analysis) || wrongNames(after).length === 0)
  const checked = better
    ? `checked: with separate objects ${countRight(after)} of ${after.best?.results.length ?? 0} gradients agree with the true ones${explained.length > 0 ? `; now ${listed(explained)} ${explained.length === 1 ? 'does' : 'do'} not` : ''}`
    : undefined
  const findings = places.flatMap(({ site, written, text, edit }) =>
    findingAt(analysis, {
      kind: 'aliased-array',
      site: sites.indexOf(site),
      message: `${text} holds the same object several times: what line ${written} writes into one of them is written into all`,
      expected: 'an object of its own in every place',
      received: 'one object in all places',
      evidence: [`line ${written} changes it in place`, ...(checked === undefined ? [] : [checked])],
      parameters: better ? explained : [],
    }).map((f) => (edit === undefined ? f : { ...f, fix: fixOf(analysis, edit, better) })),
  )
  return better ? { findings, edits, analysis: after } : { findings, edits: [] }
}

function partsOf(text: string): [string | undefined, string] {
  const after = PRODUCT.exec(text)
  if (after !== null) return [after[1]?.trim(), after[2]?.trim() ?? '']
  const before = COUNT_FIRST.exec(text)
  return [before?.[2]?.trim(), before?.[1]?.trim() ?? '']
}

/** The site of a write into a container that changes what it held, if there is one. */
function changedInPlace(scene: Scene, container: number): number | undefined {
  const held = new Map<string | number, number>()
  for (const event of scene.analysis.trace.events) {
    if (event.kind === 'write' && event.container === container) return event.site
    if (event.kind !== 'store' || event.place !== 'item' || event.owner !== container) continue
    const before = held.get(event.key)
    if (before !== undefined && before !== event.node) return event.site
    held.set(event.key, event.node)
  }
  return undefined
}
