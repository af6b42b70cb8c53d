/** Updates that change no parameter, though the gradients are not zero: a rate of 0, or a whole-number division. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { originOf } from '../roles/dependence.ts'
import type { Finding } from '../types.ts'
import { listed, short, textAt } from './trial.ts'

const DEPTH = 14

/** Whether any parameter changes in the traced steps. */
export function moves({ best }: Analysis): boolean {
  return best?.measured.steps.some((row) => row.some((s) => s.update.some((x) => x !== 0))) === true
}

export function standstill(analysis: Analysis): Finding[] {
  const { best, points } = analysis
  const [first] = best?.results ?? []
  if (best === undefined || first === undefined || moves(analysis)) return []
  const steps = best.measured.steps.flat()
  const size = Math.max(...steps.map((s) => Math.hypot(...s.gradient.subarray(0, 1000))))
  if (!(size > 0)) return []
  const names = best.results.map((r) => r.chain.name)
  const itself = fromItself(
    analysis,
    best.results.map((r) => r.step.after),
  )
  if (itself !== undefined)
    return findingAt(analysis, {
      kind: 'wrong-operand',
      site: itself,
      message: `nothing is learned: a value is taken off itself here, and every update of ${listed(names)} adds exactly 0`,
      expected: 'the difference between prediction and target',
      received: textOf(analysis, itself),
      evidence: [
        'both sides of the difference are one and the same value',
        `the true gradients are not zero: their norm is up to ${short(size)}`,
      ],
      parameters: names,
    })
  const update = first.chain.versions.find((v) => v.node === first.step.after)
  const zero = zeroIn(analysis, first.step.after)
  const text = zero === undefined ? undefined : operand(analysis, zero)
  return findingAt(analysis, {
    kind: 'never-updated',
    site: zero?.site ?? update?.site ?? -1,
    message: `nothing is learned: every update of ${listed(names)} adds exactly 0${text === undefined ? '' : `, since ${text} is 0`}`,
    expected: 'updates that change the parameters: a learning rate above 0',
    received: `${best.measured.steps.length} steps, and every parameter as it was (${points.values[0]?.[first.step.before]?.data.length ?? 0} numbers of ${first.chain.name} among them)`,
    evidence: [
      `the true gradients are not zero: their norm is up to ${short(size)}`,
      `no parameter changed in the ${best.measured.steps.length} traced steps`,
    ],
    parameters: names,
  })
}

const textOf = (analysis: Analysis, site: number) => {
  const at = analysis.trace.sites[site]
  return at === undefined ? '' : textAt(analysis, at)
}

/** Where updates are computed from the difference of a value with itself. */
function fromItself({ tape, dependence }: Analysis, updates: readonly number[]): number | undefined {
  for (const node of tape.madeFrom(updates, dependence.cut)) {
    const { op, args, site } = tape.entry(node)
    const [a, b] = args
    if ((op !== 'sub' && op !== 'subtract') || a === undefined || b === undefined || site < 0) continue
    if (dependence.depends[a] === 1 && originOf(tape, a) === originOf(tape, b)) return site
  }
  return undefined
}

interface Zero {
  readonly site: number
  readonly index: number
}

/** The product on the way to an update in which a plain number is 0. */
function zeroIn({ tape, points, dependence }: Analysis, update: number): Zero | undefined {
  const seek = (node: number, depth: number): Zero | undefined => {
    const { op, args, site } = tape.entry(node)
    if (depth > DEPTH || (depth > 0 && dependence.cut.has(node))) return undefined
    if (op === 'mul' || op === 'multiply') {
      const index = args.findIndex((a) => {
        const data = points.values[0]?.[a]?.data
        return data?.length === 1 && data[0] === 0 && dependence.depends[a] !== 1
      })
      if (index >= 0 && site >= 0) return { site, index }
    }
    for (const arg of args) {
      const found = seek(arg, depth + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  return seek(update, 0)
}

/** The factor as the script writes it, where it is a name or a part of one. */
function operand(analysis: Analysis, { site, index }: Zero): string | undefined {
  const at = analysis.trace.sites[site]
  if (at === undefined) return undefined
  const text = textAt(analysis, at)
  const found = (index === 0 ? /^\(*([\w.]+(?:\[[^\]]*\])?)\s*\*/ : /\*\s*([\w.]+(?:\[[^\]]*\])?)\)*$/).exec(text)
  return found?.[1]
}
