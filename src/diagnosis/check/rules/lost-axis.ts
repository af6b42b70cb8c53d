/**
 * A column (k, 1), a bias, whose gradient was summed without `keepdims`: (k,) taken off (k, 1) is (k, k), a matrix from
 * then on. The shapes tell it, and a run in which the sum keeps its axis.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { DIVISIONS, MULTIPLICATIONS, SUMS } from '../tape/operations.ts'
import { fixOfAll, mendedBy, NOTHING_FOUND, type Outcome, replaceAt, type Scene, textAt } from './trial.ts'

const REDUCTIONS = new Set(['sum', 'mean'])
const HANDS_ON = new Set(['copy', 'view', 'clip', 'neg', 'negative', 'maximum', 'minimum', 'add_n', 'write', 'put'])
const MOST_DEPTH = 40

interface Lost {
  readonly name: string
  /** The sum. */
  readonly site: number
  readonly size: number
}

export async function lostAxes(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const found = lostIn(analysis)
  const bySite = new Map<number, Lost[]>()
  for (const lost of found) bySite.set(lost.site, [...(bySite.get(lost.site) ?? []), lost])
  const edits = [...bySite.keys()].flatMap((site) => {
    const at = analysis.trace.sites[site]
    const text = at === undefined ? '' : textAt(analysis, at)
    return at !== undefined && text.endsWith(')') && !text.includes('keepdims')
      ? [replaceAt(at, `${text.slice(0, -1)}, keepdims=True)`)]
      : []
  })
  const done = edits.length === bySite.size && edits.length > 0 ? await mendedBy(scene, edits) : undefined
  if (done === undefined) return NOTHING_FOUND
  const findings = [...bySite].flatMap(([site, group], i) => {
    const [{ size } = { size: 0 }] = group
    const edit = edits[i]
    return findingAt(analysis, {
      kind: 'broadcast',
      site,
      message: `the sum has shape (${size},), and ${group.map((l) => l.name).join(', ')} is a column (${size}, 1): what is taken off it makes a matrix (${size}, ${size}) of it`,
      expected: `shape (${size}, 1), with keepdims=True`,
      received: `shape (${size},)`,
      evidence: [
        `after the first update it has ${size * size} elements in place of ${size}`,
        `checked: with the axis kept, ${done.mended.join(', ')} ${done.mended.length > 1 ? 'follow their true gradients' : 'follows its true gradient'}`,
      ],
      parameters: group.map((l) => l.name),
    }).map((f) => (edit === undefined ? f : { ...f, fix: fixOfAll(analysis, [edit]) }))
  })
  return { findings, edits, analysis: done.after }
}

/** The parameters that an update makes a matrix of, each with the sum that lost the axis. */
function lostIn({ tape, trace, chains }: Analysis): Lost[] {
  const shapeOf = (node: number) => trace.nodes[node]?.shape ?? []
  return chains.flatMap(({ name, versions }): Lost[] => {
    const [before, after] = [versions[0]?.node ?? -1, versions[1]?.node ?? -1]
    const [size = 0, one] = shapeOf(before)
    if (shapeOf(before).length !== 2 || one !== 1 || size < 2 || shapeOf(after).join() !== `${size},${size}`) return []
    const { op, args } = tape.entry(after)
    const taken = args.find((a) => a !== before && shapeOf(a).join() === `${size}`)
    if (!SUMS.has(op) || taken === undefined) return []
    const reduction = sumBehind({ tape, shapeOf }, taken, size)
    return reduction === undefined ? [] : [{ name, site: tape.entry(reduction).site, size }]
  })
}

/** The last sum over an axis on the way to an array of one axis. */
function sumBehind(
  scene: { readonly tape: Analysis['tape']; readonly shapeOf: (node: number) => readonly number[] },
  node: number,
  size: number,
  depth = 0,
): number | undefined {
  const { tape, shapeOf } = scene
  const { op, args } = tape.entry(node)
  if (depth > MOST_DEPTH || shapeOf(node).join() !== `${size}`) return undefined
  if (REDUCTIONS.has(op) && shapeOf(args[0] ?? -1).length === 2) return node
  if (!SUMS.has(op) && !MULTIPLICATIONS.has(op) && !DIVISIONS.has(op) && !HANDS_ON.has(op)) return undefined
  for (const arg of [...args].reverse()) {
    const found = sumBehind(scene, arg, size, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
