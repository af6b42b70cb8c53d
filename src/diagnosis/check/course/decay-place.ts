/**
 * A rate that is multiplied with a number below 1 in the inner of two loops, so that it is next to nothing long before the
 * run is over; and edits that move it to the loop around that.
 */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { headersOf, indentOf, loopsIn } from '../rules/blocks.ts'
import { statementOf } from '../trace/location.ts'
import type { Course, WatchedLoss } from './course.ts'

const SHRINKS = /^\s*([\w.]+)\s*(?:[*/]=\s*[^=].*|=\s*\1\s*[*/][^=]*)$/
const PRODUCTS = new Set(['mul', 'div'])
/** What is left of a rate at the end of the run. */
const VANISHED = 1e-4

export interface DecayTrial {
  readonly site: number
  readonly name: string
  /** What each run of the statement leaves of the rate. */
  readonly ratio: number
  /** How often it runs in the course that was watched. */
  readonly runs: number
  /** The loop that it should stand in. */
  readonly outer: number
  readonly edits: readonly SourceEdit[]
}

export function decayTrial(analysis: Analysis, course: Course, loss: WatchedLoss): DecayTrial | undefined {
  const { trace, tape, points, dependence } = analysis
  const values = points.values[0] ?? []
  const seen = new Map<number, { ratio: number; count: number }>()
  for (let node = 0; node < trace.nodes.length; node++) {
    const { op, args, site } = tape.entry(node)
    const at = statementOf(trace, site)
    if (!PRODUCTS.has(op) || at < 0 || dependence.depends[node] === 1 || trace.nodes[node]?.shape.length !== 0) continue
    const ratio = (values[node]?.data[0] ?? Number.NaN) / (values[args[0] ?? -1]?.data[0] ?? Number.NaN)
    if (ratio > 0 && ratio < 1) seen.set(at, { ratio, count: (seen.get(at)?.count ?? 0) + 1 })
  }
  if (seen.size === 0) return undefined
  const isLoss = (site: number) => trace.sites[site] === loss.site
  const losses = trace.nodes.filter((n) => isLoss(n.site)).length
  for (const [site, { ratio, count }] of seen) {
    const runs = (course.count * count) / Math.max(1, losses)
    const moved = ratio ** runs < VANISHED ? movedOut(analysis, site) : undefined
    if (moved !== undefined) return { site, ratio, runs: Math.round(runs), ...moved }
  }
  return undefined
}

/** The statement in the loop around its own, behind the first plain statement there: no line moves. */
function movedOut({ trace }: Analysis, site: number): Pick<DecayTrial, 'name' | 'outer' | 'edits'> | undefined {
  const at = trace.sites[site]
  const lines = trace.sources.get(at?.file ?? '')?.split('\n') ?? []
  const text = lines[(at?.line ?? 0) - 1] ?? ''
  const name = SHRINKS.exec(text)?.[1]
  if (at === undefined || name === undefined || at.line !== at.endLine || /[#;]/.test(text)) return undefined
  const [inner, outer] = loopsIn(lines, at.line - 1)
  if (inner === undefined || outer === undefined || headersOf(lines, at.line - 1)[0] !== inner) return undefined
  const depth = indentOf(lines[outer + 1] ?? '')
  const plain = lines.findIndex((line, k) => k > outer && k < inner && indentOf(line) === depth && isPlain(line))
  const into = lines[plain]?.trimEnd()
  if (into === undefined) return undefined
  const edits: SourceEdit[] = [
    { file: at.file, span: [at.line, at.column, at.line, text.trimEnd().length], text: 'pass' },
    { file: at.file, span: [plain + 1, into.length, plain + 1, into.length], text: `; ${text.trim()}` },
  ]
  return { name, outer: outer + 1, edits }
}

/** A statement of one line that another one can be put behind. */
function isPlain(line: string): boolean {
  const text = line.trim()
  if (text === '' || /[#:\\;]|"""|'''/.test(text.replace(/\[[^\]]*\]/g, '')) || /[([{,]$/.test(text)) return false
  return !/^(?:if|for|while|with|try|def|class|else|elif|return|break|continue|@|\)|\]|\})/.test(text)
}
