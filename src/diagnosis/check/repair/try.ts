/**
 * Edits in; those that make the gradients right out. An edit's values were computed by the script's own Python beside
 * the original's; here they take the original's place in the tape, what follows is computed again, at every random
 * point, and the updates are held against the true gradients once more. Only an exact agreement counts.
 */

import type { Analysis } from '../analyse.ts'
import { isStill, type Judged, type ParameterResult, showsRatio } from '../judge.ts'
import type { LossStep } from '../roles/losses.ts'
import { elementsOf, MATCH, proportion } from '../roles/measure.ts'
import type { Tape, Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { EditRow } from '../trace/trace.ts'
import { workDone } from './work.ts'

export interface Trial {
  readonly probe: number
  readonly edit: number
  readonly row: EditRow
  readonly fixed: readonly number[]
  readonly broken: number
  /** Largest relative error of the fixed parameters. */
  readonly error: number
  readonly ratio: number
  /** Whether the loss has another value with it: what is edited is read by the forward pass. */
  readonly movesLoss: boolean
}

interface Outcome {
  readonly fixed: number[]
  readonly broken: number
  readonly error: number
  readonly ratio: number
  readonly movesLoss: boolean
}

interface Occurrence {
  original: number
  start: number
  end: number
  node: number
}

/** What a parameter's update (or the optimiser's gradient) and the true gradient are, at the points seen so far. */
interface Row {
  update: number[]
  gradient: number[]
  /** The update's component along the gradient: negative when it climbs. */
  along: number
}

type Replaced = ReadonlyMap<number, number>

/** @param deadline as `workDone` counts. */
export function tryEdits(analysis: Analysis, judged: Judged, deadline: number): Trial[] {
  const { trace } = analysis
  const uses = new Map<string, Occurrence[]>()
  for (const event of trace.events) {
    if (event.kind !== 'candidates') continue
    for (const [edit, node] of event.found) {
      const key = `${event.probe}:${edit}`
      const list = uses.get(key) ?? []
      list.push({ original: event.original, start: event.start, end: event.end, node })
      uses.set(key, list)
    }
  }
  const runner = new Runner(analysis, judged)
  const trials: Trial[] = []
  for (const [key, occurrences] of uses) {
    if (workDone() > deadline) break
    const [probe = 0, edit = 0] = key.split(':').map(Number)
    const row = trace.probes.get(probe)?.[edit]
    if (row === undefined) continue
    const outcome = runner.run(occurrences)
    if (outcome !== undefined && outcome.fixed.length > 0) trials.push({ probe, edit, row, ...outcome })
  }
  return trials
}

class Runner {
  private readonly analysis: Analysis
  private readonly judged: Judged
  private readonly end: number
  private readonly lossNodes: ReadonlySet<number>
  private readonly terms: readonly number[]
  private readonly seen = new Map<string, ReturnType<Runner['judgeAll']>>()
  private readonly normal: number
  private readonly hasRight: boolean
  /** Where no gradient is right in shape, one that is right but for its sign is progress: the sign is another fault. */
  private readonly allowsAscent: boolean

  constructor(analysis: Analysis, judged: Judged) {
    this.analysis = analysis
    this.judged = judged
    this.end =
      Math.max(
        ...judged.results.map((r) => r.step.after),
        ...judged.measured.loss.steps.slice(0, judged.measured.steps.length).flatMap((s) => s.terms.map(([n]) => n)),
      ) + 1
    const steps = judged.measured.loss.steps.slice(0, judged.measured.steps.length)
    this.terms = steps.flatMap((s) => s.terms.map(([n]) => n))
    this.lossNodes = analysis.tape.ancestors(
      steps.flatMap((s) => s.terms.map(([n]) => n)),
      analysis.dependence.cut,
    )
    const right = judged.results.find(showsRatio)
    this.hasRight = right !== undefined
    this.allowsAscent = judged.results.every((r) => r.status === 'wrong')
    this.normal = right === undefined ? Number.NaN : right.ratio / rate(right)
  }

  run(occurrences: readonly Occurrence[]): Outcome | undefined {
    const inside = occurrences.filter((o) => o.original < this.end)
    if (inside.length === 0) return undefined
    const recorded = this.analysis.points.values[0] ?? []
    if (inside.every((o) => same(recorded[o.original], recorded[o.node]))) {
      const last = this.analysis.points.values.at(-1) ?? []
      if (inside.every((o) => same(last[o.original], last[o.node]))) return undefined
    }
    // At the recorded point alone −(b + g) is b − g, where b begins at 0.
    const other = this.analysis.points.values.at(-1) ?? []
    const key = inside
      .map((o) => `${o.original}=${fingerprint(recorded[o.node])}/${fingerprint(other[o.node])}`)
      .join(';')
    const known = this.seen.get(key)
    if (known !== undefined || this.seen.has(key)) return known
    const outcome = this.judgeAll(inside)
    this.seen.set(key, outcome)
    return outcome
  }

  private judgeAll(occurrences: readonly Occurrence[]): Outcome | undefined {
    const replaced = new Map(occurrences.map((o) => [o.original, o.node]))
    const needed = this.analysis.tape.ancestors(
      occurrences.map((o) => o.node),
      this.analysis.dependence.cut,
    )
    const affected = this.affectedBy(replaced, needed)
    const changesLoss =
      affected.some((n) => this.lossNodes.has(n)) || occurrences.some((o) => this.lossNodes.has(o.original))
    const updates = new Map<number, Row>()
    let movesLoss = false
    for (const values of this.analysis.points.values) {
      const changed = this.recompute(values, affected, replaced)
      if (changed === undefined) return undefined
      movesLoss ||= changesLoss && this.terms.some((n) => !same(values[n], changed[n]))
      const gradients = changesLoss ? this.gradients(changed, replaced) : undefined
      if (changesLoss && gradients === undefined) return undefined
      if (!this.collect(values, changed, replaced, gradients, updates)) return undefined
      if (!this.promising(updates)) return undefined
    }
    const outcome = this.verdict(updates)
    return outcome && { ...outcome, movesLoss }
  }

  private affectedBy(replaced: Replaced, needed: ReadonlySet<number>): number[] {
    const { tape } = this.analysis
    const touched = new Uint8Array(this.end)
    const out: number[] = []
    const touch = (node: number) => {
      for (const reader of tape.readers(node)) if (reader < this.end) touched[reader] = 1
    }
    for (const node of replaced.keys()) touch(node)
    for (let node = Math.min(...replaced.keys()) + 1; node < this.end; node++) {
      if (touched[node] !== 1 || (tape.aside[node] === 1 && !needed.has(node))) continue
      out.push(node)
      touch(node)
    }
    return out
  }

  private recompute(values: Values, affected: readonly number[], replaced: Replaced): Values | undefined {
    const { tape } = this.analysis
    const changed = values.slice()
    for (const node of affected) {
      const value = tape.compute(node, changed, NO_CHANGES, replaced)
      if (value === undefined) return undefined
      const before = values[node]
      if (before !== undefined && tape.entry(node).params.inplace && before.data.length !== value.data.length)
        return undefined
      changed[node] = value
    }
    return changed
  }

  private gradients(values: Values, replaced: Replaced): Map<string, Tensor> | undefined {
    const { tape } = this.analysis
    const redirected = tape.redirected(replaced)
    const found = new Map<string, Tensor>()
    const steps: LossStep[] = this.judged.measured.loss.steps.slice(0, this.judged.measured.steps.length)
    for (const [k, step] of steps.entries()) {
      const adjoint = this.reversed(redirected, step, values)
      if (adjoint === undefined) return undefined
      for (const node of step.reads.values()) {
        const g = adjoint.get(node)
        if (g !== undefined) found.set(`${k}:${node}`, g)
      }
    }
    return found
  }

  /** Undefined where an edit's values no longer go together. */
  private reversed(tape: Tape, step: LossStep, values: Values): ReadonlyMap<number, Tensor> | undefined {
    try {
      return tape.gradients(step.terms, values, this.analysis.dependence.cut).adjoint
    } catch (error) {
      if (error instanceof TypeError) throw error
      return undefined
    }
  }

  private collect(
    values: Values,
    changed: Values,
    replaced: Replaced,
    gradients: ReadonlyMap<string, Tensor> | undefined,
    into: Map<number, Row>,
  ): boolean {
    const point = this.analysis.points.values.indexOf(values)
    const at = (node: number) => changed[replaced.get(node) ?? node]
    for (const result of this.judged.results) {
      const { before, after, gradient, chain, step } = result.step
      const [a, b] = [at(before), at(after)]
      if (a === undefined || b === undefined) return false
      if (a.data.length !== b.data.length) {
        if (Number.isFinite(result.step.match.residual)) return false
        continue
      }
      const proxied = result.gradientNode === undefined ? undefined : at(result.gradientNode)
      const proxy = proxied && elementsOf(result.step, proxied.data)
      const row = into.get(chain.id) ?? { update: [], gradient: [], along: 0 }
      const [old, now] = [elementsOf(result.step, a.data), elementsOf(result.step, b.data)]
      const whole = gradients?.get(`${step}:${before}`)?.data ?? new Float64Array(a.data.length)
      const own = gradients
        ? elementsOf(result.step, whole)
        : gradient.subarray(point * old.length, (point + 1) * old.length)
      old.forEach((x, i) => {
        const taken = x - (now[i] as number)
        row.update.push(proxy?.length === old.length ? (proxy[i] as number) : taken)
        row.along += taken * (own[i] as number)
        row.gradient.push(own[i] as number)
      })
      into.set(chain.id, row)
    }
    return true
  }

  private promising(updates: ReadonlyMap<number, Row>): boolean {
    const normal = this.normalAfter(updates)
    return this.judged.results.some((r) => {
      const row = updates.get(r.chain.id)
      return (
        r.status !== 'right' &&
        r.status !== 'unreached' &&
        row !== undefined &&
        this.match(r, row, normal) !== undefined
      )
    })
  }

  /** The scale of the gradients that are right: an edit of the error itself changes that of all of them. */
  private normalAfter(updates: ReadonlyMap<number, Row>): number {
    const ratios = this.judged.results.filter(showsRatio).map((r) => {
      const row = updates.get(r.chain.id)
      if (row === undefined || r.gradientNode !== undefined) return Number.NaN
      const { ratio, residual } = proportion(Float64Array.from(row.update), Float64Array.from(row.gradient))
      return residual < MATCH ? ratio / rate(r) : Number.NaN
    })
    const [first = Number.NaN] = ratios
    return first > 0 && ratios.every((x) => Math.abs(x / first - 1) < 1e-5) ? first : this.normal
  }

  private match(result: ParameterResult, row: Row, normal: number): { ratio: number; residual: number } | undefined {
    if (row.update.every((x) => x === 0) || this.vanishes(result, row)) return undefined
    const found = proportion(Float64Array.from(row.update), Float64Array.from(row.gradient))
    const match =
      result.gradientNode === undefined ? found : { ...found, ratio: Math.abs(found.ratio) * Math.sign(row.along) }
    if (!(match.residual < MATCH) || match.ratio === 0 || (this.allowsAscent ? false : match.ratio < 0))
      return undefined
    if (this.hasRight && Math.abs(match.ratio / rate(result) / normal - 1) > 1e-5) return undefined
    return { ratio: match.ratio / rate(result), residual: match.residual }
  }

  /** An edit under which the loss no longer depends on a parameter mends nothing. */
  private vanishes({ step }: ParameterResult, { gradient }: Row): boolean {
    const largest = (list: Iterable<number>) => {
      let most = 0
      for (const x of list) most = Math.max(most, Math.abs(x))
      return most
    }
    return largest(gradient) < 1e-9 * largest(step.gradient)
  }

  private verdict(updates: ReadonlyMap<number, Row>): Omit<Outcome, 'movesLoss'> | undefined {
    const fixed: { chain: number; ratio: number; residual: number }[] = []
    const normal = this.normalAfter(updates)
    // What has no gradient at all, and no longer moves: the weights of inputs that are 0.
    const stilled: number[] = []
    let broken = 0
    for (const result of this.judged.results) {
      const row = updates.get(result.chain.id)
      if (row === undefined || result.status === 'unreached') continue
      if (result.status === 'right' && isStill(result.step) && isStill(asStep(row))) continue
      // What mends others by taking this one out of the loss mends nothing.
      if (this.vanishes(result, row)) return undefined
      const match = this.match(result, row, normal)
      if (result.status === 'right' && match === undefined) broken++
      if (result.status !== 'right' && match !== undefined) fixed.push({ chain: result.chain.id, ...match })
      else if (result.status !== 'right' && isStill(asStep(row)) && result.step.gradient.every((x) => x === 0))
        stilled.push(result.chain.id)
    }
    if (fixed.length === 0) return undefined
    const ratio = fixed[0]?.ratio ?? 1
    if (!this.hasRight && fixed.some((f) => Math.abs(f.ratio / ratio - 1) > 1e-5)) {
      const agree = fixed.filter((f) => Math.abs(f.ratio / ratio - 1) <= 1e-5)
      return { fixed: agree.map((f) => f.chain), broken, error: Math.max(...agree.map((f) => f.residual)), ratio }
    }
    const error = Math.max(...fixed.map((f) => f.residual))
    return { fixed: [...fixed.map((f) => f.chain), ...stilled], broken, error, ratio }
  }
}

const asStep = ({ update, gradient }: Row) => ({
  update: Float64Array.from(update),
  gradient: Float64Array.from(gradient),
})

const NO_CHANGES: ReadonlyMap<number, Tensor> = new Map()

/** The learning rate that was taken out of a parameter's ratio. */
function rate(result: ParameterResult): number {
  return result.rate
}

function same(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === undefined || b === undefined || a.data.length !== b.data.length || a.shape.length !== b.shape.length)
    return false
  if (a.shape.some((n, i) => n !== b.shape[i])) return false
  return a.data.every((x, i) => x === b.data[i])
}

function fingerprint(x: Tensor | undefined): string {
  if (x === undefined) return '?'
  let sum = 0
  let weighted = 0
  x.data.forEach((v, i) => {
    sum += v
    weighted += v * ((i * 7919) % 1009)
  })
  return `${x.shape.join('x')}/${sum}/${weighted}`
}
