/**
 * The true backward pass beside the script's: for every value of the forward pass that has a name, its gradient as a
 * formula in the script's own names, and the statement of the script that computes it.
 */

import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { resolvePlaces } from '../roles/places.ts'
import type { Tensor } from '../tape/tensor.ts'
import { locationOf } from '../trace/location.ts'
import type { ExplainedStep, Explanation, StatementText } from '../types.ts'
import { factor, type Operand, received, written } from './formulas.ts'
import { slopeFormula } from './local.ts'

const MOST_STEPS = 60
const LONGEST = 160
const MOST_ELEMENTS = 50_000

export function explain(analysis: Analysis, judged: Judged): Explanation {
  const writer = new Writer(analysis, judged)
  return { loss: judged.measured.loss.name, steps: writer.steps() }
}

interface Stored {
  readonly node: number
  readonly site: number
  readonly name: string
}

class Writer {
  readonly #analysis: Analysis
  readonly #adjoints: readonly ReadonlyMap<number, Tensor>[]
  readonly #forward: Set<number>
  readonly #terms: ReadonlyMap<number, number>
  readonly #names = new Map<number, { text: string; site: number }>()
  readonly #consumers = new Map<number, number[]>()
  readonly #computed: Stored[] = []
  readonly #gradients = new Map<number, string>()
  readonly #loss: string
  readonly #judged: Judged

  constructor(analysis: Analysis, judged: Judged) {
    const { tape, dependence, trace } = analysis
    const { loss, adjointsAt } = judged.measured
    this.#analysis = analysis
    this.#adjoints = adjointsAt(0)
    this.#loss = loss.name
    this.#judged = judged
    this.#terms = new Map(loss.steps[0]?.terms ?? [])
    const reached = tape.ancestors([...this.#terms.keys()], dependence.cut)
    this.#forward = new Set([...reached].filter((n) => dependence.depends[n] === 1))
    const placeOf = resolvePlaces(trace)
    const chains = new Map(analysis.chains.map((c) => [c.id, c.name]))
    for (const event of trace.events) {
      if (event.kind !== 'store' && event.kind !== 'write') continue
      const name = event.kind === 'store' ? placeOf(event.place, event.owner, event.key) : ''
      if (this.#forward.has(event.node)) {
        if (name !== '' && !this.#names.has(event.node)) this.#names.set(event.node, { text: name, site: event.site })
      } else if (dependence.depends[event.node] === 1) this.#computed.push({ node: event.node, site: event.site, name })
      else if (name !== '' && !this.#names.has(event.node))
        this.#names.set(event.node, { text: name, site: event.site })
    }
    for (const [node, chain] of dependence.chainOf) {
      const name = chains.get(chain)
      if (name !== undefined) this.#names.set(node, { text: name, site: this.#names.get(node)?.site ?? -1 })
    }
    for (const node of this.#forward) {
      if (dependence.cut.has(node)) continue
      for (const arg of new Set(tape.entry(node).args))
        if (this.#forward.has(arg)) this.#consumers.set(arg, [...(this.#consumers.get(arg) ?? []), node])
    }
  }

  steps(): ExplainedStep[] {
    const { trace, tape, dependence } = this.#analysis
    const groups = new Map<string, ExplainedStep & { times: number }>()
    const named = [...this.#forward].filter((n) => this.#names.has(n) && !this.#terms.has(n)).sort((a, b) => b - a)
    for (const node of named) {
      const name = this.#names.get(node)
      const users = this.#consumers.get(node) ?? []
      if (name === undefined || users.length === 0 || !this.#adjoints.some((a) => a.has(node))) continue
      const used = trace.sites[tape.entry(Math.max(...users)).site]?.statement ?? -1
      const shape = this.#shapeOf(node)
      const key = `${used}|${dependence.cut.has(node) ? this.#analysis.tape.entry(node).op : ''}|${name.site}|${shape.join()}`
      const before = groups.get(key)
      if (before !== undefined) {
        groups.set(key, { ...before, times: before.times + 1 })
        continue
      }
      if (groups.size >= MOST_STEPS) continue
      const formula = this.#gradientOf(node, true)
      if (formula === this.#symbol(node)) continue // a sum's next value under the same name
      groups.set(key, {
        of: name.text,
        shape,
        formula,
        times: 1,
        forward: this.#statement(used),
        ...this.#scriptFor(node, name.text),
      })
    }
    return [...groups.values()]
  }

  #shapeOf(node: number): readonly number[] {
    return this.#analysis.points.values[0]?.[node]?.shape ?? []
  }

  #operand(node: number): Operand {
    return { text: this.#text(node), shape: this.#shapeOf(node) }
  }

  /** A value as the script's author would write it. */
  #text(node: number, depth = 0): string {
    const name = this.#names.get(node)
    if (name !== undefined) return name.text
    const { tape, trace } = this.#analysis
    const entry = tape.entry(node)
    if (entry.op === 'leaf') {
      const value = tape.leaves[node]
      return value !== undefined && value.data.length === 1
        ? String(Number((value.data[0] as number).toPrecision(6)))
        : (this.#source(entry.site) ?? 'data')
    }
    if (depth > 8) return '…'
    const operands = entry.args.map((a) => ({ text: this.#text(a, depth + 1), shape: this.#shapeOf(a) }))
    const text = written(entry, operands, this.#shapeOf(node))
    if (text.length <= LONGEST / 2) return text
    return this.#source(trace.sites[entry.site] === undefined ? -1 : entry.site) ?? '…'
  }

  #source(site: number): string | undefined {
    const at = this.#analysis.trace.sites[site]
    if (at === undefined || at.line !== at.endLine) return undefined
    const line = [...(this.#analysis.trace.sources.get(at.file)?.split('\n')[at.line - 1] ?? '')]
    return line.slice(at.column, at.endColumn).join('')
  }

  #symbol(node: number): string {
    return `∂${this.#loss}/∂${this.#text(node)}`
  }

  /** The gradient of a value: its symbol where it has a name, unless it is to be written out. */
  #gradientOf(node: number, writeOut = false): string {
    const own = this.#terms.get(node)
    if (own !== undefined) return own === 1 ? '1' : String(Number(own.toPrecision(6)))
    if (!writeOut && this.#names.has(node)) return this.#symbol(node)
    const known = this.#gradients.get(node)
    if (known !== undefined) return known
    this.#gradients.set(node, '…') // against operations without end
    const found = this.#slope(node) ?? this.#sum(node)
    const text = found.length > LONGEST ? `${found.slice(0, LONGEST)}…` : found
    this.#gradients.set(node, text)
    return text
  }

  #sum(node: number): string {
    const { tape } = this.#analysis
    const parts = (this.#consumers.get(node) ?? []).flatMap((user) => {
      if (!this.#adjoints.some((a) => a.has(user))) return []
      const entry = tape.entry(user)
      const operands = entry.args.map((a) => this.#operand(a))
      const gradient = this.#gradientOf(user)
      return entry.args.flatMap((arg, i) =>
        arg === node ? [received(entry, i, gradient, operands, this.#operand(user))] : [],
      )
    })
    if (parts.length === 2 && parts[0] === parts[1]) return `2 * ${factor(parts[0] ?? '')}`
    return parts.map((p, i) => (i === 0 ? p : p.startsWith('-') ? `- ${p.slice(1)}` : `+ ${p}`)).join(' ')
  }

  /** Where everything computed from a value leads through one named value of its size: the slope between them. */
  #slope(node: number): string | undefined {
    const stack = [...(this.#consumers.get(node) ?? [])]
    if (stack.length === 0) return undefined
    const seen = new Set<number>()
    const ends = new Set<number>()
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at)) continue
      seen.add(at)
      if (this.#names.has(at)) ends.add(at)
      else if (this.#terms.has(at)) return undefined
      else stack.push(...(this.#consumers.get(at) ?? []))
    }
    const [end] = ends
    if (end === undefined || ends.size !== 1 || seen.size === 1) return undefined
    const { points } = this.#analysis
    const at = (n: number) => ({ text: factor(this.#text(n)), values: points.values.map((v) => v[n]) })
    const gradients = (n: number) => this.#adjoints.map((a) => a.get(n))
    return slopeFormula(
      { input: at(node), output: at(end), gradientIn: gradients(node), gradientOut: gradients(end) },
      this.#symbol(end),
    )
  }

  /** A parameter's update, for scripts that keep no gradient. */
  #updateOf(node: number): Pick<ExplainedStep, 'script' | 'agreement' | 'factor'> | undefined {
    const result = this.#judged.results.find((r) => r.step.before === node)
    const version = result?.chain.versions.find((v) => v.node === result.step.after)
    if (result === undefined || version === undefined || result.gradientNode !== undefined) return undefined
    const script = this.#statement(this.#analysis.trace.sites[version.site]?.statement ?? version.site)
    if (result.step.match.residual < MATCH && result.step.match.ratio !== 0)
      return {
        script,
        agreement: result.status === 'right' ? 'update' : 'proportional',
        factor: -result.step.match.ratio,
      }
    return { script, agreement: 'differs', factor: null }
  }

  #statement(site: number): StatementText | null {
    const { trace } = this.#analysis
    const at = trace.sites[site]
    if (at === undefined) return null
    const text = trace.sources.get(at.file)?.split('\n')[at.line - 1]?.trim() ?? ''
    return { file: at.file, ...locationOf(trace, at.file, at.line), text }
  }

  /** The script's statement that computes this gradient: by its value at all points, else by its name. */
  #scriptFor(node: number, name: string): Pick<ExplainedStep, 'script' | 'agreement' | 'factor'> {
    const { points, trace } = this.#analysis
    const truth = join(this.#adjoints.map((a) => a.get(node)))
    const statementOf = (site: number) => trace.sites[site]?.statement ?? site
    let best: { stored: Stored; ratio: number } | undefined
    for (const stored of this.#computed) {
      const value = join(points.values.map((v) => v[stored.node]))
      if (value.length !== truth.length || value.length > MOST_ELEMENTS) continue
      const { ratio, residual } = proportion(value, truth)
      if (!(residual < MATCH) || ratio === 0) continue
      const closer = best === undefined || (Math.abs(ratio - 1) < 1e-6 && Math.abs(best.ratio - 1) >= 1e-6)
      if (
        closer ||
        (likeName(stored.name, name) && best !== undefined && !likeName(best.stored.name, name) && best.ratio === ratio)
      )
        best = { stored, ratio }
    }
    if (best !== undefined) {
      const factorOff = Math.abs(best.ratio - 1) < 1e-6 ? 1 : best.ratio
      return {
        script: this.#statement(statementOf(best.stored.site)),
        agreement: factorOff === 1 ? 'agrees' : 'proportional',
        factor: factorOff,
      }
    }
    const updated = this.#updateOf(node)
    if (updated !== undefined) return updated
    const meant = this.#computed.find((s) => likeName(s.name, name))
    if (meant === undefined) return { script: null, agreement: 'not found', factor: null }
    return { script: this.#statement(statementOf(meant.site)), agreement: 'differs', factor: null }
  }
}

/** `dW1`, `grads['dW1']`, `delta_W1` for `params['W1']`. */
function likeName(gradient: string, value: string): boolean {
  const last = (text: string) => (/(\w+)\W*$/.exec(text)?.[1] ?? '').toLowerCase().replaceAll('_', '')
  const [g, v] = [last(gradient), last(value)]
  return (
    v.length > 0 &&
    g !== v &&
    g.endsWith(v) &&
    /^(d|g|grad|delta|gradient|nabla|err|error)$/.test(g.slice(0, g.length - v.length))
  )
}
