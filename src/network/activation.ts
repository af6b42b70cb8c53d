/** Activation functions as layers: the same shape goes out that came in. */

import * as ops from '../ops/index.ts'
import { heNormal } from './initializer.ts'
import { type Layer, layerShapeError } from './layer.ts'
import { checkNumber, checkOptions } from './validate.ts'

export interface ActivationOptions {
  name?: string
}

type Extras = Pick<Layer, 'range' | 'kernelInitializer'>

function activation(kind: string, build: (x: ops.Tensor) => ops.Tensor, extras: Extras = {}) {
  return (options: ActivationOptions = {}): Layer => {
    checkOptions(options, ['name'], kind)
    return {
      kind,
      name: options.name,
      options: {},
      outputShape: (input) => input,
      apply: (_, x) => build(x),
      ...extras,
    }
  }
}

const RECTIFIER: Extras = { kernelInitializer: heNormal() }

/** max(x, 0) */
export const relu = activation('relu', ops.relu, { ...RECTIFIER })
/** x·Φ(x), Φ the normal distribution function */
export const gelu = activation('gelu', ops.gelu, RECTIFIER)
/** x·σ(x), also called swish */
export const silu = activation('silu', ops.silu, RECTIFIER)
/** log(1 + eˣ) */
export const softplus = activation('softplus', ops.softplus, RECTIFIER)
/** σ(x) = 1/(1 + e⁻ˣ), in [0, 1] */
export const sigmoid = activation('sigmoid', ops.sigmoid, { range: [0, 1] })
/** tanh x, in [−1, 1] */
export const tanh = activation('tanh', ops.tanh, { range: [-1, 1] })
/** sin x, in [−1, 1] */
export const sine = activation('sine', ops.sin, { range: [-1, 1] })
/** x itself: a place for a name. */
export const identity = activation('identity', (x) => x)

/** x where x > 0, else slope·x. @throws NablaError E-VALUE for a slope that is no number. */
export function leakyRelu(slope = 0.01, options: ActivationOptions = {}): Layer {
  checkNumber(slope, 'leakyRelu slope', { least: 0 })
  return { ...activation('leakyRelu', (x) => ops.leakyRelu(x, slope), RECTIFIER)(options), options: { slope } }
}

/** x where x > 0, else α(eˣ − 1). @throws NablaError E-VALUE for a negative α. */
export function elu(alpha = 1, options: ActivationOptions = {}): Layer {
  checkNumber(alpha, 'elu alpha', { least: 0 })
  return { ...activation('elu', (x) => ops.elu(x, alpha), RECTIFIER)(options), options: { alpha } }
}

/** eˣ/Σ eˣ over the last axis: probabilities of classes. @throws NablaError E-SHAPE over a single unit. */
export function softmax(options: ActivationOptions = {}): Layer {
  return {
    ...activation('softmax', (x) => ops.softmax(x), { range: [0, 1] })(options),
    outputShape: (input, place) => {
      if ((input[input.length - 1] ?? 0) >= 2) return input
      const fix = 'for two classes write dense(1), sigmoid() with binaryCrossEntropy(), or dense(2), softmax().'
      throw layerShapeError(
        { kind: 'softmax' },
        place,
        'of two units or more (over one, softmax is always 1)',
        input,
        fix,
      )
    },
  }
}
