/** Sums of products over named axes: `ij,jk->ik`. Matrix products where they can be; its adjoint is another sum of products. */

import { matrixProduct, permuted, type Tensor, zeros } from './tensor.ts'

function parse(subscripts: string, count: number): { inputs: string[]; output: string } {
  const [left = '', right] = subscripts.split('->')
  const inputs = left.split(',')
  if (inputs.length !== count) throw new RangeError(`einsum "${subscripts}" with ${count} operands`)
  const letters = [...inputs.join('')]
  const once = [...new Set(letters)].filter((c) => letters.indexOf(c) === letters.lastIndexOf(c)).sort()
  return { inputs, output: right ?? once.join('') }
}

export function einsum(subscripts: string, args: readonly Tensor[]): Tensor {
  const { inputs, output } = parse(subscripts, args.length)
  return contract(inputs, output, args, extents(inputs, args))
}

function extents(inputs: readonly string[], args: readonly Tensor[]): Map<string, number> {
  const size = new Map<string, number>()
  inputs.forEach((names, i) => {
    ;[...names].forEach((name, axis) => {
      size.set(name, Math.max(size.get(name) ?? 1, args[i]?.shape[axis] ?? 1))
    })
  })
  return size
}

function contract(
  inputs: readonly string[],
  output: string,
  args: readonly Tensor[],
  size: Map<string, number>,
): Tensor {
  const product = asMatrices(inputs, output, args, size)
  if (product !== undefined) return product
  const letters = [...new Set([...output, ...inputs.join('')])]
  const steps = [...inputs, output].map((names, i) => {
    const shape = i < args.length ? (args[i]?.shape ?? []) : [...names].map((c) => size.get(c) ?? 1)
    const stride = new Map<string, number>()
    let step = 1
    for (let axis = names.length - 1; axis >= 0; axis--) {
      const name = names[axis] as string
      if ((shape[axis] ?? 1) > 1) stride.set(name, (stride.get(name) ?? 0) + step)
      step *= shape[axis] ?? 1
    }
    return letters.map((c) => stride.get(c) ?? 0)
  })
  const out = zeros([...output].map((c) => size.get(c) ?? 1))
  if (letters.some((c) => size.get(c) === 0)) return out
  const inner = letters.length - 1
  const counts = letters.map((c) => size.get(c) ?? 1)
  const places = new Int32Array(steps.length)
  const counter = new Int32Array(letters.length)
  const sumAlong = innermost(
    args.map((x) => x.data),
    out.data,
    steps.map((step) => step[inner] ?? 0),
    inner < 0 ? 1 : (counts[inner] as number),
  )
  for (;;) {
    sumAlong(places)
    let axis = inner - 1
    for (; axis >= 0; axis--) {
      const next = (counter[axis] as number) + 1
      const isLast = next === counts[axis]
      counter[axis] = isLast ? 0 : next
      const by = isLast ? 1 - next : 1
      for (let i = 0; i < places.length; i++)
        places[i] = (places[i] as number) + by * ((steps[i] as number[])[axis] as number)
      if (!isLast) break
    }
    if (axis < 0) return out
  }
}

/**
 * Two operands whose axes are rows, columns, summed and common ones: a matrix product for each place along the common
 * ones. Undefined where an axis stands twice in one operand, or is broadcast or summed in one of them alone.
 */
function asMatrices(
  inputs: readonly string[],
  output: string,
  args: readonly Tensor[],
  size: Map<string, number>,
): Tensor | undefined {
  const [left = '', right = ''] = inputs
  const [a, b] = args
  if (a === undefined || b === undefined || args.length !== 2) return undefined
  if ([left, right, output].some((names) => new Set(names).size !== names.length)) return undefined
  if ([...left].some((c, i) => a.shape[i] !== size.get(c)) || [...right].some((c, i) => b.shape[i] !== size.get(c)))
    return undefined
  const summed = [...left].filter((c) => !output.includes(c))
  if (summed.some((c) => !right.includes(c)) || [...right].some((c) => !output.includes(c) && !left.includes(c)))
    return undefined
  const common = [...output].filter((c) => left.includes(c) && right.includes(c))
  const rows = [...output].filter((c) => left.includes(c) && !right.includes(c))
  const columns = [...output].filter((c) => right.includes(c) && !left.includes(c))
  const extent = (names: readonly string[]) => names.reduce((n, c) => n * (size.get(c) ?? 1), 1)
  const [count, n, k, m] = [extent(common), extent(rows), extent(summed), extent(columns)]
  const laidOut = (x: Tensor, names: string, order: readonly string[]) =>
    permuted(
      x,
      order.map((c) => names.indexOf(c)),
    ).data
  const [x, y] = [
    laidOut(a, left, [...common, ...rows, ...summed]),
    laidOut(b, right, [...common, ...summed, ...columns]),
  ]
  const data = new Float64Array(count * n * m)
  for (let i = 0; i < count; i++) {
    const one = { shape: [n, k], data: x.subarray(i * n * k, (i + 1) * n * k) }
    const other = { shape: [k, m], data: y.subarray(i * k * m, (i + 1) * k * m) }
    data.set(matrixProduct(one, other).data, i * n * m)
  }
  const made = [...common, ...rows, ...columns]
  return permuted(
    { shape: made.map((c) => size.get(c) ?? 1), data },
    [...output].map((c) => made.indexOf(c)),
  )
}

/** Adds up along the last axis, from given places on: nearly all the time is spent there, and nearly always for two. */
function innermost(
  data: readonly Float64Array[],
  out: Float64Array,
  steps: readonly number[],
  count: number,
): (places: Int32Array) => void {
  const [a, b] = data
  const [stepA = 0, stepB = 0] = steps
  const stepOut = steps[data.length] ?? 0
  if (data.length === 2 && a !== undefined && b !== undefined)
    return (places) => {
      let atA = places[0] as number
      let atB = places[1] as number
      let to = places[2] as number
      for (let n = 0; n < count; n++, atA += stepA, atB += stepB, to += stepOut)
        out[to] = (out[to] as number) + (a[atA] as number) * (b[atB] as number)
    }
  return (places) => {
    for (let n = 0; n < count; n++) {
      let value = 1
      for (let i = 0; i < data.length; i++)
        value *= data[i]?.[(places[i] as number) + n * (steps[i] as number)] as number
      const to = (places[data.length] as number) + n * stepOut
      out[to] = (out[to] as number) + value
    }
  }
}

export function einsumGradient(subscripts: string, gy: Tensor, args: readonly Tensor[]): (Tensor | null)[] {
  const { inputs, output } = parse(subscripts, args.length)
  const size = extents(inputs, args)
  return args.map((_, i) => {
    const others = args.filter((_, j) => j !== i)
    const names = inputs.filter((_, j) => j !== i)
    const target = inputs[i] as string
    if (new Set(target).size !== target.length) return null
    return contract([output, ...names], target, [gy, ...others], size)
  })
}
