/**
 * A velocity or a mean that the update is computed with, and that no statement ever writes: `step = β·v − rate·g` where
 * `v` keeps the zeros that it began with, so that the term with β adds nothing. Whether it does is seen in the whole run.
 */

import type { Analysis } from '../analyse.ts'
import { courseOf } from '../course/course.ts'
import { findingAt } from '../findings/at.ts'
import { originOf, PASSES } from '../roles/dependence.ts'
import { MULTIPLICATIONS } from '../tape/operations.ts'
import { statementOf } from '../trace/location.ts'
import type { Finding } from '../types.ts'
import { listed, type Outcome, type Scene, short, textAt } from './trial.ts'

const SUMS = new Set(['add', 'sub', 'subtract', 'neg', 'negative'])
/** Operations between a term and the update that it is a part of. */
const DEPTH = 6
const FEWEST_STEPS = 3
const WATCH_SECONDS = 2.5
const PLACE = String.raw`[A-Za-z_]\w*(?:\.\w+|\[[^[\]]*\])*`

interface Term {
  readonly zero: number
  readonly site: number
  readonly index: number
  readonly chain: number
}

export async function unfedStates({ analysis, run, edits, deadline }: Scene): Promise<Outcome> {
  const { trace } = analysis
  const bySite = new Map<number, Term[]>()
  const terms = termsOf(analysis)
  for (const term of terms.zero) bySite.set(term.site, [...(bySite.get(term.site) ?? []), term])
  const findings: Finding[] = []
  for (const [site, group] of bySite) {
    const at = trace.sites[site]
    // One that is something else in any of its runs is fed.
    if (at === undefined || terms.other.has(site) || !isKept(group)) continue
    const text = textAt(analysis, at)
    const name = placeIn(text, group[0]?.index ?? 0)
    const seconds = Math.min(WATCH_SECONDS, (deadline - Date.now()) / 4000)
    if (name === undefined || seconds < 0.5) continue
    const watched = { site: at, square: true, name: text, factor: 1 }
    const course = await courseOf(run, watched, edits, { seconds })
    const isZero = course.first.every((x) => x === 0) && course.stretches.every((s) => s.mean === 0)
    if (!isZero || course.error !== undefined || (!course.ended && isSetAgain(analysis, name))) continue
    const names = group.map((t) => analysis.chains.find((c) => c.id === t.chain)?.name ?? '')
    findings.push(
      ...findingAt(analysis, {
        kind: 'optimiser',
        site: statementOf(analysis.trace, site),
        message: `${name} is never written: it stays at the zeros that it began with, and the update of ${listed(names)} goes without it`,
        expected: `the new value stored in ${name}, for the next step`,
        received: textAt(analysis, trace.sites[at.statement] ?? at).trim(),
        evidence: [
          `${text} is exactly 0 in all ${group.length} traced updates that it is a part of`,
          `checked: it is 0 in all of the ${course.count} times that ${course.ended ? 'the whole run' : `a run of ${short(seconds)} s`} computes it`,
        ],
        parameters: [...new Set(names)],
      }),
    )
  }
  return { findings, edits: [] }
}

/** Whether the source sets a place at more than one line, or changes what holds it. */
function isSetAgain({ trace }: Analysis, name: string): boolean {
  const holder = /^(?:self\.)?\w+/.exec(name)?.[0].replace(/^self\./, '') ?? name
  const sets = new RegExp(
    `(?:^|[\\s.,(])${holder}(?:\\[[^=]*\\])*\\s*(?:[-+*/]?=(?!=)|,[^=()]*=(?!=)|\\.(?:append|fill|update)\\()`,
  )
  const lines = [...trace.sources.values()].flatMap((source) => source.split('\n'))
  return lines.filter((line) => sets.test(line)).length > 1
}

/** Whether each parameter met one and the same zero in several steps. */
function isKept(group: readonly Term[]): boolean {
  const first = new Map<number, number>()
  for (const { chain, zero } of group) {
    if ((first.get(chain) ?? zero) !== zero) return false
    first.set(chain, zero)
  }
  return [...first.keys()].some((chain) => group.filter((t) => t.chain === chain).length >= FEWEST_STEPS)
}

/** The terms of updates that are a number times zeros which no operation made, and the sites of those that are not. */
function termsOf({ tape, points, dependence }: Analysis): { zero: Term[]; other: Set<number> } {
  const values = points.values[0] ?? []
  const isNumber = (n: number) => values[n]?.data.length === 1 && dependence.depends[n] !== 1
  const isZero = (n: number) => (values[n]?.data.length ?? 0) > 0 && values[n]?.data.every((x) => x === 0) === true
  const base = (n: number) => originOf(tape, n)
  const [zero, other]: [Term[], Set<number>] = [[], new Set()]
  for (const chain of dependence.parameters) {
    for (const rest of chain.rests) {
      const seen = new Set<number>()
      const walk = (node: number, depth: number, summed: boolean): void => {
        if (depth > DEPTH || seen.has(node) || dependence.cut.has(node)) return
        seen.add(node)
        const { op, args, site } = tape.entry(node)
        if (SUMS.has(op) || PASSES.has(op)) for (const arg of args) walk(arg, depth + 1, summed || args.length === 2)
        if (!MULTIPLICATIONS.has(op)) return
        const index = args.findIndex((a, k) => isZero(a) && isNumber(args[1 - k] ?? -1) && !isZero(args[1 - k] ?? -1))
        const held = base(args[index] ?? node)
        if (index >= 0 && summed && site >= 0 && tape.entry(held).op === 'leaf' && !dependence.cut.has(held))
          zero.push({ zero: held, site, index, chain: chain.id })
        else {
          other.add(site)
          for (const arg of args) if (!isNumber(arg)) walk(arg, depth + 1, summed)
        }
      }
      for (const node of rest) walk(node, 0, rest.length > 1)
    }
  }
  return { zero, other }
}

/** The factor of a product that is a place: a name, an item or an attribute. */
function placeIn(text: string, index: number): string | undefined {
  const [, left, right] = new RegExp(`^(.+?)\\s*\\*\\s*(${PLACE})$`).exec(text) ?? []
  if (index === 1 && left !== undefined) return right
  return new RegExp(`^(${PLACE})\\s*\\*`).exec(text)?.[1]
}
