/**
 * `p[y] -= 1` after `d = p.copy()`: an element of an array is changed that nothing reads afterwards. Another array of
 * its shape, which is read, is meant where the gradients are the true ones with its name in that place.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { statementOf, textOfSite } from '../trace/location.ts'
import {
  fixOf,
  listed,
  mendedBy,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const MOST_TRIALS = 4
const WRITES = new Set(['put', 'write'])
const ELEMENT = /^([A-Za-z_]\w*)(\s*\[[\s\S]+)$/

interface Lost {
  readonly site: number
  readonly name: string
  /** What follows the name. */
  readonly rest: string
  /** Names of the same function that hold an array of the same shape, read after the write; the latest first. */
  readonly others: readonly string[]
}

export async function lostWrites(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  if (wrongNames(analysis).length === 0) return NOTHING_FOUND
  const trials = lostIn(analysis).flatMap((lost) => lost.others.map((other) => ({ ...lost, other })))
  for (const { site, name, rest, other } of trials.slice(0, MOST_TRIALS)) {
    const at = analysis.trace.sites[site]
    if (at === undefined) continue
    const edit = replaceAt(at, `${other}${rest}`)
    const found = await mendedBy(scene, [edit])
    if (found === undefined || wrongNames(found.after).length > 0) continue
    const findings = findingAt(analysis, {
      kind: 'wrong-operand',
      site,
      message: `${name} is changed here, and nothing reads it afterwards: ${other} is meant`,
      expected: edit.text,
      received: textAt(analysis, at),
      evidence: [
        `no operation reads ${name} after line ${at.line}`,
        `checked: with ${other} in its place, the gradients of ${listed(found.mended)} are the true ones`,
      ],
      parameters: found.mended,
    }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
    return { findings, edits: [edit], analysis: found.after }
  }
  return NOTHING_FOUND
}

/** Statements that write into a named array, in none of whose runs what is written is read. */
function lostIn({ trace, tape }: Analysis): Lost[] {
  const runs = new Map<number, number[]>()
  const read = new Set<number>()
  trace.nodes.forEach((_, node) => {
    const { op, site } = tape.entry(node)
    if (!WRITES.has(op) || site < 0 || tape.aside[node] === 1) return
    const statement = statementOf(trace, site)
    runs.set(statement, [...(runs.get(statement) ?? []), node])
    if (tape.readers(node).some((n) => tape.aside[n] !== 1)) read.add(statement)
  })
  return [...runs].flatMap(([statement, nodes]) => {
    const at = trace.sites[statement]
    const [node = -1] = nodes
    if (at === undefined || read.has(statement) || !/^(?:Aug)?Assign$/.test(at.kind)) return []
    const [, name = '', rest = ''] = ELEMENT.exec(textOfSite(trace, at)) ?? []
    const shape = trace.nodes[node]?.shape.join()
    const others = new Map<string, number>()
    for (const event of trace.events) {
      if (event.kind !== 'store' || event.place !== 'name' || event.node >= node) continue
      const isSame = trace.nodes[event.node]?.shape.join() === shape && event.key !== name
      const isOwn = trace.sites[event.site]?.function === at.function
      if (isSame && isOwn && tape.readers(event.node).some((n) => n > node)) others.set(String(event.key), event.node)
    }
    const latest = [...others].sort((a, b) => b[1] - a[1]).map(([other]) => other)
    return name === '' || latest.length === 0 ? [] : [{ site: statement, name, rest, others: latest }]
  })
}
