/**
 * A parameter whose gradient was summed over the wrong axis, or without `keepdims`, so that the update changes its shape:
 * (k,) taken off a column (k, 1) is (k, k). The shapes tell it, and a run in which the sum is over the other axis, or keeps it.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { DIVISIONS, MULTIPLICATIONS, SUMS } from '../tape/operations.ts'
import { fixOf, mendedBy, NOTHING_FOUND, type Outcome, replaceAt, type Scene, textAt } from './trial.ts'

const REDUCTIONS = new Set(['sum', 'mean'])
const HANDS_ON = new Set(['copy', 'view', 'clip', 'neg', 'negative', 'add_n', 'write', 'put'])
const MOST_VISITED = 200
const MOST_TRIALS = 3

interface Lost {
  readonly name: string
  /** The sum. */
  readonly site: number
  readonly was: string
  readonly is: string
  readonly sum: string
}

export async function lostAxes(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const bySite = new Map<number, Lost[]>()
  for (const lost of lostIn(analysis)) bySite.set(lost.site, [...(bySite.get(lost.site) ?? []), lost])
  for (const [site, group] of bySite) {
    const at = analysis.trace.sites[site]
    const [one] = group
    if (at === undefined || one === undefined) continue
    for (const text of textsFor(textAt(analysis, at)).slice(0, MOST_TRIALS)) {
      const edit = replaceAt(at, text)
      const done = await mendedBy(scene, [edit])
      if (done === undefined) continue
      const names = group.map((l) => l.name).join(', ')
      const findings = findingAt(analysis, {
        kind: axisIn(text) === axisIn(textAt(analysis, at)) ? 'broadcast' : 'reduction-axis',
        site,
        message: `the sum has shape ${one.sum}, and ${names} has (${one.was}): what is taken off it makes (${one.is}) of it`,
        expected: text,
        received: textAt(analysis, at),
        evidence: [
          `after the first update ${one.name} has another shape, (${one.is}) in place of (${one.was})`,
          `checked: with this sum, ${done.mended.join(', ')} ${done.mended.length > 1 ? 'follow their true gradients' : 'follows its true gradient'}`,
        ],
        parameters: group.map((l) => l.name),
      }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
      return { findings, edits: [edit], analysis: done.after }
    }
  }
  return NOTHING_FOUND
}

const axisIn = (text: string) => /axis\s*=\s*\S+?(?=[,)])/.exec(text)?.[0]

/** The same sum with its axis kept, over the other axis, or both. */
function textsFor(text: string): string[] {
  const keeps = text.includes('keepdims')
  const turned = text.replace(/axis\s*=\s*(0|1|-1)/, (_, axis) => `axis=${axis === '0' ? 1 : 0}`)
  const kept = (t: string) => `${t.slice(0, -1)}, keepdims=True)`
  if (!text.endsWith(')')) return []
  return [...(keeps ? [] : [kept(text)]), ...(turned === text ? [] : [turned, ...(keeps ? [] : [kept(turned)])])]
}

/** The parameters whose shape an update changes, each with the sum over an axis that its gradient ends with. */
function lostIn({ tape, trace, chains, dependence }: Analysis): Lost[] {
  const shapeOf = (node: number) => trace.nodes[node]?.shape ?? []
  return chains.flatMap(({ name, versions, parameter }): Lost[] => {
    const [before, after] = [versions[0]?.node ?? -1, versions[1]?.node ?? -1]
    const [was, is] = [shapeOf(before).join(', '), shapeOf(after).join(', ')]
    if (!parameter || shapeOf(before).length !== 2 || shapeOf(after).length !== 2 || was === is) return []
    const reduction = sumBehind(tape, shapeOf, before, after)
    if (reduction === undefined || dependence.depends[reduction] !== 1) return []
    return [{ name, site: tape.entry(reduction).site, was, is, sum: tupleOf(shapeOf(reduction)) }]
  })
}

const tupleOf = (shape: readonly number[]) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`)

/** The last sum over an axis on the way to an update. */
function sumBehind(
  tape: Analysis['tape'],
  shapeOf: (node: number) => readonly number[],
  before: number,
  after: number,
): number | undefined {
  const seen = new Set([before])
  const open = [after]
  for (let node = open.shift(); node !== undefined && seen.size < MOST_VISITED; node = open.shift()) {
    if (seen.has(node)) continue
    seen.add(node)
    const { op, args } = tape.entry(node)
    if (REDUCTIONS.has(op) && shapeOf(args[0] ?? -1).length === 2 && shapeOf(node).some((n) => n > 1)) return node
    if (SUMS.has(op) || MULTIPLICATIONS.has(op) || DIVISIONS.has(op) || HANDS_ON.has(op)) open.push(...args)
  }
  return undefined
}
