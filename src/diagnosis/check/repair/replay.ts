/** A tape with some values put in by hand, and what the parameters' updates then are. */

import type { Analysis } from '../analyse.ts'
import type { ParameterResult } from '../judge.ts'
import { elementsOf, MATCH, proportion } from '../roles/measure.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import { textOfSite } from '../trace/location.ts'
import { beside, isDecayed } from './decayed.ts'
import type { Alias } from './statements.ts'

/** A value put in by hand, at each point; only for what is computed from `from` on, where that is given. */
export interface Given {
  readonly parts: readonly (Tensor | undefined)[]
  readonly from?: number
  /** The name under which it is read then. */
  readonly alias?: Alias
}

export type Forced = ReadonlyMap<number, Given>

export interface Fit {
  readonly chain: number
  /** update / gradient, the learning rate taken out. */
  readonly ratio: number
  readonly residual: number
}

export class Replay {
  private readonly analysis: Analysis
  private readonly end: number
  private readonly points: readonly Values[]
  private readonly pinned: ReadonlySet<number>

  /** @param pinned nodes that keep the value that they have at `points`, whatever is put in before them. */
  constructor(
    analysis: Analysis,
    end: number,
    points: readonly Values[] = analysis.points.values,
    pinned: ReadonlySet<number> = new Set(),
  ) {
    this.pinned = pinned
    this.analysis = analysis
    this.end = end
    this.points = points
  }

  /**
   * The values at one point with `forced` in place.
   * @param needed 1 for nodes whose value is asked for, directly or by way of others; all where it is left out.
   */
  values(point: number, forced: Forced, needed?: Uint8Array): Values {
    const values = (this.points[point] ?? []).slice()
    this.putIn(values, point, forced, needed)
    return values
  }

  /** Puts `forced` into the values of a point. Returns what was there before. */
  private putIn(values: Values, point: number, forced: Forced, needed?: Uint8Array): [number, Tensor | undefined][] {
    const { tape } = this.analysis
    const before: [number, Tensor | undefined][] = []
    // Of a long tape few operations read what is put in: only those are visited, by the bits that are set.
    const touched = new Uint32Array((this.end >> 5) + 1)
    const changes = new Map<number, Tensor>()
    const late = new Map<number, { from: number; node: number; alias?: Alias }>()
    let first = this.end
    const touch = (node: number, from = 0, alias?: Alias) => {
      for (const user of tape.readers(node))
        if (user < this.end && user >= from && (alias === undefined || readsAs(this.analysis, user, node, alias)))
          touched[user >> 5] = (touched[user >> 5] as number) | (1 << (user & 31))
    }
    for (const [node, { parts, from, alias }] of forced) {
      const given = parts[point]
      if (given === undefined) continue
      first = Math.min(first, node)
      if (from === undefined) {
        changes.set(node, given)
        before.push([node, values[node]])
        values[node] = given
        touch(node)
      } else {
        late.set(node, { from, node: values.length, ...(alias !== undefined && { alias }) })
        values.push(given)
        touch(node, from, alias)
      }
    }
    for (let word = first >> 5; word < touched.length; ) {
      const bits = touched[word] as number
      if (bits === 0) {
        word++
        continue
      }
      const node = (word << 5) + 31 - Math.clz32(bits & -bits)
      touched[word] = bits & (bits - 1)
      if (changes.has(node) || this.pinned.has(node) || tape.aside[node] === 1) continue
      if (needed !== undefined && needed[node] !== 1) continue
      let instead: Map<number, number> | undefined
      if (late.size > 0)
        for (const arg of tape.entry(node).args) {
          const other = late.get(arg)
          if (other !== undefined && node >= other.from && readsAs(this.analysis, node, arg, other.alias))
            instead = (instead ?? new Map<number, number>()).set(arg, other.node)
        }
      before.push([node, values[node]])
      values[node] = tape.compute(node, values, changes, instead)
      touch(node)
    }
    return before
  }

  /** Which parameters follow their gradient when `forced` is in place. */
  fits(forced: Forced, only: readonly ParameterResult[]): Fit[] {
    const count = this.points.length
    const needed = neededFor(this.analysis, only)
    const rows = only.map((result) => ({
      result,
      update: [] as number[],
      gradient: [] as number[],
      open: true,
      decays: isDecayed(this.analysis, result),
    }))
    for (let point = 0; point < count; point++) {
      const values = workingCopy(this.points[point] ?? [])
      const { length } = values
      const replaced = this.putIn(values, point, forced, needed)
      for (const row of rows) {
        if (!row.open) continue
        const { step } = row.result
        const { before, after, gradient } = step
        const node = row.result.gradientNode
        const [a, b] = [values[before], values[after]]
        // What is put in only for later readers: the optimiser is one of them.
        const proxied = node === undefined ? undefined : (forced.get(node)?.parts[point] ?? values[node])
        const proxy = proxied && elementsOf(step, proxied.data)
        if (a === undefined || b === undefined || a.data.length !== b.data.length) {
          row.open = false
          continue
        }
        const [old, now] = [elementsOf(step, a.data), elementsOf(step, b.data)]
        const size = old.length
        const own = gradient.subarray(point * size, (point + 1) * size)
        if (proxy?.length === size) row.update.push(...proxy)
        else {
          const taken = old.map((x, i) => x - (now[i] as number))
          row.update.push(...(row.decays ? beside(taken, old) : taken))
        }
        row.gradient.push(...(row.decays && proxy?.length !== size ? beside(own, old) : own))
        if (!(proportion(Float64Array.from(row.update), Float64Array.from(row.gradient)).residual < MATCH))
          row.open = false
      }
      values.length = length
      for (const [node, value] of replaced.reverse()) values[node] = value
      if (rows.every((r) => !r.open)) return []
    }
    return rows.flatMap((row) => {
      if (!row.open || row.update.every((x) => x === 0)) return []
      const { ratio, residual } = proportion(Float64Array.from(row.update), Float64Array.from(row.gradient))
      return ratio === 0 ? [] : [{ chain: row.result.chain.id, ratio: ratio / row.result.rate, residual }]
    })
  }
}

const workingCopies = new WeakMap<Values, Values>()

/** A copy of a point's values that is put right again after each use: there are thousands of replays of a long tape. */
function workingCopy(values: Values): Values {
  const known = workingCopies.get(values)
  if (known?.length === values.length) return known
  const copy = values.slice()
  workingCopies.set(values, copy)
  return copy
}

const knownNeeds = new WeakMap<readonly ParameterResult[], Uint8Array>()

/** 1 for what the updates of these parameters are computed from. */
function neededFor({ tape }: Analysis, results: readonly ParameterResult[]): Uint8Array {
  let needed = knownNeeds.get(results)
  if (needed === undefined) {
    needed = new Uint8Array(tape.length)
    const ends = results.flatMap(({ step, gradientNode = step.after }) => [step.before, step.after, gradientNode])
    for (const node of tape.ancestors(ends)) needed[node] = 1
    knownNeeds.set(results, needed)
  }
  return needed
}

/** Whether an operation reads a value under this name, as far as its source tells: not, where it has another name for it. */
export function readsAs(analysis: Analysis, node: number, arg: number, alias: Alias | undefined): boolean {
  const { trace, tape } = analysis
  if (alias === undefined || trace.sites[tape.entry(node).site]?.function !== alias.scope) return true
  const site = trace.sites[tape.entry(node).site]
  const text = site === undefined ? '' : textOfSite(trace, site)
  const isIn = (name: string) =>
    name !== '' && new RegExp(`(?<![\\w.])${name.replace(/\W/g, '\\$&')}(?!\\w)`).test(text)
  const others = [alias.former, ...namesOf(analysis, arg)]
  return isIn(alias.name) || !others.some((name) => name !== alias.name && isIn(name))
}

const knownNames = new WeakMap<Analysis, Map<number, Set<string>>>()

/** The names that the script has for a value. */
function namesOf(analysis: Analysis, node: number): string[] {
  let names = knownNames.get(analysis)
  if (names === undefined) {
    names = new Map()
    for (const event of analysis.trace.events)
      if (event.kind === 'store' && typeof event.key === 'string')
        names.set(event.node, (names.get(event.node) ?? new Set()).add(event.key))
    knownNames.set(analysis, names)
  }
  return [...(names.get(node) ?? [])]
}
