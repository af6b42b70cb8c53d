/**
 * True adjoints in, a dictionary out that says for a value of the backward pass which forward value it is the gradient
 * of, up to a constant. Values at all points are joined, so that a chance agreement of single numbers is none.
 */

import type { Judged } from '../judge.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'

export interface Label {
  /** The forward value whose gradient it is. */
  readonly node: number
  /** value = scale · gradient. */
  readonly scale: number
  readonly transposed: boolean
}

interface Known {
  readonly node: number
  readonly value: Float64Array
  readonly transposed: boolean
}

const MAX_SIZE = 60_000

export class Labels {
  private readonly bySize = new Map<number, { mark: number; known: Known }[]>()
  private readonly weights = new Map<number, Float64Array>()
  private readonly own: { node: number; parts: readonly (Tensor | undefined)[] }[] = []
  readonly adjoints: readonly ReadonlyMap<number, Tensor>[]

  constructor(judged: Judged, step: number) {
    this.adjoints = judged.measured.adjointsAt(step)
    const [first] = this.adjoints
    for (const node of first?.keys() ?? []) {
      const parts = this.adjoints.map((a) => a.get(node))
      const value = join(parts)
      if (value.length > MAX_SIZE) continue
      this.add({ node, value, transposed: false })
      if (parts[0]?.shape.length === 2 && Math.min(...parts[0].shape) > 1)
        this.add({ node, value: join(parts.map(flip)), transposed: true })
    }
    for (const list of this.bySize.values()) list.sort((a, b) => a.mark - b.mark)
  }

  private add(known: Known): void {
    const mark = this.mark(known.value)
    if (mark === undefined) return
    const list = this.bySize.get(known.value.length) ?? []
    list.push({ mark, known })
    this.bySize.set(known.value.length, list)
  }

  /** The cosine against a fixed direction, without its sign: the same for all multiples of a value. */
  private mark(value: Float64Array): number | undefined {
    let weights = this.weights.get(value.length)
    if (weights === undefined) {
      weights = Float64Array.from(value, (_, i) => Math.sin(12.9898 * (i + 1)) + 0.3)
      this.weights.set(value.length, weights)
    }
    let [dot, square] = [0, 0]
    for (let i = 0; i < value.length; i++) {
      dot += (value[i] as number) * (weights[i] as number)
      square += (value[i] as number) ** 2
    }
    return square > 1e-40 && Number.isFinite(square) ? Math.abs(dot) / Math.sqrt(square) : undefined
  }

  /** A gradient that is no forward value's as a whole: what some uses of `node` ask of it. Returns what it is called here. */
  part(node: number, parts: readonly (Tensor | undefined)[]): number {
    this.own.push({ node, parts })
    return -1 - this.own.length
  }

  /** The gradient of a forward value, or of a part. */
  gradient(target: number, point: number): Tensor | undefined {
    return target < -1 ? this.own[-2 - target]?.parts[point] : this.adjoints[point]?.get(target)
  }

  /** The forward value that a target is about. */
  valueOf(target: number): number {
    return target < -1 ? (this.own[-2 - target]?.node ?? -1) : target
  }

  find(value: Float64Array): Label[] {
    const list = this.bySize.get(value.length)
    const mark = list === undefined ? undefined : this.mark(value)
    if (list === undefined || mark === undefined) return []
    let [low, high] = [0, list.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((list[middle]?.mark ?? 0) < mark - 1e-6) low = middle + 1
      else high = middle
    }
    const out: Label[] = []
    for (let i = low; i < list.length && (list[i]?.mark ?? 0) <= mark + 1e-6; i++) {
      const known = list[i]?.known
      if (known === undefined) continue
      const match = proportion(value, known.value)
      if (match.residual < MATCH && match.ratio !== 0)
        out.push({ node: known.node, scale: match.ratio, transposed: known.transposed })
    }
    return out
  }

  of(node: number, points: readonly Values[]): Label[] {
    const parts = points.map((values) => values[node])
    return parts.some((p) => p === undefined) ? [] : this.find(join(parts))
  }
}

export function flip(x: Tensor | undefined): Tensor | undefined {
  if (x === undefined || x.shape.length !== 2) return x
  const [rows = 1, columns = 1] = x.shape
  const data = new Float64Array(x.data.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) data[j * rows + i] = x.data[i * columns + j] as number
  return { shape: [columns, rows], data }
}
