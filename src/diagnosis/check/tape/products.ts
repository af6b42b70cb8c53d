/** NumPy's products (dot, matmul, inner, outer, vdot) and their adjoints. */

import { einsum, einsumGradient } from './einsum.ts'
import { matrixProduct, multiply, reshape, scale, sumTo, type Tensor, transpose } from './tensor.ts'

export type Product = 'dot' | 'matmul' | 'inner' | 'outer' | 'vdot'

const size = (x: Tensor) => x.data.length

/** The same product as a sum over named axes. */
function subscripts(kind: Product, a: Tensor, b: Tensor): string {
  const first = 'abcdefgh'.slice(0, a.shape.length)
  const second = [...'ijklmnop'.slice(0, b.shape.length)]
  const inner = first.length - 1
  const contracted = kind === 'inner' || second.length === 1 ? second.length - 1 : second.length - 2
  second[contracted] = first[inner] as string
  let output = first.slice(0, inner) + second.filter((_, i) => i !== contracted).join('')
  if (kind === 'matmul' && Math.max(a.shape.length, b.shape.length) > 2) {
    const batch = Math.min(a.shape.length, b.shape.length) - 2
    for (let i = 0; i < batch; i++) second[second.length - 3 - i] = first[first.length - 3 - i] as string
    const rows = first.length > 1 ? (first[first.length - 2] as string) : ''
    const columns = second.length > 1 ? (second[second.length - 1] as string) : ''
    const lead = first.length >= second.length ? first.slice(0, -2) : second.slice(0, -2).join('')
    output = lead + rows + columns
  }
  return `${first},${second.join('')}->${output}`
}

const flatProduct = (kind: Product, a: Tensor, b: Tensor) =>
  a.shape.length === 0 || b.shape.length === 0 ? kind !== 'outer' : false
const isMatrix = (kind: Product, a: Tensor, b: Tensor) =>
  a.shape.length === 2 && b.shape.length === 2 && (kind === 'dot' || kind === 'matmul')

export function productOf(kind: Product, a: Tensor, b: Tensor): Tensor {
  if (kind === 'outer') return matrixProduct(reshape(a, [size(a), 1]), reshape(b, [1, size(b)]))
  if (flatProduct(kind, a, b)) return multiply(a, b)
  if (kind === 'vdot') return reshape(matrixProduct(reshape(a, [1, size(a)]), reshape(b, [size(b), 1])), [])
  if (isMatrix(kind, a, b)) return matrixProduct(a, b)
  const [k, contracted] = [a.shape.at(-1), b.shape.length === 1 || kind === 'inner' ? b.shape.at(-1) : b.shape.at(-2)]
  if (k !== contracted) throw new RangeError(`${kind} of [${a.shape}] and [${b.shape}]`)
  return einsum(subscripts(kind, a, b), [a, b])
}

export function productGradient(kind: Product, gy: Tensor, a: Tensor, b: Tensor): (Tensor | null)[] {
  if (kind === 'outer') {
    const rows = matrixProduct(gy, reshape(b, [size(b), 1]))
    const columns = matrixProduct(transpose(gy), reshape(a, [size(a), 1]))
    return [reshape(rows, a.shape), reshape(columns, b.shape)]
  }
  if (flatProduct(kind, a, b)) return [sumTo(multiply(gy, b), a.shape), sumTo(multiply(gy, a), b.shape)]
  if (kind === 'vdot') {
    const factor = gy.data[0] as number
    return [reshape(scale(b, factor), a.shape), reshape(scale(a, factor), b.shape)]
  }
  if (isMatrix(kind, a, b)) return [matrixProduct(gy, transpose(b)), matrixProduct(transpose(a), gy)]
  return einsumGradient(subscripts(kind, a, b), gy, [a, b])
}
