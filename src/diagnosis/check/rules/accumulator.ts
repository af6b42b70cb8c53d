/** Sums of gradients that are never set back, named where they grow; and the edit that begins them anew, run on trial. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import type { Site } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { headersOf, indentOf } from './blocks.ts'
import { type CarriedSum, carriedSums } from './carried-sums.ts'
import { callAtHome, hasReset, resetAtHome, siteAtHome, zerosAtHome } from './reset-place.ts'
import {
  analyseEdited,
  fixOfAll,
  inOrder,
  listed,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

type Fix = NonNullable<Finding['fix']>
type Mend = { readonly edits: SourceEdit[]; readonly fix: Fix }

export async function accumulatorNotReset(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const sums = carriedSums(analysis)
  if (sums.length === 0) return NOTHING_FOUND
  const plain = plainly(analysis, sums)
  for (const mend of [plain, begun(analysis, sums)]) {
    if (mend === undefined) continue
    const { edits, fix } = mend
    const after = await analyseEdited(scene, edits)
    const still = after && wrongNames(after)
    if (after === undefined || sums.some((s) => s.names.some((name) => still?.includes(name) !== false))) continue
    if (carriedSums(after).length > 0) continue
    // What `=` in place of `+=` mends is wrong where it stands, unless there is a reset that nobody calls.
    const isThere = mend === plain && !sums.some((s) => hasReset(analysis, s.place))
    return { findings: claim(analysis, sums, isThere).map((f) => ({ ...f, fix })), edits, analysis: after }
  }
  return { findings: claim(analysis, sums), edits: [] }
}

/** Where a sum is named: where it grows within a step, else where its reset belongs. */
function placeOf(analysis: Analysis, sum: CarriedSum): number {
  if (!sum.acrossSteps) return sum.site
  const early = zerosAtHome(analysis, sum.zero, Math.min(...sum.grown)) ?? resetAtHome(analysis, sum.zero)
  return early ?? callAtHome(analysis, sum.grown) ?? sum.site
}

/** `g += …` as `g = …`, where each step adds once. */
function plainly(analysis: Analysis, sums: readonly CarriedSum[]): Mend | undefined {
  const edits = sums.map(({ site, acrossSteps, once }) => {
    const at = analysis.trace.sites[site]
    const text = at === undefined ? '' : textAt(analysis, at)
    return acrossSteps && once && at !== undefined && /^[^=+]+\+=/.test(text)
      ? replaceAt(at, text.replace(/\s*\+=/, ' ='))
      : undefined
  })
  const known = edits.filter((e) => e !== undefined)
  if (known.length === 0 || known.length < edits.length) return undefined
  return { edits: inOrder(known), fix: fixOfAll(analysis, known) }
}

/**
 * What the sums begin with, once more: before the block that adds to them, or behind what uses them, whatever loops they
 * have in common. It shares a line with what stands there, so that no other line moves.
 */
function begun(analysis: Analysis, sums: readonly CarriedSum[]): Mend | undefined {
  const { trace } = analysis
  const statementAt = (site: number) => trace.sites[trace.sites[site]?.statement ?? -1] ?? trace.sites[site]
  // Zeros that the training's own function made are made there again, whatever functions add to them.
  const isHome = sums.every((s) => s.acrossSteps && zerosAtHome(analysis, s.zero, Math.min(...s.grown)) !== undefined)
  const atHome = (nodes: readonly number[], sites: readonly number[]) => {
    const found = isHome ? nodes.map((node) => siteAtHome(analysis, node)) : []
    return found.length === 0 || found.includes(undefined) ? sites : [...new Set(found as number[])]
  }
  const present = (sites: readonly number[]) => sites.map(statementAt).filter((s) => s !== undefined)
  const grows = present(sums.flatMap((s) => atHome(s.grown, [s.site])))
  const used = present(sums.flatMap((s) => atHome(s.used, s.users)))
  const [first] = grows
  if (first === undefined) return undefined
  const lines = trace.sources.get(first.file)?.split('\n') ?? []
  const begins = new Set(sums.map((s) => beginning(analysis, s)))
  if ([...begins].some((b) => b === undefined) || [...grows, ...used].some((s) => s.file !== first.file))
    return undefined
  const apart = used.some((s) => s.function !== first.function)
  const text = `; ${[...begins].join('; ')}`
  const near = apart ? undefined : before(lines, grows, used)
  const place = near ?? behind(lines, used) ?? (apart ? undefined : endOf(lines, first))
  const line = lines[place ?? -1]
  if (place === undefined || line === undefined || /[;#:\\([{,]\s*$|#/.test(line)) return undefined
  const end = line.trimEnd().length
  const indent = /^\s*/.exec(line)?.[0] ?? ''
  return {
    edits: [{ file: first.file, span: [place + 1, end, place + 1, end], text }],
    fix: {
      removed: [line.trimEnd()],
      added: [line.trimEnd(), ...[...begins].map((b) => indent + b)],
      verified: true,
    },
  }
}

/** The statement that makes the zeros of a sum. */
function beginning(analysis: Analysis, { zero, place, grown, acrossSteps }: CarriedSum): string | undefined {
  const { trace } = analysis
  const home = acrossSteps ? zerosAtHome(analysis, zero, Math.min(...grown)) : undefined
  const stored =
    home === undefined
      ? trace.events.find((e) => e.kind === 'store' && e.node === zero)
      : { kind: 'store' as const, site: home }
  // A whole number is no value of the trace before it is computed with.
  if (stored === undefined) return /^[A-Za-z_]\w*$/.test(place) ? `${place} = 0` : undefined
  const at = stored?.kind === 'store' ? trace.sites[stored.site] : undefined
  const line = at === undefined ? undefined : trace.sources.get(at.file)?.split('\n')[at.line - 1]
  return at === undefined || at.line !== at.endLine || line === undefined || line.includes('#')
    ? undefined
    : line.trim()
}

/** The line before the first statement of the common block that adds, where that is a plain one of the same block. */
function before(lines: readonly string[], grows: readonly Site[], used: readonly Site[]): number | undefined {
  const all = [...grows, ...used].map((s) => headersOf(lines, s.line - 1))
  const common = all[0]?.find((h) => all.every((headers) => headers.includes(h)))
  if (common === undefined) return undefined
  const start = Math.min(
    ...grows.map((s) => {
      const inside = headersOf(lines, s.line - 1).filter((h) => h > common)
      return inside.at(-1) ?? s.line - 1
    }),
  )
  let previous = start - 1
  while (previous > common && (lines[previous] ?? '').trim() === '') previous--
  return previous > common && indentOf(lines[previous] ?? '') === indentOf(lines[start] ?? '') ? previous : undefined
}

/** The last line that uses them, where all of those lie in one block. */
function behind(lines: readonly string[], used: readonly Site[]): number | undefined {
  const last = used.toSorted((a, b) => b.endLine - a.endLine)[0]
  const same = used.every((s) => s.function === last?.function && s.column === last.column)
  return last === undefined || !same || lines[last.endLine - 1] === undefined ? undefined : last.endLine - 1
}

/** The last line of the block around the loop that adds, where it is a plain one of that block. */
function endOf(lines: readonly string[], { line }: Site): number | undefined {
  const [loop, block] = headersOf(lines, line - 1)
  if (loop === undefined || block === undefined) return undefined
  let last = loop
  for (let at = loop + 1; at < lines.length; at++) {
    const text = lines[at] ?? ''
    if (text.trim() === '') continue
    if (indentOf(text) < indentOf(lines[loop] ?? '')) break
    last = at
  }
  return indentOf(lines[last] ?? '') === indentOf(lines[loop] ?? '') ? last : undefined
}

function claim(analysis: Analysis, sums: readonly CarriedSum[], isThere = false): Finding[] {
  const lineOf = (site: number) => analysis.trace.sites[site]?.line ?? Number.POSITIVE_INFINITY
  const siteOf = new Map(sums.map((s) => [s, isThere ? s.site : placeOf(analysis, s)]))
  const [one] = sums.toSorted((a, b) => lineOf(siteOf.get(a) ?? a.site) - lineOf(siteOf.get(b) ?? b.site))
  if (one === undefined) return []
  const names = [...new Set(sums.flatMap((s) => s.names))]
  const places = listed(sums.map((s) => s.place.replace(/\[\d+\]$/, '')))
  const isSeldom = siteOf.get(one) === resetAtHome(analysis, one.zero)
  const each = one.acrossSteps ? 'in every step' : 'before it is summed up once more'
  return findingAt(analysis, {
    kind: 'accumulator-not-reset',
    site: siteOf.get(one) ?? one.site,
    message: `${places} ${sums.length > 1 ? 'are' : 'is'} added up and ${isSeldom ? 'set back to zero too seldom' : 'never set back to zero'}: what was used before is counted again in the gradient of ${listed(names)}`,
    expected: `a sum that begins at zero ${each}`,
    received: `the sum of all ${one.acrossSteps ? 'steps' : 'sums'} so far`,
    evidence: [
      `begun at zero again after ${sums.length > 1 ? 'they were' : 'it was'} used, ${sums.length > 1 ? 'they give' : 'it gives'} the true gradient of ${listed(names)}`,
    ],
    parameters: names,
  })
}
