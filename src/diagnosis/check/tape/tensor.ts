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

/** Two arrays seen as rows of elements: how far it is in each of them from one row, and from one element, to the next. */
interface Rows {
  readonly shape: readonly number[]
  readonly count: number
  readonly length: number
  readonly left: readonly [row: number, element: number]
  readonly right: readonly [row: number, element: number]
}

/** How two shapes are broadcast, where that takes rows and elements and no more. */
function rowsOf(a: Tensor, b: Tensor): Rows | undefined {
  if (sameShape(a, b)) return { shape: a.shape, count: 1, length: a.data.length, left: [0, 1], right: [0, 1] }
  // One number with all elements: what scripts do most.
  if (isNumber(b) && b.shape.length <= a.shape.length)
    return { shape: a.shape, count: 1, length: a.data.length, left: [0, 1], right: [0, 0] }
  if (isNumber(a) && a.shape.length <= b.shape.length)
    return { shape: b.shape, count: 1, length: b.data.length, left: [0, 0], right: [0, 1] }
  const shape = broadcastShapes(a.shape, b.shape, 'elementwise operation')
  // Neighbouring axes along which the same operand stays where it is are one.
  const groups: { size: number; left: boolean; right: boolean }[] = []
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue
    const left = (a.shape[axis + a.shape.length - shape.length] ?? 1) === 1
    const right = (b.shape[axis + b.shape.length - shape.length] ?? 1) === 1
    const last = groups.at(-1)
    if (last?.left === left && last.right === right) last.size *= size
    else groups.push({ size, left, right })
  }
  if (groups.length > 2) return undefined
  const whole = { size: 1, left: true, right: true }
  const [row = whole, element = whole] = groups.length === 2 ? groups : [whole, ...groups]
  const steps = (side: 'left' | 'right'): [number, number] => [
    row[side] ? 0 : element[side] ? 1 : element.size,
    element[side] ? 0 : 1,
  ]
  return { shape, count: row.size, length: element.size, left: steps('left'), right: steps('right') }
}

/** Elementwise with broadcasting. */
export function zip(a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor {
  if (a.shape.length === 0 && b.shape.length === 0) return scalar(f(a.data[0] as number, b.data[0] as number))
  const rows = rowsOf(a, b)
  if (rows === undefined) {
    const shape = broadcastShapes(a.shape, b.shape, 'elementwise operation')
    const data = new Float64Array(sizeOf(shape))
    const left = broadcastIndex(a.shape, shape)
    const right = broadcastIndex(b.shape, shape)
    for (let i = 0; i < data.length; i++)
      data[i] = f(a.data[left[i] as number] as number, b.data[right[i] as number] as number)
    return { shape, data }
  }
  const data = new Float64Array(rows.count * rows.length)
  for (let row = 0, k = 0; row < rows.count; row++) {
    let [x, y] = [row * rows.left[0], row * rows.right[0]]
    for (let i = 0; i < rows.length; i++, x += rows.left[1], y += rows.right[1])
      data[k++] = f(a.data[x] as number, b.data[y] as number)
  }
  return { shape: rows.shape, data }
}

const plus = (x: number, y: number) => x + y
const minus = (x: number, y: number) => x - y
const times = (x: number, y: number) => x * y

// A function of two numbers that is called for each element costs more than the sum itself: what is done most has its own loop.

export function add(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length + b.shape.length === 0) return scalar((a.data[0] as number) + (b.data[0] as number))
  const rows = rowsOf(a, b)
  if (rows === undefined) return zip(a, b, plus)
  const { count, length, left, right } = rows
  const [data, x0, y0] = [new Float64Array(count * length), a.data, b.data]
  const [[p, q], [r, s]] = [left, right]
  for (let row = 0, k = 0; row < count; row++)
    for (let i = 0, x = row * p, y = row * r; i < length; i++, x += q, y += s)
      data[k++] = (x0[x] as number) + (y0[y] as number)
  return { shape: rows.shape, data }
}

export function subtract(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length + b.shape.length === 0) return scalar((a.data[0] as number) - (b.data[0] as number))
  const rows = rowsOf(a, b)
  if (rows === undefined) return zip(a, b, minus)
  const { count, length, left, right } = rows
  const [data, x0, y0] = [new Float64Array(count * length), a.data, b.data]
  const [[p, q], [r, s]] = [left, right]
  for (let row = 0, k = 0; row < count; row++)
    for (let i = 0, x = row * p, y = row * r; i < length; i++, x += q, y += s)
      data[k++] = (x0[x] as number) - (y0[y] as number)
  return { shape: rows.shape, data }
}

export function multiply(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length + b.shape.length === 0) return scalar((a.data[0] as number) * (b.data[0] as number))
  const rows = rowsOf(a, b)
  if (rows === undefined) return zip(a, b, times)
  const { count, length, left, right } = rows
  const [data, x0, y0] = [new Float64Array(count * length), a.data, b.data]
  const [[p, q], [r, s]] = [left, right]
  for (let row = 0, k = 0; row < count; row++)
    for (let i = 0, x = row * p, y = row * r; i < length; i++, x += q, y += s)
      data[k++] = (x0[x] as number) * (y0[y] as number)
  return { shape: rows.shape, data }
}

export const scale = (a: Tensor, factor: number) => map(a, (x) => x * factor)

/** The adjoint of broadcasting: sums `gy` down to `shape`. */
export function sumTo(gy: Tensor, shape: readonly number[]): Tensor {
  if (gy.shape.length === shape.length && gy.shape.every((n, i) => n === shape[i])) return gy
  const out = zeros(shape)
  if (out.data.length === 1) {
    out.data[0] = gy.data.reduce((sum, x) => sum + x, 0)
    return out
  }
  if (gy.shape.length === 2) {
    const [rows = 1, columns = 1] = shape.length === 2 ? shape : [1, ...shape]
    const [count = 1, length = 1] = gy.shape
    const [row, element] = [rows === 1 ? 0 : columns, columns === 1 ? 0 : 1]
    for (let i = 0, k = 0; i < count; i++)
      for (let j = 0, to = i * row; j < length; j++, to += element)
        out.data[to] = (out.data[to] as number) + (gy.data[k++] as number)
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

/** Its axes in another order: axis i is the former axis `order[i]`. */
export function permuted(x: Tensor, order: readonly number[]): Tensor {
  if (order.every((axis, i) => axis === i)) return x
  const strides = rowMajorStrides(x.shape)
  const shape = order.map((axis) => x.shape[axis] ?? 1)
  const index = stridedIndex(
    shape,
    order.map((axis) => strides[axis] ?? 0),
    0,
  )
  const data = new Float64Array(index.length)
  for (let i = 0; i < data.length; i++) data[i] = x.data[index[i] as number] as number
  return { shape, data }
}

/** [n, k] times [k, m], summed in the order of k. What is multiplied with 0 is left out, be it infinite. */
export function matrixProduct(a: Tensor, b: Tensor): Tensor {
  const [n = 1, k = 1] = a.shape
  const m = b.shape[1] ?? 1
  if (b.shape[0] !== k) throw new RangeError(`matrix product of [${a.shape}] and [${b.shape}]`)
  const [data, x, y] = [new Float64Array(n * m), a.data, b.data]
  const addRow = (left: number, l: number, to: number) => {
    if (left === 0) return
    for (let j = 0, row = l * m; j < m; j++, row++) data[to + j] = (data[to + j] as number) + left * (y[row] as number)
  }
  for (let i = 0; i < n; i++) {
    const to = i * m
    let l = 0
    // Four rows at a time: what is summed is read and written once for all of them.
    for (; l + 3 < k; l += 4) {
      const at = i * k + l
      const [x0, x1, x2, x3] = [x[at] as number, x[at + 1] as number, x[at + 2] as number, x[at + 3] as number]
      if (x0 === 0 || x1 === 0 || x2 === 0 || x3 === 0) {
        for (let r = 0; r < 4; r++) addRow(x[at + r] as number, l + r, to)
        continue
      }
      const [r0, r1, r2, r3] = [l * m, (l + 1) * m, (l + 2) * m, (l + 3) * m]
      for (let j = 0; j < m; j++)
        data[to + j] =
          (data[to + j] as number) +
          x0 * (y[r0 + j] as number) +
          x1 * (y[r1 + j] as number) +
          x2 * (y[r2 + j] as number) +
          x3 * (y[r3 + j] as number)
    }
    for (; l < k; l++) addRow(x[i * k + l] as number, l, to)
  }
  return { shape: [n, m], data }
}
