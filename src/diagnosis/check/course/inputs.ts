/** The data that the first parameters are multiplied with: whether it is badly scaled, and an edit that scales it. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { namedLast } from '../rules/blocks.ts'
import type { Tensor } from '../tape/tensor.ts'

const MOVES = new Set(['view', 'move', 'copy', 'pack', 'write', 'put'])
const PRODUCTS = new Set(['dot', 'matmul', 'einsum'])
/** Root mean square of inputs beyond which they are not of order one. */
const LARGE = 4
/** Ratio of the largest standard deviation of a feature to the smallest. */
const UNEVEN = 30

export interface DataTrial {
  readonly name: string
  readonly site: number
  readonly reason: string
  readonly edit: SourceEdit
  /** The statement's last line, and the line that is added after it. */
  readonly line: string
  readonly added: string
}

/** @param offset where it is given, a feature is badly scaled only if its mean is this many standard deviations away from 0. */
export function dataTrial(analysis: Analysis, offset?: number): DataTrial | undefined {
  const { trace, points } = analysis
  for (const { node, features } of storedInputs(analysis)) {
    const value = points.values[0]?.[node]
    const store =
      namedLast(trace, node) ?? trace.events.find((e) => e.kind === 'store' && e.place === 'name' && e.node === node)
    if (value === undefined || store?.kind !== 'store' || value.shape.length !== 2) continue
    const axis = value.shape[1] === features ? 0 : 1
    const reason = badScale(value, axis, offset)
    const site = trace.sites[store.site]
    const statement = trace.sites[site?.statement ?? -1] ?? site
    if (reason === undefined || statement === undefined || site?.kind !== 'Assign' || statement.kind !== 'Assign')
      continue
    const name = String(store.key)
    const line = trace.sources.get(statement.file)?.split('\n')[statement.endLine - 1] ?? ''
    const keep = axis === 1 ? ', keepdims=True' : ''
    const scaled = `${name} = (${name} - ${name}.mean(axis=${axis}${keep})) / (${name}.std(axis=${axis}${keep}) + 1e-8)`
    return {
      name,
      site: store.site,
      reason,
      line: line.trimEnd(),
      added: `${/^\s*/.exec(line)?.[0] ?? ''}${scaled}`,
      edit: {
        file: statement.file,
        span: [statement.endLine, statement.endColumn, statement.endLine, statement.endColumn],
        text: `; ${scaled}`,
      },
    }
  }
  return undefined
}

/** Arrays with a name that first parameters are multiplied with, whole or batch by batch; the largest first. */
function storedInputs(analysis: Analysis): { node: number; features: number }[] {
  const { tape, trace, dependence, points } = analysis
  const values = points.values[0] ?? []
  const isParameter = (node: number): boolean =>
    dependence.cut.has(node) || (MOVES.has(tape.entry(node).op) && tape.entry(node).args.some(isParameter))
  const named = new Set(trace.events.flatMap((e) => (e.kind === 'store' && e.place === 'name' ? [e.node] : [])))
  const found = new Map<number, { node: number; features: number; size: number }>()
  const last = Math.min(trace.nodes.length, 20_000)
  for (let node = 0; node < last && found.size < 6; node++) {
    const { op, args } = tape.entry(node)
    if (!PRODUCTS.has(op) || dependence.depends[node] !== 1 || tape.aside[node] === 1) continue
    const free = args.find((a) => dependence.depends[a] !== 1)
    const own = args.find((a) => a !== free)
    if (free === undefined || own === undefined || !isParameter(own)) continue
    const shape = values[free]?.shape ?? []
    const features = (args[0] === free ? shape.at(-1) : shape[0]) ?? 0
    for (
      let at: number | undefined = free;
      at !== undefined;
      at = MOVES.has(tape.entry(at).op) ? tape.entry(at).args[0] : undefined
    ) {
      const size = values[at]?.data.length ?? 0
      if (named.has(at)) found.set(at, { node: at, features, size })
    }
  }
  return [...found.values()].sort((a, b) => b.size - a.size || b.node - a.node)
}

export function badScale(x: Tensor, axis: number, offset?: number): string | undefined {
  const [rows = 1, columns = 1] = x.shape
  const features = axis === 0 ? columns : rows
  const samples = axis === 0 ? rows : columns
  if (samples < 3) return undefined
  const deviations: number[] = []
  let [farthest, varies] = [0, 0]
  let square = 0
  for (let f = 0; f < features; f++) {
    const at = (i: number) => x.data[axis === 0 ? i * columns + f : f * columns + i] as number
    let [sum, total] = [0, 0]
    for (let i = 0; i < samples; i++) sum += at(i)
    const mean = sum / samples
    for (let i = 0; i < samples; i++) {
      total += (at(i) - mean) ** 2
      square += at(i) ** 2
    }
    const deviation = Math.sqrt(total / samples)
    if (deviation > 0) deviations.push(deviation)
    if (Math.abs(mean) > farthest * deviation && deviation > 0)
      [farthest, varies] = [Math.abs(mean) / deviation, deviation]
  }
  const size = Math.sqrt(square / (features * samples))
  const [low, high] = [Math.min(...deviations), Math.max(...deviations)]
  const figure = (v: number) => Number(v.toPrecision(3))
  const span = `its values reach from ${figure(min(x))} to ${figure(max(x))}`
  if (offset !== undefined)
    return farthest > offset
      ? `one of its features has a mean of ${figure(farthest * varies)} and varies by no more than ${figure(varies)}`
      : undefined
  if (deviations.length > 1 && high / low > UNEVEN && high > 1)
    return `${span}, and its features' standard deviations from ${figure(low)} to ${figure(high)}`
  return size > LARGE ? span : undefined
}

const min = (x: Tensor) => x.data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const max = (x: Tensor) => x.data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
