/** The optimisers, with PyTorch's definitions and defaults. w: parameter, g: gradient, η: learning rate, t: step from 1. */

import { abs, add, div, less, mul, sqrt, square, sub, type Tensor } from '../ops/index.ts'
import { NablaError, unknownName } from '../shared/index.ts'
import type { Optimizer, OptimizerName, UpdateContext } from './optimizer.ts'
import { checkFlag, checkNumber, checkOptions } from './validate.ts'

function checkRate(learningRate: unknown, name: string): number {
  const fix = `give a positive number: ${name}(1e-3).`
  return checkNumber(learningRate, `${name}, learning rate`, { least: 0, open: 'least' }, fix)
}

const share = (value: unknown, where: string) => checkNumber(value, where, { least: 0, most: 1, open: 'most' })
const positive = (value: unknown, where: string) => checkNumber(value, where, { least: 0 })

/** g + λw: weight decay as a term of the gradient, as PyTorch has it in all but AdamW. */
const decayed = ({ parameter, gradient }: UpdateContext, weightDecay: number) =>
  weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay))

/** Below this nothing that is added to a parameter of f32 can change it, and still every product with it is normal. */
const NEGLIGIBLE = 2 ** -100

/**
 * decay·average + share, and 0 where that is negligible. Where a gradient stays 0 (a dead unit, a pixel that is always
 * dark) an average would shrink to a subnormal number and rest there, and processors compute those some 30 times slower.
 */
function running(average: Tensor, decay: number, share: Tensor): Tensor {
  const next = add(mul(average, decay), share)
  return mul(next, less(NEGLIGIBLE, abs(next)))
}

/** Squares below the smallest normal number; not NEGLIGIBLE's: an average of squares is divided by. */
const NEGLIGIBLE_SQUARE = 2 ** -126

function runningSquare(average: Tensor, decay: number, share: Tensor): Tensor {
  const next = add(mul(average, decay), share)
  return mul(next, less(NEGLIGIBLE_SQUARE, next))
}

export interface SgdOptions {
  /** 0 where nothing is said. */
  momentum?: number
  /** Looks ahead along the momentum. */
  nesterov?: boolean
  dampening?: number
  weightDecay?: number
}

/**
 * w ← w − ηg; with momentum μ: v ← μv + g, w ← w − ηv; with Nesterov's: w ← w − η(g + μv).
 * @throws NablaError E-VALUE for a learning rate or momentum out of range; E-NAME for an unknown option.
 */
export function sgd(learningRate = 1e-2, options: SgdOptions = {}): Optimizer {
  checkRate(learningRate, 'sgd')
  checkOptions(options, ['momentum', 'nesterov', 'dampening', 'weightDecay'], 'sgd')
  const { momentum = 0, nesterov = false, dampening = 0, weightDecay = 0 } = options
  share(momentum, 'sgd, momentum')
  share(dampening, 'sgd, dampening')
  positive(weightDecay, 'sgd, weightDecay')
  if (checkFlag(nesterov, 'sgd, nesterov') && (momentum === 0 || dampening !== 0)) {
    throw new NablaError({
      code: 'E-VALUE',
      where: 'sgd, nesterov',
      expected: 'a momentum above 0 and no dampening',
      received: `momentum ${momentum}, dampening ${dampening}`,
      fix: 'write sgd(0.01, { momentum: 0.9, nesterov: true }).',
    })
  }
  return {
    name: 'sgd',
    learningRate,
    hyperparameters: { momentum, nesterov, dampening, weightDecay },
    slots: momentum === 0 ? [] : [{ name: 'momentum', initial: 0 }],
    scalars: dampening === 0 ? ['learningRate'] : ['learningRate', 'gain'],
    // PyTorch takes the first gradient whole: dampening starts with the second step.
    stepScalars: (step, rate) => (dampening === 0 ? [rate] : [rate, step === 1 ? 1 : 1 - dampening]),
    update: (context) => {
      const g = decayed(context, weightDecay)
      const rate = context.scalar('learningRate')
      if (momentum === 0) return { parameter: sub(context.parameter, mul(g, rate)), slots: {} }
      const v = running(context.slot('momentum'), momentum, dampening === 0 ? g : mul(g, context.scalar('gain')))
      const direction = nesterov ? add(g, mul(v, momentum)) : v
      return { parameter: sub(context.parameter, mul(direction, rate)), slots: { momentum: v } }
    },
  }
}

export interface RmspropOptions {
  /** How much of the running mean of squares stays: 0.99. */
  alpha?: number
  epsilon?: number
  momentum?: number
  /** Divides by the deviation in place of the root mean square. */
  centered?: boolean
  weightDecay?: number
}

/**
 * s ← αs + (1 − α)g²; w ← w − ηg/(√s + ε)  (G. Hinton, lecture 6e, 2012).
 * @throws NablaError E-VALUE, E-NAME as `sgd`.
 */
export function rmsprop(learningRate = 1e-2, options: RmspropOptions = {}): Optimizer {
  checkRate(learningRate, 'rmsprop')
  checkOptions(options, ['alpha', 'epsilon', 'momentum', 'centered', 'weightDecay'], 'rmsprop')
  const { alpha = 0.99, epsilon = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options
  share(alpha, 'rmsprop, alpha')
  share(momentum, 'rmsprop, momentum')
  positive(epsilon, 'rmsprop, epsilon')
  positive(weightDecay, 'rmsprop, weightDecay')
  checkFlag(centered, 'rmsprop, centered')
  const names = ['meanSquare', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])]
  return {
    name: 'rmsprop',
    learningRate,
    hyperparameters: { alpha, epsilon, momentum, centered, weightDecay },
    slots: names.map((name) => ({ name, initial: 0 })),
    scalars: ['learningRate'],
    stepScalars: (_, rate) => [rate],
    update: (context) => {
      const g = decayed(context, weightDecay)
      const meanSquare = runningSquare(context.slot('meanSquare'), alpha, mul(square(g), 1 - alpha))
      const mean = centered ? running(context.slot('mean'), alpha, mul(g, 1 - alpha)) : undefined
      const variance = mean === undefined ? meanSquare : sub(meanSquare, square(mean))
      const scaled = div(g, add(sqrt(variance), epsilon))
      const velocity = momentum > 0 ? running(context.slot('momentum'), momentum, scaled) : undefined
      const parameter = sub(context.parameter, mul(velocity ?? scaled, context.scalar('learningRate')))
      const slots = { meanSquare, ...(mean && { mean }), ...(velocity && { momentum: velocity }) }
      return { parameter, slots }
    },
  }
}

export interface AdagradOptions {
  /** η is divided by 1 + (t − 1)·learningRateDecay. */
  learningRateDecay?: number
  epsilon?: number
  initialAccumulator?: number
  weightDecay?: number
}

/**
 * s ← s + g²; w ← w − ηg/(√s + ε)  (J. Duchi et al., JMLR 12, 2011).
 * @throws NablaError E-VALUE, E-NAME as `sgd`.
 */
export function adagrad(learningRate = 1e-2, options: AdagradOptions = {}): Optimizer {
  checkRate(learningRate, 'adagrad')
  checkOptions(options, ['learningRateDecay', 'epsilon', 'initialAccumulator', 'weightDecay'], 'adagrad')
  const { learningRateDecay = 0, epsilon = 1e-10, initialAccumulator = 0, weightDecay = 0 } = options
  positive(learningRateDecay, 'adagrad, learningRateDecay')
  positive(epsilon, 'adagrad, epsilon')
  positive(initialAccumulator, 'adagrad, initialAccumulator')
  positive(weightDecay, 'adagrad, weightDecay')
  return {
    name: 'adagrad',
    learningRate,
    hyperparameters: { learningRateDecay, epsilon, initialAccumulator, weightDecay },
    slots: [{ name: 'sumOfSquares', initial: initialAccumulator }],
    scalars: ['learningRate'],
    stepScalars: (step, rate) => [rate / (1 + (step - 1) * learningRateDecay)],
    update: (context) => {
      const g = decayed(context, weightDecay)
      const sumOfSquares = add(context.slot('sumOfSquares'), square(g))
      const scaled = div(g, add(sqrt(sumOfSquares), epsilon))
      return { parameter: sub(context.parameter, mul(scaled, context.scalar('learningRate'))), slots: { sumOfSquares } }
    },
  }
}

export interface AdamOptions {
  beta1?: number
  beta2?: number
  epsilon?: number
  weightDecay?: number
}

/**
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − η·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 * Source: D. P. Kingma, J. Ba, arXiv:1412.6980, algorithm 1.
 */
function adaptiveMoments(name: 'adam' | 'adamw', learningRate: number, options: AdamOptions): Optimizer {
  checkRate(learningRate, name)
  checkOptions(options, ['beta1', 'beta2', 'epsilon', 'weightDecay'], name)
  const decoupled = name === 'adamw'
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = decoupled ? 1e-2 : 0 } = options
  share(beta1, `${name}, beta1`)
  share(beta2, `${name}, beta2`)
  positive(epsilon, `${name}, epsilon`)
  positive(weightDecay, `${name}, weightDecay`)
  const shrinks = decoupled && weightDecay > 0
  return {
    name,
    learningRate,
    hyperparameters: { beta1, beta2, epsilon, weightDecay },
    slots: [
      { name: 'firstMoment', initial: 0 },
      { name: 'secondMoment', initial: 0 },
    ],
    scalars: ['stepSize', 'secondCorrection', ...(shrinks ? ['shrinkage'] : [])],
    stepScalars: (step, rate) => {
      const scalars = [rate / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)]
      return shrinks ? [...scalars, 1 - rate * weightDecay] : scalars
    },
    update: (context) => {
      const g = decoupled ? context.gradient : decayed(context, weightDecay)
      const firstMoment = running(context.slot('firstMoment'), beta1, mul(g, 1 - beta1))
      const secondMoment = runningSquare(context.slot('secondMoment'), beta2, mul(square(g), 1 - beta2))
      const scale = add(mul(sqrt(secondMoment), context.scalar('secondCorrection')), epsilon)
      const w = shrinks ? mul(context.parameter, context.scalar('shrinkage')) : context.parameter
      const parameter = sub(w, mul(div(firstMoment, scale), context.scalar('stepSize')))
      return { parameter, slots: { firstMoment, secondMoment } }
    },
  }
}

/** Adam; weight decay, if any, is a term of the gradient. @throws NablaError E-VALUE, E-NAME as `sgd`. */
export const adam = (learningRate = 1e-3, options: AdamOptions = {}): Optimizer =>
  adaptiveMoments('adam', learningRate, options)

/** Adam with decoupled weight decay (0.01): w ← w(1 − ηλ) first (I. Loshchilov, F. Hutter, arXiv:1711.05101). */
export const adamw = (learningRate = 1e-3, options: AdamOptions = {}): Optimizer =>
  adaptiveMoments('adamw', learningRate, options)

const OPTIMIZERS: Readonly<Record<OptimizerName, (learningRate?: number, options?: object) => Optimizer>> = {
  sgd,
  rmsprop,
  adagrad,
  adam,
  adamw,
}
export const optimizerNames = Object.keys(OPTIMIZERS) as readonly OptimizerName[]

/**
 * An optimiser by its name, with its default learning rate unless one is given.
 * @throws NablaError E-NAME with the nearest name; E-VALUE for the numbers.
 */
export function optimizerByName(name: string, learningRate?: number, options: object = {}): Optimizer {
  if (!Object.hasOwn(OPTIMIZERS, name)) throw unknownName('optimizer', 'optimizer', name, optimizerNames)
  return OPTIMIZERS[name as OptimizerName](learningRate, options)
}
