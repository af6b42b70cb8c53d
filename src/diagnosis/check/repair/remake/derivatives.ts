/** The local derivatives of the forward pass's elementwise functions. */

import { isElementwise, MATRIX, type Make, SUMS } from './change.ts'
import type { Scene } from './scene.ts'

/** dy/dx of the elementwise functions of the forward pass, from one named value (or what is summed) to another. */
export function derivatives(scene: Scene, size: number): { make: Make; name: string }[] {
  const known = scene.derivativeCache.get(size)
  if (known !== undefined) return known
  const { judged, region } = scene.setting
  const step = Math.min(...judged.results.map((r) => r.step.step))
  const adjoints = judged.measured.adjoints[step] ?? []
  const out: { make: Make; name: string }[] = []
  const named = scene.pool.filter((p) => region.forward.has(p.node) && scene.at(p.node)?.data.length === size)
  for (const { node, name } of named.slice(0, 24)) {
    for (const source of sourcesOf(scene, node, size)) {
      const make: Make = (_, point) => {
        const [over, under] = [adjoints[point]?.get(source), adjoints[point]?.get(node)]
        if (over === undefined || under === undefined || over.data.length !== under.data.length) return undefined
        const data = over.data.map((x, i) => (under.data[i] === 0 ? 0 : x / (under.data[i] as number)))
        return { shape: under.shape, data }
      }
      const first = make([], 0)?.data
      if (first === undefined || first.every((x) => Math.abs(x - 1) < 1e-12)) continue
      out.push({ make, name })
    }
  }
  scene.derivativeCache.set(size, out)
  return out
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
    for (const arg of tape.entry(at).args) {
      if (dependence.depends[arg] !== 1 || !region.forward.has(arg)) continue
      if (scene.at(arg)?.data.length !== size || dependence.cut.has(arg)) continue
      const { op, args } = tape.entry(arg)
      const affine = MATRIX.has(op) || op === 'einsum'
      const shifted = SUMS.has(op) && args.some((a) => dependence.cut.has(a) || MATRIX.has(tape.entry(a).op))
      if (affine || shifted || scene.pool.some((p) => p.node === arg)) out.add(arg)
      stack.push(arg)
    }
  }
  return [...out]
}
