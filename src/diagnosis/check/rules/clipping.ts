/**
 * Gradients that are scaled by their own length the wrong way round: clipping makes long ones shorter. The factor is
 * computed again with the length a million times larger, and smaller; if it grows with the length, or lengthens what the
 * test let through as too short, it is inverted.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { elementsAt, MATCH, proportion } from '../roles/measure.ts'
import { isNorm } from '../roles/norms.ts'
import { DIVISIONS, MULTIPLICATIONS } from '../tape/operations.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  short,
  textAt,
  wrongNames,
} from './trial.ts'

const FAR = 1e6
const GROWS = 1e3
const MOST_NODES = 4000
const DEPTH = 6

interface Clipping {
  readonly site: number
  readonly names: readonly string[]
  readonly message: string
  readonly evidence: string
}

export async function clipping(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const found = clippingIn(analysis)
  const at = analysis.trace.sites[found?.site ?? -1]
  if (found === undefined || at === undefined) return NOTHING_FOUND
  const text = textAt(analysis, at)
  const findings = findingAt(analysis, {
    kind: 'optimiser',
    site: found.site,
    message: found.message,
    expected: 'gradients that are longer than the limit times limit / length, and the others as they are',
    received: text.trim(),
    evidence: [found.evidence],
    parameters: found.names,
  })
  const swapped = /^([\w.]+)\s*\/\s*([\w.]+)$/.exec(text)
  const edit = swapped === null ? undefined : replaceAt(at, `${swapped[2]} / ${swapped[1]}`)
  const after = edit && (await analyseEdited(scene, [edit]))
  if (edit === undefined || after === undefined || clippingIn(after) !== undefined || wrongNames(after).length > 0)
    return { findings, edits: [] }
  const checked = `checked: with ${edit.text} longer gradients are scaled by less, and all ${countRight(after)} are the true ones but for that`
  return {
    findings: findings.map((f) => ({ ...f, fix: fixOf(analysis, edit, true), evidence: [...f.evidence, checked] })),
    edits: [edit],
    analysis: after,
  }
}

function clippingIn(analysis: Analysis): Clipping | undefined {
  const { tape, dependence, points, best } = analysis
  const terms = best?.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n)) ?? []
  const forward = tape.ancestors(terms, dependence.cut)
  const names: string[] = []
  let first: Omit<Clipping, 'names'> | undefined
  for (const { step, chain } of best?.results ?? []) {
    if (step.unreached) continue
    const made = [...tape.madeFrom([step.after], dependence.cut)].filter((n) => n > step.before)
    for (const node of made.length > MOST_NODES ? [] : made.sort((a, b) => a - b)) {
      const { op, args } = tape.entry(node)
      const divides = DIVISIONS.has(op)
      if (!divides && !MULTIPLICATIONS.has(op)) continue
      const scale = (divides ? args.slice(1) : args).find(
        (a) => dependence.depends[a] === 1 && isNorm(tape, dependence, forward, a),
      )
      const scaled = args.find((a) => a !== scale)
      if (scale === undefined || scaled === undefined) continue
      const value = elementsAt(step, points, scaled)
      if (value.length !== step.gradient.length || !(proportion(value, step.gradient).residual < MATCH)) continue
      const fault = faultOf(analysis, scale, divides)
      if (fault === undefined) continue
      names.push(chain.name)
      first ??= { ...fault, site: tape.entry(divides ? node : scale).site }
      break
    }
  }
  return first && { ...first, names }
}

/** What is wrong with a factor, as it is computed from a length. */
function faultOf(
  analysis: Analysis,
  scale: number,
  divides: boolean,
): Pick<Clipping, 'message' | 'evidence'> | undefined {
  const { points } = analysis
  const values = points.values[0] ?? []
  const length = lengthUnder(analysis, scale)
  const now = values[length]?.data[0] ?? Number.NaN
  const at = (times: number) => {
    const s = recomputed(analysis, length, scale, times * now)
    return divides ? 1 / s : s
  }
  const [small, usual, large] = [at(1 / FAR), at(1), at(FAR)]
  if (![small, usual, large, now].every(Number.isFinite) || !(usual > 0) || !(now > 0)) return undefined
  if (large > GROWS * usual)
    return {
      message: 'the gradients are scaled with their own length: the longer they are, the longer they are made',
      evidence: `gradients of length ${short(now)} are scaled by ${short(usual)}; of length ${short(FAR * now)} they would be scaled by ${short(large)}`,
    }
  const limit = usual * now
  const lengthens = usual > 1 + 1e-9 && isComparedWith(analysis, length, scale, limit)
  if (lengthens || (Math.abs(large - 1) < 1e-9 && small > GROWS))
    return {
      message: `the gradients are lengthened to ${short(lengthens ? limit : (small * now) / FAR)} where they are shorter, and left as they are where they are longer`,
      evidence: `gradients of length ${short(now)} are scaled by ${short(usual)}; of length ${short(now / FAR)} they would be scaled by ${short(small)}`,
    }
  return undefined
}

/** The root or the sum that a factor is computed from. */
function lengthUnder({ tape, dependence }: Analysis, scale: number): number {
  let at = scale
  for (let depth = 0; depth < DEPTH; depth++) {
    const { op, args } = tape.entry(at)
    const inner = args.filter((a) => dependence.depends[a] === 1)
    if (op === 'sqrt' || op === 'sum' || op === 'add_n' || inner.length !== 1) break
    at = inner[0] as number
  }
  return at
}

function recomputed({ tape, points }: Analysis, length: number, scale: number, value: number): number {
  const values: Values = (points.values[0] ?? []).slice()
  const was = values[length]
  values[length] = { shape: was?.shape ?? [], data: Float64Array.of(value) }
  const touched = new Set([length])
  for (let node = length + 1; node <= scale; node++) {
    if (!tape.entry(node).args.some((a) => touched.has(a))) continue
    touched.add(node)
    values[node] = tape.compute(node, values, NO_CHANGES)
  }
  return values[scale]?.data[0] ?? Number.NaN
}

/** Whether a branch was taken because of this length and that limit. */
function isComparedWith({ tape, trace, points }: Analysis, length: number, scale: number, limit: number): boolean {
  return trace.events.some((event) => {
    if (event.kind !== 'guard' || event.time <= length || event.time > scale || !event.value) return false
    const { args } = tape.entry(event.node)
    const near = (n: number) => Math.abs((points.values[0]?.[n]?.data[0] ?? Number.NaN) - limit) < 1e-6 * limit
    return args.includes(length) && args.some((a) => a !== length && near(a))
  })
}

const NO_CHANGES: ReadonlyMap<number, Tensor> = new Map()
