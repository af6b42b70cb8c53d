/**
 * What a change does to a script, decided from outside by plain Python (observe.py): nabla takes no part.
 *
 * A change is a fault unless the parameters go the same way without it. Three ways count as the same:
 * - `same`: the same numbers. Nothing was changed, and the case is dropped.
 * - `rescaled`: every update is the same positive multiple of what it was, at the first step and at all others. That
 *   is more than a first update which is a multiple: the changed script is run once more with its updates divided by
 *   the multiple, and must then go where the original goes. (An Adam without bias correction starts as a multiple, and
 *   does not.) The learning rate absorbs such a change, and the script is right.
 * - `absorbed`: Adam and RMSprop divide by the gradient's size, so that a factor of the gradients leaves only what
 *   the epsilon of the division does. Both scripts are run with epsilons made smaller: what differs must vanish with
 *   them. The script is right if all numbers differ at first, that is, if all gradients share the factor.
 *   If some do not, its gradients are not what they should be but its training is: it is neither, and is dropped.
 * A factor of the gradients that changes their balance with a weight decay by next to nothing is neither, too.
 * A rescaled script that diverges is dropped too: there the learning rate is to blame, and a report may well say so.
 */

export interface Observation {
  /** Of each number that changed: how many changes there had been, and its own first one. */
  readonly first: Readonly<Record<string, readonly [number, number | null]>>
  readonly start: readonly number[]
  readonly course: readonly (readonly [number, readonly (number | null)[]])[]
  readonly changes: number
  readonly ended: boolean
  readonly error: string | null
}

export interface Request {
  readonly source: string
  readonly parameters: string
  readonly rescale?: number
  readonly shrink?: boolean
}

export type Observe = (request: Request) => Promise<Observation>

export type Relation = 'same' | 'rescaled' | 'absorbed' | 'neither' | 'fault'

/** Rounding, relative to a first update or to the way that the parameters have gone. */
const ROUNDING = 1e-7
/** What a change of rounding grows to in some hundred steps. */
const GROWN = 1e-5
/** Some first updates that an epsilon makes differ, relative to all. */
const NEAR = 0.05
/** What a small weight decay is beside a gradient. */
const SLIGHT = 0.02

export async function relate(base: Request, changed: Request, observe: Observe): Promise<Relation | 'no script'> {
  const [before, after] = [await observe(base), await observe(changed)]
  if (after.error !== null) return 'no script'
  const ratio = commonRatio(before, after)
  if (ratio === undefined) return 'fault'
  const apart = distance(before, after)
  if (Math.abs(ratio.value - 1) < ROUNDING && ratio.spread < ROUNDING && apart < ROUNDING) return 'same'
  if (Math.abs(ratio.value - 1) >= ROUNDING && ratio.spread < ROUNDING) {
    const scaled = await observe({ ...changed, rescale: 1 / ratio.value })
    if (distance(before, scaled) <= GROWN)
      return after.course.some(([, numbers]) => numbers.includes(null)) ? 'neither' : 'rescaled'
  }
  if (Math.abs(ratio.value - 1) > NEAR && ratio.spread < SLIGHT) {
    const scaled = await observe({ ...changed, rescale: 1 / ratio.value })
    return distance(before, scaled) < SLIGHT ? 'neither' : 'fault'
  }
  if (Math.abs(ratio.value - 1) > NEAR || ratio.spread > NEAR) return 'fault'
  const [exact, other] = [await observe({ ...base, shrink: true }), await observe({ ...changed, shrink: true })]
  const left = distance(exact, other)
  if (!(left <= Math.max(ROUNDING, apart / 100))) return 'fault'
  const keys = Object.keys(before.first)
  return keys.filter((key) => before.first[key]?.[1] !== after.first[key]?.[1]).length > 0.9 * keys.length
    ? 'absorbed'
    : 'neither'
}

/** Whether both faults of a script show: two that undo each other are none, and one that hides the other leaves one. */
export async function isTwoFaults(
  { original, first, second, both }: Readonly<Record<'original' | 'first' | 'second' | 'both', Request>>,
  observe: Observe,
): Promise<boolean> {
  for (const without of [original, first, second]) if ((await relate(without, both, observe)) !== 'fault') return false
  return true
}

/** The multiple that the first updates are of the original's, and how far the farthest is from it (relative, by size). */
function commonRatio(before: Observation, after: Observation): { value: number; spread: number } | undefined {
  const seen = Math.min(before.changes, after.changes)
  const changed = (o: Observation) => Object.keys(o.first).filter((key) => (o.first[key]?.[0] ?? 0) <= seen)
  const keys = changed(before)
  if (keys.length === 0 || keys.length !== changed(after).length) return undefined
  let [dot, square] = [0, 0]
  const pairs: [number, number][] = []
  for (const key of keys) {
    const [a, b] = [before.first[key]?.[1], after.first[key]?.[1]]
    if (a === null || b === null || a === undefined || b === undefined) return undefined
    pairs.push([a, b])
    dot += a * b
    square += a * a
  }
  const value = dot / square
  if (!(value > 0)) return undefined
  const spread = Math.max(...pairs.map(([a, b]) => Math.abs(b - value * a) / Math.abs(value * a)))
  return { value, spread }
}

/** How far two courses are apart, relative to the way gone; Infinity where they can't be compared. */
function distance(a: Observation, b: Observation): number {
  if (a.error !== null || b.error !== null) return Number.POSITIVE_INFINITY
  if (a.ended && b.ended && a.changes !== b.changes) return Number.POSITIVE_INFINITY
  let worst = 0
  let compared = 0
  for (const [changes, numbers] of a.course) {
    const others = b.course.find(([count]) => count === changes)?.[1]
    if (others === undefined) continue
    compared++
    if (others.length !== numbers.length) return Number.POSITIVE_INFINITY
    let [apart, way] = [0, 0]
    for (const [i, x] of numbers.entries()) {
      const [y, from] = [others[i], a.start[i]]
      if (x === null || y === null || y === undefined || from === undefined) return Number.POSITIVE_INFINITY
      apart = Math.max(apart, Math.abs(x - y))
      way = Math.max(way, Math.abs(x - from))
    }
    worst = Math.max(worst, apart / (way || 1))
  }
  return compared === 0 ? Number.POSITIVE_INFINITY : worst
}
