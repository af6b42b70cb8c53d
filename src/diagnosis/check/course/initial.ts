/** Initial weights that drive their units into saturation, and an edit that makes them smaller. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { PASSES } from '../roles/dependence.ts'
import { inOrder, listed } from '../rules/trial.ts'
import type { TraceEvent } from '../trace/trace.ts'

/** Beyond these the slope is under 1 % of its maximum: 1 − tanh²(3) ≈ 0.01, σ′(6)/σ′(0) ≈ 0.01. */
const BOUNDS: Readonly<Record<string, number>> = { tanh: 3, exp: 6, expit: 6 }
const SHARE = 0.7
const PRODUCTS = new Set(['dot', 'matmul', 'einsum'])

export interface InitialTrial {
  readonly names: string
  readonly site: number
  readonly reason: string
  readonly factor: number
  /** Of a layer's outputs, the share that is saturated. */
  readonly share: number
  readonly edits: readonly SourceEdit[]
}

export function initialTrial(analysis: Analysis): InitialTrial | undefined {
  const { dependence, points, trace } = analysis
  const found = new Map<number, { factor: number; name: string }>()
  let share = 0
  for (const { op, arg, z, beyond } of saturated(analysis)) {
    const signs = z.some((v) => v > 0) && z.some((v) => v < 0)
    // What a softmax takes off leaves 0 somewhere.
    if (op === 'exp' && !signs && z.length > 1 && beyond < 1) continue
    const own = parameterOf(analysis, arg)
    if (own === undefined) continue
    const { chain, input } = own
    share = Math.max(share, beyond)
    // What comes from layers below is large for the same reason, and they are made smaller as well.
    const below = dependence.depends[input] === 1 ? Math.max(1, sizeOf(points.values[0]?.[input]?.data)) : 1
    const size = sizeOf(z) / below
    if (!(size > 1)) continue
    const before = found.get(chain)
    found.set(chain, {
      factor: Number(Math.min(before?.factor ?? 1, 1 / size).toPrecision(1)),
      name: analysis.chains.find((c) => c.id === chain)?.name ?? 'the weights',
    })
  }
  const edits = new Map<number, { edit: SourceEdit; factor: number }>()
  for (const [chain, { factor }] of found) {
    const event = originOf(analysis, chain)
    if (event === undefined || !('site' in event)) continue
    const smallest = Math.min(factor, edits.get(event.site)?.factor ?? 1)
    const edit = scaledAt(analysis, event, smallest)
    if (edit !== undefined) edits.set(event.site, { edit, factor: smallest })
  }
  const [site] = edits.keys()
  if (site === undefined || trace.sites[site] === undefined) return undefined
  return {
    names: listed([...found.values()].map((f) => f.name)),
    site,
    reason: `${Math.round(100 * share)} % of their outputs are where the slope is under 1 % of its maximum`,
    factor: Math.min(...[...edits.values()].map((e) => e.factor)),
    share,
    edits: inOrder([...edits.values()].map((e) => e.edit)),
  }
}

interface Saturated {
  readonly op: string
  readonly arg: number
  readonly z: Float64Array
  /** The share of its elements where the slope is next to nothing. */
  readonly beyond: number
}

/** Where units of the first step's forward pass saturate, nearly all of them. */
export function saturated({ best, tape, dependence, points }: Analysis): Saturated[] {
  const terms = best?.measured.loss.steps[0]?.terms.map(([n]) => n) ?? []
  return [...tape.ancestors(terms, dependence.cut)].flatMap((node) => {
    const { op, args } = tape.entry(node)
    const bound = BOUNDS[op]
    const [arg] = args
    if (bound === undefined || arg === undefined || dependence.depends[node] !== 1) return []
    const z = points.values[0]?.[arg]?.data
    if (z === undefined) return []
    const beyond = z.reduce((n, v) => n + Number(Math.abs(v) > bound), 0) / z.length
    return beyond < SHARE ? [] : [{ op, arg, z, beyond }]
  })
}

/** The root of the mean square. */
function sizeOf(x: ArrayLike<number> | undefined): number {
  let square = 0
  for (let i = 0; i < (x?.length ?? 0); i++) square += (x?.[i] ?? 0) ** 2
  return Math.sqrt(square / (x?.length ?? 1))
}

/** The parameter of the last product on the way to a value, and what it is multiplied with. */
function parameterOf(analysis: Analysis, node: number): { chain: number; input: number } | undefined {
  const { tape, dependence, best } = analysis
  const products = [...tape.ancestors([node], dependence.cut)].filter((n) => PRODUCTS.has(tape.entry(n).op))
  const last = Math.max(-1, ...products)
  if (last < 0) return undefined
  const { args } = tape.entry(last)
  for (const [k, operand] of args.entries()) {
    let arg = operand
    while (PASSES.has(tape.entry(arg).op) && !dependence.cut.has(arg)) arg = tape.entry(arg).args[0] ?? -1
    const chain = dependence.chainOf.get(arg)
    // Inputs that are standardised in their own place look like a chain of updates.
    if (chain !== undefined && best?.results.some((r) => r.chain.versions.some((v) => v.node === arg)))
      return { chain, input: args[1 - k] ?? operand }
  }
  return undefined
}

function originOf(analysis: Analysis, chain: number): TraceEvent | undefined {
  const start = analysis.chains.find((c) => c.id === chain)?.versions[0]?.node
  return analysis.trace.events.find((e) => e.kind === 'store' && e.node === start)
}

/** `name = …` with its value times a factor, whatever container it is. */
function scaledAt(analysis: Analysis, event: TraceEvent, factor: number): SourceEdit | undefined {
  const { sites, sources, events, containers } = analysis.trace
  const site = event.kind === 'store' ? sites[event.site] : undefined
  if (site === undefined || event.kind !== 'store' || site.kind !== 'Assign') return undefined
  const lines = sources.get(site.file)?.split('\n') ?? []
  const first = lines[site.line - 1] ?? ''
  const equals = /^[^=]*[^=!<>]=(?!=)\s*/.exec(first.slice(site.column))
  if (equals === null) return undefined
  const from = site.column + equals[0].length
  const whole = lines.slice(site.line - 1, site.endLine)
  whole[whole.length - 1] = (whole.at(-1) ?? '').slice(0, site.endColumn)
  whole[0] = (whole[0] ?? '').slice(from)
  const value = whole.join('\n')
  const holder = events.find((e) => e.kind === 'bind' && e.site === event.site && e.place !== 'item')
  const type = holder?.kind === 'bind' ? containers.get(holder.container) : undefined
  const direct = event.place !== 'item' || holder === undefined
  const text = direct
    ? `(${value}) * ${factor}`
    : type === 'dict'
      ? `{k: v * ${factor} for k, v in (${value}).items()}`
      : type === 'list'
        ? `[v * ${factor} for v in (${value})]`
        : undefined
  return text === undefined
    ? undefined
    : { file: site.file, span: [site.line, from, site.endLine, site.endColumn], text }
}
