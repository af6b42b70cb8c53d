/** What cannot be checked, each with what was expected, what came and what to do. */

import { describe, expect, it } from 'vitest'
import { twoLayers } from './hand-written.fixture.ts'
import { type BackwardOptions, checkBackward } from './index.ts'

const w = [0.4, -0.3]
const right: BackwardOptions = {
  parameters: { w },
  forward: () => w.reduce((sum, x) => sum + x ** 3, 0),
  backward: () => ({ w: w.map((x) => 3 * x * x) }),
}
const shared = new Float64Array(6)
let drift = 0

describe('checkBackward refuses', () => {
  it.each<[string, object, RegExp]>([
    ['no functions', { forward: undefined }, /E-VALUE: checkBackward, forward/],
    ['no parameters', { parameters: {} }, /E-VALUE: checkBackward, parameters/],
    ['a gradient that is missing', { backward: () => ({ v: [1, 2] }) }, /E-NAME: backward\(\), "w".*gradients for v/],
    ['a backward pass that returns nothing', { backward: () => undefined }, /E-USAGE: backward\(\)/],
    ['an asynchronous backward pass', { backward: async () => ({ w: [1, 2] }) }, /E-USAGE: backward\(\).*a promise/],
    ['an asynchronous loss', { forward: async () => 1 }, /E-USAGE: forward\(\).*a promise/],
    ['a loss that is no number', { forward: () => [1] }, /E-USAGE: forward\(\).*the loss, a number/],
    ['a loss that is NaN', { forward: () => Number.NaN }, /E-NAN: forward\(\), the loss/],
    [
      'a loss that is drawn at random',
      { forward: () => Math.random() },
      /E-USAGE: forward\(\), the loss.*the same loss/,
    ],
    ['a loss with a memory', { forward: () => ++drift }, /E-USAGE: forward\(\), the loss.*the same loss/],
    ['a loss that depends on no parameter', { forward: () => 2 }, /E-GRADIENT/],
    ['gradients drawn at random', { backward: () => ({ w: [Math.random(), 1] }) }, /E-USAGE: backward\(\), "w"/],
    ['integers', { parameters: { w: new Int32Array(2) } }, /E-DTYPE.*an Int32Array.*\n.*Float64Array/],
    ['a number', { parameters: { w: 3 } }, /E-VALUE: parameters, "w".*\n.*get: /],
    ['text', { parameters: { w: ['a', 'b'] } }, /E-SHAPE.*a string at index 0/],
    ['rows of several lengths', { parameters: { w: [[1, 2], [3]] } }, /E-SHAPE: parameters, "w"\[1\].*\[2\].*\[1\]/],
    ['an empty array', { parameters: { w: [] } }, /E-SHAPE.*at least one number/],
    ['a shape that does not fit', { parameters: { w: { values: w, shape: [3] } } }, /E-SHAPE.*3 values/],
    [
      'one array as several rows',
      { parameters: { w: Array(2).fill([1, 2]) } },
      /E-VALUE.*the same array in several rows/,
    ],
    [
      'parameters that overlap',
      { parameters: { a: shared.subarray(0, 4), b: shared.subarray(3) } },
      /E-VALUE: parameters, "a" and "b"/,
    ],
    ['a frozen array', { parameters: { w: Object.freeze([1, 2]) } }, /E-VALUE.*a frozen array/],
    ['a parameter that is NaN', { parameters: { w: [1, Number.NaN] } }, /E-NAN: parameters, "w".*element 1/],
    ['a tolerance', { tolerance: 2 }, /E-VALUE: checkBackward, tolerance/],
    ['samples', { samples: 0 }, /E-VALUE: checkBackward, samples/],
    ['points', { points: 1.5 }, /E-VALUE: checkBackward, points/],
    ['a size', { sizes: { m: -1 } }, /E-VALUE: checkBackward, sizes, "m"/],
  ])('%s', (_, change, says) => {
    expect(() => checkBackward({ ...right, ...change } as BackwardOptions)).toThrow(says)
  })

  it('a forward pass that changes a parameter', () => {
    const v = [1, 2]
    const forward = () => {
      v[0] = (v[0] as number) + 1
      return 1
    }
    expect(() => checkBackward({ ...right, parameters: { v }, forward })).toThrow(/E-USAGE.*"v", changed by forward/)
    expect(v).toEqual([1, 2])
  })

  it('names of probes that are used twice, or that forward() does not know', () => {
    const { parameters, backward, forward } = twoLayers()
    const twice: BackwardOptions['forward'] = (probe) => {
      probe('z', [1])
      probe('z', [1])
      return forward(probe)
    }
    expect(() => checkBackward({ parameters, backward, forward: twice })).toThrow(/E-NAME: probe "z"/)
    const unknown: BackwardOptions['backward'] = (probe) => {
      probe('z3', [1])
      return backward(probe)
    }
    expect(() => checkBackward({ parameters, forward, backward: unknown })).toThrow(/E-NAME: backward\(\), probe.*"z3"/)
  })
})
