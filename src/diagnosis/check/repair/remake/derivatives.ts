/** The local derivatives of the forward pass's elementwise functions. */

import { PASSES } from '../../roles/dependence.ts'
import { OPERATIONS, SUMS } from '../../tape/operations.ts'
import { add, map, type Tensor } from '../../tape/tensor.ts'
import { isElementwise, MATRIX, type Make } from './change.ts'
import type { Scene } from './scene.ts'

/** dy/dx of the elementwise functions of the forward pass, from one named value (or what is summed) to another. */
export function derivatives(scene: Scene, size: number): { make: Make; name: string }[] {
  const known = scene.derivativeCache.get(size)
  if (known !== undefined) return known
  const { region } = scene.setting
  const out: { make: Make; name: string }[] = []
  const { cut } = scene.setting.analysis.dependence
  const named = scene.pool.filter(
    ({ node }) => region.forward.has(node) && !cut.has(node) && scene.at(node)?.data.length === size,
  )
  for (const { node, name } of named.slice(0, 24)) {
    for (const source of sourcesOf(scene, node, size)) {
      const path = pathBetween(scene, source, node)
      if (path === undefined) continue
      const make: Make = (_, point) => localDerivative(scene, source, path, point)
      const first = make([], 0)?.data
      if (first === undefined || first.every((x) => Math.abs(x - 1) < 1e-12)) continue
      out.push({ make, name })
    }
  }
  scene.derivativeCache.set(size, out)
  return out
}

/** The operations from one value to another, the last first; undefined where one of them is not element by element. */
function pathBetween({ setting }: Scene, source: number, node: number): number[] | undefined {
  const { tape } = setting.analysis
  const path: number[] = []
  const made = new Map<number, boolean>()
  const isMade = (at: number): boolean => {
    const known = made.get(at)
    if (known !== undefined) return known
    const found = at === source || (at > source && tape.entry(at).args.some(isMade))
    made.set(at, found)
    if (found && at !== source) path.push(at)
    return found
  }
  if (!isMade(node)) return undefined
  return path.every((at) => PASSES.has(tape.entry(at).op) || isElementwise(tape.entry(at).op))
    ? path.sort((x, y) => y - x)
    : undefined
}

/** dy/dx element by element, along the operations from x to y. */
function localDerivative(
  { setting }: Scene,
  source: number,
  path: readonly number[],
  point: number,
): Tensor | undefined {
  const { tape, points } = setting.analysis
  const values = points.values[point] ?? []
  const [end = -1] = path
  const whole = values[end]
  if (whole === undefined) return undefined
  const adjoint = new Map([[end, map(whole, () => 1)]])
  const inside = new Set([source, ...path])
  for (const node of path) {
    const { op, args, params } = tape.entry(node)
    const [gy, y, operands] = [adjoint.get(node), values[node], args.map((a) => values[a])]
    if (gy === undefined || y === undefined || operands.some((o) => o === undefined)) return undefined
    const gradients = OPERATIONS[op]?.gradient(gy, operands as Tensor[], y, params) ?? []
    for (const [i, arg] of args.entries()) {
      const own = gradients[i]
      if (own == null || !inside.has(arg)) continue
      const before = adjoint.get(arg)
      adjoint.set(arg, before === undefined ? own : add(before, own))
    }
  }
  return adjoint.get(source)
}

/** The nearest values below `node` that it is an elementwise function of: named ones, and results of other operations. */
function sourcesOf(scene: Scene, node: number, size: number): number[] {
  const { analysis, region } = scene.setting
  const { tape, dependence } = analysis
  const out = new Set<number>()
  const stack = [node]
  const seen = new Set<number>()
  for (let at = stack.pop(); at !== undefined && seen.size < 60; at = stack.pop()) {
    if (seen.has(at)) continue
    seen.add(at)
    if (!isElementwise(tape.entry(at).op)) continue
    if (size === 1 && at !== node && tape.entry(at).args.some((a) => dependence.cut.has(a))) continue
    for (const arg of tape.entry(at).args) {
      if (dependence.depends[arg] !== 1 || !region.forward.has(arg)) continue
      if (scene.at(arg)?.data.length !== size || dependence.cut.has(arg)) continue
      // Of single numbers a sum of products is as elementwise as an activation; but what several values are made of has
      // not the one derivative.
      if (size === 1 && !isReadWithin(scene, arg, seen)) continue
      const { op, args } = tape.entry(arg)
      const affine = MATRIX.has(op) || op === 'einsum'
      const shifted = SUMS.has(op) && args.some((a) => dependence.cut.has(a) || MATRIX.has(tape.entry(a).op))
      if (affine || shifted || scene.isNamed(arg)) out.add(arg)
      stack.push(arg)
    }
  }
  return [...out]
}

/** Whether the forward pass reads a value on the way to another one alone. */
function isReadWithin(scene: Scene, node: number, seen: ReadonlySet<number>): boolean {
  const { analysis, region } = scene.setting
  for (const reader of analysis.tape.readers(node)) if (region.forward.has(reader) && !seen.has(reader)) return false
  return true
}
