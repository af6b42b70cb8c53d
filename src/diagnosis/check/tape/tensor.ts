/** Dense f64 arrays in row-major order, with NumPy's broadcasting: what a tape's values are. */

import { broadcastShapes, rowMajorStrides, sizeOf } from '../../../shared/index.ts'

export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export function tensor(shape: readonly number[], data: Float64Array | readonly number[]): Tensor {
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) }
}

export function scalar(value: number): Tensor {
  const data = new Float64Array(1)
  data[0] = value
  return { shape: [], data }
}

export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float64Array(sizeOf(shape)) }
}

export function sameShape(a: Tensor, b: Tensor): boolean {
  return a.shape.length === b.shape.length && a.shape.every((n, axis) => n === b.shape[axis])
}

/** The flat positions, in an array of `from`, that each element of `to` reads when `from` is broadcast to `to`. */
export function broadcastIndex(from: readonly number[], to: readonly number[]): Int32Array {
  const strides = rowMajorStrides(from)
  const lead = to.length - from.length
  const steps = to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : (strides[axis - lead] ?? 0)))
  return stridedIndex(to, steps, 0)
}

/** Flat positions offset + Σ index·stride, in row-major order of `shape`. */
export function stridedIndex(shape: readonly number[], strides: readonly number[], offset: number): Int32Array {
  const size = sizeOf(shape)
  const out = new Int32Array(size)
  const counter = new Array<number>(shape.length).fill(0)
  let position = offset
  for (let i = 0; i < size; i++) {
    out[i] = position
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const next = (counter[axis] ?? 0) + 1
      position += stride
      if (next < (shape[axis] ?? 1)) {
        counter[axis] = next
        break
      }
      position -= stride * next
      counter[axis] = 0
    }
  }
  return out
}

export function map(x: Tensor, f: (value: number) => number): Tensor {
  const data = new Float64Array(x.data.length)
  for (let i = 0; i < data.length; i++) data[i] = f(x.data[i] as number)
  return { shape: x.shape, data }
}

const isNumber = (x: Tensor) => x.data.length === 1 && x.shape.every((n) => n === 1)

/** Elementwise with broadcasting. */
export function zip(a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor {
  if (a.shape.length === 0 && b.shape.length === 0) return scalar(f(a.data[0] as number, b.data[0] as number))
  if (sameShape(a, b)) {
    const data = new Float64Array(a.data.length)
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[i] as number, b.data[i] as number)
    return { shape: a.shape, data }
  }
  // One number with all elements: what scripts do most, and no positions need be laid out for it.
  if (isNumber(b) && b.shape.length <= a.shape.length) {
    const y = b.data[0] as number
    return map(a, (x) => f(x, y))
  }
  if (isNumber(a) && a.shape.length <= b.shape.length) {
    const x = a.data[0] as number
    return map(b, (y) => f(x, y))
  }
  const shape = broadcastShapes(a.shape, b.shape, 'elementwise operation')
  const data = new Float64Array(sizeOf(shape))
  const left = broadcastIndex(a.shape, shape)
  const right = broadcastIndex(b.shape, shape)
  for (let i = 0; i < data.length; i++)
    data[i] = f(a.data[left[i] as number] as number, b.data[right[i] as number] as number)
  return { shape, data }
}

export const add = (a: Tensor, b: Tensor) => zip(a, b, (x, y) => x + y)
export const multiply = (a: Tensor, b: Tensor) => zip(a, b, (x, y) => x * y)
export const scale = (a: Tensor, factor: number) => map(a, (x) => x * factor)

/** The adjoint of broadcasting: sums `gy` down to `shape`. */
export function sumTo(gy: Tensor, shape: readonly number[]): Tensor {
  if (gy.shape.length === shape.length && gy.shape.every((n, i) => n === shape[i])) return gy
  const out = zeros(shape)
  if (out.data.length === 1) {
    out.data[0] = gy.data.reduce((sum, x) => sum + x, 0)
    return out
  }
  const index = broadcastIndex(shape, gy.shape)
  for (let i = 0; i < gy.data.length; i++)
    out.data[index[i] as number] = (out.data[index[i] as number] as number) + (gy.data[i] as number)
  return out
}

export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  return { shape, data: x.data }
}

export function transpose(x: Tensor): Tensor {
  const [rows = 1, columns = 1] = x.shape
  const data = new Float64Array(x.data.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) data[j * rows + i] = x.data[i * columns + j] as number
  return { shape: [columns, rows], data }
}

/** [n, k] times [k, m]. */
export function matrixProduct(a: Tensor, b: Tensor): Tensor {
  const [n = 1, k = 1] = a.shape
  const m = b.shape[1] ?? 1
  if (b.shape[0] !== k) throw new RangeError(`matrix product of [${a.shape}] and [${b.shape}]`)
  const data = new Float64Array(n * m)
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < k; l++) {
      const left = a.data[i * k + l] as number
      if (left === 0) continue
      const row = l * m
      const to = i * m
      for (let j = 0; j < m; j++) data[to + j] = (data[to + j] as number) + left * (b.data[row + j] as number)
    }
  }
  return { shape: [n, m], data }
}
