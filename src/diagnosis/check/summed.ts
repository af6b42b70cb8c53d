/**
 * A script that states its loss in two parts and adds up nothing but their gradients, as autoencoders do that print a
 * reconstruction and a divergence: the sum of two stated numbers whose gradients the updates follow together.
 */

import type { Judged, ParameterResult } from './judge.ts'
import type { Dependence } from './roles/dependence.ts'
import type { Loss, LossStep } from './roles/losses.ts'
import { elementsAt, MATCH, type Measured } from './roles/measure.ts'
import type { Points } from './roles/points.ts'
import type { Tape } from './tape/tape.ts'

const MOST_PARTS = 5

interface Scene {
  readonly tape: Tape
  readonly dependence: Dependence
  readonly points: Points
  readonly judged: readonly Judged[]
  readonly measured: (loss: Loss) => Measured
  readonly judge: (loss: Loss) => Judged
}

/** The sum of a judged loss and another part that is followed further than `best` is, first of all by every parameter. */
export function summedLoss(scene: Scene, best: Judged, parts: readonly Loss[]): Judged | undefined {
  const { judged } = scene
  let found: Judged | undefined
  const stated = judged.filter((j) => j.measured.loss.stated && j.explained > 0 && !j.consistent)
  const others = [...judged.map((j) => j.measured.loss).filter((l) => l.stated), ...parts].slice(0, MOST_PARTS)
  for (const main of stated.slice(0, MOST_PARTS))
    for (const other of others) {
      const { loss } = main.measured
      if (other === loss || isNested(scene, loss, other) || isNested(scene, other, loss)) continue
      // What the script adds up itself is what it is held to.
      if (others.some((o) => o !== other && isNested(scene, loss, o) && isNested(scene, other, o))) continue
      const share = shareOf(scene, main, scene.measured(other))
      if (share === undefined) continue
      const sum = scene.judge(sumOf(loss, other, share))
      if (sum.consistent) return sum
      if (sum.explained > (found ?? best).explained) found = sum
    }
  return found ?? reachingAll(scene, stated, others)
}

/**
 * Where gradients are wrong, no mixture is to be seen: a stated loss beside one that parameters follow, of which updated
 * parameters are left out, is taken as it is stated, if nothing that was right is wrong then.
 */
function reachingAll(scene: Scene, stated: readonly Judged[], others: readonly Loss[]): Judged | undefined {
  const count = scene.dependence.parameters.length
  // What the script adds up itself is what it is held to.
  if (stated.some((judged) => judged.results.length >= count)) return undefined
  const rightOf = (judged: Judged) => judged.results.filter((r) => r.status === 'right')
  for (const main of stated) {
    const [followed, ...more] = rightOf(main)
    if (followed === undefined) continue
    const own = new Set(main.results.map((r) => r.chain.id))
    for (const other of others) {
      const { loss } = main.measured
      if (other === loss || isNested(scene, loss, other) || isNested(scene, other, loss)) continue
      const left = scene.measured(other).steps.flat()
      if (left.every((s) => own.has(s.chain.id))) continue
      const ratio = followed.ratio / followed.rate
      const sum = scene.judge(sumOf(loss, other, ratio > 0 ? 1 / ratio : 1))
      if (rightOf(sum).length > more.length) return sum
    }
  }
  return undefined
}

/** Whether one loss is among what another one is computed from. */
function isNested({ tape, dependence }: Scene, inner: Loss, outer: Loss): boolean {
  const termsOf = (loss: Loss) => (loss.steps[0]?.terms ?? []).map(([node]) => node)
  const above = tape.ancestors(termsOf(outer), dependence.cut)
  return termsOf(inner).every((node) => above.has(node))
}

function sumOf(a: Loss, b: Loss, share: number): Loss {
  // Step by step: what was carried over to the training passes stands behind all of them.
  const steps = a.steps.map(({ terms, reads }, k): LossStep => {
    const fits = (step: LossStep) =>
      [...step.reads].every(([chain, version]) => (reads.get(chain) ?? version) === version)
    const other = [b.steps[k], ...b.steps].find((step) => step !== undefined && fits(step))
    if (other === undefined) return { terms, reads }
    return {
      terms: [...terms, ...other.terms.map(([node, factor]) => [node, factor * share] as const)],
      reads: new Map([...reads, ...other.reads]),
    }
  })
  const times = share === 1 ? '' : `${Number(share.toPrecision(6))} · `
  return { ...a, isSum: true, name: `${a.name} + ${times}${b.name}`, steps }
}

/** How much of the other loss is in what a parameter is taken to follow: as it is, or times a number of the script's. */
function shareOf(scene: Scene, main: Judged, other: Measured): number | undefined {
  const steps = other.steps.flat()
  for (const result of main.results) {
    const beside = steps.find((s) => s.chain.id === result.chain.id && s.before === result.step.before)
    if (result.status === 'right' || beside === undefined || beside.unreached) continue
    const share = mixtureOf(followed(scene, result), result.step.gradient, beside.gradient)
    if (share === undefined) continue
    if (Math.abs(share - 1) < 1e-6) return 1
    return isHeld(scene, result, share) ? share : undefined
  }
  return undefined
}

/** What is, or should be, the gradient: the update itself, or what an optimiser makes it of. */
function followed({ points }: Scene, { gradientNode, step }: ParameterResult): Float64Array {
  if (gradientNode === undefined) return step.update
  return elementsAt(step, points, gradientNode)
}

/** c > 0 where x is a multiple of a + c · b. */
function mixtureOf(x: Float64Array, a: Float64Array, b: Float64Array): number | undefined {
  if (x.length !== a.length || x.length !== b.length || x.length < 4) return undefined
  const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, y, i) => sum + y * (v[i] as number), 0)
  const [aa, ab, bb, ax, bx] = [dot(a, a), dot(a, b), dot(b, b), dot(a, x), dot(b, x)]
  const determinant = aa * bb - ab * ab
  if (!(determinant > 1e-10 * aa * bb)) return undefined
  const [s, t] = [(bb * ax - ab * bx) / determinant, (aa * bx - ab * ax) / determinant]
  const off = x.reduce((sum, y, i) => sum + (y - s * (a[i] as number) - t * (b[i] as number)) ** 2, 0)
  return off < MATCH ** 2 * dot(x, x) && s !== 0 && t / s > 0 ? t / s : undefined
}

/** Whether a factor is a number that the script holds; the half and the double are what is written by mistake. */
function isHeld({ tape, dependence, points }: Scene, { step }: ParameterResult, share: number): boolean {
  if ([0.5, 2].some((x) => Math.abs(share / x - 1) < 1e-6)) return false
  return [...tape.madeFrom([step.after], dependence.cut)].some((node) => {
    const value = tape.entry(node).op === 'leaf' ? points.values[0]?.[node]?.data : undefined
    return value?.length === 1 && Math.abs((value[0] as number) / share - 1) < 1e-6
  })
}
