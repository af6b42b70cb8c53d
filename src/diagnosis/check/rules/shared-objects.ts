/**
 * `[Neuron(n)] * k` is k times one neuron, and `[unit for _ in range(k)]` k times the `unit` that was made before: what
 * each keeps for the backward pass is the last one's. The trace shows one object in several places of a list; with an
 * object of its own in each, every gradient must be right.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { statementOf } from '../trace/location.ts'
import type { Site } from '../trace/trace.ts'
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

const TIMES = /\*\s*((?:[\w.]|\([^()]*\)|\[[^[\]]*\])+)/y
const MOST_TRIALS = 3

interface Shared {
  readonly site: Site
  readonly count: number
  readonly edit: SourceEdit
}

export async function sharedObjects(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const wrong = wrongNames(analysis)
  if (wrong.length === 0) return NOTHING_FOUND
  for (const { site, count, edit } of sharedIn(analysis).slice(0, MOST_TRIALS)) {
    const after = await analyseEdited(scene, [edit])
    if (after === undefined || wrongNames(after).length > 0 || countRight(after) <= countRight(analysis)) continue
    const text = textAt(analysis, site).trim()
    const findings = findingAt(analysis, {
      kind: 'aliased-array',
      site: analysis.trace.sites.indexOf(site),
      message: `${text.replace(/\s+/g, ' ')} puts one object into ${count} places: what one of them keeps, all of them keep`,
      expected: 'an object of its own in every place',
      received: 'one object in all places',
      evidence: [
        `checked: with separate objects all ${countRight(after)} gradients agree with the true ones; now ${listed(wrong)} ${wrong.length === 1 ? 'does' : 'do'} not`,
      ],
      parameters: wrong,
    }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
    return { findings, edits: [edit], analysis: after }
  }
  return NOTHING_FOUND
}

/** Statements that put one object, which changes later on, into several places of a list. */
function sharedIn(analysis: Analysis): Shared[] {
  const { trace } = analysis
  const places = new Map<string, { at: number; container: number; count: number }>()
  for (const event of trace.events) {
    if (event.kind !== 'bind' || event.place !== 'item') continue
    const at = statementOf(trace, event.site)
    const key = `${at} ${event.owner} ${event.container}`
    const known = places.get(key)
    if (known === undefined) places.set(key, { at, container: event.container, count: 1 })
    else known.count++
  }
  const seen = new Set<number>()
  return [...places.values()].flatMap(({ at, container, count }): Shared[] => {
    const site = trace.sites[at]
    if (site === undefined || count < 2 || seen.has(at) || !changes(analysis, container)) return []
    seen.add(at)
    const text = textAt(analysis, site)
    const apart = multiplied(text) ?? remade(analysis, site, text)
    return apart === undefined ? [] : [{ site, count, edit: replaceAt(site, apart) }]
  })
}

/** Whether what an object holds under some name is set more than once. */
function changes({ trace }: Analysis, container: number): boolean {
  const held = new Map<string | number, number>()
  return trace.events.some((event) => {
    if (event.kind !== 'store' || event.owner !== container || event.place === 'name') return false
    const before = held.get(event.key)
    held.set(event.key, event.node)
    return before !== undefined && before !== event.node
  })
}

/** `[made()] * n` in a text as `[made() for _ in range(n)]`. */
function multiplied(text: string): string | undefined {
  for (let start = text.indexOf('['); start >= 0; start = text.indexOf('[', start + 1)) {
    const end = closing(text, start)
    const item = text.slice(start + 1, end)
    const gap = /^\s*/.exec(text.slice(end + 1))?.[0].length ?? 0
    TIMES.lastIndex = end + 1 + gap
    const times = TIMES.exec(text)
    if (times === null || !item.includes('(')) continue
    return `${text.slice(0, start)}[${item.trim()} for _ in range(${times[1]})]${text.slice(TIMES.lastIndex)}`
  }
  return undefined
}

function closing(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth++
    if (text[at] === ']' && --depth === 0) return at
  }
  return text.length
}

/** The name of an object that was made before, replaced by what made it. */
function remade({ trace }: Analysis, { file, line }: Site, text: string): string | undefined {
  const lines = (trace.sources.get(file) ?? '').split('\n').slice(0, line - 1)
  for (const [whole, name = ''] of text.matchAll(/(?<=[[(]\s*)([A-Za-z_]\w*)(?=\s*(?:\)|for\b))/g)) {
    const made = lines.findLast((l) => new RegExp(`^\\s*${name}\\s*=\\s*[\\w.]+\\(.*\\)\\s*$`).test(l))
    const value = made?.slice(made.indexOf('=') + 1).trim()
    if (value !== undefined) return text.replace(new RegExp(`(?<=[[(]\\s*)${whole}\\b`), value)
  }
  return undefined
}
