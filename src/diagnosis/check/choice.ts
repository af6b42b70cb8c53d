/** Which of the losses that a script states, or may be trained on, it is held to. */

import { isOneNumber, isSeen, isStill, type Judged, showsRatio } from './judge.ts'
import type { Dependence } from './roles/dependence.ts'
import { MATCH } from './roles/measure.ts'
import type { Tape } from './tape/tape.ts'

/**
 * The loss that explains most. An update that is the gradient, penalty and all, is evidence against a loss for which it
 * holds the gradient beside something else; among equals the loss that contains the other, and what the script states.
 */
export function choose(tape: Tape, dependence: Dependence, all: readonly Judged[]): Judged | undefined {
  // A loss beside which no parameter moves says nothing, where another one does.
  const telling = all.filter((j) => j.results.length > 0)
  const judged = telling.length > 0 ? telling : all
  const exact = new Map(judged.map((j) => [j, chainsOf(j, false)]))
  const beside = new Map(judged.map((j) => [j, chainsOf(j, true)]))
  const reach = new Map(
    judged.map((j) => [
      j,
      tape.ancestors(
        j.measured.loss.steps.slice(0, 1).flatMap((s) => s.terms.map(([n]) => n)),
        dependence.cut,
      ),
    ]),
  )
  const explainsMore = (a: Judged, b: Judged) =>
    a.measured.loss.stated &&
    a.results.some(({ chain: { id }, step }) => exact.get(a)?.has(id) && !isOneNumber(step) && beside.get(b)?.has(id))
  const contains = (a: Judged, b: Judged) => {
    const [step] = b.measured.loss.steps
    if (a === b || step === undefined || !a.measured.loss.stated || !b.measured.loss.stated) return false
    const inside = reach.get(a)
    return step.terms.every(([n]) => inside?.has(n)) && (inside?.size ?? 0) > (reach.get(b)?.size ?? 0) + 2
  }
  const chainsReached = (j: Judged) => new Set(j.results.map((r) => r.chain.id))
  const chainsFollowed = new Set(judged.filter((j) => j.consistent).flatMap((j) => [...chainsReached(j)]))
  /**
   * A stated loss of all outputs, against what was inferred from one of them; or one that all parameters follow but for
   * a factor, against one that is followed by fewer, if no other loss is what the rest of them follows.
   */
  const reachesMore = (a: Judged, b: Judged) => {
    const [more, fewer] = [chainsReached(a), chainsReached(b)]
    if (!a.measured.loss.stated || fitted(a) === 0) return false
    if (more.size <= fewer.size || ![...fewer].every((id) => more.has(id))) return false
    if (b.consistent) return a.explained === 1 && [...more].some((id) => !chainsFollowed.has(id))
    // Two stated ones: what a gradient check looks at is the loss seen from one state, in which one parameter is varied.
    const followed = (j: Judged) => [...(exact.get(j) ?? []), ...(beside.get(j) ?? [])]
    return !b.measured.loss.stated || followed(b).every((id) => followed(a).includes(id))
  }
  const count = (j: Judged) => exact.get(j)?.size ?? 0
  /** Whether some gradient is right to its very scale. */
  const isUnit = ({ measured, results }: Judged) =>
    measured.loss.stated && results.some((r) => showsRatio(r) && Math.abs(r.ratio / r.rate - 1) < 1e-6)
  const regular = ({ results }: Judged) => results.filter((r) => Math.abs(Math.abs(r.relative) - 1) < 1e-5).length
  const fitted = (j: Judged) => count(j) + (beside.get(j)?.size ?? 0)
  /** A loss whose steps show nothing of some parameters, against one whose steps show that they are off. */
  const isBlind = (a: Judged, b: Judged) =>
    a.consistent &&
    !b.consistent &&
    b.explained > a.explained &&
    a.results.some(
      ({ step, chain }) =>
        isStill(step) &&
        b.results.some(
          (o) => o.chain.id === chain.id && (o.status === 'scaled' || o.status === 'sign') && isSeen(o.step),
        ),
    )
  // A loss is seldom what updates are computed from; the error of one unit, called `error` like a loss, is.
  let taken: ReadonlySet<number> | undefined
  const isTaken = ({ measured }: Judged) => {
    taken ??= tape.ancestors(dependence.parameters.flatMap((chain) => chain.rests.flat()))
    return measured.loss.stated && measured.loss.steps.slice(0, 1).some((s) => s.terms.some(([n]) => taken?.has(n)))
  }
  const before = (a: Judged, b: Judged) => {
    if (isBlind(a, b) !== isBlind(b, a)) return isBlind(b, a)
    if (a.consistent && b.consistent)
      // A loss seen from one state of a gradient check reaches fewer parameters than the loss of the training itself.
      return (
        fitted(a) > fitted(b) ||
        (fitted(a) === fitted(b) &&
          (a.explained > b.explained ||
            (a.explained === b.explained &&
              (a.measured.loss.stated === b.measured.loss.stated
                ? // What is printed at the end is the loss of one step.
                  a.measured.loss.steps.length > 1 && b.measured.loss.steps.length === 1
                : a.measured.loss.stated))))
      )
    if (reachesMore(a, b) !== reachesMore(b, a)) return reachesMore(a, b)
    if (explainsMore(a, b) !== explainsMore(b, a)) return explainsMore(a, b)
    if (count(a) > 0 && count(a) === count(b) && contains(a, b) !== contains(b, a)) return contains(a, b)
    const order =
      Number(a.consistent) - Number(b.consistent) ||
      a.explained - b.explained ||
      count(a) - count(b) ||
      (count(a) === 0 ? Number(isTaken(b)) - Number(isTaken(a)) : 0) ||
      regular(a) - regular(b) ||
      Number(isUnit(a)) - Number(isUnit(b)) ||
      Number(a.measured.loss.stated) - Number(b.measured.loss.stated)
    return order > 0
  }
  return judged.reduce<Judged | undefined>((best, j) => (best === undefined || before(j, best) ? j : best), undefined)
}

/** The parameters whose update is the gradient itself, or (`beside`) holds it beside something else. */
function chainsOf(judged: Judged, beside: boolean): Set<number> {
  const fits = judged.results.filter((r) => r.residual < MATCH && r.ratio !== 0 && r.status !== 'unreached')
  return new Set(fits.filter((r) => (r.gradientNode !== undefined) === beside).map((r) => r.chain.id))
}
