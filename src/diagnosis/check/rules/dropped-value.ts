/**
 * `da = …` where `da += …` is meant, of a value that several branches lead to: what the name held, a gradient, is read by
 * nothing. The run in which it adds up follows more parameters' gradients, those of all stated losses.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { statementOf } from '../trace/location.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const MOST_TRIALS = 2

interface Dropped {
  readonly name: string
  /** The statement that drops what the name held, and the line that gave it that. */
  readonly site: number
  readonly line: number
}

export async function droppedValues(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  for (const { name, site, line } of droppedIn(analysis).slice(0, MOST_TRIALS)) {
    const at = analysis.trace.sites[site]
    const text = at === undefined ? '' : textAt(analysis, at)
    const value = new RegExp(`^${name}\\s*=(?!=)\\s*([\\s\\S]+)$`).exec(text)?.[1]
    if (at === undefined || value === undefined) continue
    const edit = replaceAt(at, `${name} += ${value}`)
    const after = await analyseEdited(scene, [edit])
    if (after === undefined || wrongNames(after).length > 0 || countRight(after) <= countRight(analysis)) continue
    const findings = findingAt(analysis, {
      kind: 'overwritten-sum',
      site,
      message: `${name} is set anew, and what line ${line} computed for it is read by nothing: it is a part of the same gradient`,
      expected: `${name} += …`,
      received: text,
      evidence: [
        `nothing reads ${name} between line ${line} and line ${at.line}`,
        `checked: added up, all ${countRight(after)} gradients agree with the true ones, before ${countRight(analysis)} did`,
      ],
    }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
    return { findings, edits: [edit], analysis: after }
  }
  return NOTHING_FOUND
}

/** Names that get one value after the other of a step, computed from parameters and of one shape, the first for nothing. */
function droppedIn({ trace, tape, dependence }: Analysis): Dropped[] {
  const latest = new Map<string, { node: number; site: number }>()
  const held = new Map<number, number>()
  for (const event of trace.events) if (event.kind === 'store') held.set(event.node, (held.get(event.node) ?? 0) + 1)
  const found = new Map<number, Dropped>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.place !== 'name') continue
    const key = `${event.owner} ${event.key}`
    const before = latest.get(key)
    latest.set(key, event)
    const [at, from] = [trace.sites[event.site], trace.sites[before?.site ?? -1]]
    if (before === undefined || at === undefined || from === undefined || found.has(event.site)) continue
    const isStep =
      at.function === from.function && at.line > from.line && at.kind === 'Assign' && from.kind === 'Assign'
    const isRead = tape.readers(before.node).some((n) => tape.aside[n] !== 1) || (held.get(before.node) ?? 0) > 1
    if (!isStep || isRead || dependence.depends[before.node] !== 1 || dependence.depends[event.node] !== 1) continue
    const shapes = [before.node, event.node].map((n) => trace.nodes[n]?.shape.join())
    if (shapes[0] === '' || shapes[0] !== shapes[1]) continue
    found.set(event.site, {
      name: String(event.key),
      site: statementOf(trace, event.site),
      line: from.line,
    })
  }
  return [...found.values()]
}
