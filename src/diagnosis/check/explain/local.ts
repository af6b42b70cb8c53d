/**
 * The slope of a function of one array, found by what it computes: ∂loss/∂input as ∂loss/∂output times a formula in the
 * input and the output. A formula counts only if it gives the true slope at all points.
 */

import { join } from '../roles/measure.ts'
import type { Tensor } from '../tape/tensor.ts'

export interface Ends {
  readonly input: { readonly text: string; readonly values: readonly (Tensor | undefined)[] }
  readonly output: { readonly text: string; readonly values: readonly (Tensor | undefined)[] }
  readonly gradientIn: readonly (Tensor | undefined)[]
  readonly gradientOut: readonly (Tensor | undefined)[]
}

const CLOSE = 1e-7

const SLOPES: readonly [(z: number, a: number) => number, (z: string, a: string) => string][] = [
  [() => 1, () => ''],
  [(_, a) => a * (1 - a), (_, a) => `${a} * (1 - ${a})`],
  [(_, a) => 1 - a * a, (_, a) => `(1 - ${a} ** 2)`],
  [(z) => (z > 0 ? 1 : 0), (z) => `(${z} > 0)`],
  [(_, a) => a, (_, a) => a],
  [(z) => 1 / z, (z) => `1 / ${z}`],
  [(z) => 2 * z, (z) => `2 * ${z}`],
  [(z) => 1 / (1 + Math.exp(-z)), (z) => `1 / (1 + np.exp(-${z}))`],
  [(_, a) => 1 - Math.exp(-a), (_, a) => `(1 - np.exp(-${a}))`],
  [(z, a) => (z > 0 ? 1 : a + 1), (z, a) => `np.where(${z} > 0, 1, ${a} + 1)`],
]

/** The gradient that reaches the input, written with the output's `g`; undefined where no formula fits. */
export function slopeFormula(ends: Ends, g: string): string | undefined {
  const [z, a] = [join(ends.input.values), join(ends.output.values)]
  const [gz, ga] = [join(ends.gradientIn), join(ends.gradientOut)]
  if (z.length !== a.length || gz.length !== ga.length || z.length !== gz.length || z.length === 0) return undefined
  const fits = (slope: (i: number) => number) => {
    let [off, all] = [0, 0]
    for (let i = 0; i < gz.length; i++) {
      off += ((gz[i] as number) - (ga[i] as number) * slope(i)) ** 2
      all += (gz[i] as number) ** 2
    }
    return all > 0 && off <= CLOSE ** 2 * all
  }
  for (const [slope, text] of SLOPES) {
    if (!fits((i) => slope(z[i] as number, a[i] as number))) continue
    const formula = text(ends.input.text, ends.output.text)
    return formula === '' ? g : `${g} * ${formula}`
  }
  return leaky(z, gz, ga, fits, ends, g) ?? softmax(ends, g)
}

function leaky(
  z: Float64Array,
  gz: Float64Array,
  ga: Float64Array,
  fits: (slope: (i: number) => number) => boolean,
  ends: Ends,
  g: string,
): string | undefined {
  const below = z.findIndex((x, i) => x < 0 && ga[i] !== 0)
  if (below < 0) return undefined
  const slope = (gz[below] as number) / (ga[below] as number)
  if (!fits((i) => ((z[i] as number) > 0 ? 1 : slope))) return undefined
  return `${g} * np.where(${ends.input.text} > 0, 1, ${Number(slope.toPrecision(6))})`
}

function softmax({ output, gradientIn, gradientOut }: Ends, g: string): string | undefined {
  const shape = output.values[0]?.shape ?? []
  if (shape.length === 0 || shape.length > 2) return undefined
  for (const axis of shape.map((_, k) => shape.length - 1 - k)) {
    const every = output.values.every((p, k) => fitsSoftmax(p, gradientIn[k], gradientOut[k], axis))
    const along = shape.length === 1 ? '' : `, axis=${axis}, keepdims=True`
    if (every) return `${output.text} * (${g} - np.sum(${g} * ${output.text}${along}))`
  }
  return undefined
}

function fitsSoftmax(p: Tensor | undefined, gz: Tensor | undefined, gp: Tensor | undefined, axis: number): boolean {
  if (p === undefined || gz === undefined || gp === undefined) return false
  const [rows, columns] = p.shape.length === 1 ? [1, p.shape[0] ?? 1] : [p.shape[0] ?? 1, p.shape[1] ?? 1]
  const byRow = p.shape.length === 1 || axis === 1
  const group = (i: number) => (byRow ? Math.floor(i / columns) : i % columns)
  const sums = new Float64Array(byRow ? rows : columns)
  for (let i = 0; i < p.data.length; i++)
    sums[group(i)] = (sums[group(i)] as number) + (p.data[i] as number) * (gp.data[i] as number)
  let [off, all] = [0, 0]
  for (let i = 0; i < p.data.length; i++) {
    const own = (p.data[i] as number) * ((gp.data[i] as number) - (sums[group(i)] as number))
    off += (own - (gz.data[i] as number)) ** 2
    all += (gz.data[i] as number) ** 2
  }
  return all > 0 && off <= CLOSE ** 2 * all
}
