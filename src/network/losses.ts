/** The losses: each is its formula. p are predictions, t targets, z logits; n outputs a sample. */

import {
  abs,
  add,
  clip,
  lessEqual,
  log,
  logSoftmax,
  mean,
  mul,
  neg,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '../ops/index.ts'
import { formatShape, NablaError } from '../shared/index.ts'
import type { JsonObject } from './layer.ts'
import { type Loss, type LossContext, type LossSource, targetsLike } from './loss.ts'
import { checkFlag, checkNumber, checkOptions, showValue } from './validate.ts'

/** Probabilities are held above this before their logarithm is taken: about f32's resolution at 1. */
const LEAST_PROBABILITY = 1e-7

/** All axes but the batch's. */
function sampleAxes(x: Tensor): number[] {
  return [...x.shape.keys()].slice(1)
}

type Elementwise = (p: Tensor, t: Tensor) => Tensor

function regression(name: string, options: Loss['options'], perElement: Elementwise, combine: typeof sum): Loss {
  return {
    name,
    options,
    link: 'identity',
    from: 'auto',
    needsTargets: true,
    perSample: ({ predictions, targets }) => {
      const t = targetsLike(name, predictions, targets)
      return combine(perElement(predictions, t), { axes: sampleAxes(predictions) })
    },
  }
}

export interface MseOptions {
  /** The half-sum of textbooks: ½ Σ (p − t)² over the outputs, without the mean over them. */
  half?: boolean
}

/**
 * Mean squared error: Σ (p − t)²/n over the outputs; with `half`, ½ Σ (p − t)², whose gradient is p − t. In both, the
 * loss of a batch is the mean over its samples.
 */
export function mse(options: MseOptions = {}): Loss {
  checkOptions(options, ['half'], 'mse')
  if (options.half === undefined || !checkFlag(options.half, 'mse half')) {
    return regression('mse', {}, (p, t) => square(sub(p, t)), mean)
  }
  return regression('mse', { half: true }, (p, t) => mul(square(sub(p, t)), 0.5), sum)
}

/** Mean absolute error: Σ |p − t|/n over the outputs. */
export function mae(): Loss {
  return regression('mae', {}, (p, t) => abs(sub(p, t)), mean)
}

/**
 * ½d² where |d| ≤ δ, else δ(|d| − ½δ), for d = p − t; mean over the outputs (P. J. Huber, 1964).
 * @throws NablaError E-VALUE for a δ that is not positive.
 */
export function huber(delta = 1): Loss {
  checkNumber(delta, 'huber delta', { least: 0, open: 'least' })
  const perElement: Elementwise = (p, t) => {
    const d = sub(p, t)
    const size = abs(d)
    return where(lessEqual(size, delta), mul(square(d), 0.5), mul(sub(size, delta / 2), delta))
  }
  return regression('huber', { delta }, perElement, mean)
}

export interface CrossEntropyOptions {
  /** What the network's output is; `auto` finds out. */
  from?: LossSource
}

const SOURCES: readonly LossSource[] = ['auto', 'logits', 'probabilities']
function sourceOf(options: CrossEntropyOptions, name: string): LossSource {
  checkOptions(options, ['from'], name)
  const from = options.from ?? 'auto'
  if (SOURCES.includes(from)) return from
  throw new NablaError({
    code: 'E-VALUE',
    where: `${name}, from`,
    expected: "'auto', 'logits' or 'probabilities'",
    received: showValue(from),
    fix: 'leave it out, or give one of them.',
  })
}

const logOf = (p: Tensor) => log(clip(p, LEAST_PROBABILITY, 1))

/**
 * −[t·log σ(z) + (1 − t)·log(1 − σ(z))], from logits as softplus(z) − t·z; mean over the outputs. Targets: 0 and 1
 * (or between), or class numbers 0 and 1 for a single output.
 */
export function binaryCrossEntropy(options: CrossEntropyOptions = {}): Loss {
  const from = sourceOf(options, 'binaryCrossEntropy')
  return {
    name: 'binaryCrossEntropy',
    options: from === 'auto' ? {} : { from },
    link: 'sigmoid',
    from,
    needsTargets: true,
    targetRange: [0, 1],
    perSample: ({ predictions: x, targets, from: source }) => {
      const t = targetsLike('binaryCrossEntropy', x, targets)
      const terms =
        source === 'logits' ? sub(softplus(x), mul(t, x)) : neg(add(mul(t, logOf(x)), mul(sub(1, t), logOf(sub(1, x)))))
      return mean(terms, { axes: sampleAxes(x) })
    },
  }
}

/**
 * −Σ t·log softmax(z) over the outputs. Targets: class numbers, or rows of probabilities (one-hot) of the output's shape.
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  const from = sourceOf(options, 'crossEntropy')
  return {
    name: 'crossEntropy',
    options: from === 'auto' ? {} : { from },
    link: 'softmax',
    from,
    needsTargets: true,
    targetRange: [0, 1],
    perSample: ({ predictions: x, targets, from: source }) => {
      const axis = x.shape.length - 1
      if (axis === 0 || (x.shape[axis] ?? 0) < 2) throw singleOutput(x)
      const t = targetsLike('crossEntropy', x, targets)
      const logarithms = source === 'logits' ? logSoftmax(x) : logOf(x)
      const terms = neg(sum(mul(t, logarithms), { axes: axis }))
      return axis === 1 ? terms : mean(terms, { axes: sampleAxes(terms) })
    },
  }
}

function singleOutput(x: Tensor): NablaError {
  return new NablaError({
    code: 'E-SHAPE',
    where: 'loss crossEntropy',
    expected: 'predictions [batch, classes] of two classes or more',
    received: formatShape(x.shape),
    fix: 'end the network with dense(classes); for two classes and one output use binaryCrossEntropy().',
  })
}

export interface CustomLossOptions {
  /** What messages call it; and under which name `registerLoss` makes it again for a saved model. */
  name?: string
  /** What `registerLoss`'s function gets, to make it again. */
  options?: JsonObject
  /** False where the loss learns from inputs alone. */
  needsTargets?: boolean
  /** True where it draws random numbers by `uniform`. */
  needsRandom?: boolean
}

/**
 * A loss of one's own: a function of predictions (the network's output as it is), targets and inputs that builds the
 * loss of each sample, [batch], or of the whole batch, a scalar.
 * @throws NablaError E-USAGE unless a function is given; when the program is built, E-GRADIENT where an operation cuts
 *   the path from the loss to the parameters.
 */
export function customLoss(perSample: (context: LossContext) => Tensor, options: CustomLossOptions = {}): Loss {
  checkOptions(options, ['name', 'options', 'needsTargets', 'needsRandom'], 'customLoss')
  if (typeof perSample !== 'function') {
    throw new NablaError({
      code: 'E-USAGE',
      where: 'customLoss',
      expected: 'a function of { predictions, targets, inputs, uniform } that returns a tensor',
      received: showValue(perSample),
      fix: 'write customLoss(({ predictions, targets }) => …).',
    })
  }
  const { name = 'custom', options: saved = {}, needsTargets = true, needsRandom = false } = options
  const custom = { custom: true, link: 'identity', from: 'auto' } as const
  return { name, options: saved, needsTargets, needsRandom, perSample, ...custom }
}
