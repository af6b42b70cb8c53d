import { describe, expect, it } from 'vitest'
import { gradient, valueAndGradient } from '../gradient/index.ts'
import { add, argmax, matmul, mean, mul, square, sub, sum, type Tensor, toFloat } from '../ops/index.ts'
import { compile, reference, wasm } from './index.ts'

describe.each([reference, wasm])('compile on $name', (backend) => {
  it('returns what the function returns, in its structure', async () => {
    const one = await compile((x) => mul(x, 2), [[2, 2]], { backend })
    expect(await one([1, 2, 3, 4])).toMatchObject({ shape: [2, 2], values: { 0: 2, 1: 4, 2: 6, 3: 8 } })
    const list = await compile((x) => [sum(x), argmax(x)], [[3]], { backend })
    const [total, best] = await list([1, 5, 2])
    expect([...(total?.values ?? []), ...(best?.values ?? [])]).toEqual([8, 1])
    const named = await compile((x) => ({ total: sum(x) }), [[3]], { backend })
    expect([...(await named([1, 2, 3])).total.values]).toEqual([6])
  })

  it('compiles gradients', async () => {
    const loss = (w: Tensor, x: Tensor) => mean(square(matmul(x, w)))
    const both = await compile(
      valueAndGradient(loss),
      [
        [2, 1],
        [3, 2],
      ],
      { backend },
    )
    const [value, g] = await both([1, 2], [1, 0, 0, 1, 1, 1])
    expect(value?.values[0]).toBeCloseTo((1 + 4 + 9) / 3, 5)
    expect([...(g?.values ?? [])].map((v) => Math.round(v * 1e4) / 1e4)).toEqual([2.6667, 3.3333])
  })

  it('says what is wrong', async () => {
    await expect(
      compile(
        gradient((x) => toFloat(argmax(x))),
        [[3]],
        { backend },
      ),
    ).rejects.toThrow(/argmax.*derivative is zero/s)
    await expect(compile(() => 3 as never, [[3]], { backend })).rejects.toThrow(/returns a tensor/)
    await expect(compile((x, y) => add(x, y), [[3], [4]], { backend })).rejects.toThrow(/E-SHAPE: add/)
    const f = await compile((x, y) => sub(x, y), [[3], []], { backend })
    expect([...(await f([1, 2, 3], 1)).values]).toEqual([0, 1, 2])
    await expect(f([1, 2, 3])).rejects.toThrow(/2 arguments: \[3\], \[\]/)
    await expect(f([1, 2], 1)).rejects.toThrow(/3 values for float \[3\], received 2/)
  })
})
