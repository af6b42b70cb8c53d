/** Sums of products over named axes: `ij,jk->ik`. Direct loops; its adjoint is another sum of products. */

import { type Tensor, zeros } from './tensor.ts'

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
  const places = steps.map(() => 0)
  const data = args.map((x) => x.data)
  const advance = (by: number, depth: number) => {
    for (let i = 0; i < places.length; i++)
      places[i] = (places[i] as number) + by * ((steps[i] as number[])[depth] as number)
  }
  const walk = (depth: number): void => {
    const count = depth < letters.length ? (size.get(letters[depth] as string) ?? 1) : 1
    // The innermost axis has a loop of its own: nearly all the time is spent there.
    if (depth >= letters.length - 1) {
      for (let n = 0; n < count; n++) {
        let value = 1
        for (let i = 0; i < data.length; i++) {
          const step = steps[i]?.[depth] ?? 0
          value *= data[i]?.[(places[i] as number) + n * step] as number
        }
        const to = (places[args.length] as number) + n * (steps[args.length]?.[depth] ?? 0)
        out.data[to] = (out.data[to] as number) + value
      }
      return
    }
    for (let n = 0; n < count; n++) {
      walk(depth + 1)
      advance(1, depth)
    }
    advance(-count, depth)
  }
  walk(0)
  return out
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
