/**
 * Initial values of parameters. An initializer is data (name and scale) and draws from a stream of random numbers;
 * the values are rounded to f32, so that every backend starts from the same numbers.
 *
 * Sources: X. Glorot, Y. Bengio, AISTATS 2010, equation 16; K. He et al., arXiv:1502.01852, equation 10;
 * Y. LeCun et al., "Efficient BackProp", 1998, equation 16.
 */

import { NablaError, type RandomStream, type Shape, sizeOf, unknownName } from '../shared/index.ts'
import { checkNumber, checkOptions, showValue } from './validate.ts'

export type Initializer =
  | { readonly name: VarianceScaling }
  | { readonly name: 'normal'; readonly mean: number; readonly deviation: number }
  | { readonly name: 'uniform'; readonly low: number; readonly high: number }
  | { readonly name: 'zeros' }
  | { readonly name: 'constant'; readonly value: number }

export type VarianceScaling =
  | 'glorotUniform'
  | 'glorotNormal'
  | 'heUniform'
  | 'heNormal'
  | 'lecunUniform'
  | 'lecunNormal'

/** An initializer, or the name of one that needs no number. */
export type InitializerLike = Initializer | VarianceScaling | 'zeros'

/** The variance of a weight from its fan-in and fan-out. */
const VARIANCE: Readonly<Record<VarianceScaling, (fanIn: number, fanOut: number) => number>> = {
  glorotUniform: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  glorotNormal: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  heUniform: (fanIn) => 2 / fanIn,
  heNormal: (fanIn) => 2 / fanIn,
  lecunUniform: (fanIn) => 1 / fanIn,
  lecunNormal: (fanIn) => 1 / fanIn,
}
const NAMES = [...Object.keys(VARIANCE), 'normal', 'uniform', 'zeros', 'constant']

/** Uniform in ±√(6/(fanIn + fanOut)): keeps the variance both ways for tanh, sigmoid and linear layers. */
export const glorotUniform = (): Initializer => ({ name: 'glorotUniform' })
/** Normal with variance 2/(fanIn + fanOut). */
export const glorotNormal = (): Initializer => ({ name: 'glorotNormal' })
/** Uniform in ±√(6/fanIn): keeps the variance through rectifiers. */
export const heUniform = (): Initializer => ({ name: 'heUniform' })
/** Normal with variance 2/fanIn. */
export const heNormal = (): Initializer => ({ name: 'heNormal' })
/** Uniform in ±√(3/fanIn). */
export const lecunUniform = (): Initializer => ({ name: 'lecunUniform' })
/** Normal with variance 1/fanIn. */
export const lecunNormal = (): Initializer => ({ name: 'lecunNormal' })
export const zeros = (): Initializer => ({ name: 'zeros' })

/** Normal numbers. @throws NablaError E-VALUE for a negative deviation. */
export const randomNormal = (deviation = 0.01, mean = 0): Initializer => ({
  name: 'normal',
  mean: checkNumber(mean, 'randomNormal mean'),
  deviation: checkNumber(deviation, 'randomNormal deviation', { least: 0 }),
})

/** Uniform numbers from `low` to `high`. @throws NablaError E-VALUE where low > high. */
export const randomUniform = (low = -0.05, high = 0.05): Initializer => ({
  name: 'uniform',
  low: checkNumber(low, 'randomUniform low'),
  high: checkNumber(high, 'randomUniform high', { least: low }),
})

/** Every weight the same. (For a kernel of more than one unit, all units then learn the same.) */
export const constant = (value: number): Initializer => ({
  name: 'constant',
  value: checkNumber(value, 'constant initializer'),
})

/**
 * An initializer from what a user or a file gives.
 * @throws NablaError E-NAME for an unknown name, E-VALUE for its numbers, E-USAGE for what is neither.
 */
export function initializerOf(given: unknown, where: string): Initializer {
  const record = typeof given === 'string' ? { name: given } : given
  if (typeof record !== 'object' || record === null || !('name' in record)) {
    const expected = "an initializer, such as heNormal() or 'heNormal'"
    throw new NablaError({
      code: 'E-USAGE',
      where,
      expected,
      received: showValue(given),
      fix: `give ${expected}.`,
    })
  }
  const { name, ...numbers } = record as { name: unknown; [field: string]: unknown }
  if (typeof name !== 'string' || !NAMES.includes(name)) throw unknownName(where, 'initializer', String(name), NAMES)
  switch (name) {
    case 'normal':
      checkOptions(numbers, ['mean', 'deviation'], where)
      return randomNormal(numbers.deviation as number | undefined, numbers.mean as number | undefined)
    case 'uniform':
      checkOptions(numbers, ['low', 'high'], where)
      return randomUniform(numbers.low as number | undefined, numbers.high as number | undefined)
    case 'constant':
      checkOptions(numbers, ['value'], where)
      return constant(numbers.value as number)
    default:
      checkOptions(numbers, [], where)
      return { name: name as VarianceScaling | 'zeros' }
  }
}

/** Fan-in and fan-out of a kernel `[in, out]`: how many weights meet in a unit, and leave one. */
function fans(shape: Shape): [fanIn: number, fanOut: number] {
  const fanOut = shape[shape.length - 1] ?? 1
  return [Math.max(1, sizeOf(shape.slice(0, -1))), Math.max(1, fanOut)]
}

function sampler(initializer: Initializer, shape: Shape, random: RandomStream): () => number {
  switch (initializer.name) {
    case 'zeros':
      return () => 0
    case 'constant':
      return () => initializer.value
    case 'normal':
      return () => initializer.mean + initializer.deviation * random.normal()
    case 'uniform':
      return () => initializer.low + (initializer.high - initializer.low) * random.uniform()
    default: {
      const variance = VARIANCE[initializer.name](...fans(shape))
      // A uniform number in ±limit has variance limit²/3.
      if (initializer.name.endsWith('Normal')) return () => Math.sqrt(variance) * random.normal()
      return () => Math.sqrt(3 * variance) * (2 * random.uniform() - 1)
    }
  }
}

/** The initial values of a parameter, in row-major order. */
export function initialValues(initializer: Initializer, shape: Shape, random: RandomStream): Float32Array {
  const next = sampler(initializer, shape, random)
  const values = new Float32Array(sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = next()
  return values
}
