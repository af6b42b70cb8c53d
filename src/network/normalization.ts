/** Batch and layer normalisation: features brought to mean 0 and variance 1, then scaled and shifted by what is learnt. */

import { add, div, mean, mul, sqrt, square, sub, type Tensor } from '../ops/index.ts'
import { NablaError } from '../shared/index.ts'
import { constant, zeros } from './initializer.ts'
import type { Layer, LayerContext, ParameterSpec } from './layer.ts'
import { checkNumber, checkOptions } from './validate.ts'

export interface LayerNormOptions {
  name?: string
  /** Added to the variance: 1e-5. */
  epsilon?: number
}

export interface BatchNormOptions extends LayerNormOptions {
  /** The share of a batch's mean and variance in the running ones: 0.1. */
  momentum?: number
}

const ONE = constant(1)

function scaleAndOffset(features: number): ParameterSpec[] {
  return [
    { name: 'scale', shape: [features], initializer: ONE, role: 'scale', trainable: true },
    { name: 'offset', shape: [features], initializer: zeros(), role: 'offset', trainable: true },
  ]
}

const lastOf = (shape: readonly number[]) => shape[shape.length - 1] ?? 1

/** scale·(x − mean)/√(variance + ε) + offset */
function normalized(context: LayerContext, centered: Tensor, variance: Tensor, epsilon: number): Tensor {
  const unit = div(centered, sqrt(add(variance, epsilon)))
  return add(mul(unit, context.parameter('scale')), context.parameter('offset'))
}

/**
 * Each feature over the batch (and over all axes but the last). While the network is trained, by the batch's own mean
 * and variance, which also move the running ones; when it is used, by the running ones. Numbers as PyTorch's
 * BatchNorm1d: the batch's variance is Σd²/n, the running one takes Σd²/(n − 1)  (S. Ioffe, C. Szegedy,
 * arXiv:1502.03167, algorithm 1).
 * @throws NablaError E-VALUE for numbers out of range; E-SHAPE, when the program is built, for a batch of one row.
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  checkOptions(options, ['name', 'momentum', 'epsilon'], 'batchNorm')
  const { momentum = 0.1, epsilon = 1e-5 } = options
  checkNumber(momentum, 'batchNorm, momentum', { least: 0, most: 1 })
  checkNumber(epsilon, 'batchNorm, epsilon', { least: 0, open: 'least' })
  return {
    kind: 'batchNorm',
    name: options.name,
    options: { momentum, epsilon },
    outputShape: (input) => input,
    parameters: (input) => [
      ...scaleAndOffset(lastOf(input)),
      { name: 'mean', shape: [lastOf(input)], initializer: zeros(), role: 'statistic', trainable: false },
      { name: 'variance', shape: [lastOf(input)], initializer: ONE, role: 'statistic', trainable: false },
    ],
    apply: (context, x) =>
      context.training ? normalizeBatch(context, x, momentum, epsilon) : useStatistics(context, x, epsilon),
  }
}

function useStatistics(context: LayerContext, x: Tensor, epsilon: number): Tensor {
  return normalized(context, sub(x, context.parameter('mean')), context.parameter('variance'), epsilon)
}

function normalizeBatch(context: LayerContext, x: Tensor, momentum: number, epsilon: number): Tensor {
  const axes = [...x.shape.keys()].slice(0, -1)
  const rows = axes.reduce((count, axis) => count * (x.shape[axis] ?? 1), 1)
  if (rows < 2) {
    throw new NablaError({
      code: 'E-SHAPE',
      where: 'batchNorm',
      expected: 'batches of two samples or more, to have a variance',
      received: 'a batch of one',
      fix: 'choose a batch size that leaves no last batch of one sample, or use layerNorm().',
    })
  }
  const batchMean = mean(x, { axes })
  const centered = sub(x, batchMean)
  const variance = mean(square(centered), { axes })
  const follow = (name: string, value: Tensor) =>
    context.update(name, add(mul(context.parameter(name), 1 - momentum), mul(value, momentum)))
  follow('mean', batchMean)
  follow('variance', mul(variance, rows / (rows - 1)))
  return normalized(context, centered, variance, epsilon)
}

/**
 * Each sample over its last axis, alike in training and in use  (J. L. Ba et al., arXiv:1607.06450, equation 3).
 * @throws NablaError E-VALUE for numbers out of range.
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  checkOptions(options, ['name', 'epsilon'], 'layerNorm')
  const { epsilon = 1e-5 } = options
  checkNumber(epsilon, 'layerNorm, epsilon', { least: 0, open: 'least' })
  return {
    kind: 'layerNorm',
    name: options.name,
    options: { epsilon },
    outputShape: (input) => input,
    parameters: (input) => scaleAndOffset(lastOf(input)),
    apply: (context, x) => {
      const centered = sub(x, mean(x, { axes: -1, keepDims: true }))
      return normalized(context, centered, mean(square(centered), { axes: -1, keepDims: true }), epsilon)
    },
  }
}
